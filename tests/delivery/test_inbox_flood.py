"""One chat that floods, or a heap left by an earlier run, holds up nobody else."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from bot.delivery import lanes
from bot.delivery.clerk import Letter
from bot.delivery.inbox import chat_of
from bot.store import inbox as table
from bot.store import people
from tests.delivery.conftest import until
from tests.delivery.test_inbox import ANNA, BEN, Desk, desk, text_in, written
from tests.store.makers import make_person

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from telegram import Update

    from bot.delivery.clock import SteerableClock
    from bot.delivery.inbox import Inbox
    from bot.store.database import Database, Transaction

__all__ = ["desk"]

SIGN = "I can't feel my legs"
FLOOD = 1300
BATCH = 100


def flood(first: int = 1, *, many: int = FLOOD) -> list[dict[str, Any]]:
    """So many updates of Ben's chat; each says its number."""
    return [written(n, str(n), BEN) for n in range(first, first + many)]


async def receive(inbox: Inbox, updates: list[dict[str, Any]]) -> None:
    """Take them in as the poller does."""
    for at in range(0, len(updates), BATCH):
        await inbox.receive(updates[at : at + BATCH])


async def leave(database: Database, clock: SteerableClock, *updates: dict[str, Any]) -> None:
    """What an earlier run received and did not come to handle."""
    arrivals = [
        table.Arrival(each["update_id"], chat_of(each), orjson.dumps(each), clock.now())
        for each in updates
    ]
    async with database.transaction() as tx:
        await table.receive(tx, arrivals)


