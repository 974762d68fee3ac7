"""The scheduled messages, as plans lay them out and people answer them. See also `queue`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Executable,
    Integer,
    RowMapping,
    bindparam,
    func,
    literal,
    select,
    union_all,
    update,
)

from bot.care.model import (
    CHECK_INS,
    NUDGES,
    ChatId,
    EscalationId,
    Kind,
    Occurrence,
    OccurrenceId,
    OccurrenceState,
    PersonId,
    PlannedMessage,
    SessionId,
)
from bot.store.lists import among
from bot.store.tables import PLANNED
from bot.store.tables import occurrences as table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from bot.store.transaction import Transaction

PRIORITIES = (0, 1, 2)
KINDS = {str(each): each for each in Kind}
WAITING = (OccurrenceState.PLANNED, OccurrenceState.LEASED)
# A message cancelled while it was on its way may have arrived: `sent_at` tells.
ARRIVED = (OccurrenceState.SENT, OccurrenceState.UNCERTAIN, OccurrenceState.CANCELLED)
GET = select(table).where(table.c.id == bindparam("of"))
NEXT_DUE_OF = select(func.min(table.c.due_at, type_=table.c.due_at.type)).where(
    table.c.person_id == bindparam("of"), PLANNED
)
SEVERAL = select(table).where(among(table.c.id, "ids")).order_by(table.c.id).with_for_update()
# The statements of every answer and every plan are made once: making one costs as much as
# running it.
UPCOMING = (
    select(table)
    .where(table.c.person_id == bindparam("of"), table.c.state.in_(WAITING))
    .order_by(table.c.due_at, table.c.id)
    .limit(bindparam("most", type_=Integer))
)
SENT_SINCE = (
    select(table)
    .where(
        table.c.person_id == bindparam("of"),
        table.c.state.in_(ARRIVED),
        table.c.sent_at >= bindparam("since"),
    )
    .order_by(table.c.due_at, table.c.id)
)
WITHDRAW_PLANS = (
    update(table)
    .where(
        table.c.person_id == bindparam("of"),
        table.c.session_id.is_not(None),
        table.c.kind.in_(NUDGES | CHECK_INS),
        PLANNED,
    )
    .values(state=OccurrenceState.CANCELLED, reason=bindparam("because"))
)
RESPOND = (
    update(table)
    .where(table.c.id == bindparam("of"))
    .values(response=bindparam("said"), responded_at=bindparam("at"))
)
COUNTS_ARRIVED = (
    select(table.c.person_id, table.c.kind, func.count())
    .where(
        among(table.c.person_id, "ids"),
        table.c.kind.in_(NUDGES),
        table.c.state.in_(ARRIVED),
        table.c.sent_at.is_not(None),
    )
    .group_by(table.c.person_id, table.c.kind)
)


async def plan(
    tx: Transaction,
    *,
    person_id: PersonId,
    chat_id: ChatId,
    session_id: SessionId | None,
    escalation_id: EscalationId | None,
    plan_version: int,
    messages: Sequence[PlannedMessage],
) -> int:
    """Schedule messages and return how many were new: planning the same twice adds nothing.

    Of a session a message is the same by item, sequence and plan version; of an escalation by
    item and sequence; of neither by person, item, sequence and plan version.
    """
    if not messages:
        return 0
    shared = {
        "person_id": person_id,
        "chat_id": chat_id,
        "session_id": session_id,
        "escalation_id": escalation_id,
        "plan_version": plan_version,
        "state": OccurrenceState.PLANNED,
        "attempts": 0,
        "repeat": False,
    }
    rows = [shared | _from_message(message) for message in messages]
    return (await tx.execute(tx.insert_new(table), rows)).rowcount


async def cancel(
    tx: Transaction,
    *,
    person_id: PersonId,
    kinds: Collection[Kind] | None = None,
    session_id: SessionId | None = None,
    escalation_id: EscalationId | None = None,
    item: str | None = None,
    sequence: int | None = None,
    reason: str,
) -> int:
    """Cancel what is planned or on its way and matches everything given; returns how many.

    Whoever is sending one of them learns of it at its acknowledgement.
    """
    given = {
        table.c.session_id: session_id,
        table.c.escalation_id: escalation_id,
        table.c.item: item,
        table.c.sequence: sequence,
    }
    matching = [column == value for column, value in given.items() if value is not None]
    if kinds is not None:
        matching.append(table.c.kind.in_(kinds))
    # Locked in the order of their ids, as acknowledgements are, so that neither waits for the
    # other on PostgreSQL.
    ids = (
        select(table.c.id)
        .where(table.c.person_id == person_id, table.c.state.in_(WAITING), *matching)
        .order_by(table.c.id)
        .with_for_update()
    )
    statement = (
        update(table)
        .where(table.c.id.in_(ids))
        .values(state=OccurrenceState.CANCELLED, reason=reason)
    )
    return (await tx.execute(statement)).rowcount


async def withdraw_plans(tx: Transaction, person_id: PersonId, *, reason: str) -> int:
    """Cancel the nudges and check-ins still planned for any massage; returns how many.

    What is on its way counts as sent, and what the person put off was asked for: both stay.
    """
    return (await tx.execute(WITHDRAW_PLANS, {"of": person_id, "because": reason})).rowcount


async def newer_check_in_due(tx: Transaction, occurrence: Occurrence, now: datetime) -> bool:
    """Whether a later check-in of the same person is due by now as well."""
    later = select(table.c.id).where(
        table.c.person_id == occurrence.person_id,
        table.c.kind == Kind.CHECK_IN,
        table.c.state.in_(WAITING),
        table.c.due_at > occurrence.message.due_at,
        table.c.due_at <= now,
    )
    return (await tx.execute(later.limit(1))).first() is not None


async def reschedule(
    tx: Transaction, *, escalation_id: EscalationId, kind: Kind, due_at: datetime
) -> int:
    """Move an escalation's planned messages of this kind to `due_at`; returns how many."""
    statement = (
        update(table)
        .where(table.c.escalation_id == escalation_id, table.c.kind == kind, PLANNED)
        .values(due_at=due_at)
    )
    return (await tx.execute(statement)).rowcount


