"""Send slots: never more in a second than Telegram allows, whoever takes them."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.store import budget
from tests.store.makers import HOUR, MINUTE, NOW

if TYPE_CHECKING:
    from bot.store.database import Database

SECOND = timedelta(seconds=1)


async def reserve(database: Database, wanted: int, now: datetime = NOW) -> tuple[datetime, ...]:
    async with database.transaction() as tx:
        return (await budget.reserve(tx, now=now, per_second=30, wanted=wanted)).slots


async def test_the_first_slot_is_at_once(database: Database) -> None:
    assert (await reserve(database, 2))[0] == NOW
    assert (await reserve(database, 2, NOW + HOUR))[0] == NOW + HOUR


async def test_several_takers_never_exceed_the_limit_in_any_second(database: Database) -> None:
    taken = await asyncio.gather(*(reserve(database, wanted) for wanted in (1, 7, 20, 40, 3, 5)))
    slots = sorted(slot for each in taken for slot in each)

    assert len(slots) == len(set(slots)) == 76
    assert all(later - slot >= SECOND for slot, later in zip(slots, slots[30:], strict=False))
    assert slots[-1] - NOW < timedelta(seconds=76 / 30 + 0.01)


async def pause(database: Database, until: datetime, now: datetime = NOW) -> None:
    async with database.transaction() as tx:
        await budget.pause_until(tx, until, now=now)


async def test_after_a_pause_the_first_slot_is_its_end(database: Database) -> None:
    await pause(database, NOW + 3 * MINUTE)
    await pause(database, NOW + MINUTE)

    assert (await reserve(database, 1))[0] == NOW + 3 * MINUTE
    assert (await reserve(database, 1))[0] > NOW + 3 * MINUTE


async def test_a_pause_noted_by_a_clock_that_is_ahead_holds_up_nobody(database: Database) -> None:
    await pause(database, NOW + HOUR + 5 * SECOND, now=NOW + HOUR)

    assert (await reserve(database, 1))[0] == NOW

    await pause(database, NOW + MINUTE)
    assert (await reserve(database, 1))[0] == NOW + MINUTE


async def test_a_long_pause_is_shared_for_its_first_minutes(database: Database) -> None:
    await pause(database, NOW + HOUR)

    assert (await reserve(database, 1))[0] == NOW + budget.LONGEST_PAUSE


async def test_a_clock_set_back_does_not_stop_the_bot(database: Database) -> None:
    await reserve(database, 1, NOW + HOUR)

    assert (await reserve(database, 1))[0] == NOW
