"""Transactions that share a commit on SQLite stay as apart as if each had its own."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from bot.store import engines, facts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.ext.asyncio import AsyncEngine

    from bot.store.database import Database


def count_commits(database: Database) -> list[str]:
    commits: list[str] = []
    event.listen(database._writer.sync_engine, "commit", lambda _: commits.append("commit"))
    return commits


async def put(database: Database, name: str, *, fails: bool = False) -> None:
    async with database.transaction() as tx:
        await facts.set(tx, name, name)
        if fails:
            raise LookupError(name)


def on_disk(sqlite_url: str) -> set[str]:
    """What another connection finds."""
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as file:
        return {name for (name,) in file.execute("SELECT name FROM facts WHERE name LIKE 'x%'")}


async def test_many_that_stand_in_line_share_a_commit_and_all_are_on_disk(
    sqlite_database: Database, sqlite_url: str
) -> None:
    commits = count_commits(sqlite_database)

    await asyncio.gather(*(put(sqlite_database, f"x{n}") for n in range(30)))

    assert len(commits) <= 10
    assert on_disk(sqlite_url) == {f"x{n}" for n in range(30)}


async def test_one_that_fails_takes_back_its_own_and_nothing_else(
    sqlite_database: Database, sqlite_url: str
) -> None:
    results = await asyncio.gather(
        *(put(sqlite_database, f"x{n}", fails=n in (0, 4, 9)) for n in range(10)),
        return_exceptions=True,
    )

    failed = [n for n, result in enumerate(results) if isinstance(result, LookupError)]
    assert failed == [0, 4, 9]
    assert on_disk(sqlite_url) == {f"x{n}" for n in range(10)} - {"x0", "x4", "x9"}


async def test_none_is_told_it_is_done_before_it_is_on_disk(
    sqlite_database: Database, sqlite_url: str
) -> None:
    async def put_and_look(name: str) -> bool:
        await put(sqlite_database, name)
        return name in on_disk(sqlite_url)

    assert all(await asyncio.gather(*(put_and_look(f"x{n}") for n in range(20))))


@pytest.mark.parametrize("pauses", range(0, 60, 3))
async def test_whoever_is_cancelled_takes_nobody_along_and_leaves_nothing_open(
    sqlite_database: Database, sqlite_url: str, pauses: int
) -> None:
    tasks = [asyncio.create_task(put(sqlite_database, f"x{n}")) for n in range(12)]
    for _ in range(pauses):
        await asyncio.sleep(0.0002)

    for victim in tasks[1::2]:
        victim.cancel()
    results = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5)
    await asyncio.wait_for(put(sqlite_database, "x_last"), 5)

    done = {f"x{n}" for n, result in enumerate(results) if result is None}
    assert {f"x{n}" for n in range(0, 12, 2)} <= done
    assert done | {"x_last"} <= on_disk(sqlite_url)


async def test_where_the_commit_fails_everyone_in_it_hears_so(
    sqlite_database: Database, sqlite_url: str
) -> None:
    def refuse(_: object) -> None:
        raise OSError("disk full")

    engine = sqlite_database._writer.sync_engine
    event.listen(engine, "commit", refuse)
    results = await asyncio.gather(
        *(put(sqlite_database, f"x{n}") for n in range(5)), return_exceptions=True
    )
    event.remove(engine, "commit", refuse)

    assert all(isinstance(each, OSError) for each in results)
    assert on_disk(sqlite_url) == set()
    await put(sqlite_database, "x_after")
    assert on_disk(sqlite_url) == {"x_after"}


async def test_an_erasure_is_done_even_where_the_log_cannot_be_cleared_until_the_next_commit(
    sqlite_database: Database, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cleared: list[bool] = []
    clear_log = engines.clear_log

    async def fail_once(engine: AsyncEngine) -> bool:
        if not cleared:
            cleared.append(False)
            raise OSError("no space left on device")
        cleared.append(await clear_log(engine))
        return cleared[-1]

    monkeypatch.setattr(engines, "clear_log", fail_once)
    async with sqlite_database.transaction() as tx:
        await facts.set(tx, "x1", "x1")
        tx.erased = True
    assert on_disk(sqlite_url) == {"x1"}

    await put(sqlite_database, "x2")
    assert cleared == [False, True]

    await put(sqlite_database, "x3")
    assert cleared == [False, True]


async def test_an_urgent_one_goes_before_those_that_wait(sqlite_database: Database) -> None:
    order: list[str] = []

    async def write(name: str, *, urgent: bool = False) -> None:
        async with sqlite_database.transaction(urgent=urgent) as tx:
            order.append(name)
            await facts.set(tx, name, name)

    waiting = [asyncio.create_task(write(f"x{n}")) for n in range(20)]
    await asyncio.sleep(0)
    await asyncio.gather(write("safety", urgent=True), *waiting)

    assert order.index("safety") <= 2  # behind the one at work and the next one
    assert len(order) == 21


async def test_after_a_full_disk_in_an_erasure_another_process_is_still_waited_for(
    sqlite_database: Database, sqlite_url: str
) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    async with sqlite_database.transaction() as tx:
        await facts.set(tx, "large", "x" * 1_000_000)
    async with sqlite_database.transaction() as tx:
        tx.erased = True
        await facts.set(tx, "x1", "small")
    with nothing_grows_beyond(path):
        async with sqlite_database.transaction() as tx:
            tx.erased = True
            await facts.set(tx, "x2", "y" * 40_000)

    with held_by_another_process(path) as let_go:
        asyncio.get_running_loop().call_later(0.5, let_go)
        await put(sqlite_database, "x3")

    assert on_disk(sqlite_url) == {"x1", "x2", "x3"}


async def test_a_lock_of_another_process_is_waited_for(
    sqlite_database: Database, sqlite_url: str
) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    with held_by_another_process(path) as let_go:
        asyncio.get_running_loop().call_later(1.0, let_go)
        await put(sqlite_database, "x1")

    assert on_disk(sqlite_url) == {"x1"}


async def test_whoever_waits_for_another_process_is_cancelled_at_once(
    sqlite_database: Database, sqlite_url: str
) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    begun = time.monotonic()
    with held_by_another_process(path), pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await put(sqlite_database, "x1")

    assert time.monotonic() - begun < 2.5
    await put(sqlite_database, "x2")
    assert on_disk(sqlite_url) == {"x2"}


@contextmanager
def nothing_grows_beyond(path: Path) -> Iterator[None]:
    """The disk is full: no file becomes larger than this one."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def held_by_another_process(path: Path) -> Iterator[Callable[[], None]]:
    """SQLite's lock for writing is taken until what this gives is called, or the end."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        def let_go() -> None:
            other.execute("COMMIT")

        yield let_go
