"""Short ways to the rows that tests begin with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.care.model import (
    ChatId,
    Escalation,
    EscalationId,
    Kind,
    Level,
    Occurrence,
    OccurrenceId,
    Person,
    PlannedMessage,
    Session,
    SessionId,
)
from bot.store import escalations, occurrences, people, queue, sessions

if TYPE_CHECKING:
    from bot.store.database import Database

NOW = datetime(2026, 3, 2, 9, 30, 15, 250_000, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


async def make_person(database: Database, chat_id: int = 5_005) -> Person:
    async with database.transaction() as tx:
        return await people.create(tx, chat_id=ChatId(chat_id), language="en", now=NOW)


async def make_session(database: Database, person: Person) -> Session:
    async with database.transaction() as tx:
        return await sessions.add(
            tx, person_id=person.id, course=1, at=NOW - HOUR, pain_before=6, now=NOW
        )


async def make_escalation(database: Database, person: Person) -> Escalation:
    async with database.transaction() as tx:
        return await escalations.open(
            tx,
            person_id=person.id,
            level=Level.URGENT,
            reasons=("bruise_thinners",),
            interview_id=None,
            at=NOW,
        )


def message(
    kind: Kind = Kind.HYDRATION, sequence: int = 0, due_in: timedelta = -MINUTE
) -> PlannedMessage:
    """A message due a minute ago, worth sending for an hour."""
    return PlannedMessage(
        kind=kind,
        item=f"{kind}_item",
        sequence=sequence,
        due_at=NOW + due_in,
        expires_at=NOW + due_in + HOUR,
    )


async def plan(
    database: Database,
    person: Person,
    *messages: PlannedMessage,
    session_id: SessionId | None = None,
    escalation_id: EscalationId | None = None,
    plan_version: int = 1,
) -> int:
    async with database.transaction() as tx:
        return await occurrences.plan(
            tx,
            person_id=person.id,
            chat_id=person.chat_id,
            session_id=session_id,
            escalation_id=escalation_id,
            plan_version=plan_version,
            messages=messages,
        )


async def lease(
    database: Database, owner: str = "one", *, limit: int = 100, now: datetime = NOW
) -> tuple[Occurrence, ...]:
    async with database.transaction() as tx:
        return await queue.lease(tx, owner=owner, now=now, until=now + MINUTE, limit=limit)


async def leased(
    database: Database, kind: Kind = Kind.HYDRATION, chat_id: int = 5_005
) -> Occurrence:
    """One message of a new person, leased by `one` until a minute from NOW."""
    person = await make_person(database, chat_id)
    await plan(database, person, message(kind))
    (occurrence,) = await lease(database)
    return occurrence


async def stored(database: Database, occurrence_id: OccurrenceId) -> Occurrence:
    async with database.reading() as tx:
        found = await occurrences.get(tx, occurrence_id)
    assert found is not None
    return found
