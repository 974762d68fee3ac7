"""What other rooms hold while they read and write: a transaction, without its SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from sqlalchemy import CursorResult, Executable, Table
    from sqlalchemy.ext.asyncio import AsyncConnection

Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]]


class Transaction:
    """One transaction, given out by `Database`; only the store's own modules run SQL on it.

    `writing` is False for a snapshot to read from. `erased` is set when the transaction removed
    a person, so that the database can clear what its journal still holds.
    """

    __slots__ = ("_connection", "erased", "writing")

    def __init__(self, connection: AsyncConnection, *, writing: bool) -> None:
        self._connection = connection
        self.writing = writing
        self.erased = False

    async def execute(
        self, statement: Executable, parameters: Parameters | None = None
    ) -> CursorResult[*tuple[Any, ...]]:
        """Run a statement; a sequence of parameters runs it once for each."""
        return await self._connection.execute(statement, parameters)

    def insert_new(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """An INSERT that leaves out rows whose unique keys are there already."""
        options = {"preserve_rowcount": True}  # so that the caller can count what was new
        if self._connection.dialect.name == "sqlite":
            return sqlite.insert(table).on_conflict_do_nothing().execution_options(**options)
        return postgresql.insert(table).on_conflict_do_nothing().execution_options(**options)
