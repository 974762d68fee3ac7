"""From what was said to a verdict, and to the advice it opens or lifts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.care.model import (
    NUDGES,
    SAFETY,
    EscalationState,
    Interview,
    InterviewState,
    Kind,
    Level,
    Person,
    Profile,
    Verdict,
)
from bot.service import answering, escalating, judging
from bot.store import escalations, interviews, sessions
from tests.service.clinic import DAY, HOUR, NOW

if TYPE_CHECKING:
    from datetime import datetime

    from tests.service.clinic import Clinic

FALL = Profile(age="60_plus", recent_fall=True)


async def worse(clinic: Clinic, person: Person, now: datetime = NOW) -> Interview:
    return (await answering.begin(clinic.practice, person.id, "worse", now)).interview


# ---- case_of ----


async def test_a_case_is_the_whole_course_with_the_judged_check_in_last(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna, pain=None)
    await clinic.massage(anna, NOW + HOUR, pain=7)
    await clinic.massage(anna, NOW + DAY, pain=4)
    await clinic.reports(anna, "sore", now=NOW + 2 * HOUR)
    last = await clinic.reports(anna, "headache", now=NOW + 3 * HOUR)

    async with clinic.tx() as tx:
        course = await judging.course_of(tx, anna)
    case = judging.case_of(course, anna, last.interview, NOW + 3 * HOUR)

    assert case.sessions == (NOW, NOW + HOUR)  # tomorrow's is still to come
    assert case.profile.baseline_pain == 7  # the first that was told
    assert [each.symptoms for each in case.checkins] == [{"sore"}, {"headache"}]


async def test_what_was_said_later_is_no_part_of_an_earlier_check_in(
    clinic: Clinic, anna: Person
) -> None:
    early = await clinic.reports(anna, "sore", now=NOW)
    await clinic.reports(anna, "headache", now=NOW + DAY)

    async with clinic.tx() as tx:
        course = await judging.course_of(tx, anna)
    case = judging.case_of(course, anna, early.interview, NOW + 2 * DAY)

    assert [each.symptoms for each in case.checkins] == [{"sore"}]


async def test_the_profile_is_judged_with_the_massages_and_no_check_in(
    clinic: Clinic, anna: Person
) -> None:
    async with clinic.tx() as tx:
        empty = await judging.profile_case(tx, anna, NOW)
    await clinic.reports(anna, "sore", now=NOW)
    await clinic.massage(anna)
    async with clinic.tx() as tx:
        case = await judging.profile_case(tx, anna, NOW)

    assert (empty.sessions, empty.checkins) == ((), ())
    assert (case.sessions, case.checkins) == ((NOW,), ())


# ---- judge_profile ----


async def test_a_profile_that_calls_for_advice_opens_it_once(clinic: Clinic, anna: Person) -> None:
    anna = await clinic.tells(anna, FALL)

    async with clinic.tx() as tx:
        first = await judging.judge_profile(tx, clinic.practice, anna, NOW)
        second = await judging.judge_profile(tx, clinic.practice, anna, NOW + HOUR)

    assert first is not None
    assert (first.level, first.reasons, first.interview_id) == (
        Level.URGENT,
        ("fall_risk",),
        None,
    )
    assert second is None
    assert len(await clinic.coming(anna, Kind.ESCALATION)) == 1


async def test_a_profile_without_a_reason_opens_nothing(clinic: Clinic, anna: Person) -> None:
    async with clinic.tx() as tx:
        assert await judging.judge_profile(tx, clinic.practice, anna, NOW) is None


# ---- judge ----


async def test_a_verdict_is_kept_with_its_check_in(clinic: Clinic, anna: Person) -> None:
    turn = await clinic.reports(anna, "sore")

    async with clinic.tx() as tx:
        judged = await judging.judge(tx, clinic.practice, anna, turn.interview, NOW)
        kept = await interviews.required(tx, turn.interview.id)

    assert judged == judging.Judged(Verdict(Level.THERAPIST, ("sore",)))
    assert kept.verdict == judged.verdict


async def test_judging_twice_opens_one_escalation(clinic: Clinic, anna: Person) -> None:
    turn = await clinic.reports(anna, "fever")

    async with clinic.tx() as tx:
        again = await judging.judge(tx, clinic.practice, anna, turn.interview, NOW)

    assert again.opened is None
    assert len(await clinic.coming(anna, Kind.ESCALATION)) == 1


async def test_a_worse_sign_takes_the_place_of_the_advice_that_was_open(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna)
    await clinic.reports(anna, "leg_pain")
    doctor = await clinic.standing(anna)
    assert await clinic.coming(anna, Kind.HYDRATION)

    emergency = (await clinic.reports(anna, "chest_pain", now=NOW + HOUR)).opened

    assert emergency is not None
    assert emergency.level is Level.EMERGENCY
    assert emergency.reasons == ("chest_pain", "leg_pain")
    async with clinic.tx() as tx:
        replaced = await escalations.get(tx, doctor.id)
    assert replaced is not None
    assert replaced.state is EscalationState.RAISED
    assert await clinic.coming(anna, *NUDGES) == []
    assert {each.escalation_id for each in await clinic.coming(anna, *SAFETY)} == {emergency.id}


async def stopped(clinic: Clinic, person: Person) -> None:
    """An emergency of NOW of which the person said an hour later that it has stopped."""
    await clinic.massage(person)
    await clinic.reports(person, "chest_pain")
    escalation = await clinic.standing(person)
    await escalating.respond(clinic.practice, person.id, escalation.id, "stopped", NOW + HOUR)


async def test_a_clean_check_in_72_hours_after_it_stopped_lifts_an_emergency(
    clinic: Clinic, anna: Person
) -> None:
    await stopped(clinic, anna)
    interview = await worse(clinic, anna, NOW + 73 * HOUR)

    turn = await clinic.recovers(anna, interview, NOW + 73 * HOUR)

    assert turn.released is not None
    assert turn.released.release == "clean_check_in"
    assert turn.standing is None
    assert await clinic.coming(anna, Kind.STRETCH)


async def test_a_clean_check_in_within_72_hours_lifts_nothing(clinic: Clinic, anna: Person) -> None:
    await stopped(clinic, anna)
    interview = await worse(clinic, anna, NOW + 72 * HOUR)  # 71 hours after it stopped

    turn = await clinic.recovers(anna, interview, NOW + 72 * HOUR)

    assert turn.released is None
    assert (await clinic.standing(anna)).state is EscalationState.STOPPED


async def test_silence_lifts_nothing(clinic: Clinic, anna: Person) -> None:
    await stopped(clinic, anna)
    interview = await worse(clinic, anna, NOW + 7 * DAY)

    async with clinic.tx() as tx:
        await judging.close(
            tx, clinic.practice, anna, interview, InterviewState.EXPIRED, NOW + 14 * DAY
        )

    assert (await clinic.standing(anna)).state is EscalationState.STOPPED


async def test_half_a_list_of_signs_lifts_nothing(clinic: Clinic, anna: Person) -> None:
    await stopped(clinic, anna)
    interview = await worse(clinic, anna, NOW + 7 * DAY)
    await clinic.says(anna, interview, "danger_now", "confirm", now=NOW + 7 * DAY)

    async with clinic.tx() as tx:
        judged = await judging.close(
            tx, clinic.practice, anna, interview, InterviewState.EXPIRED, NOW + 14 * DAY
        )

    assert judged.released is None
    assert (await clinic.standing(anna)).state is EscalationState.STOPPED


# ---- lift ----


async def test_lifting_ends_the_asking_and_lays_the_plan_out(clinic: Clinic, anna: Person) -> None:
    await clinic.massage(anna)
    await clinic.reports(anna, "chest_pain")
    escalation = await clinic.standing(anna)
    lifted = replace(escalation, state=EscalationState.RELEASED, release="seen", changed_at=NOW)

    for _ in range(2):
        async with clinic.tx() as tx:
            await judging.lift(tx, clinic.practice, anna, lifted, NOW)
            assert await escalations.current(tx, anna.id) is None
            session = await sessions.latest(tx, anna.id)
            assert session is not None

        assert await clinic.coming(anna, *SAFETY) == []
        times = [each.message.due_at for each in await clinic.coming(anna, Kind.STRETCH)]
        assert times
        assert len(times) == len(set(times))


# ---- close ----


async def test_a_check_in_closed_without_a_word_gets_no_verdict_of_its_own(
    clinic: Clinic, anna: Person
) -> None:
    interview = await worse(clinic, anna)

    async with clinic.tx() as tx:
        judged = await judging.close(
            tx, clinic.practice, anna, interview, InterviewState.EXPIRED, NOW + DAY
        )
        closed = await interviews.required(tx, interview.id)

    assert judged == judging.Judged(Verdict(Level.SELF_CARE, ()))
    assert closed.verdict is None
    assert (closed.state, closed.closed_at) == (InterviewState.EXPIRED, NOW + DAY)


async def test_an_expired_check_in_is_judged_by_what_was_answered(
    clinic: Clinic, anna: Person
) -> None:
    """The four weeks are over and the pain is the same: no further answer is waited for."""
    await clinic.tells(anna, Profile(onset="over_12_weeks"))
    anna = await clinic.person(anna.id)
    await clinic.massage(anna, NOW - 28 * DAY)
    turn = await clinic.reports(anna)
    turn = await clinic.says(anna, turn.interview, "change", "choose", "same")
    assert turn.opened is None

    async with clinic.tx() as tx:
        judged = await judging.close(
            tx, clinic.practice, anna, turn.interview, InterviewState.EXPIRED, NOW + DAY
        )

    assert judged.opened is not None
    assert judged.opened.reasons == ("no_improvement",)


# ---- judge_again ----


async def test_what_the_profile_adds_to_a_check_in_is_heard_once(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna)
    await clinic.reports(anna, "big_bruise", now=NOW + HOUR)
    anna = await clinic.tells(anna, Profile(conditions=frozenset({"blood_thinners"})))

    async with clinic.tx() as tx:
        first = await judging.judge_again(tx, clinic.practice, anna, NOW + 2 * HOUR)
        second = await judging.judge_again(tx, clinic.practice, anna, NOW + 3 * HOUR)

    assert first is not None
    assert first.reasons == ("bruise_thinners",)
    assert second is None
