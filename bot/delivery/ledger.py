"""Many small writes, committed together.

A commit costs the same for one acknowledgement as for a hundred, so whoever comes while one is
under way shares the next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.store.database import Database, Transaction

T = TypeVar("T")
Write = Callable[[Transaction], Awaitable[T]]
MOST_TOGETHER = 200


class _Entry:
    """One write and whoever waits for it."""

    __slots__ = ("done", "row", "write")

    def __init__(self, write: Write[object], row: int) -> None:
        self.write = write
        self.row = row
        self.done: asyncio.Future[object] = asyncio.get_running_loop().create_future()

    def settle(self, result: object) -> None:
        if not self.done.done():
            self.done.set_result(result)

    def fail(self, error: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(error)


class Ledger:
    """Group commit over one database. A write that fails fails alone; the others are kept."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[_Entry] = []
        self._writer: asyncio.Task[None] | None = None

    async def record(self, write: Write[T], *, row: int) -> T:
        """What `write` returns, once committed; raises what it raises.

        `row` is the id of the row it locks: one commit locks its rows in the order of their ids,
        as everyone does, so that on PostgreSQL nobody waits in a ring.

        `write` may be called twice, the first time in a transaction that is rolled back. It goes
        through even if the caller is cancelled while waiting.
        """
        entry = _Entry(write, row)
        self._waiting.append(entry)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_all())
        return await entry.done  # type: ignore[return-value]

    async def flush(self) -> None:
        """Return once everything recorded so far is committed or has failed."""
        while self._writer is not None and not self._writer.done():
            await asyncio.wait([self._writer])

    async def _write_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST_TOGETHER], self._waiting[MOST_TOGETHER:]
            try:
                await self._commit(batch)
            except Exception as error:
                await self._one_by_one(batch, error)

    async def _commit(self, batch: list[_Entry]) -> None:
        batch.sort(key=lambda entry: entry.row)
        async with self._database.transaction() as tx:
            results = [await entry.write(tx) for entry in batch]
        for entry, result in zip(batch, results, strict=True):
            entry.settle(result)

    async def _one_by_one(self, batch: list[_Entry], error: Exception) -> None:
        if len(batch) == 1:
            batch[0].fail(error)
            return
        for entry in batch:
            try:
                await self._commit([entry])
            except Exception as own_error:
                entry.fail(own_error)
