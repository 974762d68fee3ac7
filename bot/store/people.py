"""The people the bot talks to, and what they wrote down for their therapist."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, time
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import (
    Executable,
    RowMapping,
    bindparam,
    delete,
    func,
    insert,
    null,
    or_,
    select,
    update,
)

from bot.care.model import (
    ChatId,
    Dialog,
    Person,
    PersonId,
    Preferences,
    Profile,
    QuietHours,
    Status,
)
from bot.store.columns import wall_text
from bot.store.lists import among
from bot.store.tables import PENDING, inbox
from bot.store.tables import notes as note_table
from bot.store.tables import people as table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.store.transaction import Transaction

KEPT = 1024  # profiles and preferences that are ready in memory

BY_ID = select(table).where(table.c.id == bindparam("of"))
BY_ID_FOR_UPDATE = BY_ID.with_for_update()
BY_CHATS = select(table).where(among(table.c.chat_id, "ids"))
SEVERAL = select(table).where(among(table.c.id, "ids"))


@dataclass(frozen=True, slots=True)
class Note:
    """Words a person left for the therapist."""

    text: str
    at: datetime


async def create(tx: Transaction, *, chat_id: ChatId, language: str, now: datetime) -> Person:
    """Keep someone new, who is still joining; the person already kept where the chat is known."""
    values = {
        "chat_id": chat_id,
        "language": language,
        "status": Status.JOINING,
        "course": 1,
        "profile": _profile_to_json(Profile()),
        "preferences": _preferences_to_json(Preferences()),
        "created_at": now,
    }
    await tx.execute(tx.insert_new(table).values(values))
    statement = select(table).where(table.c.chat_id == chat_id).with_for_update()
    return _to_person((await tx.execute(statement)).mappings().one())


async def by_chat(tx: Transaction, chat_id: ChatId, *, for_update: bool = False) -> Person | None:
    """The person of this chat; `for_update` keeps others from changing them meanwhile."""
    statement = select(table).where(table.c.chat_id == chat_id)
    return await _one(tx, statement.with_for_update() if for_update else statement)


async def by_id(tx: Transaction, person_id: PersonId, *, for_update: bool = False) -> Person | None:
    """The person with this id; `for_update` keeps others from changing them meanwhile."""
    return await _one(tx, BY_ID_FOR_UPDATE if for_update else BY_ID, {"of": person_id})


async def by_chats(tx: Transaction, chat_ids: Iterable[ChatId]) -> Mapping[ChatId, Person]:
    """The people of these chats, to read from; chats nobody is known of are missing."""
    rows = (await tx.execute(BY_CHATS, {"ids": sorted(set(chat_ids))})).mappings()
    return {row["chat_id"]: _to_person(row) for row in rows}


async def several(tx: Transaction, person_ids: Iterable[PersonId]) -> Mapping[PersonId, Person]:
    """These people by id, to read from; those who were erased are missing."""
    rows = (await tx.execute(SEVERAL, {"ids": sorted(set(person_ids))})).mappings()
    return {row["id"]: _to_person(row) for row in rows}


async def required(tx: Transaction, person_id: PersonId) -> Person:
    """The person with this id, kept from others while a transaction that writes lasts.

    Raises LookupError for someone who was erased.
    """
    person = await by_id(tx, person_id, for_update=tx.writing)
    if person is None:
        raise LookupError(f"person {person_id} is not kept (any more)")
    return person


async def _one(
    tx: Transaction, statement: Executable, parameters: Mapping[str, Any] | None = None
) -> Person | None:
    row = (await tx.execute(statement, parameters)).mappings().one_or_none()
    return None if row is None else _to_person(row)


async def save(tx: Transaction, person: Person) -> None:
    """Keep the person as given."""
    await tx.execute(
        update(table)
        .where(table.c.id == person.id)
        .values(
            chat_id=person.chat_id,
            language=person.language,
            status=person.status,
            zone=person.zone,
            country=person.country,
            consented_at=person.consented_at,
            course=person.course,
            profile=_profile_to_json(person.profile),
            preferences=_preferences_to_json(person.preferences),
            dialog=_dialog_to_json(person.dialog),
        )
    )


async def erase(tx: Transaction, person_id: PersonId) -> None:
    """Forget the person: every row of theirs, and what their updates said up to this wish.

    The number of an update stays, so that the same one arriving again is still known.
    """
    chat_ids = await tx.execute(
        delete(table).where(table.c.id == person_id).returning(table.c.chat_id)
    )
    chat_id = chat_ids.scalar_one_or_none()
    if chat_id is None:
        return
    # The first that waits is the wish itself. What came after it is still to be heard: where it
    # is handled nobody is known any more, and a danger sign is one from a stranger too.
    waiting = inbox.alias()
    wish = select(func.min(waiting.c.update_id)).where(waiting.c.chat_id == chat_id, PENDING)
    await tx.execute(
        update(inbox)
        .where(
            inbox.c.chat_id == chat_id,
            or_(inbox.c.state != "pending", inbox.c.update_id == wish.scalar_subquery()),
        )
        .values(
            chat_id=null(),
            payload=null(),
            reason=null(),
            state="done",
            closed_at=func.coalesce(inbox.c.closed_at, inbox.c.received_at),  # to be pruned
        )
    )
    tx.erased = True


async def add_note(tx: Transaction, person_id: PersonId, *, text: str, at: datetime) -> None:
    """Keep words the person left for the therapist."""
    await tx.execute(insert(note_table).values(person_id=person_id, text=text, at=at))


async def notes(tx: Transaction, person_id: PersonId) -> tuple[Note, ...]:
    """The person's notes, oldest first."""
    rows = await tx.execute(
        select(note_table.c.text, note_table.c.at)
        .where(note_table.c.person_id == person_id)
        .order_by(note_table.c.id)
    )
    return tuple(Note(text, at) for text, at in rows)


