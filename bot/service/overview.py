"""What is open and what comes, for /today."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from bot.care.model import EscalationState
from bot.service import plans
from bot.store import escalations, interviews, occurrences, people, sessions

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.care.model import (
        Escalation,
        Interview,
        Kind,
        Occurrence,
        Person,
        PersonId,
        Session,
    )
    from bot.service.practice import Practice


@dataclass(frozen=True, slots=True)
class Overview:
    """What is open for a person and what comes next."""

    person: Person
    escalation: Escalation | None
    waiting: Interview | None
    coming: tuple[Occurrence, ...]


async def look(practice: Practice, person_id: PersonId, *, limit: int = 8) -> Overview:
    """The person's open escalation and check-in, and the next messages in order."""
    async with practice.database.reading() as tx:
        waiting = [
            each for each in await interviews.open_of(tx, person_id) if each.kind != "profile"
        ]
        return Overview(
            person=await people.required(tx, person_id),
            escalation=await escalations.current(tx, person_id),
            waiting=waiting[-1] if waiting else None,
            coming=await occurrences.upcoming(tx, person_id, limit=limit),
        )


async def comes(practice: Practice, person_id: PersonId, kinds: Collection[Kind]) -> bool:
    """Whether a message of one of these kinds is still to come."""
    async with practice.database.reading() as tx:
        coming = await occurrences.upcoming(tx, person_id, limit=plans.MOST_AHEAD)
        return any(each.message.kind in kinds for each in coming)


@dataclass(frozen=True, slots=True)
class Told:
    """What a person told in this episode of pain, and the advice it led to."""

    person: Person
    massages: tuple[Session, ...]
    check_ins: tuple[Interview, ...]
    advice: tuple[Escalation, ...]
    notes: tuple[people.Note, ...]


async def told(practice: Practice, person_id: PersonId) -> Told:
    """Everything a report shows."""
    async with practice.database.reading() as tx:
        person = await people.required(tx, person_id)
        return Told(
            person=person,
            massages=await sessions.of_course(tx, person_id, person.course),
            check_ins=await interviews.of_course(tx, person_id, person.course),
            advice=_advice(await escalations.history(tx, person_id)),
            notes=await people.notes(tx, person_id),
        )


def _advice(history: Sequence[Escalation]) -> tuple[Escalation, ...]:
    """The advice given, without what the one after it has told once more."""
    return tuple(
        each
        for each, after in zip_longest(history, history[1:])
        if each.state is not EscalationState.RAISED
        or (after is not None and not set(each.reasons) <= set(after.reasons))
    )