class Stream:
    """Notes what is handled; Ben's updates wait until `go_on` is set."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.begun = 0
        self.seen: list[str] = []

    async def handle(self, update: Update) -> None:
        self.begun += 1
        if update.effective_chat is not None and update.effective_chat.id == BEN:
            await self.go_on.wait()
        self.seen.append(text_in(update))


def letters() -> int:
    """How many updates are in memory to be handled."""
    gc.collect()
    return sum(isinstance(each, Letter) for each in gc.get_objects())


async def test_a_danger_sign_is_heard_beside_a_chat_that_floods(desk: Desk) -> None:
    stream, before = Stream(), letters()
    inbox = await desk.inbox(stream.handle)

    async with asyncio.timeout(30):
        await receive(inbox, flood())
        await inbox.receive([written(FLOOD + 1, SIGN, ANNA)])
        await until(lambda: stream.seen == [SIGN])

    # However much waits, little of it is in memory.
    assert letters() <= before + lanes.PER_CHAT + 2  # one in hand, and Anna's
    stream.go_on.set()


async def test_a_danger_sign_is_heard_beside_a_heap_that_an_earlier_run_left(
    desk: Desk, database: Database, clock: SteerableClock
) -> None:
    stream = Stream()
    await leave(database, clock, *flood())

    inbox = await desk.inbox(stream.handle)
    async with asyncio.timeout(30):
        await inbox.receive([written(FLOOD + 1, SIGN, ANNA)])
        await until(lambda: stream.seen == [SIGN])
    stream.go_on.set()


async def test_a_flood_is_handled_in_order_and_once_each_whatever_comes_meanwhile(
    desk: Desk,
) -> None:
    seen: list[str] = []

    async def handle(update: Update) -> None:
        await asyncio.sleep(0)
        seen.append(text_in(update))

    inbox = await desk.inbox(handle)
    for at in range(1, 101, 10):
        await inbox.receive(flood(at, many=10))
    await inbox.receive([written(101, SIGN, BEN)])
    await inbox.receive(flood(102, many=20))
    async with asyncio.timeout(20):
        await inbox.settled()

    assert seen == [*map(str, range(1, 101)), SIGN, *map(str, range(102, 122))]


async def test_what_a_flood_left_is_handled_in_order_before_what_comes_after_a_restart(
    desk: Desk, database: Database, clock: SteerableClock
) -> None:
    stream = Stream()
    await leave(database, clock, *flood(many=50))

    inbox = await desk.inbox(stream.handle)
    await inbox.receive([written(51, SIGN, BEN)])
    stream.go_on.set()
    await inbox.receive(flood(52, many=10))
    async with asyncio.timeout(20):
        await inbox.settled()

    assert stream.seen == [*map(str, range(1, 51)), SIGN, *map(str, range(52, 62))]


async def test_a_flood_here_does_not_hide_what_a_dead_process_left(
    desk: Desk, database: Database, clock: SteerableClock
) -> None:
    stream = Stream()
    living = await desk.inbox(stream.handle)
    async with asyncio.timeout(30):
        await living.settled()
        await receive(living, flood(many=900))
        await leave(database, clock, *flood(901, many=200), written(2000, SIGN, ANNA))

        clock.jump_to(clock.now() + timedelta(seconds=31))
        await living.take_up_left()
        await until(lambda: stream.seen == [SIGN])
        stream.go_on.set()
        await living.settled()

    assert stream.seen == [SIGN, *map(str, range(1, 1101))]


async def test_a_danger_sign_after_a_wish_to_be_erased_is_heard_after_a_restart(
    desk: Desk, database: Database, clock: SteerableClock
) -> None:
    seen: list[str] = []
    ben = await make_person(database, BEN)

    async def handle(update: Update) -> None:
        seen.append(text_in(update))
        if text_in(update) == "1":
            async with database.transaction() as tx:
                await people.erase(tx, ben.id)

    await leave(database, clock, *flood(many=9), written(10, SIGN, BEN))
    inbox = await desk.inbox(handle)
    async with asyncio.timeout(5):
        await inbox.settled()

    assert seen == [*map(str, range(1, 10)), SIGN]


async def test_what_another_process_has_handled_meanwhile_is_not_handled_again(
    desk: Desk, database: Database, clock: SteerableClock
) -> None:
    stream = Stream()
    await leave(database, clock, *flood(many=3))
    inbox = await desk.inbox(stream.handle)
    await until(lambda: stream.begun == 1)

    async with database.transaction() as tx:
        await table.done(tx, [(2, clock.now())])
    stream.go_on.set()
    async with asyncio.timeout(5):
        await inbox.settled()

    assert stream.seen == ["1", "3"]


@pytest.mark.parametrize("left", [0, 40])
async def test_more_chats_than_there_is_room_for_are_all_handled(
    desk: Desk,
    database: Database,
    clock: SteerableClock,
    monkeypatch: pytest.MonkeyPatch,
    left: int,
) -> None:
    monkeypatch.setattr(lanes, "PAGE", 4)
    monkeypatch.setattr(lanes, "MOST_CHATS", 4)
    monkeypatch.setattr(lanes, "LEFT_CHATS", 2)
    stream = Stream()
    old = [written(n, f"old {n}", 4000 + n) for n in range(1, left + 1)]
    new = [written(100 + n, f"new {n}", 5000 + n) for n in range(40)]
    await leave(database, clock, *old)

    inbox = await desk.inbox(stream.handle)
    async with asyncio.timeout(20):
        for each in new:
            await inbox.receive([each])
        await inbox.settled()

    assert sorted(stream.seen) == sorted(each["message"]["text"] for each in old + new)


async def test_what_waits_is_read_once_the_database_is_back(
    desk: Desk, database: Database, clock: SteerableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream, reading, failures = Stream(), database.reading, 5

    @asynccontextmanager
    async def fail() -> AsyncIterator[Transaction]:
        nonlocal failures
        failures -= 1
        if failures >= 0:
            raise sqlite3.OperationalError("disk I/O error")
        async with reading() as tx:
            yield tx

    await leave(database, clock, written(1, SIGN))
    with monkeypatch.context() as patch:
        patch.setattr(database, "reading", fail)
        inbox = await desk.inbox(stream.handle)
        async with asyncio.timeout(5):
            await inbox.settled()

    assert stream.seen == [SIGN]
