"""The migrations and tables.py tell the same story."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from bot.care.model import Kind
from bot.store import lapses, migrations, own_exercises, people
from bot.store.database import Database
from bot.store.engines import with_driver
from bot.store.tables import metadata
from tests.store.makers import MINUTE, NOW, lease, make_person, message, plan

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

OF_SQLITE = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'alembic%'"
OF_POSTGRESQL = """
SELECT table_name || '.' || column_name, concat_ws(' ', data_type, is_nullable, column_default)
  FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'
UNION ALL
SELECT indexname, indexdef FROM pg_indexes
 WHERE schemaname = 'public' AND tablename <> 'alembic_version'
UNION ALL
SELECT conrelid::regclass || '.' || conname, pg_get_constraintdef(oid) FROM pg_constraint
 WHERE connamespace = 'public'::regnamespace AND conrelid <> 'alembic_version'::regclass
"""


def test_the_newest_migration_is_the_one_a_database_is_brought_to() -> None:
    assert ScriptDirectory(str(migrations.FOLDER)).get_current_head() == migrations.HEAD


async def test_on_sqlite_the_migrations_add_up_to_the_tables(
    sqlite_database: Database, tmp_path: Path
) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'tables.db'}")
    with engine.begin() as connection:
        metadata.create_all(connection)
        wanted = in_one_line(connection.execute(text(OF_SQLITE)))
    engine.dispose()

    async with sqlite_database.reading() as tx:
        migrated = in_one_line(await tx.execute(text(OF_SQLITE)))
    assert migrated == wanted


def in_one_line(rows: Iterable[Any]) -> list[tuple[str, str]]:
    """SQLite writes a column that was added on the line of the one before."""
    return sorted((name, " ".join(sql.split())) for name, sql in rows)


async def test_on_postgresql_the_migrations_add_up_to_the_tables(postgresql_url: str) -> None:
    engine = create_engine(with_driver(make_url(postgresql_url)))
    with engine.begin() as connection:
        migrated = sorted(connection.execute(text(OF_POSTGRESQL)).all())
        metadata.drop_all(connection)
        metadata.create_all(connection)
        wanted = sorted(connection.execute(text(OF_POSTGRESQL)).all())
    engine.dispose()

    assert migrated == wanted


async def test_a_database_of_the_first_version_keeps_its_people_and_what_is_on_its_way(
    empty_database_url: str,
) -> None:
    before = await Database.open(empty_database_url)
    person = await make_person(before)
    await plan(before, person, message(Kind.ESCALATION))
    await lease(before)
    async with before.transaction() as tx:
        if not tx.is_sqlite:
            for each in ("occurrences", "inbox"):
                await tx.execute(text(f"ALTER TABLE {each} ALTER COLUMN attempts TYPE smallint"))
        for each in ("doubts", "put_off_ms"):
            await tx.execute(text(f"ALTER TABLE occurrences DROP COLUMN {each}"))
        await tx.execute(text("DROP TABLE own_exercises"))
        await tx.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    await before.close()

    after = await Database.open(empty_database_url)

    async with after.transaction() as tx:
        assert await people.by_chat(tx, person.chat_id) == person
        assert await own_exercises.of_person(tx, person.id) == ()
        (advice,) = await lapses.reap(tx, now=NOW + MINUTE)
    assert (advice.attempts, advice.doubts, advice.repeat) == (1, 1, True)
    await after.close()
