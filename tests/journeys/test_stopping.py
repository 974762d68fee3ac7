"""SIGTERM while something is in its way."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.journeys.processes import street
from tests.journeys.test_restart import STOPS_WITHIN_S, asks_for_danger_signs, joins
from tests.journeys.test_watching import HEADER, HOOK, SECRET, watched
from tests.relay import relay_to

if TYPE_CHECKING:
    from pathlib import Path

    import aiohttp


async def test_a_stop_does_not_wait_for_another_process_that_holds_the_database(
    tmp_path: Path,
) -> None:
    async with street(tmp_path) as running:
        anna, *others = [running.sandbox.person(n) for n in range(1001, 1021)]
        await joins(anna)
        with closing(sqlite3.connect(tmp_path / "aftercare.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            for person in others:
                await person.start()
            await asyncio.sleep(4)

            async with asyncio.timeout(STOPS_WITHIN_S + 0.5):
                exit_code = await running.terminate()

        assert exit_code == 0
        await running.open()
        await asks_for_danger_signs(anna)
        await others[0].expect("How old are you?")


@pytest.mark.postgres
async def test_a_stop_waits_for_a_hanging_send_and_a_silent_database_at_the_same_time(
    postgresql_url: str,
) -> None:
    async with relay_to(postgresql_url) as relay:
        running = watched(relay.url, hook=HOOK)
        bot = await running.__aenter__()
        assert bot.app.server is not None
        host, port = bot.app.server.address
        address = f"http://{host}:{port}/hook"
        bot.sandbox.faults.add("sendMessage", answer="slow", delay_s=30)
        await bring(bot.session, address, 1)
        await bot.sandbox.wait_until(lambda: bot.sandbox.calls[-1].method == "sendMessage")
        relay.fall_silent()
        relay.swallows_new_ones = True
        calls = [asyncio.create_task(bring(bot.session, address, number)) for number in (2, 3)]
        await asyncio.sleep(1)

        begun = time.monotonic()
        await running.__aexit__(None, None, None)
        took = time.monotonic() - begun
        await asyncio.gather(*calls, return_exceptions=True)

    assert took < STOPS_WITHIN_S


async def bring(session: aiohttp.ClientSession, address: str, number: int) -> None:
    """As Telegram brings someone's first message."""
    message = {
        "message_id": number,
        "date": 1,
        "chat": {"id": number, "type": "private"},
        "from": {"id": number, "is_bot": False, "first_name": "A"},
        "text": "/start",
    }
    await session.post(
        address, json={"update_id": number, "message": message}, headers={HEADER: SECRET}
    )
