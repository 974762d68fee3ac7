"""/healthz, /readyz and /metrics as a machine that watches over the bot meets them."""

from __future__ import annotations

import asyncio
import contextlib
import re
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import aiohttp
import psycopg
import pytest
import time_machine
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from structlog.testing import capture_logs

from bot import app as assembly
from bot.care.model import Kind
from bot.delivery.clock import SystemClock
from bot.errors import SettingError
from bot.sandbox import Sandbox
from bot.service import holding
from bot.settings import load
from tests.journeys.test_restart import CHEST, HELP_NOW, asks_for_danger_signs, joins

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.app import App

SECRET = "a-secret-of-20-chars"
LAST = "setMyShortDescription"  # of the calls at a start
HOOK = "https://bot.example.org/hook"
DEAF_CALLS = 1000
HEADER = "X-Telegram-Bot-Api-Secret-Token"


@dataclass
class Watched:
    """A running bot, and what it tells whoever asks."""

    app: App
    sandbox: Sandbox
    session: aiohttp.ClientSession

    async def get(self, path: str) -> tuple[int, str]:
        """The status and the body."""
        assert self.app.server is not None
        host, port = self.app.server.address
        async with self.session.get(f"http://{host}:{port}{path}") as answer:
            return answer.status, await answer.text()

    async def readiness(self) -> tuple[int, dict[str, Any]]:
        """The status of /readyz and what it says of each part."""
        assert self.app.server is not None
        host, port = self.app.server.address
        async with self.session.get(f"http://{host}:{port}/readyz") as answer:
            return answer.status, await answer.json()

    async def becomes_ready(self) -> dict[str, Any]:
        """What /readyz says of each part once it is 200; TimeoutError after 5 s."""
        async with asyncio.timeout(5):
            while True:
                status, parts = await self.readiness()
                if status == 200:
                    return parts
                await asyncio.sleep(0.02)

    async def metrics(self) -> dict[str, float]:
        """Every line of /metrics as name{labels} and value."""
        status, text = await self.get("/metrics")
        assert status == 200
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, _, value in (each.rpartition(" ") for each in lines)}


@asynccontextmanager
async def watched(
    url: str, *, away: bool = False, deaf: bool = False, hook: str | None = None
) -> AsyncIterator[Watched]:
    """A bot with AFTERCARE_LISTEN, started; `away`: Telegram does not answer its first calls;
    `deaf`: nor when it asks for updates.
    """
    async with Sandbox(now=SystemClock().now) as sandbox, aiohttp.ClientSession() as session:
        if away:
            sandbox.faults.add("getMe", answer="drop_before", times=1000)
        if deaf:
            sandbox.faults.add("getUpdates", answer="502", times=DEAF_CALLS)
        app = await assembly.build(
            load(
                {},
                token=sandbox.token,
                api_url=sandbox.api_url,
                file_url=sandbox.file_url,
                database_url=url.replace("postgresql://", "postgresql+psycopg://"),
                listen="127.0.0.1:0",
                webhook_url=hook,
                webhook_secret=SECRET,
            )
        )
        starting = asyncio.create_task(app.start())
        try:
            if away:
                await asyncio.sleep(0.2)
            else:
                await starting
                await sandbox.wait_until(lambda: len(sandbox.calls) > 0)
            yield Watched(app, sandbox, session)
        finally:
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
            await app.stop()


async def test_a_bot_that_polls_is_alive_and_ready_in_every_part(database_url: str) -> None:
    async with watched(database_url) as bot:
        assert await bot.get("/healthz") == (200, "alive\n")
        assert await bot.becomes_ready() == {
            "ready": True,
            "database": "ok",
            "scheduler": "ok",
            "telegram": "ok",
            "updates": "ok",
        }


