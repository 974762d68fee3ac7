"""Which answers may be given again."""

from __future__ import annotations

import pytest

from bot.care import reopening
from bot.care.model import (
    Answer,
    Interview,
    InterviewId,
    InterviewState,
    Level,
    PersonId,
    Verdict,
)
from tests.care.rulebook import START as NOW


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
def test_an_emergency_or_a_closed_check_in_can_not_be_changed_away(
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

    assert reopening.can_reopen(interview, question) is changeable


@pytest.mark.parametrize(
    ("state", "level", "done", "reopened", "waiting"),
    [
        (InterviewState.COMPLETE, Level.URGENT, False, True, True),
        (InterviewState.COMPLETE, Level.URGENT, True, False, False),
        (InterviewState.COMPLETE, Level.EMERGENCY, False, False, False),
        (InterviewState.EXPIRED, Level.SELF_CARE, False, False, False),
        (InterviewState.OPEN, Level.SELF_CARE, False, False, True),
    ],
)
def test_a_list_that_is_not_done_is_asked_again_where_its_check_in_is_finished(
    state: InterviewState, level: Level, *, done: bool, reopened: bool, waiting: bool
) -> None:
    interview = Interview(
        id=InterviewId(1),
        person_id=PersonId(1),
        kind="worse",
        state=state,
        opened_at=NOW,
        course=1,
        answers={"symptoms": Answer("symptoms", (), done, NOW)},
        verdict=Verdict(level, ()),
    )

    assert reopening.is_reopened(interview, "symptoms") is reopened
    assert reopening.is_waiting(interview, "symptoms") is waiting
    assert not reopening.is_reopened(interview, "pain")
