"""Answers: kept once, judged at once, and followed by the next question."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.care.model import (
    Interview,
    InterviewState,
    Kind,
    Level,
    Person,
    Profile,
    Verdict,
)
from bot.service import answering
from bot.service.plans import SETTLE
from bot.store import interviews
from tests.service.clinic import DAY, HOUR, NOW

if TYPE_CHECKING:
    from bot.care.taps import Act
    from tests.service.clinic import Clinic


async def worse(clinic: Clinic, person: Person) -> Interview:
    return (await answering.begin(clinic.practice, person.id, "worse", NOW)).interview


async def held(clinic: Clinic, interview: Interview) -> Interview:
    async with clinic.tx() as tx:
        return await interviews.required(tx, interview.id)


# ---- answer ----


async def test_a_double_press_valid_for_two_questions_answers_only_its_own(
    clinic: Clinic, anna: Person
) -> None:
    """Both lists end with "confirm": pressed twice under the first, it ends only the first."""
    interview = await worse(clinic, anna)

    first = await clinic.says(anna, interview, "danger_now", "confirm")
    second = await clinic.says(anna, interview, "danger_now", "confirm")

    assert not first.stale
    assert second.stale
    assert second.question is not None
    assert second.question.id == "symptoms"
    assert set((await held(clinic, interview)).answers) == {"danger_now"}


async def test_yes_pressed_twice_does_not_answer_the_next_question_too(
    clinic: Clinic, anna: Person
) -> None:
    begun = await answering.begin(clinic.practice, anna.id, "profile", NOW)
    for _ in range(2):
        turn = await clinic.says(anna, begun.interview, "onset", "skip")

    assert turn.stale
    assert turn.question is not None
    assert turn.question.id == "area"


async def test_two_quick_ticks_of_one_list_are_both_kept_in_the_order_of_the_list(
    clinic: Clinic, anna: Person
) -> None:
    interview = await worse(clinic, anna)
    await clinic.says(anna, interview, "danger_now", "confirm")

    await clinic.says(anna, interview, "symptoms", "tick", "headache")
    await clinic.says(anna, interview, "symptoms", "tick", "sore")

    answer = (await held(clinic, interview)).answers["symptoms"]
    assert answer.value == ("sore", "headache")
    assert not answer.confirmed


async def test_the_same_tick_twice_is_one_and_says_so(clinic: Clinic, anna: Person) -> None:
    interview = await worse(clinic, anna)
    await clinic.says(anna, interview, "danger_now", "confirm")
    await clinic.says(anna, interview, "symptoms", "tick", "sore")

    again = await clinic.says(anna, interview, "symptoms", "tick", "sore")

    assert again.stale
    assert (await held(clinic, interview)).answers["symptoms"].value == ("sore",)


async def test_a_tick_is_taken_back_once(clinic: Clinic, anna: Person) -> None:
    interview = await worse(clinic, anna)
    await clinic.says(anna, interview, "danger_now", "confirm")
    await clinic.says(anna, interview, "symptoms", "tick", "sore")

    assert not (await clinic.says(anna, interview, "symptoms", "untick", "sore")).stale
    assert (await clinic.says(anna, interview, "symptoms", "untick", "sore")).stale
    assert (await held(clinic, interview)).answers["symptoms"].value == ()


@pytest.mark.parametrize(
    ("question", "act", "option"),
    [
        ("danger_now", "tick", "sore"),  # of the other list
        ("danger_now", "choose", "chest_pain"),
        ("danger_now", "tick", 3),
        ("danger_now", "skip", None),  # danger signs can't be skipped
        ("change", "choose", "better"),  # not asked yet
        ("pain", "choose", 3),
        ("onset", "skip", None),  # of the profile
        ("nothing", "confirm", None),
    ],
)
async def test_a_tap_that_does_not_fit_changes_nothing(
    clinic: Clinic, anna: Person, question: str, act: Act, option: str | int | None
) -> None:
    interview = await worse(clinic, anna)

    turn = await clinic.says(anna, interview, question, act, option)

    assert turn.stale
    assert (await held(clinic, interview)).answers == {}


@pytest.mark.parametrize("points", [-1, 11, "3", "many", None])
async def test_pain_is_a_number_from_0_to_10(
    clinic: Clinic, anna: Person, points: str | int | None
) -> None:
    interview = await worse(clinic, anna)
    await clinic.ticks(anna, interview)
    await clinic.says(anna, interview, "change", "choose", "same")

    turn = await clinic.says(anna, interview, "pain", "choose", points)

    assert turn.stale
    assert "pain" not in (await held(clinic, interview)).answers


async def test_an_emergency_sign_ends_the_questions_and_is_told_at_once(
    clinic: Clinic, anna: Person
) -> None:
    interview = await worse(clinic, anna)

    turn = await clinic.says(anna, interview, "danger_now", "tick", "chest_pain")

    assert turn.ended
    assert turn.interview.state is InterviewState.COMPLETE
    assert turn.opened is not None
    assert turn.opened.level is Level.EMERGENCY
    assert turn.standing == turn.opened
    (told,) = await clinic.coming(anna, Kind.ESCALATION)
    assert told.message.due_at == NOW


async def test_the_same_emergency_tick_twice_opens_one_escalation(
    clinic: Clinic, anna: Person
) -> None:
    interview = await worse(clinic, anna)
    first = await clinic.says(anna, interview, "danger_now", "tick", "chest_pain")

    again = await clinic.says(anna, interview, "danger_now", "tick", "chest_pain")

    assert again.stale
    assert again.opened is None
    assert again.standing == first.opened
    assert len(await clinic.coming(anna, Kind.ESCALATION)) == 1


async def test_a_doctors_sign_waits_for_more_ticks_and_leaves_with_done(
    clinic: Clinic, anna: Person
) -> None:
    interview = await worse(clinic, anna)
    await clinic.says(anna, interview, "danger_now", "confirm")

    await clinic.says(anna, interview, "symptoms", "tick", "leg_pain")
    (waiting,) = await clinic.coming(anna, Kind.ESCALATION)
    await clinic.says(anna, interview, "symptoms", "confirm", now=NOW + timedelta(seconds=3))
    (leaving,) = await clinic.coming(anna, Kind.ESCALATION)

    assert waiting.message.due_at == NOW + SETTLE
    assert leaving.message.due_at == NOW + timedelta(seconds=3)


async def test_the_last_answer_ends_the_check_in_with_its_verdict(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna)
    due = await clinic.asked(anna, hours=24)

    turn = await clinic.recovers(anna, due.interview, NOW + DAY, change="worse")

    assert turn.ended
    assert turn.interview.state is InterviewState.COMPLETE
    assert turn.verdict == Verdict(Level.THERAPIST, ("worse",))
    assert turn.standing is None


async def test_an_answered_check_in_is_not_asked_again(clinic: Clinic, anna: Person) -> None:
    await clinic.massage(anna)
    due = await clinic.asked(anna)
    later = NOW + 4 * HOUR
    before = {each.message.item for each in await clinic.coming(anna, Kind.REMINDER)}

    await clinic.says(anna, due.interview, "danger_now", "confirm", now=later)

    after = {each.message.item for each in await clinic.coming(anna, Kind.REMINDER)}
    assert before - after == {"check_in_4h_reminder"}


async def test_an_answer_after_the_check_in_expired_changes_nothing(
    clinic: Clinic, anna: Person
) -> None:
    interview = await worse(clinic, anna)
    async with clinic.tx() as tx:
        await interviews.close(tx, interview.id, state=InterviewState.EXPIRED, at=NOW)

    turn = await clinic.says(anna, interview, "danger_now", "tick", "chest_pain")

    assert turn.stale
    assert turn.ended
    assert turn.standing is None


async def test_the_profile_is_kept_answer_by_answer(clinic: Clinic, anna: Person) -> None:
    begun = await answering.begin(clinic.practice, anna.id, "profile", NOW)

    await clinic.says(anna, begun.interview, "onset", "choose", "under_6_weeks")
    await clinic.says(anna, begun.interview, "area", "skip")
    await clinic.says(anna, begun.interview, "age", "choose", "50_59")

    told = (await clinic.person(anna.id)).profile
    assert told == Profile(onset="under_6_weeks", age="50_59")


async def profile_with_a_fall(clinic: Clinic, person: Person) -> answering.Turn:
    begun = await answering.begin(clinic.practice, person.id, "profile", NOW)
    for question in ("onset", "area"):
        await clinic.says(person, begun.interview, question, "skip")
    await clinic.says(person, begun.interview, "age", "choose", "60_plus")
    await clinic.says(person, begun.interview, "sex", "skip")
    await clinic.says(person, begun.interview, "recent_fall", "choose", "yes")
    await clinic.says(person, begun.interview, "conditions", "confirm")
    return await clinic.says(person, begun.interview, "cleared", "confirm")


async def test_a_profile_told_after_a_massage_is_judged_at_its_end(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna)

    turn = await profile_with_a_fall(clinic, anna)

    assert turn.ended
    assert turn.opened is not None
    assert turn.opened.reasons == ("fall_risk",)


async def test_a_profile_told_before_any_massage_is_not_judged_yet(
    clinic: Clinic, anna: Person
) -> None:
    turn = await profile_with_a_fall(clinic, anna)

    assert turn.ended
    assert turn.opened is None


async def test_the_health_list_knows_what_was_told_before_and_no_other_question_does(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.tells(anna, Profile(age="60_plus", conditions=frozenset({"immune", "cancer"})))
    turn = await answering.begin(clinic.practice, anna.id, "profile", NOW)
    assert turn.known == ()
    for question in ("onset", "area", "age", "sex", "recent_fall"):
        turn = await clinic.says(anna, turn.interview, question, "skip")

    assert turn.question is not None
    assert turn.question.id == "conditions"
    assert turn.known == ("cancer", "immune")


async def test_a_health_list_that_is_not_done_takes_no_known_risk_away(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.tells(anna, Profile(conditions=frozenset({"immune", "cancer"})))
    begun = await answering.begin(clinic.practice, anna.id, "profile", NOW)

    await clinic.says(anna, begun.interview, "conditions", "tick", "pregnant")
    await clinic.says(anna, begun.interview, "conditions", "untick", "cancer")
    await clinic.says(anna, begun.interview, "conditions", "untick", "pregnant")
    told = (await clinic.person(anna.id)).profile
    await clinic.says(anna, begun.interview, "conditions", "confirm")

    assert told.conditions == {"immune", "cancer"}
    assert (await clinic.person(anna.id)).profile.conditions == {"immune"}
