"""SQLite's driver with one trip to its thread a statement.

aiosqlite as SQLAlchemy uses it makes four (cursor, execute, fetch, close), and the trips are most
of what a statement on a local file costs.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

import aiosqlite

if TYPE_CHECKING:
    from asyncio import Future
    from collections.abc import Callable, Generator, Iterable, Sequence
    from typing import Self


class Cursor:
    """What one statement gave, fetched with it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Self:
        """Run a statement and fetch all its rows."""
        return await self._run(lambda connection: connection.execute(sql, parameters))

    async def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> Self:
        """Run a statement once for each of the parameters."""
        return await self._run(lambda connection: connection.executemany(sql, parameters))

    async def fetchall(self) -> list[Any]:
        """The rows of the last statement."""
        return self._rows

    async def close(self) -> None:
        """Nothing is left open after a statement."""

    async def _run(self, statement: Callable[[sqlite3.Connection], sqlite3.Cursor]) -> Self:
        def run() -> None:
            cursor = statement(self._connection._conn)
            self._rows = cursor.fetchall()
            self.description = cursor.description
            self.rowcount = cursor.rowcount
            self.lastrowid = cursor.lastrowid
            cursor.close()

        await self._connection._execute(run)  # type: ignore[no-untyped-call]
        return self


class Connection(aiosqlite.Connection):
    """An aiosqlite connection whose cursors make one trip a statement."""

    def cursor(self) -> Cursor:  # type: ignore[override]
        """A cursor, without a trip to the thread."""
        return Cursor(self)


class _AtOnce:
    """In place of the thread's queue: does what is put in before it returns."""

    def put_nowait(self, entry: tuple[Future[Any] | None, Callable[[], Any]]) -> None:
        future, function = entry
        try:
            result = function()
        except Exception as error:
            if future is None:
                raise
            future.set_exception(error)
        else:
            if future is not None:
                future.set_result(result)


class InlineConnection(Connection):
    """A connection without a thread: for one task alone, which waits for each statement anyway."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._tx = _AtOnce()  # type: ignore[assignment]

    def __await__(self) -> Generator[Any, None, aiosqlite.Connection]:
        return self._connect().__await__()


def connect(path: str, **options: Any) -> Connection:
    """A connection to be awaited; it does not keep the process alive when it was not closed."""
    connection = Connection(lambda: sqlite3.connect(path, **options), iter_chunk_size=64)
    connection._thread.daemon = True
    return connection


def connect_inline(path: str, **options: Any) -> InlineConnection:
    """A connection to be awaited whose statements run in the event loop's own thread."""
    return InlineConnection(lambda: sqlite3.connect(path, **options), iter_chunk_size=64)
