"""The courier against Telegram's every answer, on both databases."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import literal_column, select, update
from telegram import Bot

from bot.care.model import ChatId, Kind, Occurrence, OccurrenceState
from bot.delivery import round as rounds
from bot.delivery.sender import Drop, Outcome, Parcel, send
from bot.delivery.transport import AiohttpRequest
from bot.store import lapses, occurrences, tables
from tests.delivery.conftest import ANNA, Office, until

if TYPE_CHECKING:
    from bot.sandbox.faults import Answer

BEN = 1002
CARA = 1003
DAN = 1004
MINUTE = timedelta(minutes=1)


async def test_what_is_due_is_sent_acknowledged_and_told(office: Office) -> None:
    anna = await office.person()
    due = await office.plan(anna)

    delivered = await office.courier().drain()

    [message] = [m for m in office.sandbox.person(ANNA).messages if m.sender == "bot"]
    found = await office.look_up(due)
    assert delivered == 1
    assert message.silent
    assert found.state is OccurrenceState.SENT
    assert found.message_id == message.message_id
    assert found.sent_at == office.clock.now()
    assert office.sent == [(due, message.message_id)]


async def test_what_is_not_due_yet_stays_planned(office: Office) -> None:
    anna = await office.person()
    later = await office.plan(anna, in_s=60)
    courier = office.courier()

    assert await courier.drain() == 0
    assert await courier.next_due() == office.clock.now() + MINUTE
    assert (await office.look_up(later)).state is OccurrenceState.PLANNED


async def test_a_429_pauses_that_chat_and_holds_nobody_else(office: Office) -> None:
    anna, ben = await office.person(ANNA), await office.person(BEN)
    paused = await office.plan(anna)
    await office.plan(ben)
    office.sandbox.faults.add(method="sendMessage", chat_id=ANNA, answer="429", retry_after_s=5)
    courier = office.courier()

    await courier.drain()

    assert office.texts(BEN) != []
    assert office.texts(ANNA) == []
    found = await office.look_up(paused)
    assert found.state is OccurrenceState.PLANNED
    assert found.message.due_at == office.clock.now() + timedelta(seconds=5)

    office.clock.jump_to(found.message.due_at)
    await courier.drain()

    assert len(office.texts(ANNA)) == 1


async def test_a_message_planned_during_a_chats_pause_waits_for_its_end(office: Office) -> None:
    anna = await office.person()
    await office.plan(anna, Kind.ESCALATION)
    office.sandbox.faults.add(method="sendMessage", chat_id=ANNA, answer="429", retry_after_s=5)
    courier = office.courier()
    await courier.drain()
    await office.plan(anna, Kind.ESCALATION)

    await courier.drain()

    assert office.sends() == 1


async def test_429s_of_two_chats_within_a_second_pause_the_bot_but_never_safety(
    office: Office,
) -> None:
    anna, ben, cara, dan = [await office.person(chat) for chat in (ANNA, BEN, CARA, DAN)]
    await office.plan(anna)
    await office.plan(ben)
    for chat in (ANNA, BEN):
        office.sandbox.faults.add(method="sendMessage", chat_id=chat, answer="429", retry_after_s=9)
    courier = office.courier()
    await courier.drain()
    waiting = await office.plan(dan)
    await office.plan(cara, Kind.ESCALATION)

    await courier.drain()

    assert [text.split()[0] for text in office.texts(CARA)] == ["escalation"]
    assert (await office.look_up(waiting)).state is OccurrenceState.PLANNED


@pytest.mark.parametrize("answer", ["500", "502", "drop_before", "drop_after"])
async def test_an_uncertain_nudge_is_left_and_never_doubled(office: Office, answer: Answer) -> None:
    anna = await office.person()
    nudge = await office.plan(anna)
    office.sandbox.faults.add(method="sendMessage", answer=answer)
    courier = office.courier()

    await courier.drain()
    office.clock.jump_to(office.clock.now() + 10 * MINUTE)
    await courier.drain()

    assert (await office.look_up(nudge)).state is OccurrenceState.UNCERTAIN
    assert office.sends() == 1
    assert courier.tally["uncertain"] == 1


@pytest.mark.parametrize("kind", [Kind.CHECK_IN, Kind.ESCALATION])
@pytest.mark.parametrize("answer", ["500", "drop_after"])
async def test_an_uncertain_question_is_asked_once_more_in_words_that_bear_it(
    office: Office, kind: Kind, answer: Answer
) -> None:
    anna = await office.person()
    asked = await office.plan(anna, kind)
    office.sandbox.faults.add(method="sendMessage", answer=answer)
    courier = office.courier()

    await courier.drain()
    assert office.sends() == 1
    office.clock.jump_to(office.clock.now() + MINUTE)
    await courier.drain()

    assert (await office.look_up(asked)).state is OccurrenceState.SENT
    assert office.texts()[-1].endswith("again")


@pytest.mark.parametrize("answer", ["500", "drop_before", "drop_after"])
async def test_a_safety_message_in_doubt_goes_again_within_seconds(
    office: Office, answer: Answer
) -> None:
    anna = await office.person()
    told = await office.plan(anna, Kind.ESCALATION)
    office.sandbox.faults.add(method="sendMessage", answer=answer, times=3)
    courier = office.courier()

    for _ in range(4):
        await courier.drain()
        office.clock.jump_to(office.clock.now() + timedelta(seconds=2))

    assert office.sends() == 4
    assert (await office.look_up(told)).state is OccurrenceState.SENT


async def test_a_safety_message_that_stays_in_doubt_comes_less_and_less_often(
    office: Office,
) -> None:
    anna = await office.person()
    await office.plan(anna, Kind.ESCALATION)
    office.sandbox.faults.add(method="sendMessage", answer="drop_after", times=100)
    courier = office.courier()

    for _ in range(30):
        await courier.drain()
        office.clock.jump_to(office.clock.now() + MINUTE)

    assert office.sends() == 4 + 4  # three more at once, then after 1, 2, 4 and 8 minutes


@pytest.mark.parametrize("outage", ["no connection", "429"])
async def test_advice_in_doubt_after_an_outage_goes_again_at_once_all_the_same(
    office: Office, outage: str
) -> None:
    anna = await office.person()
    told = await office.plan(anna, Kind.ESCALATION)
    request = AiohttpRequest()
    await request.initialize()
    cut_off = Bot(office.sandbox.token, base_url="http://127.0.0.1:9/bot", request=request)
    faults = office.sandbox.faults
    if outage == "429":
        faults.add(method="sendMessage", answer="429", retry_after_s=5, times=9)

    courier = office.courier(bot=cut_off if outage == "no connection" else None)
    for _ in range(9):
        await courier.drain()
        office.clock.jump_to(office.clock.now() + timedelta(seconds=5))
    await request.shutdown()
    assert (await office.look_up(told)).attempts == 9
    faults.add(method="sendMessage", answer="502")
    courier = office.courier()
    await courier.drain()
    office.clock.jump_to(office.clock.now() + timedelta(seconds=2))
    await courier.drain()

    assert (await office.look_up(told)).state is OccurrenceState.SENT
    assert office.texts()[-1].endswith("again")


async def test_a_second_uncertain_outcome_is_not_repeated_for_ever(office: Office) -> None:
    anna = await office.person()
    asked = await office.plan(anna, Kind.CHECK_IN)
    office.sandbox.faults.add(method="sendMessage", times=5, answer="500")
    courier = office.courier()

    for _ in range(4):
        await courier.drain()
        office.clock.jump_to(office.clock.now() + 2 * MINUTE)

    assert office.sends() == 2
    assert (await office.look_up(asked)).state is OccurrenceState.UNCERTAIN


async def test_a_read_timeout_is_uncertain(office: Office) -> None:
    anna = await office.person()
    nudge = await office.plan(anna)
    office.sandbox.faults.add(method="sendMessage", answer="slow", delay_s=3)

    await office.courier().drain()

    assert (await office.look_up(nudge)).state is OccurrenceState.UNCERTAIN


async def test_without_a_connection_everything_goes_back_and_is_sent_later(office: Office) -> None:
    anna = await office.person()
    nudge, check_in = await office.plan(anna), await office.plan(anna, Kind.ESCALATION)
    request = AiohttpRequest()
    await request.initialize()
    cut_off = Bot(office.sandbox.token, base_url="http://127.0.0.1:9/bot", request=request)

    await office.courier(bot=cut_off).drain()
    for occurrence_id in (nudge, check_in):
        assert (await office.look_up(occurrence_id)).state is OccurrenceState.PLANNED
    office.clock.jump_to(office.clock.now() + MINUTE)
    await office.courier().drain()
    office.clock.jump_to(office.clock.now() + MINUTE)
    await office.courier().drain()
    await request.shutdown()

    assert len(office.texts()) == 2
    assert not any(text.endswith("again") for text in office.texts())


async def test_a_person_who_blocked_the_bot_is_told_of_and_the_message_goes_away(
    office: Office,
) -> None:
    anna = await office.person()
    nudge = await office.plan(anna)
    await office.sandbox.person(ANNA).block()

    await office.courier().drain()

    assert office.gone == [anna.id]
    assert (await office.look_up(nudge)).state is OccurrenceState.CANCELLED
    assert office.sent == []


async def test_a_message_telegram_refuses_fails_with_its_reason_and_is_not_retried(
    office: Office,
) -> None:
    anna = await office.person()
    broken = await office.plan(anna, Kind.ESCALATION)

    async def compose(occurrence: Occurrence, now: datetime) -> Parcel | Drop:
        return Parcel("<b>never closed")

    courier = office.courier(compose)
    await courier.drain()
    office.clock.jump_to(office.clock.now() + 10 * MINUTE)
    await courier.drain()

    found = await office.look_up(broken)
    assert found.state is OccurrenceState.FAILED
    assert "parse" in (found.reason or "")
    assert office.sends() == 1


async def test_a_nudge_that_cannot_be_composed_fails_after_three_tries_and_stops_nobody(
    office: Office,
) -> None:
    anna, ben = await office.person(ANNA), await office.person(BEN)
    broken = await office.plan(anna)
    await office.plan(ben)

    async def compose(occurrence: Occurrence, now: datetime) -> Parcel | Drop:
        if occurrence.id == broken:
            raise LookupError("no such exercise")
        return Parcel("water")

    courier = office.courier(compose)
    for _ in range(6):
        await courier.drain()
        office.clock.jump_to(office.clock.now() + MINUTE)

    found = await office.look_up(broken)
    assert found.attempts == 3
    assert found.state is OccurrenceState.FAILED
    assert found.reason
    assert office.texts(BEN) == ["water"]


async def test_a_message_of_a_kind_this_version_does_not_know_fails_alone_with_its_reason(
    office: Office,
) -> None:
    """As after a newer version was tried and given up again."""
    anna, ben = await office.person(ANNA), await office.person(BEN)
    unknown = [await office.plan(anna, expires_in_s=60), await office.plan(anna, in_s=-60)]
    sound = [await office.plan(ben, kind) for kind in (Kind.HYDRATION, Kind.CHECK_IN)]
    table = tables.occurrences
    async with office.database.transaction() as tx:
        newer = update(table).where(table.c.id.in_(unknown))
        await tx.execute(newer.values(kind=literal_column("'breathing'")))
    courier = office.courier()

    await courier.drain()
    await courier.expire()
    office.clock.jump_to(office.clock.now() + MINUTE)
    await courier.drain()

    assert len(office.texts(BEN)) == len(sound)
    assert [await office.look_up(each) for each in sound]
    async with office.database.reading() as tx:
        told = select(table.c.state, table.c.reason).where(table.c.id.in_(unknown))
        endings = (await tx.execute(told)).all()
    assert len(endings) == 2
    assert all(state is OccurrenceState.FAILED for state, _ in endings)
    assert all("breathing" in reason for _, reason in endings)


async def test_a_safety_message_that_cannot_be_composed_is_tried_on_and_on(office: Office) -> None:
    anna = await office.person()
    await office.plan(anna, Kind.FOLLOW_UP)
    tries = 0

    async def compose(occurrence: Occurrence, now: datetime) -> Parcel | Drop:
        nonlocal tries
        tries += 1
        if tries < 6:
            raise LookupError("no such text")
        return Parcel("how are you?")

    courier = office.courier(compose)
    for _ in range(6):
        await courier.drain()
        office.clock.jump_to(office.clock.now() + MINUTE)

    assert office.texts() == ["how are you?"]


async def test_a_send_that_never_ends_is_given_up_and_uncertain(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, ben = await office.person(ANNA), await office.person(BEN)
    stuck = await office.plan(anna)
    await office.plan(ben)

    async def never(bot: Bot, chat_id: int, parcel: Parcel) -> Outcome:
        if chat_id == ANNA:
            await asyncio.sleep(60)
        return await send(bot, ChatId(chat_id), parcel)

    monkeypatch.setattr(rounds, "send", never)
    monkeypatch.setattr(rounds, "SEND_S", 0.5)
    async with asyncio.timeout(10):
        await office.courier().drain()

    assert (await office.look_up(stuck)).state is OccurrenceState.UNCERTAIN
    assert len(office.texts(BEN)) == 1


async def test_a_drop_ends_the_message_with_its_state_and_reason(office: Office) -> None:
    anna = await office.person()
    dropped = await office.plan(anna)

    async def compose(occurrence: Occurrence, now: datetime) -> Parcel | Drop:
        return Drop(OccurrenceState.CANCELLED, "paused")

    await office.courier(compose).drain()

    found = await office.look_up(dropped)
    assert (found.state, found.reason) == (OccurrenceState.CANCELLED, "paused")
    assert office.sends() == 0


async def test_what_is_too_late_expires_unsent(office: Office) -> None:
    anna = await office.person()
    water = await office.plan(anna, expires_in_s=3600)
    office.clock.jump_to(office.clock.now() + timedelta(hours=2))

    await office.courier().drain()

    assert (await office.look_up(water)).state is OccurrenceState.EXPIRED
    assert office.composed == []


async def test_a_message_cancelled_between_lease_and_send_is_not_sent(office: Office) -> None:
    anna = await office.person()
    cancelled = await office.plan(anna)

    async def compose(occurrence: Occurrence, now: datetime) -> Parcel | Drop:
        async with office.database.transaction() as tx:
            await occurrences.cancel(tx, person_id=anna.id, reason="stopped")
        return Parcel("too late to be cancelled?")

    courier = office.courier(compose)
    await courier.drain()

    assert office.sends() == 0
    assert (await office.look_up(cancelled)).state is OccurrenceState.CANCELLED
    assert courier.in_flight == 0, "its place is free again"


@pytest.mark.parametrize("the_same_process", [True, False])
async def test_a_question_leased_anew_meanwhile_is_asked_by_the_later_lease_alone(
    office: Office, the_same_process: bool
) -> None:
    """As when the machine slept between the lease and the send."""
    anna = await office.person()
    question = await office.plan(anna, Kind.CHECK_IN)
    others: list[asyncio.Task[int]] = []

    async def slowly(occurrence: Occurrence, now: datetime) -> Parcel | Drop:
        if not occurrence.repeat:
            office.clock.jump_to(now + 2 * MINUTE)
            async with office.database.transaction() as tx:
                await lapses.reap(tx, now=office.clock.now())
            later = courier if the_same_process else office.courier(slowly)
            others.append(asyncio.create_task(later.drain()))
            await until(lambda: office.sends() == 1)
        return Parcel("again" if occurrence.repeat else "the first time")

    courier = office.courier(slowly)
    await courier.drain()
    await asyncio.gather(*others)

    assert office.texts() == ["again"]
    assert (await office.look_up(question)).state is OccurrenceState.SENT
