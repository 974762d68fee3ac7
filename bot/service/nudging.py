"""What a person does with a nudge."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from bot.care import escalation as escalating
from bot.care import suitable, timing
from bot.care.model import (
    NUDGES,
    Kind,
    Occurrence,
    OccurrenceId,
    Person,
    PersonId,
    PlannedMessage,
    Status,
)
from bot.service import plans
from bot.store import escalations, occurrences, people

if TYPE_CHECKING:
    from bot.service.practice import Practice

LATER_ITEM = plans.LATER_ITEM
LATENESS = timedelta(minutes=60)


async def respond(
    practice: Practice,
    person_id: PersonId,
    occurrence_id: OccurrenceId,
    response: Literal["done", "skip"],
    now: datetime,
) -> Occurrence | None:
    """Keep what became of a nudge; None when it is not this person's, or answered before."""
    async with practice.database.transaction() as tx:
        occurrence = await occurrences.get(tx, occurrence_id)
        if not _answerable(occurrence, person_id):
            return None
        await occurrences.respond(tx, occurrence_id, response=response, at=now)
        return occurrence


def _answerable(occurrence: Occurrence | None, person_id: PersonId) -> bool:
    return (
        occurrence is not None
        and occurrence.person_id == person_id
        and occurrence.message.kind in NUDGES
        and occurrence.response is None
    )


async def held_back(practice: Practice, person_id: PersonId, occurrence_id: OccurrenceId) -> bool:
    """Whether advice stands that leaves out what this person's nudge asks for."""
    async with practice.database.reading() as tx:
        occurrence = await occurrences.get(tx, occurrence_id)
        if occurrence is None or occurrence.person_id != person_id:
            return False
        current = await escalations.current(tx, person_id)
        return occurrence.message.kind in escalating.pauses(current, practice.library.rules)


async def offers(
    practice: Practice, person_id: PersonId, occurrence_id: OccurrenceId, now: datetime
) -> tuple[timing.Snooze, ...] | None:
    """The times a nudge can be put off to; None when it is answered or not this person's."""
    async with practice.database.reading() as tx:
        person = await people.required(tx, person_id)
        if not _answerable(await occurrences.get(tx, occurrence_id), person_id):
            return None
        return timing.snooze_options(now, person.zone or "UTC", person.preferences)


async def put_off(
    practice: Practice, person_id: PersonId, occurrence_id: OccurrenceId, option: str, now: datetime
) -> tuple[Person, timing.Snooze] | None:
    """Send the same nudge once more at the chosen time; the series stays where it was.

    None when the nudge was answered before, the time lies in quiet hours by now, the person
    paused everything, an open escalation pauses nudges of this kind, or a water nudge meets a
    limit on drinking told since.
    """
    async with practice.database.transaction() as tx:
        person = await people.required(tx, person_id)
        occurrence = await occurrences.get(tx, occurrence_id)
        if not _answerable(occurrence, person_id):
            return None
        assert occurrence is not None
        chosen = next(
            (
                each
                for each in timing.snooze_options(now, person.zone or "UTC", person.preferences)
                if each.id == option
            ),
            None,
        )
        current = await escalations.current(tx, person_id)
        kind: Kind = occurrence.message.kind
        if person.status is not Status.ACTIVE or chosen is None:
            return None
        if kind in escalating.pauses(current, practice.library.rules):
            return None
        if not suitable.may_get(kind, person.profile):
            return None
        await occurrences.plan(
            tx,
            person_id=person_id,
            chat_id=person.chat_id,
            session_id=None,
            escalation_id=None,
            plan_version=0,
            messages=[
                PlannedMessage(
                    kind=kind,
                    item=LATER_ITEM,
                    sequence=occurrence_id,
                    due_at=chosen.at,
                    expires_at=chosen.at + LATENESS,
                    subject=occurrence.message.subject,
                )
            ],
        )
        await occurrences.respond(tx, occurrence_id, response=f"later:{option}", at=now)
        return person, chosen