async def get(tx: Transaction, occurrence_id: OccurrenceId) -> Occurrence | None:
    """The occurrence with this id."""
    row = (await tx.execute(GET, {"of": occurrence_id})).mappings().one_or_none()
    return None if row is None else to_occurrence(row)


async def several(
    tx: Transaction, occurrence_ids: Iterable[OccurrenceId]
) -> Mapping[OccurrenceId, Occurrence]:
    """These occurrences by id, kept from others while the transaction lasts."""
    rows = await tx.execute(SEVERAL, {"ids": sorted(set(occurrence_ids))})
    return {row["id"]: to_occurrence(row) for row in rows.mappings()}


async def upcoming(tx: Transaction, person_id: PersonId, *, limit: int) -> tuple[Occurrence, ...]:
    """The next messages still to come for the person, soonest first."""
    return await _all(tx, UPCOMING, {"of": person_id, "most": limit})


async def sent_since(
    tx: Transaction, person_id: PersonId, since: datetime
) -> tuple[Occurrence, ...]:
    """What reached the person from `since` on, or may have, in the order it was due."""
    return await _all(tx, SENT_SINCE, {"of": person_id, "since": since})


async def counts_arrived(
    tx: Transaction, person_ids: Iterable[PersonId]
) -> Mapping[tuple[PersonId, Kind], int]:
    """How many nudges have reached each of these people so far, or may have, by their kind."""
    rows = await tx.execute(COUNTS_ARRIVED, {"ids": sorted(set(person_ids))})
    return {(person_id, kind): count for person_id, kind, count in rows}


async def of_message(tx: Transaction, person_id: PersonId, message_id: int) -> Occurrence | None:
    """What reached the person as this message."""
    statement = (
        select(table)
        .where(table.c.person_id == person_id, table.c.message_id == message_id)
        .order_by(table.c.due_at, table.c.id)
    )
    found = await _all(tx, statement)
    return found[-1] if found else None


