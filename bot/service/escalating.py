"""What a person says to an escalation, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from bot.care import escalation as care
from bot.care.model import (
    SAFETY,
    Escalation,
    EscalationId,
    EscalationState,
    Person,
    PersonId,
    Status,
)
from bot.service import judging, plans
from bot.store import escalations, occurrences, people

if TYPE_CHECKING:
    from datetime import datetime

    from bot.service.practice import Practice

SAME_TAP = timedelta(minutes=5)  # an update taken up again after a crash says nothing new

Response = Literal["helped", "not_yet", "stopped", "seen_fine", "seen_wait"]


@dataclass(frozen=True, slots=True)
class Responded:
    """The escalation after the response; `stale` when it was not open any more."""

    person: Person
    escalation: Escalation
    stale: bool = False


async def respond(
    practice: Practice,
    person_id: PersonId,
    escalation_id: EscalationId,
    response: Response,
    now: datetime,
) -> Responded | None:
    """Take one tap under an escalation; None when it is not this person's.

    Only a professional's word ("seen_fine"), or "it has stopped" at doctor level, releases. Once
    help was found or the signs stopped the bot asks no more on its own; the advice stands.
    """
    async with practice.database.transaction() as tx:
        person = await people.required(tx, person_id)
        escalation = await escalations.get(tx, escalation_id)
        if escalation is None or escalation.person_id != person_id:
            return None
        if not escalation.is_open:
            return Responded(person, escalation, stale=True)
        last = await escalations.last_response(tx, escalation_id)
        if last is None or last.response != response or now - last.at > SAME_TAP:
            await escalations.log_response(tx, escalation_id, response=response, at=now)
        after = care.respond(escalation, response, now)
        if after.state is EscalationState.RELEASED:
            if response == "seen_fine":
                cleared = person.profile.cleared | care.cleared_by(
                    escalation, practice.library.rules
                )
                person = replace(person, profile=replace(person.profile, cleared=cleared))
                await people.save(tx, person)
            await judging.lift(tx, practice, person, after, now)
        else:
            await escalations.save(tx, after)
            if after.state is EscalationState.OPEN:
                if person.status is Status.STOPPED:  # who answers after /stop is asked again
                    person = replace(person, status=Status.PAUSED)
                    await people.save(tx, person)
                await plans.ask_on(tx, practice, person, after, now)
            else:
                await occurrences.cancel(
                    tx, person_id=person_id, kinds=SAFETY, reason=f"answered: {response}"
                )
        return Responded(person, after)


async def standing(practice: Practice, person_id: PersonId) -> Escalation | None:
    """The person's open escalation, if any."""
    async with practice.database.reading() as tx:
        return await escalations.current(tx, person_id)
