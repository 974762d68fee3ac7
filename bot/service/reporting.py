"""A danger sign ticked where no question waits for it: under a list that is done or over."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.care import escalation as escalating
from bot.care import reopening, taps
from bot.service import answering
from bot.store import escalations, interviews, people

if TYPE_CHECKING:
    from datetime import datetime

    from bot.care.model import PersonId
    from bot.care.rules import Rules
    from bot.service.practice import Practice


def is_news(
    turn: answering.Turn, question_id: str, symptom: str, now: datetime, rules: Rules
) -> bool:
    """Whether a tick that its list no longer takes tells something of this moment.

    It does not where the list holds it since a short while and the answer still counts: in advice
    that stands for it, or as part of a list that is asked, where the sign gave no advice, which
    may be settled since.
    """
    interview = turn.interview
    if interview.kind == "profile":
        return False
    held = interview.answers.get(question_id)
    if held is None or symptom not in taps.ticks(held):
        return True
    told = interview.verdict.reasons if interview.verdict else ()
    gave_advice = escalating.comes_from(told, symptom, rules)
    goes_on = reopening.is_waiting(interview, question_id) and not gave_advice
    counts = goes_on or escalating.covers(turn.standing, symptom, rules)
    return not counts or now - held.at >= answering.REUSE


async def report_again(
    practice: Practice,
    person_id: PersonId,
    question_id: str,
    symptom: str,
    now: datetime,
) -> answering.Turn | None:
    """A danger sign tapped under a list that is done is a report of this moment, in a new /worse.

    Where the same tap has led to advice already, but its reply got lost, it is no second report.
    None where no list of signs has this option.
    """
    if not _is_sign(practice, question_id, symptom):
        return None
    reported = await _reported(practice, person_id, question_id, symptom, now)
    if reported:
        return reported
    turn = await answering.begin(practice, person_id, "worse", now)
    return await answering.answer(
        practice, person_id, turn.interview.id, question_id, "tick", symptom, now
    )


def _is_sign(practice: Practice, question_id: str, symptom: str) -> bool:
    return any(
        question.id == question_id and question.kind == "ticks" and symptom in question.options
        for question in practice.library.questions
        if "worse" in question.interviews
    )


async def _reported(
    practice: Practice, person_id: PersonId, question_id: str, symptom: str, now: datetime
) -> answering.Turn | None:
    """The /worse just begun by this tick, if the advice that stands comes from it."""
    async with practice.database.reading() as tx:
        person = await people.required(tx, person_id)
        standing = await escalations.current(tx, person_id)
        if (
            standing is None
            or standing.interview_id is None
            or now - standing.opened_at >= answering.REUSE
        ):
            return None
        interview = await interviews.required(tx, standing.interview_id)
        held = interview.answers.get(question_id)
        if interview.kind != "worse" or symptom not in taps.ticks(held):
            return None
        if not escalating.covers(standing, symptom, practice.library.rules):
            return None
        question = next(q for q in practice.library.questions if q.id == question_id)
        return replace(
            answering.stands(practice, person, interview), answered=question, standing=standing
        )
