"""Who wakes the courier, and when."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.care.model import Kind, Occurrence, OccurrenceState
from bot.delivery import scheduler
from bot.delivery.clock import SystemClock
from bot.delivery.scheduler import Alarm
from bot.delivery.sender import Drop, Parcel
from bot.service import holding
from bot.store import queue
from tests.delivery.conftest import ANNA, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.delivery.courier import Courier
    from tests.delivery.conftest import ComposeOne, Office

HOUR = timedelta(hours=1)


@asynccontextmanager
async def awake(office: Office, compose: ComposeOne | None = None) -> AsyncIterator[Courier]:
    """A courier at work with its alarm, and nobody else to wake it."""
    courier = office.courier(compose)
    alarm = Alarm(office.clock, courier, office.database)
    running = asyncio.create_task(courier.run())
    alarm.start()
    await asyncio.sleep(0.3)
    yield courier
    await alarm.stop()
    await courier.stop()
    await running


async def test_a_message_leaves_at_its_instant_without_anyone_calling(office: Office) -> None:
    anna = await office.person()
    await office.plan(anna, in_s=1)
    office.clock.set_rate(1)
    began = time.monotonic()

    async with awake(office):
        await office.sandbox.person(anna.chat_id).expect(lambda message: message.sender == "bot")

    assert 0.8 < time.monotonic() - began < 2


@pytest.mark.parametrize("why", ["an operator holds the queue", "Telegram pauses the bot"])
async def test_advice_leaves_at_its_instant_while_everything_else_is_held_up(
    office: Office, why: str
) -> None:
    anna, ben, cara = [await office.person(chat) for chat in (ANNA, 1002, 1003)]
    if why == "an operator holds the queue":
        await holding.hold(office.database, office.clock.now())
    else:
        office.sandbox.faults.add(method="sendMessage", answer="429", retry_after_s=30, times=2)
    await office.plan(ben)
    await office.plan(cara)
    office.clock.set_rate(1)

    async with awake(office) as courier:
        await asyncio.sleep(0.7)
        await office.plan(cara)
        await office.plan(anna, Kind.ESCALATION, in_s=1)
        courier.wake()
        began = time.monotonic()
        await office.sandbox.person(ANNA).expect(lambda message: "escalation" in message.text)

    assert 0.8 < time.monotonic() - began < 2


async def test_advice_that_telegram_put_off_for_minutes_is_not_hurried(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(scheduler.EVERY_S, "leases", 0.2)  # how often what ran out is looked for
    told = await office.plan(await office.person(), Kind.ESCALATION)
    office.sandbox.faults.add(method="sendMessage", answer="429", retry_after_s=120)
    office.clock.set_rate(1)

    async with awake(office):
        await until(lambda: office.sends() == 1)
        await asyncio.sleep(0.7)
    async with awake(office):  # after a new start, which forgets what Telegram asked for
        await asyncio.sleep(0.7)

    found = await office.look_up(told)
    assert (office.sends(), found.attempts) == (1, 1)
    assert found.message.due_at > office.clock.now() + timedelta(seconds=100)


async def test_a_message_an_hour_off_comes_in_a_second_once_the_clock_runs_that_fast(
    office: Office,
) -> None:
    anna = await office.person()
    await office.plan(anna, in_s=3600)

    async with awake(office):
        office.clock.set_rate(7200)
        await office.sandbox.person(anna.chat_id).expect(lambda message: message.sender == "bot")


async def test_a_jump_of_the_clock_wakes_the_courier(office: Office) -> None:
    anna = await office.person()
    await office.plan(anna, in_s=3600)

    async with awake(office):
        assert office.texts() == []
        office.clock.jump_to(office.clock.now() + HOUR)
        await office.sandbox.person(anna.chat_id).expect(lambda message: message.sender == "bot")


async def test_a_message_put_back_is_tried_again_without_anyone_calling(office: Office) -> None:
    anna = await office.person()
    await office.plan(anna)
    office.clock.set_rate(1)
    tries = 0

    async def compose(occurrence: Occurrence, now: datetime) -> Parcel | Drop:
        nonlocal tries
        tries += 1
        if tries == 1:
            await asyncio.sleep(0.2)  # by now the courier has nothing left to do
            raise LookupError("no such text")
        return Parcel("water")

    async with awake(office, compose):
        await office.sandbox.person(anna.chat_id).expect("water")


async def test_housekeeping_takes_back_timed_out_leases_and_expires_what_is_late(
    office: Office,
) -> None:
    anna = await office.person()
    check_in = await office.plan(anna, Kind.CHECK_IN)
    now = office.clock.now()
    async with office.database.transaction() as tx:
        await queue.lease(tx, owner="crashed", now=now, until=now + HOUR, limit=1)
    water = await office.plan(anna, expires_in_s=60)
    office.clock.jump_to(now + 2 * HOUR)

    await Alarm(office.clock, office.courier(), office.database).keep_house()

    assert (await office.look_up(check_in)).state is OccurrenceState.PLANNED
    assert (await office.look_up(water)).state is OccurrenceState.EXPIRED


async def test_housekeeping_calls_the_rest_of_the_program_and_survives_its_failure(
    office: Office,
) -> None:
    called: list[datetime] = []

    async def maintenance(now: datetime) -> None:
        called.append(now)
        raise LookupError("broken")

    alarm = Alarm(office.clock, office.courier(), office.database, maintenance)
    await alarm.keep_house()
    await alarm.keep_house()

    assert called == [office.clock.now()] * 2


async def test_a_lease_that_ran_out_comes_back_without_a_tick(office: Office) -> None:
    anna = await office.person()
    await office.plan(anna, Kind.CHECK_IN)
    now = office.clock.now()
    async with office.database.transaction() as tx:
        await queue.lease(tx, owner="crashed", now=now, until=now + HOUR, limit=1)

    async with awake(office):
        office.clock.jump_to(now + HOUR)
        await office.sandbox.person(anna.chat_id).expect("again", timeout_s=8)


async def test_a_clock_that_is_set_back_does_not_hold_up_the_alarm(office: Office) -> None:
    courier = office.courier()
    alarm = Alarm(office.clock, courier, office.database)
    running = asyncio.create_task(courier.run())
    alarm.start()
    jobs = [alarm._scheduler.get_job(each) for each in ("tick", "leases", "maintenance")]
    for each in jobs:  # as they stand once the clock shows an hour less
        each.modify(next_run_time=each.next_run_time + HOUR)

    courier.wake()

    soon = SystemClock().now() + timedelta(minutes=6)
    await until(lambda: all(each.next_run_time < soon for each in jobs))
    await alarm.stop()
    await courier.stop()
    await running
