"""Due messages while advice stands, what was put off, and check-ins that run out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.care.model import (
    NUDGES,
    InterviewState,
    Kind,
    Level,
    Occurrence,
    OccurrenceState,
    Person,
    Preferences,
)
from bot.service import answering, due, escalating, nudging, overview, people
from tests.service.clinic import DAY, HOUR, MINUTE, NOW

if TYPE_CHECKING:
    from datetime import datetime

    from tests.service.clinic import Clinic


async def first(clinic: Clinic, person: Person, kind: Kind) -> Occurrence:
    return (await clinic.coming(person, kind))[0]


async def prepared(clinic: Clinic, occurrence: Occurrence, now: datetime) -> due.Due:
    return await due.prepare(clinic.practice, occurrence, now)


# ---- safety ----


async def test_an_escalation_is_told_at_once_in_the_middle_of_the_night(
    clinic: Clinic, anna: Person
) -> None:
    night = NOW + 17 * HOUR
    await clinic.reports(anna, "chest_pain", now=night)

    (told,) = await clinic.deliver(night)

    assert isinstance(told, due.EscalationDue)
    assert told.escalation.level is Level.EMERGENCY
    assert told.follow_up == 0
    assert not told.again


async def test_follow_ups_count_from_one(clinic: Clinic, anna: Person) -> None:
    await clinic.reports(anna, "chest_pain")

    became = await clinic.passes(NOW + 2 * DAY)

    assert [each.follow_up for each in became if isinstance(each, due.EscalationDue)] == [
        0,
        1,
        2,
        3,
    ]


async def test_a_pause_holds_no_safety_message_and_a_stop_holds_all(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.reports(anna, "fever")
    told = await first(clinic, anna, Kind.ESCALATION)

    await people.pause(clinic.practice, anna.id)
    assert isinstance(await prepared(clinic, told, NOW), due.EscalationDue)
    await people.stop(clinic.practice, anna.id)
    assert await prepared(clinic, told, NOW) == due.Withheld(OccurrenceState.CANCELLED, "stopped")


async def test_after_a_word_of_help_the_advice_still_goes_and_the_asking_stops(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.reports(anna, "fever")
    told = await first(clinic, anna, Kind.ESCALATION)
    asking = await first(clinic, anna, Kind.FOLLOW_UP)
    escalation = await clinic.standing(anna)
    await escalating.respond(clinic.practice, anna.id, escalation.id, "helped", NOW)

    assert isinstance(await prepared(clinic, told, NOW), due.EscalationDue)
    assert await prepared(clinic, asking, NOW) == due.Withheld(OccurrenceState.CANCELLED, "helped")


async def test_nothing_of_a_released_escalation_is_told(clinic: Clinic, anna: Person) -> None:
    await clinic.reports(anna, "leg_pain")
    told = await first(clinic, anna, Kind.ESCALATION)
    escalation = await clinic.standing(anna)
    await escalating.respond(clinic.practice, anna.id, escalation.id, "seen_fine", NOW)

    assert await prepared(clinic, told, NOW) == due.Withheld(OccurrenceState.CANCELLED, "released")


# ---- what was put off ----


async def put_off(clinic: Clinic, person: Person) -> Occurrence:
    """A glass of water put off by an hour."""
    await clinic.massage(person)
    (water,) = await clinic.deliver(NOW + 30 * MINUTE)
    assert isinstance(water, due.NudgeDue)
    await nudging.put_off(clinic.practice, person.id, water.occurrence.id, "1h", NOW + 30 * MINUTE)
    return next(
        each for each in await clinic.coming(person) if each.message.item == nudging.LATER_ITEM
    )


async def test_a_nudge_put_off_survives_a_plan_laid_out_anew(clinic: Clinic, anna: Person) -> None:
    later = await put_off(clinic, anna)

    await people.set_preferences(
        clinic.practice, anna.id, Preferences(hydration=True), NOW + 40 * MINUTE
    )

    assert (await clinic.stored(later)).state is OccurrenceState.PLANNED


async def test_a_nudge_put_off_does_not_survive_an_emergency(clinic: Clinic, anna: Person) -> None:
    later = await put_off(clinic, anna)

    await clinic.reports(anna, "chest_pain", now=NOW + 40 * MINUTE)

    assert (await clinic.stored(later)).state is OccurrenceState.CANCELLED
    assert await clinic.coming(anna, *NUDGES) == []


# ---- expire_check_ins ----


async def test_check_ins_nobody_answered_are_closed_and_what_was_said_is_judged(
    clinic: Clinic, anna: Person
) -> None:
    untouched = await answering.begin(clinic.practice, anna.id, "worse", NOW - 2 * HOUR)
    begun = await answering.begin(clinic.practice, anna.id, "worse", NOW)
    await clinic.says(anna, begun.interview, "danger_now", "confirm")
    await clinic.says(anna, begun.interview, "symptoms", "tick", "sore")

    assert await due.expire_check_ins(clinic.practice, NOW + 13 * HOUR) == 0  # it is night
    assert await due.expire_check_ins(clinic.practice, NOW + 23 * HOUR) == 2
    assert await due.expire_check_ins(clinic.practice, NOW + 23 * HOUR) == 0

    told = {each.id: each for each in (await overview.told(clinic.practice, anna.id)).check_ins}
    assert {each.state for each in told.values()} == {InterviewState.EXPIRED}
    assert told[untouched.interview.id].verdict is None
    verdict = told[begun.interview.id].verdict
    assert verdict is not None
    assert verdict.reasons == ("sore",)


async def test_a_planned_check_in_waits_a_week(clinic: Clinic, anna: Person) -> None:
    await clinic.massage(anna)
    asked = await clinic.asked(anna)
    at = asked.interview.opened_at

    assert await due.expire_check_ins(clinic.practice, at + 7 * DAY) == 0
    assert await due.expire_check_ins(clinic.practice, at + 7 * DAY + MINUTE) == 1


# ---- judge_left_profiles ----


async def test_a_profile_left_half_answered_is_judged_once(clinic: Clinic, anna: Person) -> None:
    await clinic.massage(anna)
    begun = await answering.begin(clinic.practice, anna.id, "profile", NOW)
    for question in ("onset", "area"):
        await clinic.says(anna, begun.interview, question, "skip")
    await clinic.says(anna, begun.interview, "age", "choose", "60_plus")
    await clinic.says(anna, begun.interview, "sex", "skip")
    await clinic.says(anna, begun.interview, "recent_fall", "choose", "yes")

    assert await due.judge_left_profiles(clinic.practice, NOW + 50 * MINUTE) == 0
    assert await due.judge_left_profiles(clinic.practice, NOW + 2 * HOUR) == 1
    assert await due.judge_left_profiles(clinic.practice, NOW + 3 * HOUR) == 0

    assert (await clinic.standing(anna)).reasons == ("fall_risk",)


async def test_a_profile_left_again_is_judged_again_an_hour_after_the_last_answer(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna)
    begun = await answering.begin(clinic.practice, anna.id, "profile", NOW)
    for question in ("onset", "area"):
        await clinic.says(anna, begun.interview, question, "skip")
    await clinic.says(anna, begun.interview, "age", "choose", "60_plus")
    assert await due.judge_left_profiles(clinic.practice, NOW + 2 * HOUR) == 1

    later = NOW + 3 * HOUR
    await clinic.says(anna, begun.interview, "sex", "skip", now=later)
    await clinic.says(anna, begun.interview, "recent_fall", "choose", "yes", now=later)

    assert await due.judge_left_profiles(clinic.practice, later + 50 * MINUTE) == 0
    assert await due.judge_left_profiles(clinic.practice, later + 2 * HOUR) == 1
    assert await due.judge_left_profiles(clinic.practice, later + 3 * HOUR) == 0
    assert (await clinic.standing(anna)).reasons == ("fall_risk",)