async def test_a_bot_that_was_never_let_ask_for_updates_is_not_ready(sqlite_url: str) -> None:
    """Another program asks with its token, say: its own calls are answered all the same."""
    async with watched(sqlite_url, deaf=True) as bot:
        await bot.sandbox.wait_until(lambda: bot.sandbox.faults.left < DEAF_CALLS)
        status, parts = await bot.readiness()

        assert (status, parts["telegram"]) == (503, "ok")
        assert parts["updates"] == "asked for in vain so far"


async def test_a_bot_that_went_deaf_is_told_with_its_time_though_telegram_answers(
    sqlite_url: str,
) -> None:
    later = SystemClock().now() + timedelta(minutes=10)
    async with watched(sqlite_url) as bot:
        await bot.becomes_ready()
        with time_machine.travel(later, tick=True):
            await bot.app.alarm.tick()
            status, parts = await bot.readiness()

        assert (status, parts["telegram"]) == (503, "ok")
        assert re.fullmatch(r"asked for in vain for (599|60\d) s", parts["updates"])


async def test_a_webhook_that_is_not_set_yet_is_told(sqlite_url: str) -> None:
    async with watched(sqlite_url, away=True, hook=HOOK) as bot:
        assert (await bot.readiness())[1]["updates"] == "the webhook is not set yet"


async def test_a_webhook_that_telegram_refuses_ends_the_start_in_its_words(
    sqlite_url: str,
) -> None:
    with pytest.raises(SettingError) as refused:
        async with watched(sqlite_url, hook="https://bot.example.org:9999/hook"):
            pass

    assert str(refused.value) == (
        "AFTERCARE_WEBHOOK_URL is refused by Telegram: "
        "bad webhook: webhook can be set up only on ports 80, 88, 443 or 8443"
    )


async def test_a_bot_that_does_not_reach_telegram_logs_why(sqlite_url: str) -> None:
    with capture_logs() as lines:
        async with watched(sqlite_url, away=True):
            pass

    [told] = [each for each in lines if each["event"] == "telegram_unreachable"][:1]
    assert told["reason"] == "the connection broke (ServerDisconnectedError)"


async def test_without_the_setting_nothing_listens(sqlite_url: str) -> None:
    async with Sandbox(now=SystemClock().now) as sandbox:
        settings = load({}, token=sandbox.token, api_url=sandbox.api_url, database_url=sqlite_url)

        app = await assembly.build(settings)

        assert app.server is None
        await app.database.close()


async def test_a_bot_that_waits_for_telegram_is_alive_and_says_what_it_waits_for(
    sqlite_url: str,
) -> None:
    async with watched(sqlite_url, away=True) as bot:
        assert (await bot.get("/healthz"))[0] == 200
        status, parts = await bot.readiness()

        assert status == 503
        assert parts["ready"] is False
        assert parts["database"] == "ok"
        assert parts["telegram"] == "has not answered yet"
        assert parts["scheduler"] == "is not running"


async def test_a_scheduler_that_stands_still_is_named(sqlite_url: str) -> None:
    async with watched(sqlite_url) as bot:
        await bot.app.alarm.stop()
        status, parts = await bot.readiness()

        assert (status, parts["scheduler"]) == (503, "is not running")
        assert (parts["database"], parts["telegram"]) == ("ok", "ok")


@pytest.mark.postgres
async def test_a_database_that_is_away_is_named_and_leaves_the_counts(postgresql_url: str) -> None:
    async with watched(postgresql_url) as bot:
        anna = bot.sandbox.person()
        await anna.start()
        await anna.expect("How old are you?")
        await bot.app.inbox.settled()
        with shut(postgresql_url):
            status, parts = await bot.readiness()
            shown = await bot.metrics()
            alive, _ = await bot.get("/healthz")

        assert (status, parts["database"]) == (503, "does not answer")
        assert parts["telegram"] == "ok"
        assert alive == 200
        assert shown["aftercare_database_up"] == 0
        assert shown['aftercare_updates_total{outcome="handled"}'] >= 1
        assert not any(name.startswith("aftercare_due{") for name in shown)


