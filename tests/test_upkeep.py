"""`aftercare stats`, `hold` and `release`: what they say and how they end."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.care.model import Kind, OccurrenceState, Status
from bot.delivery.clock import SystemClock
from bot.store import inbox, lapses, migrations, people, queue
from tests.operating import CHAT, aftercare, due, file_of, names_in
from tests.store.makers import HOUR, make_escalation, make_person, plan

if TYPE_CHECKING:
    from pathlib import Path

    from bot.store.database import Database


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
                    tx,
                    each,
                    owner="me",
                    at=now,
                    due_at=each.message.due_at,
                    reason="not this one",
                )
            elif state is OccurrenceState.SENT:
                await queue.acknowledge(tx, each.id, owner="me", message_id=1, at=now)
            elif state is OccurrenceState.UNCERTAIN:
                await queue.uncertain(tx, each, owner="me", at=now, repeat_at=None)
            else:
                await queue.fail(tx, each, owner="me", reason="refused", at=now)


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
        await lapses.expire(tx, now=SystemClock().now())
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
