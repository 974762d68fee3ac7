"""The courier's pace, its company, its crash and its stop, on both databases."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from telegram import Bot

from bot.care.model import Kind, Occurrence, OccurrenceState
from bot.delivery.budget import BotBudget
from bot.delivery.queue import Queue
from bot.delivery.sender import Drop, Parcel
from bot.delivery.transport import AiohttpRequest
from bot.store import lapses
from tests.delivery.conftest import ANNA, Office, until

IN_HAND = 9  # of thousands, those that were on their way already
BEN = 1002
MINUTE = timedelta(minutes=1)


async def test_two_messages_to_one_chat_leave_a_second_apart(office: Office) -> None:
    anna = await office.person()
    await office.plan(anna)
    await office.plan(anna)
    courier = office.courier()

    assert await courier.drain() == 1
    office.clock.jump_to(office.clock.now() + timedelta(seconds=1))
    assert await courier.drain() == 1

    assert office.texts() == ["hydration 1", "hydration 2"]


async def test_a_message_that_is_held_up_is_not_overtaken_by_the_next(office: Office) -> None:
    anna = await office.person()
    await office.plan(anna)
    await office.plan(anna, in_s=1)
    go_on = asyncio.Event()

    async def compose(occurrence: Occurrence, now: datetime) -> Parcel | Drop:
        if occurrence.message.sequence == 1:
            await go_on.wait()
        return Parcel(f"number {occurrence.message.sequence}")

    courier = office.courier(compose)
    running = asyncio.create_task(courier.run())
    await until(lambda: courier.in_flight == 1)
    office.clock.jump_to(office.clock.now() + timedelta(seconds=1))
    courier.wake()
    await until(lambda: courier.tally["released"] == 1)
    go_on.set()
    await until(lambda: courier.tally["sent"] == 1)
    office.clock.jump_to(office.clock.now() + timedelta(seconds=1))
    courier.wake()
    await until(lambda: courier.tally["sent"] == 2)
    await courier.stop()
    await running

    assert office.texts() == ["number 1", "number 2"]


async def test_two_couriers_on_one_database_never_send_twice(office: Office) -> None:
    chats = range(2001, 2041)
    for chat in chats:
        await office.plan(await office.person(chat))

    await asyncio.gather(office.courier().drain(), office.courier().drain())

    assert [len(office.texts(chat)) for chat in chats] == [1] * 40


async def test_a_crash_leaves_leases_that_come_back_when_their_time_is_up(office: Office) -> None:
    anna, ben = await office.person(ANNA), await office.person(BEN)
    check_in = await office.plan(anna, Kind.CHECK_IN)
    nudge = await office.plan(ben)
    begun = 0

    async def hang(occurrence: Occurrence, now: datetime) -> Parcel | Drop:
        nonlocal begun
        begun += 1
        await asyncio.Event().wait()
        raise AssertionError

    crashed = asyncio.create_task(office.courier(hang).run())
    await until(lambda: begun == 2)
    crashed.cancel()
    await asyncio.gather(crashed, return_exceptions=True)
    survivor = office.courier()

    assert await survivor.drain() == 0
    assert (await office.look_up(check_in)).state is OccurrenceState.LEASED

    office.clock.jump_to(office.clock.now() + timedelta(seconds=61))
    async with office.database.transaction() as tx:
        await lapses.reap(tx, now=office.clock.now())
    await survivor.drain()

    assert office.texts(ANNA) == [f"check_in {1} again"]
    assert (await office.look_up(nudge)).state is OccurrenceState.UNCERTAIN


async def test_held_only_safety_messages_leave(office: Office) -> None:
    anna, ben = await office.person(ANNA), await office.person(BEN)
    await office.plan(anna)
    await office.plan(ben, Kind.ESCALATION)
    courier = office.courier()
    courier.held = True

    await courier.drain()
    assert (office.texts(ANNA), len(office.texts(BEN))) == ([], 1)

    courier.held = False
    await courier.drain()
    assert len(office.texts(ANNA)) == 1


async def test_the_bots_limit_is_kept_in_every_second(office: Office) -> None:
    for chat in range(3001, 3026):
        await office.plan(await office.person(chat))

    await office.courier(per_second=20).drain()

    sent = [call.at for call in office.sandbox.calls if call.method == "sendMessage"]
    assert len(sent) == 25
    second = timedelta(seconds=1)
    assert max(sum(at <= other < at + second for other in sent) for at in sent) <= 20


async def test_an_escalation_overtakes_thousands_of_nudges(office: Office) -> None:
    ben = await office.person(BEN)
    await office.crowd(people_count=100, nudges_each=30)
    courier = office.courier(per_second=30)
    running = asyncio.create_task(courier.run())
    await until(lambda: office.sends() > 0)

    await office.plan(ben, Kind.ESCALATION)
    before = office.sends()
    courier.wake()
    await until(lambda: office.texts(BEN) != [])
    overtaken_by = office.sends() - 1 - before
    await courier.stop()
    await running

    assert overtaken_by <= IN_HAND


@pytest.mark.parametrize(
    ("standing_in_line", "first"),
    [((Queue, "lease_in_turn"), Kind.HYDRATION), ((BotBudget, "give_up"), Kind.ESCALATION)],
)
async def test_advice_does_not_wait_while_the_courier_stands_in_line_to_write(
    office: Office,
    monkeypatch: pytest.MonkeyPatch,
    standing_in_line: tuple[type, str],
    first: Kind,
) -> None:
    anna, ben = await office.person(ANNA), await office.person(BEN)
    in_line, go_on = asyncio.Event(), asyncio.Event()
    real = getattr(*standing_in_line)

    async def slowly(*arguments: Any, **named: Any) -> Any:
        in_line.set()
        await go_on.wait()
        return await real(*arguments, **named)

    monkeypatch.setattr(*standing_in_line, slowly)
    await office.plan(anna, first)
    courier = office.courier()
    running = asyncio.create_task(courier.run())
    await until(in_line.is_set)

    await office.plan(ben, Kind.ESCALATION)
    courier.wake()
    await until(lambda: office.texts(BEN) != [])

    go_on.set()
    await until(lambda: office.texts(ANNA) != [])
    await courier.stop()
    await running


async def test_stop_finishes_what_is_on_its_way(office: Office) -> None:
    anna = await office.person()
    nudge = await office.plan(anna)
    office.sandbox.faults.add(method="sendMessage", answer="slow", delay_s=0.5)
    courier = office.courier()
    running = asyncio.create_task(courier.run())
    await until(lambda: courier.in_flight == 1)

    await courier.stop()
    await running

    assert (await office.look_up(nudge)).state is OccurrenceState.SENT


async def test_stop_ends_in_under_four_seconds_and_says_what_it_does_not_know(
    office: Office,
) -> None:
    anna, ben = await office.person(ANNA), await office.person(BEN)
    on_the_wire = await office.plan(anna)
    unsent = await office.plan(ben, Kind.CHECK_IN)
    request = AiohttpRequest(read_s=30)
    await request.initialize()
    patient = Bot(office.sandbox.token, base_url=office.sandbox.api_url, request=request)
    office.sandbox.faults.add(method="sendMessage", answer="slow", delay_s=20)

    async def compose(occurrence: Occurrence, now: datetime) -> Parcel | Drop:
        if occurrence.id == unsent:
            await asyncio.sleep(20)
        return Parcel("water")

    courier = office.courier(compose, bot=patient)
    running = asyncio.create_task(courier.run())
    await until(lambda: courier.in_flight == 2)
    await asyncio.sleep(0.2)
    began = time.monotonic()

    await courier.stop()
    await running
    took_s = time.monotonic() - began
    await request.shutdown()

    assert took_s < 3.6
    assert (await office.look_up(on_the_wire)).state is OccurrenceState.UNCERTAIN
    assert (await office.look_up(unsent)).state is OccurrenceState.PLANNED


async def test_a_message_that_falls_due_during_a_look_does_not_wait_for_the_next_one(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = await office.person()
    await office.plan(anna, in_s=60)
    looked = Queue.due_priorities

    async def look_slowly(self: Queue) -> frozenset[int]:
        answer = await looked(self)
        office.clock.jump_to(office.clock.now() + MINUTE)
        return answer

    monkeypatch.setattr(Queue, "due_priorities", look_slowly)
    courier = office.courier()
    running = asyncio.create_task(courier.run())
    await until(lambda: office.texts() != [])
    await courier.stop()
    await running