@contextlib.contextmanager
def shut(url: str) -> Any:
    """Nobody gets into the database, and who was in is put out."""
    name = conninfo_to_dict(url)["dbname"]
    with psycopg.connect(make_conninfo(url, dbname="postgres"), autocommit=True) as door:
        door.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        door.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        yield
        door.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())


async def test_a_telegram_that_went_silent_is_told_with_its_time_and_asked_again(
    sqlite_url: str,
) -> None:
    """By webhook nothing may need Telegram for hours, so a tick asks whether it is there."""
    later = SystemClock().now() + timedelta(minutes=10)
    async with watched(sqlite_url, hook=HOOK) as bot:
        presented = 1 + len(bot.app.practice.library.languages)
        await bot.sandbox.wait_until(
            lambda: sum(each.method == LAST for each in bot.sandbox.calls) == presented
        )
        assert (await bot.readiness())[0] == 200
        with time_machine.travel(later, tick=True):
            status, parts = await bot.readiness()
            assert status == 503
            assert re.fullmatch(r"has not answered a call for (599|60\d) s", parts["telegram"])

            await bot.app.alarm.tick()

            assert (await bot.readiness())[0] == 200


async def test_a_webhook_shares_the_port_and_still_wants_its_secret(sqlite_url: str) -> None:
    async with watched(sqlite_url, hook=HOOK) as bot:
        assert bot.app.server is not None
        host, port = bot.app.server.address
        statuses = []
        for headers in ({}, {HEADER: SECRET}):
            async with bot.session.post(
                f"http://{host}:{port}/hook", json={"update_id": 1}, headers=headers
            ) as answer:
                statuses.append(answer.status)

        assert statuses == [403, 200]
        assert (await bot.get("/healthz"))[0] == 200
        assert (await bot.get("/metrics"))[0] == 200


async def test_an_emergency_shows_in_the_metrics_by_level_and_without_the_person(
    database_url: str,
) -> None:
    async with watched(database_url) as bot:
        anna = bot.sandbox.person(748_301_559)  # no part of a measured number
        await joins(anna)
        await anna.tap(await asks_for_danger_signs(anna), CHEST)
        await anna.expect(HELP_NOW)
        await bot.app.inbox.settled()
        await bot.app.courier.drain()
        shown = await bot.metrics()
        _, text = await bot.get("/metrics")

    assert shown['aftercare_open_escalations{level="emergency"}'] == 1
    assert shown['aftercare_open_escalations{level="urgent"}'] == 0
    assert shown['aftercare_sends_total{kind="escalation",outcome="sent"}'] == 1
    assert shown['aftercare_lateness_seconds_bucket{kind="escalation",le="5.0"}'] == 1
    assert shown['aftercare_queue_depth{kind="follow_up"}'] >= 1
    assert shown["aftercare_inbox_depth"] == 0
    assert shown["aftercare_oldest_due_seconds"] == 0
    assert shown["aftercare_database_up"] == 1
    assert shown["aftercare_update_latency_seconds_count"] >= 5
    assert SystemClock().now().timestamp() - shown[SUCCESS] < 60
    for private in (str(anna.chat_id), bot.sandbox.token, "chest", "Chest", "London"):
        assert private not in text
    labels = {
        each for line in re.findall(r"\{(.*?)\}", text) for each in re.findall(r"(\w+)=", line)
    }
    assert labels <= {"kind", "outcome", "level", "le"}


SUCCESS = "aftercare_last_telegram_success_timestamp_seconds"


async def test_a_queue_that_is_held_shows_what_is_due_in_it(database_url: str) -> None:
    async with watched(database_url) as bot:
        await holding.hold(bot.app.database, SystemClock().now())
        await bot.app.alarm.tick()
        shown = await bot.metrics()

        assert shown["aftercare_held"] == 1
        assert {f'aftercare_due{{kind="{kind.value}"}}' for kind in Kind} <= set(shown)
