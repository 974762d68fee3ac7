"""An update is given up for what is wrong with it, never for what goes wrong around it."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs
from telegram.error import InvalidToken, NetworkError, TelegramError, TimedOut

from bot.care.model import ChatId
from bot.delivery import clerk, inbox
from bot.errors import DatabaseError
from bot.store import engines, people
from tests.delivery.conftest import until
from tests.delivery.test_inbox import ANNA, BEN, Desk, desk, text_in, written
from tests.store.makers import make_person

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from telegram import Update

    from bot.store.database import Database, Transaction

__all__ = ["desk"]

SIGN = "I can't feel my legs"


class Practice:
    """Handles updates, failing as often as it is told to, and apologises."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = [*failures]
        self.tries = 0
        self.seen: list[str] = []
        self.sorry: list[str] = []

    async def handle(self, update: Update) -> None:
        self.tries += 1
        if self.failures:
            raise self.failures.pop(0)
        self.seen.append(text_in(update))

    async def apologise(self, update: Update) -> None:
        self.sorry.append(text_in(update))


async def standing(database: Database) -> list[tuple[Any, ...]]:
    """The state and the number of tries of every update."""
    async with database.reading() as tx:
        rows = await tx.execute(text("SELECT state, attempts FROM inbox ORDER BY update_id"))
        return [tuple(row) for row in rows]


@asynccontextmanager
async def failing(
    database: Database, monkeypatch: pytest.MonkeyPatch, *, times: int, committed: bool = False
) -> AsyncIterator[None]:
    """So many transactions fail: at once, or after they were `committed` all the same."""
    transaction = database.transaction

    @asynccontextmanager
    async def fail(**options: bool) -> AsyncIterator[Transaction]:
        nonlocal times
        times -= 1
        fails = times >= 0
        if fails and not committed:
            raise sqlite3.OperationalError("disk I/O error")
        async with transaction(**options) as tx:
            yield tx
        if fails:
            raise sqlite3.OperationalError("the answer to a commit was lost")

    with monkeypatch.context() as patch:
        patch.setattr(database, "transaction", fail)
        yield


PASSING = [
    sqlite3.OperationalError("database is locked"),
    DatabaseError("undone by a failure beside it"),
    TimeoutError(),
    NetworkError("cut off"),
    InvalidToken("Unauthorized"),
    TelegramError("Invalid server response"),
]


@pytest.mark.parametrize("failure", PASSING, ids=lambda each: type(each).__name__)
async def test_an_update_outlasts_any_failure_around_it(desk: Desk, failure: Exception) -> None:
    practice = Practice(*[TimedOut()] * 3, *[failure] * 4)
    one = await desk.inbox(practice.handle, practice.apologise)

    await one.receive([written(1, SIGN), written(2, "next")])
    async with asyncio.timeout(5):
        await one.settled()

    assert practice.seen == [SIGN, "next"]
    assert practice.sorry == []


async def _lock_sqlite(database: Database) -> Callable[[], Awaitable[None]]:
    """Another process writes; what to call for its end."""
    async with database.transaction() as tx:
        await tx.execute(text("PRAGMA busy_timeout=20"))
        path = str((await tx.execute(text("PRAGMA database_list"))).one()[2])
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def end() -> None:
        other.execute("COMMIT")
        other.close()

    return end


async def test_an_answer_waits_while_another_process_writes_to_the_file(
    desk: Desk, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "BUSY_S", 0.02)
    database = sqlite_database
    practice = Practice()
    unlock: Callable[[], Awaitable[None]] | None = None

    async def handle(update: Update) -> None:
        nonlocal unlock
        practice.tries += 1
        if practice.tries == 1:
            unlock = await _lock_sqlite(database)
        try:
            await make_person(database, ANNA)
        finally:
            # Over just when this try has failed: what became of it can be written again.
            if practice.tries == 6 and unlock is not None:
                await unlock()

    one = await desk.beside(database).inbox(handle, practice.apologise)
    await one.receive([written(1, SIGN)])
    async with asyncio.timeout(10):
        await one.settled()
    await one.stop()

    assert practice.tries == 7
    async with database.reading() as tx:
        assert await people.by_chat(tx, ChatId(ANNA)) is not None
    assert practice.sorry == []


