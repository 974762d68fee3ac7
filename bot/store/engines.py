"""The connections: how each kind of database is opened and what holds on every connection."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.errors import DatabaseError
from bot.store import driver

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sqlalchemy.engine import URL, Connection
    from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")

BUSY_S = 5.0  # another process, such as a backup, may hold the file for a moment
BUSY_MS = 250  # SQLite waits so long by itself, and meanwhile hears of nothing else
READERS = 4
POOL_S = 10  # for a connection to PostgreSQL, while others have all of them
OLDEST_SQLITE = (3, 37, 0)  # STRICT tables

DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",  # as several hosts write it
}

# secure_delete: what was erased is overwritten in the file. FULL: a commit survives a power cut.
PRAGMAS = (
    f"busy_timeout={BUSY_S * 1000:.0f}",
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",
    "trusted_schema=OFF",
)


def parse(url: str) -> URL:
    """The parts of an address; DatabaseError, which does not repeat it, for anything else."""
    try:
        return make_url(url)
    except (ArgumentError, ValueError) as error:  # ValueError: the port is no number
        raise DatabaseError(
            "the database address is not one: use sqlite:///path or "
            "postgresql://user@host:port/name"
        ) from error


def with_driver(url: URL) -> URL:
    """The same address with the driver used here; raises DatabaseError for another database."""
    kind = url.get_backend_name()
    if kind not in DRIVERS:
        raise DatabaseError(
            f"{kind} is not supported: use sqlite:///path or postgresql://user@host/name"
        )
    return url.set(drivername=DRIVERS[kind])


def require_existing(url: URL) -> None:
    """Refuse the name of a SQLite file that is not there: connecting would make one."""
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise DatabaseError(f"{url.database} does not exist; AFTERCARE_DATABASE_URL names it")


def create(
    url: URL, *, inline: bool = False, guest: bool = False
) -> tuple[AsyncEngine, AsyncEngine]:
    """The engine that writes and the engine that only reads; nothing is connected yet.

    `inline` is for SQLite and one task alone: no thread, so that no statement waits for one. A
    `guest` beside a running bot leaves SQLite's write-ahead log to the bot.
    """
    if url.get_backend_name() == "sqlite":
        connect = driver.connect_inline if inline else driver.connect
        return _create_sqlite(url, connect, guest=guest)
    from bot.store import network  # psycopg takes a while to import, and SQLite needs none of it

    writer = create_async_engine(
        url,
        connect_args={"async_creator_fn": network.connect},
        pool_pre_ping=True,
        pool_size=5,
        max_overflow=5,
        pool_timeout=POOL_S,
        hide_parameters=True,
    )
    reader = writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return writer, reader


def _create_sqlite(
    url: URL, connect: Callable[..., driver.Connection], *, guest: bool
) -> tuple[AsyncEngine, AsyncEngine]:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise DatabaseError(f"SQLite {sqlite3.sqlite_version} is too old: 3.37 or newer is needed")
    _make_private(url)
    options: dict[str, Any] = {
        "connect_args": {"async_creator_fn": connect},
        "max_overflow": 0,
        "hide_parameters": True,  # an error's text is logged; what people said is not
    }
    writer = create_async_engine(url, pool_size=1, **options)
    reader = create_async_engine(url, pool_size=READERS, **options)
    no_checkpoints = (*PRAGMAS, "wal_autocheckpoint=0")
    pragmas = (*(no_checkpoints if guest else PRAGMAS), f"busy_timeout={BUSY_MS}")
    _prepare(writer, pragmas, begin="BEGIN IMMEDIATE")
    _prepare(reader, (*no_checkpoints, "query_only=ON"), begin="BEGIN")
    return writer, reader


def _make_private(url: URL) -> None:
    """Create the file readable by its owner alone; SQLite gives its log the same rights."""
    if not url.database or url.database == ":memory:":
        raise DatabaseError("the database address names no file: use sqlite:///path")
    path = Path(url.database)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise DatabaseError(f"{path} cannot be opened: {error.strerror}") from error


def _prepare(engine: AsyncEngine, pragmas: tuple[str, ...], *, begin: str) -> None:
    """Leave transactions to us rather than to sqlite3, which would begin only at a first write."""

    @event.listens_for(engine.sync_engine, "connect")
    def connect(connection: Any, record: Any) -> None:  # noqa: ARG001
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin_now(connection: Connection) -> None:
        connection.exec_driver_sql(begin)


async def begun(engine: AsyncEngine) -> AsyncConnection:
    """A connection with a transaction begun."""
    connection = await engine.connect()
    try:
        await connection.begin()
    except BaseException:
        await connection.close()
        raise
    return connection


async def when_free(begin: Callable[[], Awaitable[T]]) -> T:
    """What `begin` gives, tried for 5 s while another process holds SQLite's lock.

    In short waits, because the thread that SQLite waits in cannot be called back: a stop does
    not have to wait for more than one of them.
    """
    give_up_at = time.monotonic() + BUSY_S
    while True:
        try:
            return await begin()
        except OperationalError as error:
            busy = getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() >= give_up_at:
                raise


async def clear_log(engine: AsyncEngine) -> bool:
    """Overwrite SQLite's write-ahead log; False where a reader is in the way."""
    async with engine.connect() as connection:
        # Beside SQLAlchemy, which would begin a transaction, and a transaction needs the log.
        direct: Any = (await connection.get_raw_connection()).driver_connection
        cursor = direct.cursor()
        await cursor.execute("PRAGMA busy_timeout=0")
        try:
            await cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            ((busy, *_),) = await cursor.fetchall()
        finally:  # a full disk may be in the way as well, and the connection is used again
            await cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    return not busy
