from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from telegram import Bot

from bot.sandbox import Person, Sandbox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


@dataclass
class Hands:
    """A clock turned by hand."""

    instant: datetime = field(default=START)

    def now(self) -> datetime:
        return self.instant

    def turn(self, **span: float) -> None:
        self.instant += timedelta(**span)


class Api:
    """The Bot API without a library, to send what no library would."""

    def __init__(self, session: aiohttp.ClientSession, sandbox: Sandbox) -> None:
        self.session = session
        self._base = sandbox.api_url + sandbox.token

    async def answer(self, method: str, **params: Any) -> dict[str, Any]:
        async with self.session.post(f"{self._base}/{method}", json=params) as response:
            answer: dict[str, Any] = await response.json()
            assert response.status == answer.get("error_code", 200)
            return answer

    async def __call__(self, method: str, **params: Any) -> Any:
        answer = await self.answer(method, **params)
        assert answer["ok"], answer
        return answer["result"]

    async def refusal(self, method: str, **params: Any) -> str:
        answer = await self.answer(method, **params)
        assert not answer["ok"], answer
        return str(answer["description"])


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
async def sandbox(clock: Hands) -> AsyncIterator[Sandbox]:
    async with Sandbox(now=clock.now) as running:
        yield running


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
def api(sandbox: Sandbox, session: aiohttp.ClientSession) -> Api:
    return Api(session, sandbox)


@pytest.fixture
async def anna(sandbox: Sandbox, api: Api) -> Person:
    """Anna pressed Start, and the bot has read it."""
    person = sandbox.person(1001)
    await person.start()
    updates = await api("getUpdates")
    await api("getUpdates", offset=updates[-1]["update_id"] + 1)
    return person


@pytest.fixture
async def ptb(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bot]:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # or RetryAfter warns of its future
    async with Bot(sandbox.token, base_url=sandbox.api_url, base_file_url=sandbox.file_url) as bot:
        yield bot
