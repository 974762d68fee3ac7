"""An outage of Telegram costs a handful of messages, not everything that falls due in it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.care.model import Kind, OccurrenceState
from bot.delivery.clock import SteerableClock
from bot.delivery.scheduler import Alarm
from bot.delivery.sender import Drop, Parcel, Photo
from tests.delivery.conftest import ANNA, START, Office, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from bot.care.model import Occurrence, OccurrenceId
    from bot.delivery.courier import Courier
    from bot.sandbox.faults import Answer

BEN = 1002
MANY = 10_000  # calls
CROWD = 24
HANDFUL = 8
TELEGRAMS_PACE = 30


@pytest.fixture
def clock() -> SteerableClock:
    """Runs: what was held back waits for its chat's turn again, a second later."""
    return SteerableClock(START)


@asynccontextmanager
async def at_work(office: Office, courier: Courier) -> AsyncIterator[None]:
    alarm = Alarm(office.clock, courier, office.database)
    running = asyncio.create_task(courier.run())
    alarm.start()
    yield
    await alarm.stop()
    await courier.stop()
    await running


async def states(office: Office, planned: list[OccurrenceId]) -> list[OccurrenceState]:
    return [(await office.look_up(each)).state for each in planned]


async def crowd(office: Office, kind: Kind = Kind.HYDRATION) -> list[OccurrenceId]:
    return [await office.plan(await office.person(2000 + n), kind) for n in range(CROWD)]


@pytest.mark.parametrize("answer", ["500", "502", "drop_before"])
async def test_an_outage_costs_a_handful_and_the_rest_goes_when_it_ends(
    office: Office, answer: Answer
) -> None:
    nudges = await crowd(office)
    office.sandbox.faults.add(answer=answer, times=MANY)
    courier = office.courier(per_second=TELEGRAMS_PACE)

    async with at_work(office, courier):
        await asyncio.sleep(1.2)
        spent = office.sends()
        office.sandbox.faults.clear()
        await until(lambda: len(office.sent) >= CROWD - spent)

    ended = await states(office, nudges)
    assert 3 <= spent <= HANDFUL
    assert ended.count(OccurrenceState.UNCERTAIN) == spent
    assert ended.count(OccurrenceState.SENT) == CROWD - spent


async def test_where_only_messages_fail_one_at_a_time_tries_less_and_less_often(
    office: Office,
) -> None:
    await crowd(office)
    office.sandbox.faults.add("sendMessage", answer="502", times=MANY)

    async with at_work(office, office.courier(per_second=TELEGRAMS_PACE)):
        await until(lambda: office.sends() >= 3)
        await asyncio.sleep(0.3)
        before = office.sends()
        await asyncio.sleep(3.5)

    assert before <= HANDFUL
    assert 1 <= office.sends() - before <= 3


async def test_a_questions_one_repeat_is_not_spent_in_an_outage(office: Office) -> None:
    asked = [await office.plan(await office.person(2000 + n), Kind.CHECK_IN) for n in range(3)]
    office.sandbox.faults.add(answer="502", times=MANY)
    courier = office.courier(per_second=TELEGRAMS_PACE)
    await courier.drain()
    office.clock.jump_to(office.clock.now() + timedelta(minutes=2))

    async with at_work(office, courier):
        await asyncio.sleep(1.2)
        spent = office.sends()
        office.sandbox.faults.clear()
        await until(lambda: len(office.sent) == 3)

    assert spent == 3
    assert await states(office, asked) == [OccurrenceState.SENT] * 3
    assert all(office.texts(2000 + n)[-1].endswith("again") for n in range(3))


async def test_a_single_slow_chat_holds_nobody_else(office: Office) -> None:
    anna, ben = await office.person(ANNA), await office.person(BEN)
    office.sandbox.faults.add("sendMessage", chat_id=ANNA, answer="500", times=MANY)
    courier = office.courier(per_second=TELEGRAMS_PACE)
    for _ in range(5):
        await office.plan(anna)
        await courier.drain()
        office.clock.jump_to(office.clock.now() + timedelta(seconds=2))
    await office.plan(ben)

    await courier.drain()

    assert office.sends() == 6
    assert office.texts(BEN) != []


async def test_a_safety_message_goes_in_an_outage_and_its_arrival_ends_the_hold(
    office: Office,
) -> None:
    ben = await office.person(BEN)
    nudges = await crowd(office)
    office.sandbox.faults.add(answer="502", times=MANY)
    courier = office.courier(per_second=TELEGRAMS_PACE)
    await courier.drain()
    spent = office.sends()
    office.sandbox.faults.clear()
    await office.plan(ben, Kind.ESCALATION)

    await courier.drain()

    assert spent <= HANDFUL
    assert [text.split()[0] for text in office.texts(BEN)] == ["escalation"]
    assert (await states(office, nudges)).count(OccurrenceState.SENT) == CROWD - spent


async def test_a_defect_of_ours_is_no_outage(office: Office) -> None:
    planned = await crowd(office)

    def fail() -> bytes:
        raise LookupError("no such drawing")

    async def compose(occurrence: Occurrence, now: datetime) -> Parcel | Drop:
        if occurrence.id in planned[:5]:
            return Parcel("Stretch.", photo=Photo("broken", fail))
        return await office.compose(occurrence, now)

    await office.courier(compose, per_second=TELEGRAMS_PACE).drain()

    assert (await states(office, planned)).count(OccurrenceState.SENT) == CROWD - 5


async def test_what_is_no_longer_wanted_does_not_keep_the_rest_waiting(office: Office) -> None:
    """The one that is to try may turn out to be dropped: then another tries."""
    nudges = await crowd(office)
    office.sandbox.faults.add(answer="502", times=MANY)
    dropping = False

    async def compose(occurrence: Occurrence, now: datetime) -> Parcel | Drop:
        if dropping and occurrence.id in nudges[:-3]:
            return Drop(OccurrenceState.CANCELLED, "not wanted")
        return await office.compose(occurrence, now)

    courier = office.courier(compose, per_second=TELEGRAMS_PACE)
    async with at_work(office, courier):
        await asyncio.sleep(0.3)
        dropping = True
        office.sandbox.faults.clear()
        await until(lambda: len(office.sent) == 3)
