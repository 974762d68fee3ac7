"""A PostgreSQL that says nothing any more, while advice is to be sent and the bot to be stopped."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from bot.care.model import Kind
from bot.delivery import patience
from bot.store.database import Database
from tests.delivery.conftest import Office
from tests.relay import Relay, relay_to

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from telegram import Bot

    from bot.delivery.clock import SteerableClock
    from bot.sandbox import Sandbox

pytestmark = pytest.mark.postgres


@pytest.fixture
async def relay(postgresql_url: str) -> AsyncIterator[Relay]:
    async with relay_to(postgresql_url) as relay:
        yield relay


@pytest.fixture
async def database(relay: Relay) -> AsyncIterator[Database]:
    """By way of the relay, for these tests."""
    opened = await Database.open(relay.url)
    yield opened
    await opened.close()


@pytest.fixture
async def beside(
    postgresql_url: str, clock: SteerableClock, sandbox: Sandbox, bot: Bot
) -> AsyncIterator[Office]:
    """An office whose database always answers, to plan in."""
    opened = await Database.open(postgresql_url)
    yield Office(opened, clock, sandbox, bot)
    await opened.close()


async def test_advice_is_sent_within_seconds_after_connections_fell_silent(
    office: Office, beside: Office, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "LONGEST_S", 2.0)
    anna = await beside.person()
    courier = office.courier()
    running = asyncio.create_task(courier.run())
    await beside.plan(anna, Kind.ESCALATION)
    courier.wake()
    await _texts(beside, 1)

    relay.fall_silent()
    await beside.plan(anna, Kind.ESCALATION)
    courier.wake()
    await _texts(beside, 2)

    await courier.stop()
    await running


async def test_a_stop_keeps_its_promise_while_the_database_is_silent(
    office: Office, beside: Office, relay: Relay
) -> None:
    anna = await beside.person()
    courier = office.courier()
    running = asyncio.create_task(courier.run())
    await beside.plan(anna, Kind.ESCALATION)
    courier.wake()
    await _texts(beside, 1)

    relay.fall_silent()
    relay.swallows_new_ones = True
    await beside.plan(anna, Kind.ESCALATION)
    courier.wake()
    await asyncio.sleep(1)
    begun = time.monotonic()
    await courier.stop()

    assert time.monotonic() - begun < 4.5
    await running


async def _texts(office: Office, count: int) -> None:
    async with asyncio.timeout(10):
        while len(office.texts()) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
