"""A backup in the place of the database, and its queue held."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.errors import DatabaseError
from bot.service import holding, restoring
from bot.store import copies, facts
from bot.store.database import Database
from tests.store.makers import MINUTE, NOW, make_person, message, plan


async def test_what_stood_there_is_kept_aside_and_the_backup_is_held(
    sqlite_url: str, tmp_path: Path
) -> None:
    target = Path(sqlite_url.removeprefix("sqlite:///"))
    database = await Database.open(sqlite_url)
    await plan(database, await make_person(database), message(due_in=-MINUTE))
    copies.back_up(target, tmp_path / "backup.db")
    async with database.transaction() as tx:
        await facts.set(tx, "since", "the backup")
    await database.close()

    done = await restoring.restore(target, tmp_path / "backup.db", NOW)

    assert done.hold == holding.Hold(expired=1, doubted=0)
    assert done.kept_aside is not None
    restored = await Database.open(sqlite_url)
    async with restored.reading() as tx:
        assert await facts.get(tx, "since") is None
    assert await holding.held_since(restored) == NOW
    await restored.close()


def test_what_is_no_backup_leaves_everything_as_it_was(sqlite_url: str, tmp_path: Path) -> None:
    target = Path(sqlite_url.removeprefix("sqlite:///"))
    before = target.read_bytes()
    (tmp_path / "letter.txt").write_text("Dear doctor")

    with pytest.raises(DatabaseError):
        asyncio.run(restoring.restore(target, tmp_path / "letter.txt", NOW))

    assert target.read_bytes() == before
