"""How much there is of everything, counted for operators: numbers only, nobody's in particular."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from bot.care.model import Kind, Level, OccurrenceState, Status
from bot.store import tables
from bot.store.occurrences import PRIORITIES
from bot.store.tables import LEASED, OPEN, PENDING, PLANNED
from bot.store.tables import occurrences as table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement, TextClause

    from bot.store.transaction import Transaction

ENDED = (OccurrenceState.EXPIRED, OccurrenceState.FAILED)
ON_THE_WIRE = (OccurrenceState.SENT, OccurrenceState.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class Depths:
    """What waits at one instant. Kinds and levels of which there is nothing are left out."""

    due: Mapping[Kind, int]
    leased: Mapping[Kind, int]
    oldest_due_at: datetime | None
    inbox: int
    escalations: Mapping[Level, int]


@dataclass(frozen=True, slots=True)
class Ended:
    """So many messages of a kind that ended in one way, `reason` where one was kept."""

    kind: Kind
    state: OccurrenceState
    reason: str | None
    count: int


async def depths(tx: Transaction, now: datetime) -> Depths:
    """What waits as of `now`; quick however much is planned for later."""
    oldest = select(func.min(table.c.due_at, type_=table.c.due_at.type)).where(*_due(now))
    inbox = select(func.count()).select_from(tables.inbox).where(PENDING)
    return Depths(
        due=await _by_kind(tx, *_due(now)),
        leased=await _by_kind(tx, LEASED),
        oldest_due_at=(await tx.execute(oldest)).scalar_one(),
        inbox=(await tx.execute(inbox)).scalar_one(),
        escalations=await open_escalations(tx),
    )


async def planned(tx: Transaction) -> Mapping[Kind, int]:
    """How many messages are planned, by kind: a second's work in SQLite for a million."""
    return await _by_kind(tx, PLANNED)


async def due_before(tx: Transaction, instant: datetime) -> Mapping[Kind, int]:
    """How many messages that are still planned were due by then, by kind."""
    return await _by_kind(tx, *_due(instant))


async def open_escalations(tx: Transaction) -> Mapping[Level, int]:
    """How many escalations are open, by level."""
    level = tables.escalations.c.level
    rows = await tx.execute(select(level, func.count()).where(OPEN).group_by(level))
    return {Level.from_id(level_id): count for level_id, count in rows}


async def people_by_status(tx: Transaction) -> Mapping[Status, int]:
    """How many people there are, by what they want of the bot."""
    status = tables.people.c.status
    rows = await tx.execute(select(status, func.count()).group_by(status))
    return {found: count for found, count in rows}  # noqa: C416


async def ended_since(tx: Transaction, since: datetime) -> tuple[Ended, ...]:
    """How the messages since then ended: sent and uncertain by when they were sent, expired and
    failed, which have no such instant, by when they were due.
    """
    sent = await _ended(tx, table.c.state.in_(ON_THE_WIRE), table.c.sent_at >= since)
    others = await _ended(tx, table.c.state.in_(ENDED), table.c.due_at >= since)
    return (*sent, *others)


async def _ended(tx: Transaction, *which: ColumnElement[bool]) -> list[Ended]:
    columns = (table.c.kind, table.c.state, table.c.reason)
    rows = await tx.execute(select(*columns, func.count()).where(*which).group_by(*columns))
    return [Ended(*row) for row in rows]


async def _by_kind(tx: Transaction, *which: ColumnElement[bool] | TextClause) -> Mapping[Kind, int]:
    rows = await tx.execute(select(table.c.kind, func.count()).where(*which).group_by(table.c.kind))
    return {kind: count for kind, count in rows}  # noqa: C416


def _due(now: datetime) -> tuple[ColumnElement[bool] | TextClause, ...]:
    return PLANNED, table.c.priority.in_(PRIORITIES), table.c.due_at <= now
