"""The massages a person logged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import RowMapping, delete, insert, select, update

from bot.care.model import PersonId, Session, SessionId
from bot.store.tables import sessions as table

if TYPE_CHECKING:
    from datetime import datetime

    from bot.store.transaction import Transaction


async def add(
    tx: Transaction,
    *,
    person_id: PersonId,
    course: int,
    at: datetime,
    pain_before: int | None,
    now: datetime,
) -> Session:
    """Keep a massage of `at`, logged `now`."""
    statement = insert(table).values(
        person_id=person_id,
        course=course,
        at=at,
        pain_before=pain_before,
        plan_version=0,
        created_at=now,
    )
    return _to_session((await tx.execute(statement.returning(table))).mappings().one())


async def get(tx: Transaction, session_id: SessionId) -> Session | None:
    """The massage with this id."""
    row = (await tx.execute(select(table).where(table.c.id == session_id))).mappings().one_or_none()
    return None if row is None else _to_session(row)


async def of_course(tx: Transaction, person_id: PersonId, course: int) -> tuple[Session, ...]:
    """The massages of one episode of pain, oldest first."""
    statement = (
        select(table)
        .where(table.c.person_id == person_id, table.c.course == course)
        .order_by(table.c.at, table.c.id)
    )
    return tuple(_to_session(row) for row in (await tx.execute(statement)).mappings())


async def latest(tx: Transaction, person_id: PersonId) -> Session | None:
    """The person's last massage, of whichever episode."""
    statement = (
        select(table)
        .where(table.c.person_id == person_id)
        .order_by(table.c.at.desc(), table.c.id.desc())
        .limit(1)
    )
    row = (await tx.execute(statement)).mappings().one_or_none()
    return None if row is None else _to_session(row)


async def bump_plan_version(tx: Transaction, session_id: SessionId) -> Session:
    """Count one more layout of this massage's plan; raises NoResultFound for an unknown id."""
    statement = (
        update(table)
        .where(table.c.id == session_id)
        .values(plan_version=table.c.plan_version + 1)
        .returning(table)
    )
    return _to_session((await tx.execute(statement)).mappings().one())


async def remove(tx: Transaction, session_id: SessionId) -> None:
    """Forget a massage logged by mistake, with its plan; what was answered since stays."""
    await tx.execute(delete(table).where(table.c.id == session_id))


def _to_session(row: RowMapping) -> Session:
    return Session(
        id=row["id"],
        person_id=row["person_id"],
        course=row["course"],
        at=row["at"],
        pain_before=row["pain_before"],
        plan_version=row["plan_version"],
    )
