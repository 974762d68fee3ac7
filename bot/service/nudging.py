"""What a person does with a nudge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from bot.care import escalation as escalating
from bot.care import timing
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
    from collections.abc import Sequence

    from bot.service.practice import Practice

LATER_ITEM = plans.LATER_ITEM
LATENESS = timedelta(minutes=60)


@dataclass(frozen=True, slots=True)
class Settled:
    """A nudge that was answered; `held_back` where open advice leaves out what it asks for."""

    occurrence: Occurrence
    held_back: bool


@dataclass(frozen=True, slots=True)
class _Tap:
    person_id: PersonId
    occurrence_id: OccurrenceId
    response: Literal["done", "skip"]
    at: datetime


async def respond(
    practice: Practice,
    person_id: PersonId,
    occurrence_id: OccurrenceId,
    response: Literal["done", "skip"],
    now: datetime,
) -> Settled | None:
    """Keep what became of a nudge; None when it is not this person's, or answered before.

    Most of what people say is this: who says it at the same time shares a transaction.
    """
    return await practice.together(_settle).ask(_Tap(person_id, occurrence_id, response, now))


async def _settle(practice: Practice, taps: Sequence[_Tap]) -> list[Settled | None]:
    taken: dict[OccurrenceId, _Tap] = {}
    async with practice.database.transaction() as tx:
        known = await occurrences.several(tx, (tap.occurrence_id for tap in taps))
        current = await escalations.current_of(tx, (tap.person_id for tap in taps))
        for tap in taps:
            if _answerable(known.get(tap.occurrence_id), tap.person_id):
                taken.setdefault(tap.occurrence_id, tap)
        await occurrences.respond_all(
            tx, [(number, tap.response, tap.at) for number, tap in taken.items()]
        )
    settled: list[Settled | None] = []
    for tap in taps:
        occurrence = known.get(tap.occurrence_id)
        if occurrence is None or taken.get(tap.occurrence_id) is not tap:
            settled.append(None)
            continue
        paused = escalating.pauses(current.get(tap.person_id), practice.library.rules)
        settled.append(Settled(occurrence, held_back=occurrence.message.kind in paused))
    return settled


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
    paused everything, an open escalation pauses nudges of this kind, or what was told since does
    not fit it: a limit on drinking a water nudge, a worsening a strengthening one.
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
        if not await plans.still_fits(tx, person, kind):
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