async def test_a_defect_counts_once_its_count_is_committed(
    desk: Desk, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice = Practice(*[LookupError("a defect")] * 4)
    begun, go = asyncio.Event(), asyncio.Event()

    async def handle(update: Update) -> None:
        begun.set()
        await go.wait()
        await practice.handle(update)

    one = await desk.inbox(handle, practice.apologise)
    await one.receive([written(1, SIGN)])
    await begun.wait()
    async with failing(database, monkeypatch, times=2):
        go.set()
        async with asyncio.timeout(5):
            await one.settled()

    assert practice.tries == 5
    assert practice.seen == [SIGN]


async def test_what_was_handled_is_not_handled_again_because_it_could_not_be_written(
    desk: Desk, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice, begun, go = Practice(), asyncio.Event(), asyncio.Event()

    async def handle(update: Update) -> None:
        begun.set()
        await go.wait()
        await practice.handle(update)

    one = await desk.inbox(handle)
    await one.receive([written(1, SIGN)])
    await begun.wait()
    async with failing(database, monkeypatch, times=3):
        go.set()
        async with asyncio.timeout(5):
            await one.settled()

    assert practice.seen == [SIGN]
    assert [state for state, _ in await standing(database)] == ["done"]


async def test_who_has_to_be_told_of_a_defect_is_told_when_the_network_is_back(
    desk: Desk, database: Database
) -> None:
    practice = Practice(*[LookupError("a defect")] * 3)
    failures = 4

    async def apologise(update: Update) -> None:
        nonlocal failures
        failures -= 1
        if failures >= 0:
            raise NetworkError("cut off")
        await practice.apologise(update)

    one = await desk.inbox(practice.handle, apologise)
    await one.receive([written(1, SIGN)])
    async with asyncio.timeout(5):
        await one.settled()

    assert practice.sorry == [SIGN]
    assert [state for state, _ in await standing(database)] == ["failed"]


async def test_a_handling_that_is_cancelled_from_within_does_not_make_its_chat_deaf(
    desk: Desk,
) -> None:
    practice = Practice()

    async def handle(update: Update) -> None:
        if text_in(update) == "broken":
            raise asyncio.CancelledError
        await practice.handle(update)

    one = await desk.inbox(handle, practice.apologise)
    await one.receive([written(1, "broken"), written(2, SIGN)])
    async with asyncio.timeout(5):
        await one.settled()

    assert practice.seen == [SIGN]
    assert practice.sorry == ["broken"]


async def test_an_update_whose_commit_went_through_without_an_answer_is_handled_at_once(
    desk: Desk, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice = Practice()
    one = await desk.inbox(practice.handle)
    await one.settled()

    # Whoever brought them brings them again, and then they are known already.
    async with failing(database, monkeypatch, times=1, committed=True):
        with pytest.raises(sqlite3.OperationalError):
            await one.receive([written(1, "first"), written(2, SIGN)])
        await one.receive([written(1, "first"), written(2, SIGN)])
        async with asyncio.timeout(5):
            await one.settled()

    assert practice.seen == ["first", SIGN]


async def test_what_comes_together_is_stored_together_or_not_at_all(
    desk: Desk, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice = Practice()
    one = await desk.inbox(practice.handle)
    await one.settled()
    brought = [written(1, "first"), written(2, "second")]

    async with failing(database, monkeypatch, times=2):
        with pytest.raises(sqlite3.OperationalError):
            await one.receive(brought)
        async with asyncio.timeout(5):
            while not practice.seen:
                with contextlib.suppress(sqlite3.OperationalError):
                    await one.receive(brought)
                await one.settled()

    assert practice.seen == ["first", "second"]


class Lives:
    """Runs of a program, one after the other, each of which dies over `killer`."""

    def __init__(self, desk: Desk, killer: str) -> None:
        self._desk = desk
        self._killer = killer
        self._deadly = asyncio.Event()
        self.seen: list[str] = []
        self.sorry: list[str] = []
        self.deaths = 0

    async def handle(self, update: Update) -> None:
        if text_in(update) == self._killer:
            self._deadly.set()
            await asyncio.Event().wait()
        await asyncio.sleep(0.05)
        self.seen.append(text_in(update))

    async def apologise(self, update: Update) -> None:
        self.sorry.append(text_in(update))

    async def live(self, *updates: dict[str, Any]) -> bool:
        """One run; whether it settled, and did not die."""
        self._deadly.clear()
        one = await self._desk.inbox(self.handle, self.apologise)
        await one.receive(updates)
        settled = asyncio.create_task(one.settled())
        died = asyncio.create_task(self._deadly.wait())
        async with asyncio.timeout(5):
            await asyncio.wait({settled, died}, return_when=asyncio.FIRST_COMPLETED)
        if not self._deadly.is_set():
            died.cancel()
            return True
        settled.cancel()
        self.deaths += 1
        await self._desk.die(one)
        return False


async def test_an_update_over_which_every_run_dies_is_given_up_and_told(
    desk: Desk, database: Database
) -> None:
    lives = Lives(desk, "killer")

    await lives.live(written(1, "killer"), written(2, "next"))
    while not await lives.live():
        assert lives.deaths < 2 * clerk.DEATHS

    assert lives.sorry == ["killer"]
    assert lives.seen == ["next"]
    assert [state for state, _ in await standing(database)] == ["failed", "done"]


async def test_what_was_merely_in_hand_when_runs_died_is_handled(desk: Desk) -> None:
    lives = Lives(desk, "killer")
    innocent = [written(n, f"{SIGN} {n}", BEN + n) for n in range(2, 8)]

    await lives.live(written(1, "killer"), *innocent)
    while not await lives.live():
        assert lives.deaths < 2 * clerk.DEATHS

    assert lives.sorry == ["killer"]
    assert sorted(lives.seen) == sorted(each["message"]["text"] for each in innocent)


async def test_restarts_in_good_order_are_no_deaths(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "GRACE_S", 0.01)
    practice = Practice()

    async def hang(update: Update) -> None:
        practice.tries += 1
        await asyncio.Event().wait()

    one = await desk.inbox(hang)
    await one.receive([written(1, SIGN)])
    for tries in range(1, clerk.DEATHS + 3):
        await until(lambda tries=tries: practice.tries >= tries)  # type: ignore[misc]
        await one.stop()
        one = await desk.inbox(hang, practice.apologise)
    await one.stop()
    last = await desk.inbox(practice.handle, practice.apologise)
    await last.settled()

    assert practice.seen == [SIGN]
    assert practice.sorry == []


async def test_a_run_that_dies_while_the_network_is_away_has_not_died_over_the_update(
    desk: Desk,
) -> None:
    practice = Practice(*[NetworkError("cut off")] * 1000)
    one = await desk.inbox(practice.handle)
    await one.receive([written(1, SIGN)])
    with capture_logs() as lines:
        for _ in range(clerk.DEATHS + 2):
            lines.clear()
            await until(lambda: any(line["event"] == "update_waits" for line in lines))
            await desk.die(one)
            one = await desk.inbox(practice.handle, practice.apologise)
    practice.failures.clear()
    async with asyncio.timeout(5):
        await one.settled()

    assert practice.seen == [SIGN]
    assert practice.sorry == []
