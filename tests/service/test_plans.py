"""Laying out what comes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.care.model import (
    CHECK_INS,
    NUDGES,
    SAFETY,
    Kind,
    Person,
    Status,
)
from bot.service import plans
from bot.store import interviews, occurrences, queue
from tests.service.clinic import DAY, HOUR, MINUTE, NOW

if TYPE_CHECKING:
    from bot.care.model import PlannedMessage
    from tests.service.clinic import Clinic


async def laid_out(clinic: Clinic, person: Person, hours: float = 0) -> tuple[PlannedMessage, ...]:
    async with clinic.tx() as tx:
        return await plans.lay_out_anew(tx, clinic.practice, person, NOW + hours * HOUR)


# ---- lay_out_anew, still_fits, ahead ----


async def test_laying_out_twice_leaves_the_same_messages_once(clinic: Clinic, anna: Person) -> None:
    logged = await clinic.massage(anna)

    first = await laid_out(clinic, anna)
    second = await laid_out(clinic, anna)

    assert first == second == logged.plan
    assert [each.message for each in await clinic.coming(anna)] == list(logged.plan)


async def test_half_way_the_plan_goes_on_as_it_was(clinic: Clinic, anna: Person) -> None:
    logged = await clinic.massage(anna)
    asked = await clinic.asked(anna)
    await clinic.recovers(anna, asked.interview, NOW + 4 * HOUR, change="same")
    ahead = [each.message for each in await clinic.coming(anna)]

    anew = await laid_out(clinic, anna, hours=4)

    assert list(anew) == ahead
    left_out = {each.item for each in logged.plan} - {each.item for each in anew}
    assert left_out == {"hydration_30m", "hydration_2h", "check_in_4h", "check_in_4h_reminder"}


async def test_there_is_no_plan_before_a_massage_or_for_someone_who_left(
    clinic: Clinic, anna: Person
) -> None:
    assert await laid_out(clinic, anna) == ()
    await clinic.massage(anna)

    assert await laid_out(clinic, replace(anna, status=Status.PAUSED)) == ()
    assert await laid_out(clinic, replace(anna, zone=None)) == ()
    assert await clinic.coming(anna)  # nothing was withdrawn either


async def test_while_advice_stands_the_kinds_it_pauses_are_left_out(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna)
    await clinic.reports(anna, "leg_pain")
    doctor = {each.kind for each in await laid_out(clinic, anna)}
    await clinic.reports(anna, "chest_pain", now=NOW + HOUR)
    emergency = {each.kind for each in await laid_out(clinic, anna, hours=1)}

    assert doctor & NUDGES == {Kind.HYDRATION, Kind.MOVEMENT}
    assert emergency <= CHECK_INS


async def test_two_better_check_ins_in_a_row_bring_strengthening(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna)
    for hours in (24, 72):
        assert await clinic.coming(anna, Kind.STRENGTHENING) == []
        asked = await clinic.asked(anna, hours=hours)
        await clinic.recovers(anna, asked.interview, NOW + hours * HOUR)

    assert await clinic.coming(anna, Kind.STRENGTHENING)


async def test_strengthening_fits_who_was_better_twice_until_they_say_otherwise(
    clinic: Clinic, anna: Person
) -> None:
    async def fits(kind: Kind = Kind.STRENGTHENING) -> bool:
        async with clinic.tx() as tx:
            return await plans.still_fits(tx, anna, kind)

    await clinic.massage(anna)
    assert not await fits()
    for hours in (24, 72):
        asked = await clinic.asked(anna, hours=hours)
        await clinic.recovers(anna, asked.interview, NOW + hours * HOUR)
    assert await fits()

    later = NOW + 80 * HOUR
    turn = await clinic.reports(anna, now=later)
    await clinic.says(anna, turn.interview, "change", "choose", "worse", now=later)

    assert not await fits()
    assert await fits(Kind.STRETCH)


async def test_what_is_on_its_way_is_not_planned_once_more(clinic: Clinic, anna: Person) -> None:
    await clinic.massage(anna)
    at = NOW + 4 * HOUR
    await clinic.passes(at - MINUTE)
    async with clinic.tx() as tx:
        leased = await queue.lease(tx, owner="x", now=at, until=at + MINUTE, limit=100)
    assert Kind.CHECK_IN in {each.message.kind for each in leased}

    messages = await laid_out(clinic, anna, hours=4)

    assert not {each.message.item for each in leased} & {each.item for each in messages}


async def test_no_message_comes_closer_than_the_gap_to_an_asking_after_help(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna)
    await clinic.reports(anna, "leg_pain")

    times = sorted(each.message.due_at for each in await clinic.coming(anna))
    asking = [each.message.due_at for each in await clinic.coming(anna, Kind.FOLLOW_UP)]

    gaps = [abs(at - each) for each in asking for at in times if at != each]
    assert min(gaps) >= 45 * MINUTE


async def test_ahead_is_the_plan_without_safety_messages(clinic: Clinic, anna: Person) -> None:
    logged = await clinic.massage(anna)
    async with clinic.tx() as tx:
        assert await plans.ahead(tx, anna) == logged.plan

    await clinic.reports(anna, "chest_pain")

    async with clinic.tx() as tx:
        ahead = await plans.ahead(tx, anna)
    assert ahead
    assert {each.kind for each in ahead} <= CHECK_INS


# ---- follow_up ----


async def test_an_escalation_planned_twice_is_planned_once(clinic: Clinic, anna: Person) -> None:
    await clinic.reports(anna, "chest_pain")
    escalation = await clinic.standing(anna)
    before = await clinic.coming(anna, *SAFETY)

    async with clinic.tx() as tx:
        await plans.follow_up(tx, clinic.practice, anna, escalation, NOW)

    assert await clinic.coming(anna, *SAFETY) == before
    assert [each.message.due_at - NOW for each in before][:3] == [
        0 * HOUR,
        HOUR / 2,
        3 * HOUR,
    ]


async def test_told_again_it_stands_beside_what_was_sent(clinic: Clinic, anna: Person) -> None:
    await clinic.reports(anna, "chest_pain")
    await clinic.deliver(NOW)
    escalation = await clinic.standing(anna)
    at = NOW + DAY

    for _ in range(2):
        async with clinic.tx() as tx:
            await plans.follow_up(tx, clinic.practice, anna, escalation, at, repeat=True)

    (told,) = await clinic.coming(anna, Kind.ESCALATION)
    assert told.message.due_at == at
    assert told.message.item.startswith(plans.REPEAT_ITEM)


async def test_once_told_only_its_questions_start_again(clinic: Clinic, anna: Person) -> None:
    await clinic.reports(anna, "chest_pain")
    await clinic.deliver(NOW)
    escalation = await clinic.standing(anna)
    before = await clinic.coming(anna, *SAFETY)

    async with clinic.tx() as tx:
        await plans.follow_up(tx, clinic.practice, anna, escalation, NOW + DAY, told=True)

    added = [each for each in await clinic.coming(anna, *SAFETY) if each not in before]
    assert {each.message.kind for each in added} == {Kind.FOLLOW_UP}
    assert added[0].message.due_at == NOW + DAY + HOUR / 2


# ---- cancel_reminder ----


async def test_a_reminder_is_cancelled_for_its_own_check_in_only(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna)
    asked = await clinic.asked(anna)
    before = {each.message.item for each in await clinic.coming(anna, Kind.REMINDER)}

    for _ in range(2):
        async with clinic.tx() as tx:
            await plans.cancel_reminder(tx, asked.interview)

    after = {each.message.item for each in await clinic.coming(anna, Kind.REMINDER)}
    assert before - after == {"check_in_4h_reminder"}


async def test_a_report_of_ones_own_has_no_reminder_to_cancel(clinic: Clinic, anna: Person) -> None:
    await clinic.massage(anna)
    turn = await clinic.reports(anna)
    before = await clinic.coming(anna, Kind.REMINDER)

    async with clinic.tx() as tx:
        own = await interviews.required(tx, turn.interview.id)
        await plans.cancel_reminder(tx, own)

    assert await clinic.coming(anna, Kind.REMINDER) == before


# ---- ask_to_go_on ----


async def test_whether_to_go_on_is_asked_once_in_place_of_a_check_in(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna)
    check_in = (await clinic.coming(anna, Kind.CHECK_IN))[0]

    for _ in range(2):
        async with clinic.tx() as tx:
            await plans.ask_to_go_on(tx, anna, check_in, NOW + HOUR)

    (asking,) = await clinic.coming(anna, Kind.GO_ON)
    assert asking.message.due_at == NOW + HOUR
    assert asking.message.expires_at is None


# ---- let_settle, tell_now ----


async def test_a_held_message_leaves_ten_seconds_later_or_when_the_list_is_done(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.reports(anna, "leg_pain")
    escalation = await clinic.standing(anna)

    async with clinic.tx() as tx:
        await plans.let_settle(tx, escalation, NOW + MINUTE)
    (held,) = await clinic.coming(anna, Kind.ESCALATION)
    async with clinic.tx() as tx:
        await plans.tell_now(tx, escalation, NOW + MINUTE)
    (told,) = await clinic.coming(anna, Kind.ESCALATION)

    assert held.message.due_at == NOW + MINUTE + plans.SETTLE
    assert told.message.due_at == NOW + MINUTE


async def test_what_was_told_is_not_told_again_by_a_list_that_is_done(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.reports(anna, "leg_pain")
    await clinic.deliver(NOW)
    escalation = await clinic.standing(anna)

    async with clinic.tx() as tx:
        await plans.tell_now(tx, escalation, NOW + MINUTE)

    assert await clinic.coming(anna, Kind.ESCALATION) == []


async def test_without_advice_there_is_nothing_to_tell(clinic: Clinic, anna: Person) -> None:
    async with clinic.tx() as tx:
        await plans.tell_now(tx, None, NOW)

    assert await clinic.coming(anna) == []


# ---- ask_on ----


async def test_the_asking_starts_again_only_once_nothing_of_it_is_left(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.reports(anna, "chest_pain")
    escalation = await clinic.standing(anna)
    asking = await clinic.coming(anna, Kind.FOLLOW_UP)

    async with clinic.tx() as tx:
        await plans.ask_on(tx, clinic.practice, anna, escalation, NOW)
    assert await clinic.coming(anna, Kind.FOLLOW_UP) == asking

    async with clinic.tx() as tx:
        await occurrences.cancel(tx, person_id=anna.id, kinds=SAFETY, reason="asked")
        await plans.ask_on(tx, clinic.practice, anna, escalation, NOW + DAY)
    again = await clinic.coming(anna, Kind.FOLLOW_UP)
    assert again[0].message.due_at == NOW + DAY + 30 * MINUTE
