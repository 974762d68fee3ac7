"""Many small writes, committed together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, TypeVar, cast

from bot.store.database import Database, Transaction
from bot.store.together import Together

T = TypeVar("T")
Write = Callable[[Transaction], Awaitable[T]]


class _Entry(NamedTuple):
    row: int
    write: Write[object]


class Ledger:
    """Group commit over one database. A write that fails fails alone; the others are kept."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._together = Together(self._commit)

    async def record(self, write: Write[T], *, row: int) -> T:
        """What `write` returns, once committed; raises what it raises.

        `row` is the id of the row it locks: one commit locks its rows in the order of their ids,
        as everyone does, so that on PostgreSQL nobody waits in a ring.

        `write` may be called twice, the first time in a transaction that is rolled back. It goes
        through even if the caller is cancelled while waiting.
        """
        return cast("T", await self._together.ask(_Entry(row, write)))

    async def flush(self) -> None:
        """Return once everything recorded so far is committed or has failed."""
        await self._together.flush()

    async def _commit(self, batch: Sequence[_Entry]) -> list[object]:
        results: dict[int, object] = {}
        order = sorted(range(len(batch)), key=lambda index: batch[index].row)
        async with self._database.transaction() as tx:
            for index in order:
                results[index] = await batch[index].write(tx)
        return [results[index] for index in range(len(batch))]
