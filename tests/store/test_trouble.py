"""A database that fails is told from a question that was wrong, by its real errors."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import DatabaseError
from bot.store import engines
from bot.store.database import Database
from bot.store.trouble import is_trouble


async def error_of(database: Database, *statements: str) -> Exception:
    with pytest.raises(SQLAlchemyError) as told:  # noqa: PT012
        async with database.transaction() as tx:
            for statement in statements:
                await tx.execute(text(statement))
    return told.value


@pytest.mark.parametrize(
    "wrong",
    [
        "SELECT no_such_column FROM people",
        "SELECT 1 FROM no_such_table",
        "SELECT FROM WHERE",
        "INSERT INTO budget (id, next_us, paused_until) VALUES (7, NULL, 0)",
    ],
)
async def test_a_wrong_statement_is_no_trouble_of_the_database(
    database: Database, wrong: str
) -> None:
    assert not is_trouble(await error_of(database, wrong))


async def test_a_file_that_another_writes_to_is_trouble(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "BUSY_S", 0.0)
    async with sqlite_database.transaction() as tx:
        await tx.execute(text("PRAGMA busy_timeout=0"))
        path = str((await tx.execute(text("PRAGMA database_list"))).one()[2])
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    assert is_trouble(await error_of(sqlite_database, "SELECT 1"))

    other.execute("COMMIT")
    other.close()


async def test_a_file_that_is_full_is_trouble(sqlite_database: Database) -> None:
    fill = "CREATE TABLE fat AS SELECT zeroblob(5000000) AS much"

    assert is_trouble(await error_of(sqlite_database, "PRAGMA max_page_count=1", fill))


@pytest.mark.parametrize(
    "statements",
    [
        ("SELECT pg_terminate_backend(pg_backend_pid())",),
        ("SET LOCAL statement_timeout=10", "SELECT pg_sleep(5)"),
        ("SET TRANSACTION READ ONLY", "DELETE FROM people"),
    ],
    ids=["connection ended", "too slow", "standby"],
)
async def test_a_server_that_is_away_slow_or_a_standby_is_trouble(
    postgresql_url: str, statements: tuple[str, ...]
) -> None:
    database = await Database.open(postgresql_url)

    assert is_trouble(await error_of(database, *statements))

    await database.close()


def test_our_own_word_for_it_is_trouble_and_a_defect_is_none() -> None:
    assert is_trouble(DatabaseError("undone by a failure beside it"))
    assert is_trouble(sqlite3.OperationalError("database is locked"))
    assert not is_trouble(KeyError("a defect"))
