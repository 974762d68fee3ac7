"""The scheduled messages as a queue: leased when due, and given back or ended by the owner.

A lease ends by acknowledgement or by time. Everything an owner says about a message counts only
while that very lease is still theirs, and not of one that ran out and was taken anew; each
function returns whether it was. Telegram's yes alone counts for a later lease of the same owner
too: whichever try it was, the message is there, and need not be sent again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from sqlalchemy import (
    Case,
    Column,
    ColumnElement,
    Integer,
    TextClause,
    Update,
    bindparam,
    case,
    exists,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    update,
)

from bot.care.model import SAFETY, Kind, Occurrence, OccurrenceId, OccurrenceState
from bot.store import strangers
from bot.store.columns import MILLISECOND, to_ms
from bot.store.lists import Numbers, among
from bot.store.occurrences import KINDS, PRIORITIES, to_occurrence
from bot.store.tables import LEASED, PLANNED
from bot.store.tables import occurrences as table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bot.store.transaction import Transaction

T = TypeVar("T")

NO_LEASE: Mapping[str, Any] = {"owner": null(), "leased_until": null()}

# The statements of every message sent are made once: making one costs more than running it.
# A lease looks at one priority at a time, which is one walk along the index, however much waits
# beyond it.
LEASE = (
    update(table)
    .where(
        table.c.id.in_(
            select(table.c.id)
            .where(
                PLANNED,
                table.c.priority == bindparam("of_priority"),
                table.c.due_at <= bindparam("now"),
            )
            .order_by(table.c.due_at)
            .limit(bindparam("room", type_=Integer))
            .with_for_update(skip_locked=True)
        )
    )
    .values(
        state=OccurrenceState.LEASED,
        owner=bindparam("by"),
        leased_until=bindparam("until"),
        attempts=table.c.attempts + 1,
    )
    .returning(*strangers.COLUMNS)
)


def when(condition: ColumnElement[bool] | TextClause, column: Column[T], value: T) -> Case[T]:
    """`value` where the condition holds, otherwise what the column has."""
    return case((condition, literal(value, column.type)), else_=column)


# A check-in goes once more; a safety message until Telegram has it, or it is no longer true.
MAY_REPEAT = or_(
    table.c.kind.in_(SAFETY), table.c.repeat == literal(value=False, type_=table.c.repeat.type)
)
ONE_MORE_DOUBT = table.c.doubts + 1
CANCELLED = table.c.state == OccurrenceState.CANCELLED
DUE_PRIORITIES = select(
    *(
        exists()
        .where(PLANNED, table.c.priority == literal(each), table.c.due_at <= bindparam("now"))
        .label(f"priority_{each}")
        for each in PRIORITIES
    )
)
HELD = (
    select(table.c.id, table.c.attempts)
    .where(among(table.c.id, "ids"), LEASED, table.c.owner == bindparam("by"))
    .order_by(table.c.id)
)
HELD_FOR_UPDATE = HELD.with_for_update()


def _acknowledge(of: ColumnElement[Any], message_id: Any, at: Any) -> Update:
    """What makes a message that we hold, or that was cancelled on its way, one that was sent."""
    return (
        update(table)
        .where(table.c.id == of, table.c.owner == bindparam("by"), or_(LEASED, CANCELLED))
        .values(
            state=when(LEASED, table.c.state, OccurrenceState.SENT),
            message_id=message_id,
            sent_at=at,
            **NO_LEASE,
        )
    )


ACKNOWLEDGE_ONE = _acknowledge(
    bindparam("of", type_=table.c.id.type), bindparam("as_message"), bindparam("at")
).returning(table.c.state)
_numbers = [bindparam(name, type_=Numbers()) for name in ("ids", "message_ids", "ats")]
_of_array = (
    func.unnest(*_numbers).table_valued("id", "message_id", "at", name="receipt").render_derived()
)
_in_json = func.json_each(bindparam("receipts", type_=Numbers())).table_valued("value")
ACKNOWLEDGE_POSTGRESQL = _acknowledge(*_of_array.c)
ACKNOWLEDGE_SQLITE = _acknowledge(
    *(func.json_extract(_in_json.c.value, literal_column(f"'$[{n}]'")) for n in range(3))
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """Telegram's word that an occurrence was sent, as which message, and when."""

    id: OccurrenceId
    message_id: int
    at: datetime


async def due_priorities(tx: Transaction, now: datetime) -> frozenset[int]:
    """The priorities of which something waits to be leased."""
    row = (await tx.execute(DUE_PRIORITIES, {"now": now})).one()
    return frozenset(priority for priority, due in zip(PRIORITIES, row, strict=True) if due)


async def lease(
    tx: Transaction,
    *,
    owner: str,
    now: datetime,
    until: datetime,
    limit: int,
    priorities: int | None = None,
) -> tuple[Occurrence, ...]:
    """Take up to `limit` due messages for `owner` alone, until `until`.

    Safety first, then check-ins, then nudges, each by due time. `priorities` is the last priority
    to look at: 0 leases safety messages only.
    """
    leased: list[Occurrence] = []
    for priority in PRIORITIES:
        room = limit - len(leased)
        if room > 0 and (priorities is None or priority <= priorities):
            leased += await _lease(tx, priority, owner, now, until, room)
    return tuple(leased)


