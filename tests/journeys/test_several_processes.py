"""Two processes of the bot on one PostgreSQL, behind a proxy that gives each every other update."""

from __future__ import annotations

import asyncio
import itertools
import signal
import socket
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import aiohttp
import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from bot.delivery.clock import SystemClock
from bot.sandbox import Sandbox
from bot.sandbox.listener import Listener
from tests.faults.nursery import nursery
from tests.journeys.processes import UP_S, clean_environment

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from starlette.requests import Request

    from bot.sandbox.views import ChatMessage
    from tests.faults.nursery import Child

PATH = "/telegram/hook"
SECRET = "a-secret-of-20-chars"
PASSED_ON = ("content-type", "x-telegram-bot-api-secret-token")
pytestmark = pytest.mark.postgres


@dataclass
class Balancer:
    """Passes each call on to the next process in turn, or to the other where that one is down.

    `passed` counts by port what was answered.
    """

    session: aiohttp.ClientSession
    ports: list[int]
    passed: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._turns = itertools.cycle(self.ports)

    async def pass_on(self, request: Request) -> Response:
        body = await request.body()
        headers = {name: request.headers[name] for name in PASSED_ON}
        for _ in self.ports:
            port = next(self._turns)
            try:
                url = f"http://127.0.0.1:{port}{PATH}"
                async with self.session.post(url, data=body, headers=headers) as answer:
                    self.passed[port] = self.passed.get(port, 0) + 1
                    return Response(status_code=answer.status)
            except aiohttp.ClientConnectionError:
                continue
        return Response(status_code=502)


@dataclass
class Machines:
    """A Telegram, a balancer, and the bot's processes by port."""

    sandbox: Sandbox
    balancer: Balancer
    bots: dict[int, Child]


@asynccontextmanager
async def two_machines(url: str, folder: Path) -> AsyncIterator[Machines]:
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox(now=SystemClock().now))
        bots = await stack.enter_async_context(nursery())
        session = await stack.enter_async_context(aiohttp.ClientSession())
        balancer = Balancer(session, [_free_port(), _free_port()])
        route = Route(PATH, balancer.pass_on, methods=["POST"])
        listener = Listener(Starlette(routes=[route]))
        port = await listener.start("127.0.0.1", 0)
        stack.push_async_callback(listener.stop)
        settings = {
            "token": sandbox.token,
            "api_url": sandbox.api_url,
            "file_url": sandbox.file_url,
            "database_url": url.replace("postgresql://", "postgresql+psycopg://", 1),
            "webhook_url": f"https://bot.example.org{PATH}",
            "webhook_secret": SECRET,
        }
        started = {
            each: await bots.run(
                clean_environment(listen=f"127.0.0.1:{each}", **settings), folder / f"{each}.log"
            )
            for each in balancer.ports
        }
        await sandbox.wait_until(lambda: _announced(sandbox) == 2, timeout_s=UP_S)
        # Telegram calls https; here it is told the address behind the TLS.
        assert sandbox.bot.webhook is not None
        sandbox.bot.webhook["url"] = f"http://127.0.0.1:{port}{PATH}"
        yield Machines(sandbox, balancer, started)


def _announced(sandbox: Sandbox) -> int:
    return sum(each.method == "setWebhook" for each in sandbox.calls)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


@pytest.mark.timeout(240)
async def test_two_processes_are_to_a_person_as_one_also_when_one_dies(
    postgresql_url: str, tmp_path: Path
) -> None:
    async with two_machines(postgresql_url, tmp_path) as machines:
        anna = machines.sandbox.person()

        async def expect(text: str) -> ChatMessage:
            return await anna.expect(text, timeout_s=UP_S)

        async def tap(message: ChatMessage, label: str) -> None:
            await anna.tap(message.message_id, label, timeout_s=UP_S)

        await anna.start()
        await tap(await expect("How old are you?"), "I am 18 or older")
        await tap(await expect("Is that all right?"), "I agree, let's begin")
        await expect("What is your time zone?")
        await anna.send("Europe/London")
        await tap(await expect("London"), "Yes, that is right")
        await expect("")

        await anna.send("/settings")
        settings = await expect("Morning slot")
        for _ in range(3):  # there and back: each page is shown by one process and by the other
            await tap(settings, "Country")
            await expect("Whose emergency")
            await tap(settings, "Back")
            settings = await expect("Morning slot")

        down, up = machines.balancer.ports
        assert machines.balancer.passed[down] > 3
        assert machines.balancer.passed[up] > 3
        machines.bots[down].send_signal(signal.SIGKILL)
        await machines.bots[down].wait()
        before = machines.balancer.passed[down]

        await anna.send("/worse")
        await tap(await expect("I am here."), "Chest pain, hard to breathe")
        await expect("Call 999")
        await asyncio.sleep(0)

        assert machines.balancer.passed[down] == before
        advice = [each for each in anna.from_bot if "Call 999" in each.text]
        assert len(advice) == 1
