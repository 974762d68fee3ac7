"""The bot's limit, shared through the database."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.care.model import ChatId
from bot.delivery.budget import BotBudget

if TYPE_CHECKING:
    from bot.delivery.clock import SteerableClock
    from bot.store.database import Database


SLOW = 0.001  # so that however busy the machine is, hardly any time passes in a test
REAL_S = 1 / SLOW  # how many real seconds a second then takes


async def test_two_processes_together_keep_the_limit_and_leave_safety_its_share(
    database: Database, clock: SteerableClock
) -> None:
    processes = [BotBudget(database, clock, per_second=30) for _ in range(2)]
    first_second: list[float] = []
    clock.set_rate(SLOW)

    for _ in range(20):
        for process in processes:
            await process.wait_s(2)
            first_second += [wait_s for wait_s in process.take() if wait_s < 0.9 * REAL_S]

    assert 24 <= len(first_second) <= 27


async def test_refusals_of_one_chat_never_pause_the_bot(
    database: Database, clock: SteerableClock
) -> None:
    budget = BotBudget(database, clock, per_second=30)

    assert not await budget.refused(ChatId(1), 5)
    assert not await budget.refused(ChatId(1), 5)
    assert budget.paused_s() == 0


async def test_refusals_of_two_chats_a_minute_apart_do_not_pause_the_bot(
    database: Database, clock: SteerableClock
) -> None:
    budget = BotBudget(database, clock, per_second=30)

    await budget.refused(ChatId(1), 5)
    clock.jump_to(clock.now() + timedelta(minutes=1))

    assert not await budget.refused(ChatId(2), 5)


async def test_a_pause_of_the_whole_bot_reaches_the_other_processes(
    database: Database, clock: SteerableClock
) -> None:
    here, there = [BotBudget(database, clock, per_second=30) for _ in range(2)]
    clock.set_rate(SLOW)

    await here.refused(ChatId(1), 5)
    assert await here.refused(ChatId(2), 5)

    assert here.paused_s() == pytest.approx(5 * REAL_S, rel=0.05)
    assert await there.wait_s(1) == pytest.approx(5 * REAL_S, rel=0.05)


def test_a_limit_below_one_a_second_is_refused(database: Database, clock: SteerableClock) -> None:
    with pytest.raises(ValueError, match="at least one"):
        BotBudget(database, clock, per_second=0)


async def test_a_process_lets_no_more_than_its_limit_leave_in_a_second_and_safety_at_once(
    database: Database, clock: SteerableClock
) -> None:
    budget = BotBudget(database, clock, per_second=5)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    left: list[float] = []

    for number in range(6):
        if number == 4:
            assert not budget.leave(loop.time(), safety=False)
            assert budget.leave(0.0, safety=True)
        slot_at = await budget.turn(loop.time())
        assert budget.leave(slot_at, safety=False)
        left.append(loop.time() - begun)

    assert left[3] < 0.5 < 1.0 <= left[4]


async def test_a_slot_used_late_is_given_up_for_a_later_one(
    database: Database, clock: SteerableClock
) -> None:
    clock.set_rate(1)
    budget = BotBudget(database, clock, per_second=30)
    loop = asyncio.get_running_loop()
    await budget.give_up(8)
    begun = loop.time()

    assert not budget.leave(begun - 1, safety=False)
    slot_at = await budget.turn(begun - 1)

    assert budget.leave(slot_at, safety=False)
    assert loop.time() - begun > 0.15
