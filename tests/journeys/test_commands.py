"""`aftercare run` as an operator meets it: settings that are wrong, and a webhook."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import aiohttp
import pytest
from click.testing import CliRunner

from bot import app as assembly
from bot.cli import main
from bot.delivery.clock import SystemClock
from bot.sandbox import Sandbox
from bot.settings import load
from tests.journeys.processes import UP_S, start_bot, street

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.app import App

TOKEN = "123456:AAmadeupAAmadeupAAmadeup"
SECRET = "a-secret-of-20-chars"
HEADER = "X-Telegram-Bot-Api-Secret-Token"


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({}, "AFTERCARE_TOKEN"),
        ({"TOKEN": "hello"}, "AFTERCARE_TOKEN"),
        ({"TOKEN": "   "}, "AFTERCARE_TOKEN"),
        ({"TOKEN_FILE": "no/such/file"}, "AFTERCARE_TOKEN_FILE"),
        ({"TOKEN": TOKEN, "DATABASE_URL": "mysql://x"}, "AFTERCARE_DATABASE_URL"),
        ({"TOKEN": TOKEN, "API_URL": "nonsense"}, "AFTERCARE_API_URL"),
        ({"TOKEN": TOKEN, "PER_SECOND": "many"}, "AFTERCARE_PER_SECOND"),
        ({"TOKEN": TOKEN, "PER_SECOND": "0"}, "AFTERCARE_PER_SECOND"),
        ({"TOKEN": TOKEN, "LOG_LEVEL": "loud"}, "AFTERCARE_LOG_LEVEL"),
        ({"TOKEN": TOKEN, "TOKENN": "x"}, "AFTERCARE_TOKENN"),
        ({"TOKEN": TOKEN, "WEBHOOK_URL": "http://example.org/x"}, "AFTERCARE_WEBHOOK_URL"),
        ({"TOKEN": TOKEN, "WEBHOOK_URL": "https://example.org/x"}, "AFTERCARE_WEBHOOK_SECRET"),
        (
            {
                "TOKEN": TOKEN,
                "WEBHOOK_URL": "https://example.org/x",
                "WEBHOOK_SECRET": SECRET,
            },
            "AFTERCARE_LISTEN",
        ),
        ({"TOKEN": TOKEN, "WEBHOOK_SECRET": "short"}, "AFTERCARE_WEBHOOK_SECRET"),
        ({"TOKEN": TOKEN, "LISTEN": "8080"}, "AFTERCARE_LISTEN"),
    ],
)
def test_a_setting_that_is_wrong_is_named_in_one_line_and_nothing_starts(
    settings: dict[str, str], named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(f"AFTERCARE_{name}", value)

    result = CliRunner().invoke(main, ["run"])

    assert result.exit_code == 2
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(named)
    assert result.stdout == ""


def test_a_malformed_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERCARE_TOKEN", "secretsecretsecret")

    result = CliRunner().invoke(main, ["run"])

    assert "secretsecret" not in result.output


async def run_to_its_end(**settings: str) -> tuple[int | None, list[str]]:
    process = await start_bot(**settings)
    async with asyncio.timeout(UP_S):
        _, said = await process.communicate()
    return process.returncode, said.decode().strip().splitlines()


async def test_a_missing_token_ends_the_real_process_with_2_and_one_line() -> None:
    code, said = await run_to_its_end()

    assert code == 2
    assert len(said) == 1
    assert said[0].startswith("AFTERCARE_TOKEN is not set")


async def test_a_database_that_can_not_be_opened_ends_the_process_with_its_name(
    tmp_path: Path,
) -> None:
    missing = tmp_path / "no" / "folder" / "aftercare.db"

    code, said = await run_to_its_end(token=TOKEN, database_url=f"sqlite:///{missing}")

    assert code == 2
    assert len(said) == 1
    assert str(missing) in said[0]


async def test_a_content_folder_that_is_not_there_ends_the_process_with_its_name(
    tmp_path: Path,
) -> None:
    code, said = await run_to_its_end(token=TOKEN, content=str(tmp_path / "content"))

    assert code == 2
    assert len(said) == 1
    assert str(tmp_path / "content") in said[0]


async def test_a_token_that_telegram_refuses_ends_the_process_with_the_variables_name(
    tmp_path: Path,
) -> None:
    async with Sandbox(now=SystemClock().now) as sandbox:
        code, said = await run_to_its_end(
            token=TOKEN,
            api_url=sandbox.api_url,
            database_url=f"sqlite:///{tmp_path / 'aftercare.db'}",
            log_level="error",
        )

    assert code == 2
    assert len(said) == 1
    assert said[0].startswith("AFTERCARE_TOKEN")
    assert TOKEN not in said[0]


async def test_a_webhook_port_that_is_taken_ends_the_process_with_the_variables_name(
    tmp_path: Path,
) -> None:
    async with Sandbox(now=SystemClock().now) as sandbox:
        taken = sandbox.api_url.split("/")[2]

        code, said = await run_to_its_end(
            token=sandbox.token,
            api_url=sandbox.api_url,
            database_url=f"sqlite:///{tmp_path / 'aftercare.db'}",
            webhook_url="https://bot.example.org/telegram/hook",
            webhook_secret=SECRET,
            listen=taken,
            log_level="error",
        )

    assert code == 2
    assert len(said) == 1
    assert said[0].startswith("AFTERCARE_LISTEN")


async def test_a_telegram_that_is_away_at_the_start_is_waited_for(tmp_path: Path) -> None:
    async with street(tmp_path, troubles_at_start=2) as running:
        anna = running.sandbox.person()

        await anna.start()

        await anna.expect("How old are you?", timeout_s=UP_S)


@asynccontextmanager
async def by_webhook(folder: Path, sandbox: Sandbox) -> AsyncIterator[tuple[App, str]]:
    """The bot in webhook mode, and the address its server listens on.

    Telegram calls https addresses only; a proxy in front of the bot would end the TLS. Here the
    sandbox plays that proxy: it is told to call the bot's own server.
    """
    settings = load(
        {},
        token=sandbox.token,
        api_url=sandbox.api_url,
        file_url=sandbox.file_url,
        database_url=f"sqlite:///{folder / 'aftercare.db'}",
        webhook_url="https://bot.example.org/telegram/hook",
        webhook_secret=SECRET,
        listen="127.0.0.1:0",
    )
    app = await assembly.build(settings)
    await app.start()
    try:
        assert app.webhook is not None
        host, port = app.webhook.address
        webhook = sandbox.bot.webhook
        assert webhook is not None
        assert webhook["url"] == "https://bot.example.org/telegram/hook"
        address = f"http://{host}:{port}/telegram/hook"
        webhook["url"] = address
        yield app, address
    finally:
        await app.stop()


async def test_a_conversation_by_webhook(tmp_path: Path) -> None:
    async with Sandbox(now=SystemClock().now) as sandbox, by_webhook(tmp_path, sandbox):
        anna = sandbox.person()

        await anna.start()
        asked = await anna.expect("How old are you?")
        await anna.tap(asked.message_id, "I am 18 or older")

        await anna.expect("Is that all right?")
        assert not [each for each in sandbox.calls if each.method == "getUpdates"]
        assert sandbox.refused == []


@pytest.mark.parametrize("secret", [None, "", "a-secret-of-20-charz"])
async def test_an_update_without_the_secret_is_turned_away(
    tmp_path: Path, secret: str | None
) -> None:
    anna = {"id": 1001, "is_bot": False, "first_name": "Anna"}
    chat = {"id": 1001, "type": "private", "first_name": "Anna"}
    message = {"message_id": 1, "date": 0, "chat": chat, "from": anna, "text": "/start"}
    headers = {} if secret is None else {HEADER: secret}
    async with (
        Sandbox(now=SystemClock().now) as sandbox,
        by_webhook(tmp_path, sandbox) as (app, address),
        aiohttp.ClientSession() as session,
    ):
        body = {"update_id": 1, "message": message}
        async with session.post(address, json=body, headers=headers) as answer:
            assert answer.status == 403
        await app.inbox.settled()

        assert not [each for each in sandbox.calls if each.method == "sendMessage"]
