"""Which answer may be given once more: the last one, unless advice has overtaken it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.care.model import Interview, InterviewState, Level

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.care.model import Answer


def can_reopen(interview: Interview, question_id: str) -> bool:
    """Whether this was the last answer, in an interview that has not been ended by an emergency."""
    if not _takes_answers(interview):
        return False
    latest = _latest(interview.answers)
    return latest is not None and latest.question == question_id


def is_reopened(interview: Interview, question_id: str) -> bool:
    """Whether a finished interview still asks this again; until then its old answer counts.

    Other answers may have come in between.
    """
    held = interview.answers.get(question_id)
    finished = interview.state is InterviewState.COMPLETE and _takes_answers(interview)
    return finished and held is not None and not held.confirmed


def is_waiting(interview: Interview, question_id: str) -> bool:
    """Whether the interview is open, or asks this question again after its end."""
    return interview.state is InterviewState.OPEN or is_reopened(interview, question_id)


def _takes_answers(interview: Interview) -> bool:
    emergency = interview.verdict is not None and interview.verdict.level is Level.EMERGENCY
    return interview.state is not InterviewState.EXPIRED and not emergency


def _latest(answers: Mapping[str, Answer]) -> Answer | None:
    # Of two answers of the same instant the one to the later question counts.
    return max(reversed(tuple(answers.values())), key=lambda each: each.at, default=None)
