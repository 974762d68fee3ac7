"""The massages a person logged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import RowMapping, bindparam, insert, select, update

from bot.care.model import PersonId, Session, SessionId
from bot.store.tables import sessions as table

if TYPE_CHECKING:
    from datetime import datetime

    from bot.store.transaction import Transaction

REMOVED = 0  # the course of what was logged by mistake: nobody's, since courses count from 1
ADD = insert(table).returning(table)
OF_COURSE = (
    select(table)
    .where(table.c.person_id == bindparam("of"), table.c.course == bindparam("in_course"))
    .order_by(table.c.at, table.c.id)
)
COUNTS = select(table).where(table.c.person_id == bindparam("of"), table.c.course != REMOVED)
LATEST = COUNTS.order_by(table.c.at.desc(), table.c.id.desc()).limit(1)
LAST_LOGGED = COUNTS.order_by(table.c.id.desc()).limit(1)
BETWEEN = COUNTS.where(table.c.at.between(bindparam("since"), bindparam("until"))).order_by(
    table.c.at, table.c.id
)
BUMP = (
    update(table)
    .where(table.c.id == LATEST.with_only_columns(table.c.id).scalar_subquery())
    .values(plan_version=table.c.plan_version + 1)
    .returning(table)
)


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
    row = {
        "person_id": person_id,
        "course": course,
        "at": at,
        "pain_before": pain_before,
        "plan_version": 0,
        "created_at": now,
    }
    return _to_session((await tx.execute(ADD, row)).mappings().one())


async def get(tx: Transaction, session_id: SessionId) -> Session | None:
    """The massage with this id."""
    row = (await tx.execute(select(table).where(table.c.id == session_id))).mappings().one_or_none()
    return None if row is None else _to_session(row)


async def of_course(tx: Transaction, person_id: PersonId, course: int) -> tuple[Session, ...]:
    """The massages of one episode of pain, oldest first."""
    rows = await tx.execute(OF_COURSE, {"of": person_id, "in_course": course})
    return tuple(_to_session(row) for row in rows.mappings())


async def latest(tx: Transaction, person_id: PersonId) -> Session | None:
    """The person's last massage, of whichever episode."""
    row = (await tx.execute(LATEST, {"of": person_id})).mappings().one_or_none()
    return None if row is None else _to_session(row)


async def last_logged(tx: Transaction, person_id: PersonId) -> Session | None:
    """The massage the person told of last, which need not be the latest one."""
    row = (await tx.execute(LAST_LOGGED, {"of": person_id})).mappings().one_or_none()
    return None if row is None else _to_session(row)


async def between(
    tx: Transaction, person_id: PersonId, since: datetime, until: datetime
) -> tuple[Session, ...]:
    """The person's massages of this span, both ends included, oldest first."""
    rows = await tx.execute(BETWEEN, {"of": person_id, "since": since, "until": until})
    return tuple(_to_session(row) for row in rows.mappings())


async def bump_plan_version(tx: Transaction, person_id: PersonId) -> Session | None:
    """The person's last massage, with one more layout of its plan counted; None without any."""
    row = (await tx.execute(BUMP, {"of": person_id})).mappings().one_or_none()
    return None if row is None else _to_session(row)


async def remove(tx: Transaction, session_id: SessionId) -> None:
    """Count a massage logged by mistake no more.

    Its row stays, so that what was sent of its plan still counts for gaps and the day's limit.
    """
    await tx.execute(update(table).where(table.c.id == session_id).values(course=REMOVED))


def _to_session(row: RowMapping) -> Session:
    return Session(
        id=row["id"],
        person_id=row["person_id"],
        course=row["course"],
        at=row["at"],
        pain_before=row["pain_before"],
        plan_version=row["plan_version"],
    )