async def _lease(
    tx: Transaction, priority: int, owner: str, now: datetime, until: datetime, room: int
) -> list[Occurrence]:
    parameters = {"of_priority": priority, "now": now, "room": room, "by": owner, "until": until}
    rows = (await tx.execute(LEASE, parameters)).mappings().all()
    sound = strangers.known(rows)
    if len(sound) < len(rows):
        await strangers.set_aside(tx, rows)
    return sorted(map(to_occurrence, sound), key=lambda each: (each.message.due_at, each.id))


async def held(
    tx: Transaction, ids: Sequence[OccurrenceId], *, owner: str
) -> Mapping[OccurrenceId, int]:
    """Which of these are leased by `owner`, not cancelled, erased or timed out, as which attempt.

    The number tells a lease from a later one of the same owner, who may have slept through the
    end of the first.
    """
    rows = await tx.execute(HELD, {"ids": ids, "by": owner})
    return {row.id: row.attempts for row in rows}


async def acknowledge(
    tx: Transaction, occurrence_id: OccurrenceId, *, owner: str, message_id: int, at: datetime
) -> bool:
    """The message was sent. False where the lease ran out or the message was cancelled.

    One cancelled on its way stays cancelled, and still keeps when and as what it was sent.
    """
    parameters = {"of": occurrence_id, "by": owner, "as_message": message_id, "at": at}
    state = (await tx.execute(ACKNOWLEDGE_ONE, parameters)).scalar_one_or_none()
    return state is OccurrenceState.SENT


async def acknowledge_all(
    tx: Transaction, receipts: Sequence[Receipt], *, owner: str
) -> frozenset[OccurrenceId]:
    """Acknowledge many at once, with two statements; returns those that count as sent."""
    if not receipts:
        return frozenset()
    rows = sorted((each.id, each.message_id, to_ms(each.at)) for each in receipts)
    ids, message_ids, ats = (list(column) for column in zip(*rows, strict=True))
    sent = frozenset((await tx.execute(HELD_FOR_UPDATE, {"ids": ids, "by": owner})).scalars())
    if tx.is_sqlite:
        await tx.execute(ACKNOWLEDGE_SQLITE, {"receipts": rows, "by": owner})
    else:
        parameters = {"ids": ids, "message_ids": message_ids, "ats": ats, "by": owner}
        await tx.execute(ACKNOWLEDGE_POSTGRESQL, parameters)
    return sent


async def release(
    tx: Transaction,
    occurrence: Occurrence,
    *,
    owner: str,
    at: datetime,
    due_at: datetime,
    reason: str,
) -> bool:
    """Certainly not sent, known `at`: planned again, for `due_at`."""
    return await _end(
        tx,
        occurrence,
        owner,
        state=OccurrenceState.PLANNED,
        due_at=due_at,
        put_off_ms=(due_at - at) // MILLISECOND,
        reason=reason,
    )


async def uncertain(
    tx: Transaction,
    occurrence: Occurrence,
    *,
    owner: str,
    at: datetime,
    repeat_at: datetime | None,
) -> bool:
    """Perhaps sent, `at`. Given `repeat_at` it is planned for then, unless it was so before.

    A safety message is planned again each time: twice in doubt must not mean never.
    """
    if repeat_at is not None and await _end(
        tx,
        occurrence,
        owner,
        MAY_REPEAT,
        state=OccurrenceState.PLANNED,
        repeat=True,
        due_at=repeat_at,
        put_off_ms=(repeat_at - at) // MILLISECOND,
        doubts=ONE_MORE_DOUBT,
    ):
        return True
    return await _end(
        tx,
        occurrence,
        owner,
        state=OccurrenceState.UNCERTAIN,
        sent_at=at,
        doubts=ONE_MORE_DOUBT,
    )


async def fail(
    tx: Transaction, occurrence: Occurrence, *, owner: str, reason: str, at: datetime
) -> bool:
    """Never to be sent, for a defect known since `at`."""
    return await _end(
        tx, occurrence, owner, state=OccurrenceState.FAILED, reason=f"{reason} ({at:%FT%TZ})"
    )


async def drop(
    tx: Transaction,
    occurrence: Occurrence,
    *,
    owner: str,
    state: Literal[OccurrenceState.EXPIRED, OccurrenceState.CANCELLED],
    reason: str,
) -> bool:
    """No longer worth sending, found out before sending it."""
    return await _end(tx, occurrence, owner, state=state, reason=reason)


async def _end(
    tx: Transaction,
    occurrence: Occurrence,
    owner: str,
    *which: ColumnElement[bool],
    **values: object,
) -> bool:
    statement = (
        update(table)
        .where(
            table.c.id == occurrence.id,
            LEASED,
            table.c.owner == owner,
            table.c.attempts == occurrence.attempts,
            *which,
        )
        .values(**values, **NO_LEASE)
    )
    return (await tx.execute(statement)).rowcount == 1


async def counts(tx: Transaction) -> Mapping[tuple[OccurrenceState, Kind], int]:
    """How many messages there are of each kind in each state, of the kinds there are."""
    by = (table.c.state, strangers.KIND)
    statement = select(*by, func.count()).group_by(*by)
    return {
        (state, KINDS[kind]): count
        for state, kind, count in await tx.execute(statement)
        if kind in KINDS
    }
