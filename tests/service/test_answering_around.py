"""Interviews around their answers: begun, looked at, changed, reported anew."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.care.model import (
    END,
    Interview,
    InterviewId,
    InterviewState,
    Level,
    Person,
    Verdict,
)
from bot.service import answering, overview
from bot.store import interviews, people, sessions
from tests.service.clinic import DAY, HOUR, MINUTE, NOW

if TYPE_CHECKING:
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


async def test_a_profile_counts_as_asked_once_a_question_of_it_certainly_arrived(
    clinic: Clinic, anna: Person
) -> None:
    begun = await answering.begin(clinic.practice, anna.id, "profile", NOW)
    assert begun.question is not None
    assert not await answering.was_asked(clinic.practice, anna.id, "profile")

    await answering.shown(clinic.practice, begun.interview.id, begun.question.id)

    assert await answering.was_asked(clinic.practice, anna.id, "profile")
    assert not await answering.was_asked(clinic.practice, anna.id, "worse")


async def test_an_untouched_worse_stands_at_its_first_list(clinic: Clinic, anna: Person) -> None:
    stands = answering.stands(clinic.practice, anna, await worse(clinic, anna))
    assert stands.question is not None
    assert stands.question.id == "danger_now"


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


async def test_a_profile_left_half_way_is_not_taken_up_for_another_pain(
    clinic: Clinic, anna: Person
) -> None:
    begun = await answering.begin(clinic.practice, anna.id, "profile", NOW)
    await clinic.says(anna, begun.interview, "onset", "skip")
    async with clinic.tx() as tx:
        await people.save(tx, replace(anna, course=anna.course + 1))

    again = await answering.begin(clinic.practice, anna.id, "profile", NOW + DAY)

    assert again.interview.id != begun.interview.id
    assert again.question is not None
    assert again.question.id == "onset"


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


# ---- add_note ----


async def test_a_note_is_kept_as_it_was_typed(clinic: Clinic, anna: Person) -> None:
    await answering.add_note(clinic.practice, anna.id, "it <b>pulls</b> & burns", NOW)
    await answering.add_note(clinic.practice, anna.id, "less today", NOW + DAY)

    told = await overview.told(clinic.practice, anna.id)
    assert [(each.text, each.at) for each in told.notes] == [
        ("it <b>pulls</b> & burns", NOW),
        ("less today", NOW + DAY),
    ]
