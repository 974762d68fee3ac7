"""Opening a database, and what a transaction promises."""

from __future__ import annotations

import asyncio
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.care.model import ChatId, PersonId
from bot.errors import DatabaseError
from bot.store import facts, people
from bot.store.database import Database
from tests.store.makers import NOW, make_person


async def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    async def create_and_fail() -> None:
        async with database.transaction() as tx:
            await people.create(tx, chat_id=ChatId(1), language="en", now=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await create_and_fail()

    async with database.reading() as tx:
        assert await people.by_chat(tx, ChatId(1)) is None


async def test_a_cancelled_transaction_leaves_nothing_and_blocks_nobody(
    database: Database,
) -> None:
    begun = asyncio.Event()

    async def never_ends() -> None:
        async with database.transaction() as tx:
            await people.create(tx, chat_id=ChatId(1), language="en", now=NOW)
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(never_ends())
    await begun.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    async with asyncio.timeout(5), database.transaction() as tx:
        assert await people.by_chat(tx, ChatId(1)) is None


async def test_transactions_side_by_side_lose_no_change(database: Database) -> None:
    async def count_up() -> None:
        async with database.transaction() as tx:
            person = await people.by_chat(tx, ChatId(5), for_update=True)
            assert person is not None
            await facts.set(tx, "count", (await facts.get(tx, "count") or 0) + 1)

    await make_person(database, 5)
    await asyncio.gather(*(count_up() for _ in range(20)))

    async with database.reading() as tx:
        assert await facts.get(tx, "count") == 20


async def test_a_reader_sees_one_instant_and_cannot_write(database: Database) -> None:
    async with database.reading() as reader:
        assert await facts.get(reader, "flag") is None
        async with database.transaction() as tx:
            await facts.set(tx, "flag", "up")
        assert await facts.get(reader, "flag") is None

    with pytest.raises(Exception, match=r"readonly|read-only"):
        async with database.reading() as reader:
            await facts.set(reader, "flag", "down")


async def test_facts_are_kept_by_name_until_forgotten(database: Database) -> None:
    async with database.transaction() as tx:
        await facts.set(tx, "held", value=True)
        await facts.set(tx, "offset", 41)
        await facts.set(tx, "offset", 42)
        await facts.set(tx, "identity", "abc")
        await facts.set(tx, "identity", None)

    async with database.reading() as tx:
        assert await facts.get(tx, "held") is True
        assert await facts.get(tx, "offset") == 42
        assert await facts.get(tx, "identity") is None


async def test_an_open_database_answers_a_ping(database: Database) -> None:
    await database.ping()


async def test_opening_again_keeps_what_is_there(database_url: str) -> None:
    first = await Database.open(database_url)
    await make_person(first, 7)
    await first.close()

    second = await Database.open(database_url)
    async with second.reading() as tx:
        assert await people.by_chat(tx, ChatId(7)) is not None
    await second.close()


async def test_a_database_of_a_newer_program_is_refused(database_url: str) -> None:
    database = await Database.open(database_url)
    async with database.transaction() as tx:
        await tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await database.close()

    with pytest.raises(DatabaseError, match="newer than this program: update aftercare"):
        await Database.open(database_url)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "address is not one"),
        ("postgresql://me:secret@host:54e2/name", "address is not one"),
        ("postgresql://me:secret@host:/name", "address is not one"),
        ("mysql://host/name", "mysql is not supported"),
        ("sqlite://", "names no file"),
        ("sqlite:////nowhere/at/all.db", "cannot be opened: No such file or directory"),
        ("postgresql://me:secret@127.0.0.1:1/name", "127.0.0.1"),
    ],
)
async def test_an_address_that_cannot_work_is_refused_in_one_line(url: str, words: str) -> None:
    with pytest.raises(DatabaseError, match=words) as caught:
        await Database.open(url)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear therapist, " * 100)

    with pytest.raises(DatabaseError, match="not a database"):
        await Database.open(f"sqlite:///{path}")


async def test_a_sqlite_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    database = await Database.open(f"sqlite:///{path}")
    await make_person(database)

    for each in (path, Path(f"{path}-wal")):
        assert stat.S_IMODE(each.stat().st_mode) == 0o600
    await database.close()


async def test_sqlite_survives_a_power_cut_and_overwrites_what_is_erased(
    sqlite_database: Database,
) -> None:
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}

    async with sqlite_database.transaction() as tx:
        found = {name: (await tx.execute(text(f"PRAGMA {name}"))).scalar_one() for name in expected}
    assert found == expected


async def test_an_inline_database_starts_no_thread_and_keeps_its_promises(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    database = await Database.open(f"sqlite:///{tmp_path / 'inline.db'}", inline=True)
    person = await make_person(database, 5)

    async def write_and_fail() -> None:
        async with database.transaction() as tx:
            await facts.set(tx, "count", 1)
            await tx.execute(text("SELECT nothing FROM nowhere"))

    with pytest.raises(SQLAlchemyError):
        await write_and_fail()

    async with database.reading() as tx:
        assert await facts.get(tx, "count") is None
        assert await people.by_chat(tx, ChatId(5)) == person
    await database.close()
    assert set(threading.enumerate()) <= before


async def test_sqlite_has_one_writer_at_a_time_in_the_order_they_came(
    sqlite_database: Database,
) -> None:
    order: list[str] = []

    async def write(name: str) -> None:
        async with sqlite_database.transaction() as tx:
            order.append(f"{name} begins")
            await facts.set(tx, name, 1)
            await asyncio.sleep(0.01)
            order.append(f"{name} ends")

    await asyncio.gather(write("a"), write("b"))

    assert order == ["a begins", "a ends", "b begins", "b ends"]


async def test_a_transaction_inside_another_is_a_defect_and_not_a_standstill(
    sqlite_database: Database,
) -> None:
    async with asyncio.timeout(5), sqlite_database.transaction():
        with pytest.raises(RuntimeError, match="inside a transaction"):
            async with sqlite_database.transaction():
                pass


def test_several_programs_may_start_on_an_empty_database_together(
    empty_database_url: str,
) -> None:
    async def start() -> None:
        async with asyncio.timeout(20):
            database = await Database.open(empty_database_url)
            await database.ping()
            await database.close()

    with ThreadPoolExecutor(4) as programs:
        for each in [programs.submit(asyncio.run, start()) for _ in range(4)]:
            each.result()


async def test_an_error_says_nothing_of_what_people_said(database: Database) -> None:
    async def fail() -> None:
        async with database.transaction() as tx:
            await people.add_note(tx, PersonId(999), text="very private", at=NOW)

    with pytest.raises(Exception, match=r"(?i)foreign key") as caught:
        await fail()
    assert "very private" not in str(caught.value)
