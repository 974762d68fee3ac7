"""Opening the database, and the transactions everything else happens in."""

from __future__ import annotations

from contextlib import aclosing, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Literal

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import DatabaseError
from bot.store import engines, migrations
from bot.store.transaction import Transaction
from bot.store.writer import Writer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy.engine import URL
    from sqlalchemy.ext.asyncio import AsyncEngine

__all__ = ["Database", "Transaction"]


class Database:
    """An open database. On SQLite one connection writes and the others only read."""

    def __init__(self, writer: AsyncEngine, reader: AsyncEngine) -> None:
        self._writer = writer
        self._reader = reader
        self._one_writer = Writer(writer) if self.dialect == "sqlite" else None

    @property
    def dialect(self) -> Literal["sqlite", "postgresql"]:
        """Which kind of database this is."""
        return "sqlite" if self._writer.dialect.name == "sqlite" else "postgresql"

    @classmethod
    async def open(cls, url: str, *, inline: bool = False, as_it_is: bool = False) -> Database:
        """Open the database at `url` and bring it to this program's version.

        `url` is `sqlite:///path` (the folder must exist) or `postgresql://user@host/name`.
        Several processes may open the same database at once. With `inline` SQLite runs in this
        thread and stops everything else meanwhile: for one task alone. `as_it_is`, for a look
        beside a running bot: nothing is made or migrated. Raises DatabaseError where it cannot be
        reached, or is newer than this program (as it is: of another version at all).
        """
        parsed = engines.with_driver(engines.parse(url))
        if as_it_is:
            engines.require_existing(parsed)
        writer, reader = engines.create(parsed, inline=inline, guest=as_it_is)
        database = cls(writer, reader)
        try:
            begin = partial(engines.begun, reader if as_it_is else writer)
            async with aclosing(await engines.when_free(begin)) as connection:
                await connection.run_sync(migrations.require if as_it_is else migrations.upgrade)
                await connection.commit()
        except (SQLAlchemyError, OSError) as error:
            await database.close()
            raise DatabaseError(_in_one_line(parsed, error)) from error
        except BaseException:
            await database.close()
            raise
        return database

    @asynccontextmanager
    async def transaction(self, *, urgent: bool = False) -> AsyncIterator[Transaction]:
        """A transaction that may write: committed at the end, undone by an exception.

        On SQLite transactions stand in line; an `urgent` one goes before all that wait.
        """
        if self._one_writer is not None:
            async with self._one_writer.transaction(urgent=urgent) as tx:
                yield tx
            return
        async with self._writer.begin() as connection:
            yield Transaction(connection, writing=True)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        """A transaction that only reads, all of it as of one instant."""
        async with self._reader.begin() as connection:
            yield Transaction(connection, writing=False)

    async def ping(self) -> None:
        """Ask the database anything; raises DatabaseError when it does not answer."""
        try:
            async with self.reading() as tx:
                await tx.execute(text("SELECT 1"))
        except SQLAlchemyError as error:
            raise DatabaseError(_in_one_line(self._writer.url, error)) from error

    async def start_anew(self) -> None:
        """Close PostgreSQL's connections that are at rest: where one has fallen silent, each of
        the others would be waited for as well. SQLite has no network.
        """
        if self.dialect == "postgresql":
            await self._writer.dispose()

    async def close(self) -> None:
        """Close every connection; the writer last, because the last one writes the log back."""
        await self._reader.dispose()
        await self._writer.dispose()


def _in_one_line(url: URL, error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    lines = str(cause).strip().splitlines()
    return f"{url.render_as_string(hide_password=True)}: {lines[0] if lines else type(cause)}"
