"""What other rooms hold while they read and write: a transaction, without its SQL."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from sqlalchemy import CursorResult, Executable, Table
    from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")
Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]]


class Transaction:
    """One transaction, given out by `Database`; only the store's own modules run SQL on it.

    `writing` is False for a snapshot to read from. `erased` is set when the transaction removed
    a person, so that the database can clear what its journal still holds. `shared`: others use
    the connection for the same commit, so a statement is seen through even for a caller who is
    cancelled.
    """

    __slots__ = ("_connection", "_shared", "erased", "writing")

    def __init__(self, connection: AsyncConnection, *, writing: bool, shared: bool = False) -> None:
        self._connection = connection
        self._shared = shared
        self.writing = writing
        self.erased = False

    async def execute(
        self, statement: Executable, parameters: Parameters | None = None
    ) -> CursorResult[*tuple[Any, ...]]:
        """Run a statement; a sequence of parameters runs it once for each."""
        running = self._connection.execute(statement, parameters)
        return await (through(running) if self._shared else running)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite; otherwise it is PostgreSQL."""
        return self._connection.dialect.name == "sqlite"

    def insert_new(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """An INSERT that leaves out rows whose unique keys are there already."""
        options = {"preserve_rowcount": True}  # so that the caller can count what was new
        if self.is_sqlite:
            return sqlite.insert(table).on_conflict_do_nothing().execution_options(**options)
        return postgresql.insert(table).on_conflict_do_nothing().execution_options(**options)


async def through(work: Coroutine[Any, Any, T]) -> T:
    """What `work` gives, waited for even when the caller is cancelled meanwhile."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            cancelled = error
        except BaseException:  # noqa: S112  # it is raised below
            continue
    if cancelled is not None:
        if not task.cancelled():
            task.exception()
        raise cancelled
    return task.result()