async def latest_sent(
    tx: Transaction, person_id: PersonId, *, kinds: Collection[Kind]
) -> Occurrence | None:
    """The last message of these kinds that certainly reached the person."""
    statement = (
        select(table)
        .where(
            table.c.person_id == person_id,
            table.c.kind.in_(kinds),
            table.c.message_id.is_not(None),
        )
        .order_by(table.c.sent_at.desc(), table.c.id.desc())
        .limit(1)
    )
    row = (await tx.execute(statement)).mappings().one_or_none()
    return to_occurrence(row) if row is not None else None


async def respond(
    tx: Transaction, occurrence_id: OccurrenceId, *, response: str, at: datetime
) -> None:
    """Keep what the person said to it, such as `done`; a later word replaces an earlier one."""
    await respond_all(tx, [(occurrence_id, response, at)])


async def respond_all(tx: Transaction, said: Sequence[tuple[OccurrenceId, str, datetime]]) -> None:
    """Keep what was said to each of these, and when."""
    if said:
        rows = [{"of": number, "said": word, "at": at} for number, word, at in sorted(said)]
        await tx.execute(RESPOND, rows)


async def next_due_of(tx: Transaction, person_id: PersonId) -> datetime | None:
    """When the person's next planned message is due."""
    due: datetime | None = (await tx.execute(NEXT_DUE_OF, {"of": person_id})).scalar_one()
    return due


async def next_due(tx: Transaction, priorities: Collection[int] = PRIORITIES) -> datetime | None:
    """When the next planned message of anyone is due, of these priorities; it may have passed."""
    # One look into the index a priority, rather than over everything that is planned.
    soonest = union_all(
        *(
            select(
                select(func.min(table.c.due_at, type_=table.c.due_at.type))
                .where(PLANNED, table.c.priority == literal(priority))
                .scalar_subquery()
            )
            for priority in priorities
        )
    )
    return min((due for (due,) in await tx.execute(soonest) if due is not None), default=None)


async def withdrawn(tx: Transaction, person_id: PersonId) -> Mapping[tuple[Kind, str, str], int]:
    """How many messages will not come after all, by kind, item and reason."""
    ended = (OccurrenceState.CANCELLED, OccurrenceState.EXPIRED)
    columns = (table.c.kind, table.c.item, table.c.reason)
    statement = (
        select(*columns, func.count())
        .where(table.c.person_id == person_id, table.c.state.in_(ended))
        .group_by(*columns)
        .order_by(func.min(table.c.id))
    )
    rows = await tx.execute(statement)
    return {(kind, item, reason or ""): count for kind, item, reason, count in rows}


async def _all(
    tx: Transaction, statement: Executable, parameters: Mapping[str, Any] | None = None
) -> tuple[Occurrence, ...]:
    rows = await tx.execute(statement, parameters)
    return tuple(to_occurrence(row) for row in rows.mappings())


def _from_message(message: PlannedMessage) -> dict[str, object]:
    return {
        "kind": message.kind,
        "priority": message.kind.priority,
        "item": message.item,
        "sequence": message.sequence,
        "subject": message.subject,
        "due_at": message.due_at,
        "expires_at": message.expires_at,
        "local_date": message.local_date,
        "wall": message.wall,
    }


def to_occurrence(row: RowMapping) -> Occurrence:
    """The occurrence that a row of the table holds; its kind may be a plain word there."""
    return Occurrence(
        id=row["id"],
        person_id=row["person_id"],
        chat_id=row["chat_id"],
        session_id=row["session_id"],
        escalation_id=row["escalation_id"],
        message=PlannedMessage(
            kind=KINDS[row["kind"]],
            item=row["item"],
            sequence=row["sequence"],
            due_at=row["due_at"],
            expires_at=row["expires_at"],
            subject=row["subject"],
            local_date=row["local_date"],
            wall=row["wall"],
        ),
        plan_version=row["plan_version"],
        state=row["state"],
        attempts=row["attempts"],
        doubts=row["doubts"],
        repeat=row["repeat"],
        message_id=row["message_id"],
        sent_at=row["sent_at"],
        response=row["response"],
        reason=row["reason"],
    )
