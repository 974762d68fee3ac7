"""Answers: kept once, judged at once, and followed by the next question."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.care.model import (
    END,
    Answer,
    Interview,
    InterviewId,
    InterviewState,
    Kind,
    Level,
    Person,
    PersonId,
    Profile,
    Verdict,
)
from bot.service import answering, overview
from bot.service.plans import SETTLE
from bot.store import interviews, sessions
from tests.service.clinic import DAY, HOUR, MINUTE, NOW

if TYPE_CHECKING:
    from bot.service.answering import Act
    from tests.service.clinic import Clinic


async def worse(clinic: Clinic, person: Person) -> Interview:
    return (await answering.begin(clinic.practice, person.id, "worse", NOW)).interview


async def held(clinic: Clinic, interview: Interview) -> Interview:
    async with clinic.tx() as tx:
        return await interviews.required(tx, interview.id)


# ---- begin ----


async def test_worse_begins_with_the_danger_signs(clinic: Clinic, anna: Person) -> None:
    turn = await answering.begin(clinic.practice, anna.id, "worse", NOW)

    assert turn.question is not None
    assert turn.question.id == "danger_now"
    assert turn.interview.state is InterviewState.OPEN
    assert turn.interview.session_id is None


async def test_worse_belongs_to_the_latest_massage(clinic: Clinic, anna: Person) -> None:
    await clinic.massage(anna)
    async with clinic.tx() as tx:
        session = await sessions.latest(tx, anna.id)
    assert session is not None

    turn = await answering.begin(clinic.practice, anna.id, "worse", NOW)

    assert turn.interview.session_id == session.id


async def test_worse_pressed_twice_is_one_interview(clinic: Clinic, anna: Person) -> None:
    first = await worse(clinic, anna)

    assert (await worse(clinic, anna)).id == first.id


async def test_worse_after_an_answer_or_an_hour_is_a_report_of_its_own(
    clinic: Clinic, anna: Person
) -> None:
    untouched = await worse(clinic, anna)
    late = await answering.begin(clinic.practice, anna.id, "worse", NOW + HOUR)
    assert late.interview.id != untouched.id

    await clinic.says(anna, late.interview, "danger_now", "confirm", now=NOW + HOUR)
    again = await answering.begin(clinic.practice, anna.id, "worse", NOW + HOUR + MINUTE)

    assert again.interview.id not in (untouched.id, late.interview.id)


async def test_a_profile_left_half_way_is_taken_up_again_a_month_later(
    clinic: Clinic, anna: Person
) -> None:
    begun = await answering.begin(clinic.practice, anna.id, "profile", NOW)
    await clinic.says(anna, begun.interview, "onset", "skip")

    again = await answering.begin(clinic.practice, anna.id, "profile", NOW + 30 * DAY)

    assert again.interview.id == begun.interview.id
    assert again.question is not None
    assert again.question.id == "area"


# ---- look, shown, open_check_in ----


async def test_look_tells_where_an_interview_stands(clinic: Clinic, anna: Person) -> None:
    interview = await worse(clinic, anna)
    await clinic.says(anna, interview, "danger_now", "confirm")
    await clinic.says(anna, interview, "symptoms", "tick", "fever")

    turn = await answering.look(clinic.practice, anna.id, interview.id)

    assert turn is not None
    assert turn.question is not None
    assert turn.question.id == "symptoms"
    assert turn.verdict == Verdict(Level.URGENT, ("fever",))
    assert turn.standing == await clinic.standing(anna)


async def test_nobody_sees_or_answers_another_persons_interview(
    clinic: Clinic, anna: Person
) -> None:
    ben = await clinic.admit(chat_id=6006)
    interview = await worse(clinic, anna)

    assert await answering.look(clinic.practice, ben.id, interview.id) is None
    assert await answering.look(clinic.practice, anna.id, InterviewId(999)) is None
    for interview_id in (interview.id, InterviewId(999)):
        answered = await answering.answer(
            clinic.practice, ben.id, interview_id, "danger_now", "tick", "chest_pain", NOW
        )
        assert answered is None
    asked_again = await answering.reconsider(
        clinic.practice, ben.id, interview.id, "danger_now", NOW
    )
    assert asked_again is None
    assert (await held(clinic, interview)).answers == {}


async def test_what_was_shown_is_remembered(clinic: Clinic, anna: Person) -> None:
    interview = await worse(clinic, anna)

    await answering.shown(clinic.practice, interview.id, "danger_now")
    assert (await held(clinic, interview)).shown == "danger_now"
    await answering.shown(clinic.practice, interview.id, END)
    assert (await held(clinic, interview)).shown == END


async def test_the_newest_open_check_in_waits_for_a_typed_answer(
    clinic: Clinic, anna: Person
) -> None:
    await answering.begin(clinic.practice, anna.id, "profile", NOW)
    assert await answering.open_check_in(clinic.practice, anna.id) is None
    await worse(clinic, anna)
    newer = await answering.begin(clinic.practice, anna.id, "worse", NOW + 2 * HOUR)

    waiting = await answering.open_check_in(clinic.practice, anna.id)

    assert waiting is not None
    assert waiting.id == newer.interview.id


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


# ---- reconsider ----


async def test_the_last_answer_can_be_given_again_and_counts_until_then(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna)
    due = await clinic.asked(anna, hours=24)
    at = NOW + DAY
    await clinic.recovers(anna, due.interview, at)

    asked = await answering.reconsider(clinic.practice, anna.id, due.interview.id, "pain", at)
    assert asked is not None
    assert asked.question is not None
    assert asked.question.id == "pain"
    assert asked.interview.answers["pain"].value == 2
    await clinic.says(anna, due.interview, "pain", "choose", 7, now=at)

    assert (await held(clinic, due.interview)).answers["pain"].value == 7


async def test_change_pressed_twice_asks_the_same_question_again(
    clinic: Clinic, anna: Person
) -> None:
    interview = await worse(clinic, anna)
    await clinic.says(anna, interview, "danger_now", "confirm")

    for _ in range(2):
        turn = await answering.reconsider(clinic.practice, anna.id, interview.id, "danger_now", NOW)
        assert turn is not None
        assert turn.question is not None
        assert turn.question.id == "danger_now"


async def test_only_the_last_answer_is_asked_again(clinic: Clinic, anna: Person) -> None:
    interview = await worse(clinic, anna)
    await clinic.ticks(anna, interview)

    turn = await answering.reconsider(clinic.practice, anna.id, interview.id, "danger_now", NOW)

    assert turn is None


async def test_an_answer_for_the_worse_is_judged_again(clinic: Clinic, anna: Person) -> None:
    interview = await worse(clinic, anna)
    await clinic.ticks(anna, interview)
    await clinic.says(anna, interview, "change", "choose", "same")
    await answering.reconsider(clinic.practice, anna.id, interview.id, "change", NOW)

    turn = await clinic.says(anna, interview, "change", "choose", "much_worse")

    assert turn.opened is not None
    assert turn.opened.reasons == ("much_worse",)


@pytest.mark.parametrize(
    ("state", "level", "question", "changeable"),
    [
        (InterviewState.OPEN, Level.SELF_CARE, "symptoms", True),
        (InterviewState.COMPLETE, Level.DOCTOR, "symptoms", True),
        (InterviewState.OPEN, Level.SELF_CARE, "danger_now", False),
        (InterviewState.EXPIRED, Level.SELF_CARE, "symptoms", False),
        (InterviewState.COMPLETE, Level.EMERGENCY, "symptoms", False),
    ],
)
async def test_an_emergency_or_a_closed_check_in_can_not_be_changed_away(
    state: InterviewState, level: Level, question: str, *, changeable: bool
) -> None:
    """Both answers are of one instant: the one to the later question is the last."""
    interview = Interview(
        id=InterviewId(1),
        person_id=PersonId(1),
        kind="worse",
        state=state,
        opened_at=NOW,
        course=1,
        answers={each: Answer(each, (), True, NOW) for each in ("danger_now", "symptoms")},
        verdict=Verdict(level, ()),
    )

    assert answering.can_reconsider(interview, question) is changeable


# ---- is_news, report_again, add_note ----


async def test_a_tick_is_news_unless_its_list_holds_it_and_it_still_counts(
    clinic: Clinic, anna: Person
) -> None:
    begun = await worse(clinic, anna)
    turn = await answering.answer(
        clinic.practice, anna.id, begun.id, "danger_now", "tick", "chest_pain", NOW
    )
    assert turn is not None

    def news(symptom: str, later: timedelta, turn: answering.Turn = turn) -> bool:
        return answering.is_news(turn, "danger_now", symptom, NOW + later)

    assert news("both_legs", MINUTE)
    assert not news("chest_pain", MINUTE)
    assert news("chest_pain", 2 * HOUR)
    assert news("chest_pain", MINUTE, replace(turn, standing=None))


async def test_the_same_tap_tried_again_reports_once(clinic: Clinic, anna: Person) -> None:
    first, second = [
        await answering.report_again(clinic.practice, anna.id, "danger_now", "chest_pain", at)
        for at in (NOW, NOW + MINUTE)
    ]

    assert first is not None
    assert second is not None
    assert second.interview.id == first.interview.id
    assert not second.stale
    assert len((await overview.told(clinic.practice, anna.id)).advice) == 1


async def test_a_sign_under_an_old_check_in_is_a_report_of_now(
    clinic: Clinic, anna: Person
) -> None:
    later = NOW + 5 * DAY

    turn = await answering.report_again(clinic.practice, anna.id, "danger_now", "chest_pain", later)

    assert turn is not None
    assert turn.interview.kind == "worse"
    assert turn.interview.opened_at == later
    assert turn.opened is not None
    assert turn.opened.reasons == ("chest_pain",)


async def test_an_old_sign_tapped_twice_does_not_alarm_twice_in_one_report(
    clinic: Clinic, anna: Person
) -> None:
    for _ in range(2):
        await answering.report_again(clinic.practice, anna.id, "symptoms", "sore", NOW)

    told = await overview.told(clinic.practice, anna.id)
    assert told.advice == ()


async def test_a_note_is_kept_as_it_was_typed(clinic: Clinic, anna: Person) -> None:
    await answering.add_note(clinic.practice, anna.id, "it <b>pulls</b> & burns", NOW)
    await answering.add_note(clinic.practice, anna.id, "less today", NOW + DAY)

    told = await overview.told(clinic.practice, anna.id)
    assert [(each.text, each.at) for each in told.notes] == [
        ("it <b>pulls</b> & burns", NOW),
        ("less today", NOW + DAY),
    ]
