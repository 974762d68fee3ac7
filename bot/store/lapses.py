"""What ends by time: leases that ran out, messages too late, and waits of a wrong clock."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import (
    ColumnElement,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    type_coerce,
    update,
)

from bot.care.model import NUDGES, Kind, Occurrence, OccurrenceState
from bot.store import strangers
from bot.store.columns import Big, to_ms
from bot.store.occurrences import KINDS, PRIORITIES, to_occurrence
from bot.store.queue import MAY_REPEAT, NO_LEASE, ONE_MORE_DOUBT, when
from bot.store.tables import LEASED, PLANNED
from bot.store.tables import occurrences as table

if TYPE_CHECKING:
    from datetime import datetime

    from bot.store.transaction import Transaction

LONGEST_HOLD_MS = 60_000  # for more ticks of a list; two machines' clocks differ by less


@dataclass(frozen=True, slots=True)
class Expiry:
    """So many messages of a kind were too late, due from the first instant to the last."""

    kind: Kind
    count: int
    first_due_at: datetime
    last_due_at: datetime


async def any_to_take_back(tx: Transaction, *, now: datetime, furthest: datetime) -> bool:
    """Whether `reap` or `hasten` has anything to do; a read, so that looking locks nothing."""
    found = await tx.execute(
        select(or_(exists().where(_overdue(now, furthest)), exists().where(_overslept(now))))
    )
    return bool(found.scalar_one())


def _overdue(now: datetime, furthest: datetime | None, living: str = "") -> ColumnElement[bool]:
    over = table.c.leased_until <= now
    if furthest is not None:
        over = or_(over, and_(table.c.leased_until > furthest, table.c.owner != living))
    return and_(LEASED, over)


def _overslept(now: datetime) -> ColumnElement[bool]:
    """An escalation's message that is due later than any is planned for, or this was put off to.

    Telegram may ask for any pause, and says it in seconds: how long a message was put off is
    known whatever the clock showed then.
    """
    waits_ms = type_coerce(table.c.due_at, Big) - literal(to_ms(now), Big)
    too_long = waits_ms > func.coalesce(table.c.put_off_ms, 0) + literal(LONGEST_HOLD_MS, Big)
    return and_(PLANNED, table.c.priority == 0, table.c.kind == Kind.ESCALATION, too_long)


async def hasten(tx: Transaction, *, now: datetime) -> int:
    """Let escalations' messages leave now that are planned for later than can be; how many.

    They are due at once, so one that is far off was written while the clock was wrong.
    """
    statement = update(table).where(_overslept(now)).values(due_at=now)
    return (await tx.execute(statement)).rowcount


async def reap(
    tx: Transaction, *, now: datetime, furthest: datetime | None = None, living: str = ""
) -> tuple[Occurrence, ...]:
    """End the leases that ran out: whether those messages were sent is not known.

    A lease beyond `furthest` is longer than any, taken while the clock was wrong; it ends as
    well, unless `living`, the process that asks, holds it. A nudge is left uncertain; a check-in
    is planned again, due now, once; a safety message each time.
    """
    again = and_(table.c.kind.not_in(NUDGES), MAY_REPEAT)
    overdue = (
        select(table.c.id)
        .where(_overdue(now, furthest, living))
        .order_by(table.c.id)
        .with_for_update(skip_locked=True)
    )
    statement = (
        update(table)
        .where(table.c.id.in_(overdue))
        .values(
            state=case(
                (again, literal(OccurrenceState.PLANNED, table.c.state.type)),
                else_=literal(OccurrenceState.UNCERTAIN, table.c.state.type),
            ),
            repeat=when(again, table.c.repeat, value=True),
            due_at=when(again, table.c.due_at, now),
            doubts=ONE_MORE_DOUBT,
            sent_at=case((again, table.c.sent_at), else_=table.c.leased_until),
            **NO_LEASE,
        )
        .returning(*strangers.COLUMNS)
    )
    rows = (await tx.execute(statement)).mappings()
    return tuple(map(to_occurrence, strangers.known(rows)))


async def expire(tx: Transaction, *, now: datetime) -> tuple[Expiry, ...]:
    """End planned messages that are too late to be worth sending; returns how many, by kind."""
    due = (PLANNED, table.c.due_at <= now, table.c.priority.in_(PRIORITIES))
    statement = (
        update(table)
        .where(*due, table.c.expires_at <= now)
        .values(state=OccurrenceState.EXPIRED, reason="late")
        .returning(strangers.KIND, table.c.due_at)
    )
    late: defaultdict[Kind, list[datetime]] = defaultdict(list)
    for word, due_at in await tx.execute(statement):
        if word in KINDS:
            late[KINDS[word]].append(due_at)
    return tuple(Expiry(kind, len(each), min(each), max(each)) for kind, each in late.items())
