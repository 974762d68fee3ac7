"""A backup taken while the bot runs, and the bot on what was restored from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.journeys.processes import UP_S, aftercare, street
from tests.journeys.test_restart import CHEST, HELP_NOW, asks_for_danger_signs, joins

if TYPE_CHECKING:
    from pathlib import Path


async def test_a_restored_bot_knows_its_people_and_holds_all_but_safety(tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    database_url = f"sqlite:///{tmp_path / 'aftercare.db'}"
    async with street(tmp_path) as running:
        anna = running.sandbox.person()
        await joins(anna)
        code, _ = await aftercare("backup", str(copy), database_url=database_url)
        assert code == 0
        code, said = await aftercare("restore", str(copy), database_url=database_url)
        assert (code, said[-1].endswith("is in use: stop the bot first")) == (2, True)

        await running.kill()
        code, said = await aftercare("restore", str(copy), database_url=database_url)
        assert code == 0
        assert said[2].startswith("Held: only messages about safety leave.")
        await running.open()
        await anna.tap(await asks_for_danger_signs(anna), CHEST)
        await anna.expect(HELP_NOW, timeout_s=UP_S)

        code, said = await aftercare("release", database_url=database_url)
        assert code == 0
        assert said[0].startswith("Released")
