"""Where a message comes from: the one a person points at, or the latest one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.care import questions
from bot.care.model import CHECK_INS, NUDGES, SAFETY, InterviewState, Kind
from bot.library import provenance
from bot.store import escalations, interviews, occurrences, people

if TYPE_CHECKING:
    from datetime import datetime

    from bot.care.model import (
        EscalationId,
        Interview,
        InterviewId,
        InterviewKind,
        Occurrence,
        Person,
        PersonId,
    )
    from bot.library.provenance import Grounds
    from bot.service.practice import Practice
    from bot.store.database import Transaction

RECENT = 10  # interviews looked at for the latest thing said


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """A message of the bot, and what its text and buttons tell of it.

    With a `question`, `interview_id` is where it was asked, if that is still to be seen; without
    one it is the check-in whose closing words these are.
    """

    message_id: int
    question: str | None = None
    interview_id: InterviewId | None = None
    escalation_id: EscalationId | None = None
    guide: str | None = None


async def of_message(practice: Practice, person_id: PersonId, pointer: Pointer) -> Grounds | None:
    """What a message rests on; None where it is not known, or not this person's."""
    async with practice.database.reading() as tx:
        person = await people.required(tx, person_id)
        if pointer.guide:
            return _of_guide(practice, person, pointer.guide)
        if pointer.escalation_id is not None:
            return await _of_escalation(tx, practice, person_id, pointer.escalation_id)
        if pointer.interview_id is not None or pointer.question is not None:
            return await _of_interview(tx, practice, person_id, pointer)
        occurrence = await occurrences.of_message(tx, person_id, pointer.message_id)
        return await _of_occurrence(tx, practice, person, occurrence) if occurrence else None


async def of_latest(practice: Practice, person_id: PersonId) -> Grounds | None:
    """What the latest nudge, question or advice rests on; None before there was any."""
    async with practice.database.reading() as tx:
        person = await people.required(tx, person_id)
        sent = await occurrences.latest_sent(
            tx, person_id, kinds=NUDGES | SAFETY | CHECK_INS - {Kind.GO_ON}
        )
        said = await _latest_said(tx, person_id)
        if sent and (said is None or _is_after(sent, said[0])):
            return await _of_occurrence(tx, practice, person, sent)
        return _as_it_stands(practice, said[1]) if said else None


def _is_after(sent: Occurrence, said_at: datetime) -> bool:
    """Whether a message came after what was said; of the same instant only advice does.

    A check-in, asked once or once more, is told by its interview, which knows the question.
    """
    if sent.sent_at is None or sent.message.kind in CHECK_INS:
        return False
    return sent.sent_at >= said_at if sent.message.kind in SAFETY else sent.sent_at > said_at


async def _latest_said(tx: Transaction, person_id: PersonId) -> tuple[datetime, Interview] | None:
    """The interview that last asked something or came to its end, and when."""
    spoken = [
        (_spoke_at(each), each)
        for each in await interviews.recent(tx, person_id, limit=RECENT)
        if each.state is InterviewState.OPEN
        or (each.state is InterviewState.COMPLETE and each.verdict and each.kind != "profile")
    ]
    return max(spoken, key=lambda each: (each[0], each[1].id), default=None)


def _spoke_at(interview: Interview) -> datetime:
    answered = (each.at for each in interview.answers.values())
    return interview.closed_at or max(answered, default=interview.opened_at)


def _as_it_stands(practice: Practice, interview: Interview) -> Grounds | None:
    """The question an open interview waits at, or the verdict of one that has ended."""
    following = questions.next_question(
        interview.kind, interview.answers, practice.library.questions
    )
    if interview.state is InterviewState.OPEN and following:
        return provenance.of_question(practice.library, following.id)
    return _of_verdict(practice, interview)


def _of_verdict(practice: Practice, interview: Interview) -> Grounds | None:
    verdict = interview.verdict
    if verdict is None:
        return None
    if interview.kind == "worse" and not verdict.reasons:
        return _of_first_question(practice, "worse")  # "none of the signs on my lists"
    return provenance.of_verdict(practice.library, verdict.level, verdict.reasons)


def _of_first_question(practice: Practice, kind: InterviewKind) -> Grounds | None:
    first = next(each for each in practice.library.questions if kind in each.interviews)
    return provenance.of_question(practice.library, first.id)


def _of_guide(practice: Practice, person: Person, guide_id: str) -> Grounds | None:
    guides = {each.id: each for each in practice.language(person).guides}
    return provenance.of_guide(guides[guide_id]) if guide_id in guides else None


async def _of_escalation(
    tx: Transaction, practice: Practice, person_id: PersonId, escalation_id: EscalationId
) -> Grounds | None:
    escalation = await escalations.get(tx, escalation_id)
    if escalation is None or escalation.person_id != person_id:
        return None
    return provenance.of_verdict(practice.library, escalation.level, escalation.reasons)


async def _of_interview(
    tx: Transaction, practice: Practice, person_id: PersonId, pointer: Pointer
) -> Grounds | None:
    if pointer.interview_id is None:
        return provenance.of_question(practice.library, pointer.question or "")
    interview = await interviews.get(tx, pointer.interview_id)
    if interview is None or interview.person_id != person_id:
        return None
    if pointer.question is not None:
        return provenance.of_question(practice.library, pointer.question)
    return _of_verdict(practice, interview)


async def _of_occurrence(
    tx: Transaction, practice: Practice, person: Person, occurrence: Occurrence
) -> Grounds | None:
    message = occurrence.message
    if message.kind in NUDGES:
        return provenance.of_nudge(
            practice.library,
            practice.language(person),
            message.kind.value,
            message.item,
            message.subject,
        )
    if occurrence.escalation_id is not None:
        return await _of_escalation(tx, practice, person.id, occurrence.escalation_id)
    if message.kind is Kind.CHECK_IN:
        return _of_first_question(practice, "full")
    return None