def _to_person(row: RowMapping) -> Person:
    dialog = row["dialog"]
    return Person(
        id=row["id"],
        chat_id=row["chat_id"],
        language=row["language"],
        status=row["status"],
        zone=row["zone"],
        country=row["country"],
        consented_at=row["consented_at"],
        course=row["course"],
        profile=_profile_from_json(row["profile"]),
        preferences=_preferences_from_json(row["preferences"]),
        dialog=Dialog(dialog["step"], dialog["data"]) if dialog else None,
    )


def _profile_to_json(profile: Profile) -> str:
    """What was said; what was not is left out."""
    values = {each.name: getattr(profile, each.name) for each in fields(profile)}
    listed = {k: sorted(v) if isinstance(v, frozenset) else v for k, v in values.items()}
    return orjson.dumps({k: v for k, v in listed.items() if v is not None and v != []}).decode()


# Most people have said the same, or nothing: reading it once is enough.
@lru_cache(maxsize=KEPT)
def _profile_from_json(kept: str) -> Profile:
    values: dict[str, Any] = {
        k: frozenset(v) if isinstance(v, list) else v for k, v in orjson.loads(kept).items()
    }
    return Profile(**values)


def _preferences_to_json(preferences: Preferences) -> str:
    values = {
        "quiet": [wall_text(preferences.quiet.start), wall_text(preferences.quiet.end)],
        "morning": wall_text(preferences.morning),
        "evening": wall_text(preferences.evening),
        "hydration": preferences.hydration,
        "stretching": preferences.stretching,
    }
    return orjson.dumps(values).decode()


@lru_cache(maxsize=KEPT)
def _preferences_from_json(kept: str) -> Preferences:
    values = orjson.loads(kept)
    start, end = map(time.fromisoformat, values["quiet"])
    return Preferences(
        quiet=QuietHours(start=start, end=end),
        morning=time.fromisoformat(values["morning"]),
        evening=time.fromisoformat(values["evening"]),
        hydration=values["hydration"],
        stretching=values["stretching"],
    )


def _dialog_to_json(dialog: Dialog | None) -> dict[str, Any] | None:
    return None if dialog is None else {"step": dialog.step, "data": dict(dialog.data)}
