"""Which message is explained, and whose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.care.model import EscalationId, InterviewId, Kind
from bot.library import provenance
from bot.service import answering, explaining
from bot.service.explaining import Pointer
from bot.store import occurrences
from tests.service.clinic import HOUR, MINUTE, NOW

if TYPE_CHECKING:
    from bot.care.model import Occurrence, Person
    from bot.library.provenance import Grounds
    from tests.service.clinic import Clinic


async def water(clinic: Clinic, person: Person) -> Occurrence:
    """A glass of water that has arrived, half an hour after a massage."""
    await clinic.massage(person)
    await clinic.passes(NOW + 30 * MINUTE)
    async with clinic.tx() as tx:
        sent = await occurrences.latest_sent(tx, person.id, kinds={Kind.HYDRATION})
    assert sent is not None
    return sent


def of_question(clinic: Clinic, question: str) -> Grounds | None:
    return provenance.of_question(clinic.practice.library, question)


async def of_latest(clinic: Clinic, person: Person) -> Grounds | None:
    return await explaining.of_latest(clinic.practice, person.id)


async def test_a_message_is_explained_to_the_person_who_got_it_and_to_nobody_else(
    clinic: Clinic, anna: Person
) -> None:
    other = await clinic.admit(chat_id=6006)
    sent = await water(clinic, anna)
    assert sent.message_id is not None
    pointer = Pointer(message_id=sent.message_id)

    assert await explaining.of_message(clinic.practice, anna.id, pointer)
    assert await explaining.of_message(clinic.practice, other.id, pointer) is None


async def test_advice_and_closing_words_are_explained_to_their_person_alone(
    clinic: Clinic, anna: Person
) -> None:
    other = await clinic.admit(chat_id=6006)
    turn = await clinic.reports(anna, "leg_pain")
    escalation = await clinic.standing(anna)
    expected = provenance.of_verdict(clinic.practice.library, escalation.level, escalation.reasons)

    for pointer in (
        Pointer(message_id=1, escalation_id=escalation.id),
        Pointer(message_id=1, interview_id=turn.interview.id),
    ):
        assert await explaining.of_message(clinic.practice, anna.id, pointer) == expected
        assert await explaining.of_message(clinic.practice, other.id, pointer) is None
    asked = Pointer(message_id=1, interview_id=turn.interview.id, question="pain")
    assert await explaining.of_message(clinic.practice, other.id, asked) is None


async def test_what_is_not_kept_any_more_is_not_explained(clinic: Clinic, anna: Person) -> None:
    for pointer in (
        Pointer(message_id=404),
        Pointer(message_id=1, escalation_id=EscalationId(404)),
        Pointer(message_id=1, interview_id=InterviewId(404)),
        Pointer(message_id=1, question="unheard_of"),
        Pointer(message_id=1, guide="unheard_of"),
    ):
        assert await explaining.of_message(clinic.practice, anna.id, pointer) is None


async def test_the_latest_is_what_came_or_was_said_last(clinic: Clinic, anna: Person) -> None:
    assert await of_latest(clinic, anna) is None

    sent = await water(clinic, anna)
    english = clinic.practice.language(anna)
    expected = provenance.of_nudge(
        clinic.practice.library, english, "hydration", sent.message.item, None
    )
    assert await of_latest(clinic, anna) == expected

    begun = await answering.begin(clinic.practice, anna.id, "worse", NOW + HOUR)
    assert await of_latest(clinic, anna) == of_question(clinic, "danger_now")

    await clinic.says(anna, begun.interview, "danger_now", "confirm", now=NOW + HOUR)
    assert await of_latest(clinic, anna) == of_question(clinic, "symptoms")

    await clinic.passes(NOW + 2 * HOUR)  # another glass of water
    assert await of_latest(clinic, anna) == expected


async def test_a_profile_that_is_done_leaves_the_advice_before_it_the_latest(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.reports(anna, "chest_pain")
    begun = await answering.begin(clinic.practice, anna.id, "profile", NOW + MINUTE)
    assert await of_latest(clinic, anna) == of_question(clinic, "onset")
    turn = begun
    while turn.question is not None:
        turn = await clinic.says(anna, turn.interview, turn.question.id, "skip", now=NOW + MINUTE)

    latest = await of_latest(clinic, anna)

    escalation = await clinic.standing(anna)
    assert latest == provenance.of_verdict(
        clinic.practice.library, escalation.level, escalation.reasons
    )


async def test_a_check_in_asked_once_more_is_explained_by_the_question_it_asks(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna)
    await clinic.asked(anna)
    await clinic.passes(NOW + 7 * HOUR)
    async with clinic.tx() as tx:
        sent = await occurrences.latest_sent(tx, anna.id, kinds=set(Kind))
    assert sent is not None
    assert sent.message.kind is Kind.REMINDER

    assert await of_latest(clinic, anna) == of_question(clinic, "danger_now")


async def test_a_check_in_without_its_buttons_is_explained_by_its_first_question(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna)
    await clinic.asked(anna)
    async with clinic.tx() as tx:
        sent = await occurrences.latest_sent(tx, anna.id, kinds={Kind.CHECK_IN})
    assert sent is not None
    assert sent.message_id is not None

    explained = await explaining.of_message(
        clinic.practice, anna.id, Pointer(message_id=sent.message_id)
    )

    assert explained == of_question(clinic, "danger_now")
