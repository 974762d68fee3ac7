"""The one connection that writes to a SQLite file.

A commit waits for the disk, milliseconds on many, so transactions that stand in line share one:
each runs by itself, after the other, kept apart by a savepoint, and none is told it is done
before the disk has them all.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from bot.errors import DatabaseError
from bot.store import engines
from bot.store.transaction import Transaction, through

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncTransaction

log = structlog.get_logger(__name__)

MOST_MEMBERS = 64
LONGEST_S = 0.02  # from its first member on, a commit waits for no more than this


@dataclass(slots=True)
class _Group:
    """Transactions that will be committed together."""

    connection: AsyncConnection
    committed: asyncio.Future[None]
    begun: float = field(default_factory=time.monotonic)
    members: int = 0
    erased: bool = False

    @property
    def is_full(self) -> bool:
        """Whether it is time to commit, whoever waits."""
        return self.members >= MOST_MEMBERS or time.monotonic() - self.begun > LONGEST_S


class Writer:
    """Gives out transactions, one at a time, in the order they were asked for, the urgent first."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._turn = asyncio.Lock()
        self._gate = (
            asyncio.Lock()
        )  # who is not urgent waits here; one of them at a time for a turn
        self._in_line = 0
        self._holder: asyncio.Task[object] | None = None
        self._group: _Group | None = None
        self._sweeping: set[asyncio.Task[None]] = set()
        # After an erasure the write-ahead log is cleared, at once or when readers let us.
        self._log_holds_erased = False

    @asynccontextmanager
    async def transaction(self, *, urgent: bool = False) -> AsyncIterator[Transaction]:
        """A transaction: on disk at the end, undone by an exception."""
        group = await self._join(urgent=urgent)
        tx = Transaction(group.connection, writing=True, shared=True)
        try:
            kept_apart = await through(_savepoint(group)) if group.members else None
            yield tx
            if kept_apart is not None:
                await through(kept_apart.commit())
        except BaseException:
            group.erased |= tx.erased
            await through(self._undo(group))
            raise
        group.members += 1
        group.erased |= tx.erased
        await through(self._leave(group))
        await asyncio.shield(group.committed)

    async def _undo(self, group: _Group) -> None:
        """Take back one transaction; where that fails, or there was no other, the whole group."""
        whole = group.members == 0
        kept_apart = group.connection.get_nested_transaction()
        if kept_apart is not None:
            try:
                await kept_apart.rollback()
            except Exception:
                whole = True  # SQLite itself has undone everything, as it does when a disk is full
        await self._leave(group, undo=whole)

    async def _join(self, *, urgent: bool) -> _Group:
        """Wait for our turn, and have the group that is open or a new one."""
        if self._holder is asyncio.current_task():
            raise RuntimeError("a transaction inside a transaction would wait for itself")
        self._in_line += 1
        try:
            if urgent:
                await self._turn.acquire()
            else:
                async with self._gate:
                    await self._turn.acquire()
        except asyncio.CancelledError:
            # Whoever left the group open may have counted on us to end it.
            self._sweeping.add(sweeping := asyncio.create_task(self._sweep()))
            sweeping.add_done_callback(self._sweeping.discard)
            raise
        finally:
            self._in_line -= 1
        self._holder = asyncio.current_task()
        if self._group is not None:
            return self._group
        try:
            return await engines.when_free(lambda: through(self._begin()))
        except BaseException:
            await through(self._leave(self._group, undo=True))
            raise

    async def _sweep(self) -> None:
        async with self._turn:
            if self._group is not None and not self._in_line:
                await self._end(self._group, undo=False)

    async def _begin(self) -> _Group:
        connection = await engines.begun(self._engine)
        committed = asyncio.get_running_loop().create_future()
        committed.add_done_callback(_seen)
        self._group = _Group(connection, committed)
        return self._group

    async def _leave(self, group: _Group | None, *, undo: bool = False) -> None:
        """Let the next one join, or end the group where nobody waits or it is time."""
        try:
            if group is not None and (undo or not self._in_line or group.is_full):
                await self._end(group, undo=undo)
        finally:
            self._holder = None
            self._turn.release()

    async def _end(self, group: _Group, *, undo: bool) -> None:
        self._group = None
        try:
            await self._settle(group.connection, undo=undo)
        except Exception as error:
            group.committed.set_exception(error)
        else:
            if group.erased or self._log_holds_erased:
                self._log_holds_erased = not await self._clear_log()
            if undo and group.members:
                group.committed.set_exception(DatabaseError("undone by a failure beside it"))
            else:
                group.committed.set_result(None)

    async def _clear_log(self) -> bool:
        """Whether the log is clear; a failure is no failure of what has been committed."""
        try:
            return await engines.clear_log(self._engine)
        except Exception:
            log.exception("erased_words_still_in_the_log")
            return False

    @staticmethod
    async def _settle(connection: AsyncConnection, *, undo: bool) -> None:
        try:
            await (connection.rollback() if undo else connection.commit())
        except Exception:
            await connection.invalidate()  # whatever it still holds goes with it
            raise
        finally:
            await connection.close()


async def _savepoint(group: _Group) -> AsyncTransaction:
    return await group.connection.begin_nested()


def _seen(future: asyncio.Future[None]) -> None:
    if not future.cancelled():
        future.exception()
