"""Escalations, at most one open a person, and what people said to them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING

from sqlalchemy import Executable, RowMapping, bindparam, insert, select, update

from bot.care.model import (
    Escalation,
    EscalationId,
    EscalationState,
    Held,
    InterviewId,
    Level,
    PersonId,
)
from bot.store.lists import among
from bot.store.tables import OPEN
from bot.store.tables import escalations as table
from bot.store.tables import responses as said

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from bot.store.transaction import Transaction


HISTORY = select(table).where(table.c.person_id == bindparam("of")).order_by(table.c.id)
CURRENT = HISTORY.where(OPEN)
GET = select(table).where(table.c.id == bindparam("of"))
OPENED = insert(table).returning(table)
HISTORY_OF = select(table).where(among(table.c.person_id, "ids")).order_by(table.c.id)
CURRENT_OF = select(table).where(among(table.c.person_id, "ids"), OPEN)


@dataclass(frozen=True, slots=True)
class Response:
    """What a person said to an escalation's message, such as `got_help`."""

    escalation_id: EscalationId
    response: str
    at: datetime


async def open(
    tx: Transaction,
    *,
    person_id: PersonId,
    level: Level,
    reasons: tuple[str, ...],
    interview_id: InterviewId | None,
    at: datetime,
) -> Escalation:
    """Open an escalation; raises IntegrityError while another of the person's is open."""
    row = {
        "person_id": person_id,
        "level": level.id,
        "reasons": list(reasons),
        "state": EscalationState.OPEN,
        "opened_at": at,
        "changed_at": at,
        "interview_id": interview_id,
    }
    opened = _to_escalation((await tx.execute(OPENED, row)).mappings().one())
    return await _with_held(tx, opened)


async def current(tx: Transaction, person_id: PersonId) -> Escalation | None:
    """The person's open escalation."""
    found = await _select(tx, CURRENT, person_id)
    return await _with_held(tx, found[0]) if found else None


async def current_of(
    tx: Transaction, person_ids: Iterable[PersonId]
) -> Mapping[PersonId, Escalation]:
    """The open escalations of these people, by person."""
    rows = (await tx.execute(CURRENT_OF, {"ids": sorted(set(person_ids))})).mappings()
    found = {row["person_id"]: _to_escalation(row) for row in rows}
    if not found:
        return found
    earlier: dict[PersonId, list[Escalation]] = {each: [] for each in found}
    for row in (await tx.execute(HISTORY_OF, {"ids": sorted(found)})).mappings():
        earlier[row["person_id"]].append(_to_escalation(row))
    return {each: replace(one, held=_held(one, earlier[each])) for each, one in found.items()}


async def get(tx: Transaction, escalation_id: EscalationId) -> Escalation | None:
    """The escalation with this id, open or not."""
    found = await _select(tx, GET, escalation_id)
    return await _with_held(tx, found[0]) if found else None


async def history(tx: Transaction, person_id: PersonId) -> tuple[Escalation, ...]:
    """Every escalation of the person, oldest first, each with what it told alone."""
    return await _select(tx, HISTORY, person_id)


async def save(tx: Transaction, escalation: Escalation) -> None:
    """Keep the escalation as given; what it holds stands with those it has replaced."""
    await tx.execute(
        update(table)
        .where(table.c.id == escalation.id)
        .values(
            level=escalation.level.id,
            reasons=list(escalation.reasons),
            state=escalation.state,
            opened_at=escalation.opened_at,
            changed_at=escalation.changed_at,
            interview_id=escalation.interview_id,
            release=escalation.release,
        )
    )


async def log_response(
    tx: Transaction, escalation_id: EscalationId, *, response: str, at: datetime
) -> None:
    """Add what the person said; nothing here is ever changed."""
    await tx.execute(insert(said).values(escalation_id=escalation_id, response=response, at=at))


async def last_response(tx: Transaction, escalation_id: EscalationId) -> Response | None:
    """The latest that was said to this escalation."""
    statement = (
        select(said.c.escalation_id, said.c.response, said.c.at)
        .where(said.c.escalation_id == escalation_id)
        .order_by(said.c.id.desc())
        .limit(1)
    )
    row = (await tx.execute(statement)).one_or_none()
    return Response(*row) if row else None


async def responses(tx: Transaction, person_id: PersonId) -> tuple[Response, ...]:
    """Everything the person said to escalations, oldest first."""
    statement = (
        select(said.c.escalation_id, said.c.response, said.c.at)
        .join(table, table.c.id == said.c.escalation_id)
        .where(table.c.person_id == person_id)
        .order_by(said.c.id)
    )
    return tuple(Response(*row) for row in await tx.execute(statement))


async def _with_held(tx: Transaction, escalation: Escalation) -> Escalation:
    if not escalation.is_open:
        return escalation
    return replace(escalation, held=_held(escalation, await history(tx, escalation.person_id)))


def _held(escalation: Escalation, history: Sequence[Escalation]) -> Held | None:
    """What those it has replaced, one after the other, have told and it does not."""
    before = [each for each in history if each.id < escalation.id]
    replaced = list(takewhile(_is_raised, reversed(before)))
    reasons = {reason: None for each in reversed(replaced) for reason in each.reasons}
    untold = tuple(each for each in reasons if each not in escalation.reasons)
    return Held(max(each.level for each in replaced), untold) if untold else None


def _is_raised(escalation: Escalation) -> bool:
    return escalation.state is EscalationState.RAISED


async def _select(tx: Transaction, statement: Executable, of: int) -> tuple[Escalation, ...]:
    rows = await tx.execute(statement, {"of": of})
    return tuple(_to_escalation(row) for row in rows.mappings())


def _to_escalation(row: RowMapping) -> Escalation:
    return Escalation(
        id=row["id"],
        person_id=row["person_id"],
        level=Level.from_id(row["level"]),
        reasons=tuple(row["reasons"]),
        state=row["state"],
        opened_at=row["opened_at"],
        changed_at=row["changed_at"],
        interview_id=row["interview_id"],
        release=row["release"],
    )
