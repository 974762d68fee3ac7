"""Joining, leaving, coming back, and what a person sets for themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.care.model import (
    AWAY,
    CHECK_INS,
    HEARS_NOTHING,
    NUDGES,
    UNTOLD,
    ChatId,
    Dialog,
    EscalationState,
    Kind,
    Person,
    PersonId,
    Preferences,
    Status,
)
from bot.service import plans
from bot.store import escalations, occurrences, people

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from bot.service.practice import Practice
    from bot.store.database import Transaction

ASKED_FOR = NUDGES | CHECK_INS
QUIETED = HEARS_NOTHING | {Status.PAUSED, Status.SILENT}
AS_GONE = {  # a block forgets neither what was chosen nor that no word came to "shall I go on?"
    Status.STOPPED: Status.STOPPED,
    Status.PAUSED: Status.GONE_PAUSED,
    Status.SILENT: Status.GONE_PAUSED,
    Status.GONE_PAUSED: Status.GONE_PAUSED,
}


async def find(practice: Practice, chat_id: ChatId) -> Person | None:
    """The person of this chat, or None for someone who has not agreed to anything yet."""
    return await practice.person_of(chat_id)


async def join(practice: Practice, chat_id: ChatId, *, language: str, now: datetime) -> Person:
    """Keep a person who is an adult and agreed; the same person again if already kept."""
    async with practice.database.transaction() as tx:
        known = await people.by_chat(tx, chat_id, for_update=True)
        person = known or await people.create(tx, chat_id=chat_id, language=language, now=now)
        if person.consented_at is None:
            person = replace(person, consented_at=now, dialog=Dialog("zone"))
            await people.save(tx, person)
        return person


async def await_text(
    practice: Practice, person_id: PersonId, step: str | None, now: datetime
) -> None:
    """Remember what the next typed words answer; None when nothing is waited for."""
    dialog = Dialog(step, {"asked": now.timestamp()}) if step else None
    async with practice.database.transaction() as tx:
        person = await people.required(tx, person_id)
        await people.save(tx, replace(person, dialog=dialog))


async def settle_in(practice: Practice, person_id: PersonId, now: datetime) -> Person:
    """Let the plan write to a person who has a time zone and was shown the profile."""
    async with practice.database.transaction() as tx:
        person = await people.required(tx, person_id)
        if person.status is Status.JOINING and person.zone:
            person = replace(person, status=Status.ACTIVE, dialog=None)
            await people.save(tx, person)
            await plans.lay_out_anew(tx, practice, person, now)
        return person


async def set_zone(
    practice: Practice, person_id: PersonId, zone: str, now: datetime, *, untold: bool = False
) -> Person:
    """Move the person to another time zone; wall times stay, instants follow.

    `untold` leaves the country open until it is told, also one that was chosen before; otherwise
    it stays the one chosen, or is the one the zone lies in.
    """
    async with practice.database.transaction() as tx:
        person = await people.required(tx, person_id)
        chosen = None if person.country == UNTOLD else person.country
        country = UNTOLD if untold else chosen
        person = replace(person, zone=zone, country=country, dialog=None)
        await people.save(tx, person)
        await plans.lay_out_anew(tx, practice, person, now)
        return person


async def set_preferences(
    practice: Practice, person_id: PersonId, preferences: Preferences, now: datetime
) -> Person:
    """Keep new times or wishes, and lay what is left of the plan out by them."""
    return await _change(practice, person_id, now, preferences=preferences)


async def set_language(
    practice: Practice, person_id: PersonId, language: str, now: datetime
) -> Person:
    """Speak another language from now on."""
    return await _change(practice, person_id, now, language=language)


async def set_country(
    practice: Practice, person_id: PersonId, country: str, now: datetime
) -> Person:
    """Give another country's numbers from now on."""
    return await _change(practice, person_id, now, country=country)


async def _change(
    practice: Practice, person_id: PersonId, now: datetime, **fields: object
) -> Person:
    async with practice.database.transaction() as tx:
        person = await people.required(tx, person_id)
        person = replace(person, **fields)  # type: ignore[arg-type]
        await people.save(tx, person)
        await plans.lay_out_anew(tx, practice, person, now)
        return person


async def pause(practice: Practice, person_id: PersonId) -> Person:
    """Send nothing but safety messages until the person says `resume`; stopped is more still."""
    async with practice.database.transaction() as tx:
        person = await people.required(tx, person_id)
        if person.status is Status.STOPPED:
            return person
        return await quieten(tx, person_id, Status.PAUSED, ASKED_FOR)


async def stop(practice: Practice, person_id: PersonId) -> Person:
    """Send nothing at all any more, and keep what was said until it is erased."""
    async with practice.database.transaction() as tx:
        return await quieten(tx, person_id, Status.STOPPED, None)


async def gone(practice: Practice, person_id: PersonId) -> None:
    """The person blocked the bot or closed the account: stop the plan without a word.

    Who had said /stop or /pause stays so: an unblock is no wish for messages.
    """
    async with practice.database.transaction() as tx:
        person = await people.required(tx, person_id)
        await quieten(tx, person_id, AS_GONE.get(person.status, Status.GONE), None)


async def quieten(
    tx: Transaction, person_id: PersonId, status: Status, kinds: Collection[Kind] | None
) -> Person:
    """Set `status` and cancel what was planned of these kinds (None: of every kind)."""
    person = replace(await people.required(tx, person_id), status=status, dialog=None)
    await people.save(tx, person)
    await occurrences.cancel(tx, person_id=person_id, kinds=kinds, reason=status.value)
    return person


@dataclass(frozen=True, slots=True)
class Back:
    """Someone who is back; `told_again` where the plan tells open advice once more by itself."""

    person: Person
    told_again: bool = False


async def resume(practice: Practice, person_id: PersonId, now: datetime) -> Back:
    """Take the plan up at the person's wish, from now on; nothing missed is sent after all."""
    async with practice.database.transaction() as tx:
        person = await people.required(tx, person_id)
        if person.status not in QUIETED:
            return Back(person)
        return await _take_up(tx, practice, person, Status.ACTIVE, now)


async def come_back(practice: Practice, person_id: PersonId, now: datetime) -> Back:
    """Let hold again what held before a block or a long silence: a plan goes on, a pause stays."""
    async with practice.database.transaction() as tx:
        person = await people.required(tx, person_id)
        if person.status not in AWAY | {Status.SILENT}:
            return Back(person)
        paused = person.status is Status.GONE_PAUSED
        return await _take_up(tx, practice, person, Status.PAUSED if paused else Status.ACTIVE, now)


async def _take_up(
    tx: Transaction, practice: Practice, person: Person, status: Status, now: datetime
) -> Back:
    """Set `status`, and plan what it lets through.

    An escalation that was open when the person left is told again, because its follow-ups were
    given up then and its advice still stands.
    """
    left = person.status in HEARS_NOTHING
    if status is Status.ACTIVE and person.zone is None:
        status = Status.JOINING
    person = replace(person, status=status)
    await people.save(tx, person)
    current = await escalations.current(tx, person.id)
    cut_off = current if left and current and current.state is EscalationState.OPEN else None
    if cut_off:
        await plans.follow_up(tx, practice, person, cut_off, now, repeat=True)
    await plans.lay_out_anew(tx, practice, person, now)
    return Back(person, told_again=cut_off is not None)


async def erase(practice: Practice, person_id: PersonId) -> None:
    """Forget everything about the person, everywhere."""
    async with practice.database.transaction() as tx:
        await people.erase(tx, person_id)
