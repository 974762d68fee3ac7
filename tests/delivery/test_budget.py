"""The bot's limit, shared through the database."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.care.model import ChatId
from bot.delivery.budget import LOOK_S, BotBudget

if TYPE_CHECKING:
    from bot.delivery.clock import SteerableClock
    from bot.store.database import Database


SLOW = 0.001  # so that however busy the machine is, hardly any time passes in a test
REAL_S = 1 / SLOW  # how many real seconds a second then takes


async def slots(database: Database, budget: BotBudget, room: int) -> list[float]:
    """What is handed out for messages leased now, in seconds from now."""
    now = asyncio.get_running_loop().time()
    async with database.transaction() as tx:
        return [at - now for at in await budget.slots_now(tx, room)]


async def test_two_processes_are_given_slots_that_stand_evenly(
    database: Database, clock: SteerableClock
) -> None:
    processes = [BotBudget(database, clock, per_second=30) for _ in range(2)]
    clock.set_rate(SLOW)

    for process in processes:
        assert await slots(database, process, room=1) == []  # too far off to get ready for it

    waits = [each.known_wait_s() for each in processes]
    first = LOOK_S * REAL_S
    assert waits == [pytest.approx(each, rel=0.05) for each in (first, first + 0.0351 * REAL_S)]


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


async def test_refusals_from_before_a_clock_was_set_back_do_not_pause_the_bot(
    database: Database, clock: SteerableClock
) -> None:
    budget = BotBudget(database, clock, per_second=30)

    await budget.refused(ChatId(1), 5)
    clock.jump_to(clock.now() - timedelta(hours=1))
    budget.clear()

    assert not await budget.refused(ChatId(2), 5)


async def test_a_pause_of_the_whole_bot_reaches_the_other_processes(
    database: Database, clock: SteerableClock
) -> None:
    here, there = [BotBudget(database, clock, per_second=30) for _ in range(2)]
    clock.set_rate(SLOW)

    await here.refused(ChatId(1), 5)
    assert await here.refused(ChatId(2), 5)

    assert here.paused_s() == pytest.approx(5 * REAL_S, rel=0.05)
    await slots(database, there, room=1)
    assert there.known_wait_s() == pytest.approx(5 * REAL_S, rel=0.05)


def test_a_limit_below_one_a_second_is_refused(database: Database, clock: SteerableClock) -> None:
    with pytest.raises(ValueError, match="at least one"):
        BotBudget(database, clock, per_second=0)


async def test_an_answer_ends_a_hold_and_not_a_pause_that_telegram_asked_for(
    database: Database, clock: SteerableClock
) -> None:
    budget = BotBudget(database, clock, per_second=30)
    clock.set_rate(1)
    await budget.refused(ChatId(1), 60)
    await budget.refused(ChatId(2), 60)
    budget.hold(600)
    assert budget.paused_s() > 60

    budget.let_go()

    assert 50 < budget.paused_s() <= 60
