"""Interviews and every answer ever given in them: `answers` only grows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, RowMapping, and_, bindparam, insert, or_, select, update

from bot.care.model import (
    Answer,
    Interview,
    InterviewId,
    InterviewKind,
    InterviewState,
    Level,
    OccurrenceId,
    PersonId,
    SessionId,
    Verdict,
)
from bot.store.tables import WAITING, answers
from bot.store.tables import interviews as table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Executable

    from bot.store.transaction import Transaction

CHECK_IN_KINDS = ("early", "full", "worse")

# What every answer asks for, made once: to make a statement takes a third of running it.
BY_AGE = select(table).order_by(table.c.opened_at, table.c.id)
GET = BY_AGE.where(table.c.id == bindparam("of"))
OF_COURSE = BY_AGE.where(
    table.c.person_id == bindparam("person"),
    table.c.course == bindparam("course"),
    table.c.kind.in_(CHECK_IN_KINDS),
)
ANSWERS = (
    select(answers)
    .where(answers.c.interview_id.in_(bindparam("ids", expanding=True)))
    .order_by(answers.c.id)
)
ANSWER = insert(answers)
UPDATE = update(table).where(table.c.id == bindparam("of"))


async def open(
    tx: Transaction,
    *,
    person_id: PersonId,
    kind: InterviewKind,
    course: int,
    session_id: SessionId | None,
    occurrence_id: OccurrenceId | None,
    at: datetime,
) -> Interview:
    """Begin an interview; the one there is already where the occurrence has opened one."""
    statement = tx.insert_new(table).values(
        person_id=person_id,
        kind=kind,
        course=course,
        session_id=session_id,
        occurrence_id=occurrence_id,
        state=InterviewState.OPEN,
        opened_at=at,
    )
    row = (await tx.execute(statement.returning(table))).mappings().one_or_none()
    if row is not None:
        return _to_interview(row, {})
    (existing,) = await _select(tx, table.c.occurrence_id == occurrence_id)
    return existing


async def get(tx: Transaction, interview_id: InterviewId) -> Interview | None:
    """The interview with this id."""
    found = await _read(tx, GET, of=interview_id)
    return found[0] if found else None


async def required(tx: Transaction, interview_id: InterviewId) -> Interview:
    """The interview with this id; raises LookupError where it was erased."""
    interview = await get(tx, interview_id)
    if interview is None:
        raise LookupError(f"interview {interview_id} is not kept (any more)")
    return interview


async def open_of(tx: Transaction, person_id: PersonId) -> tuple[Interview, ...]:
    """The person's interviews that still wait for answers, oldest first."""
    return await _select(tx, and_(table.c.person_id == person_id, WAITING))


async def of_course(tx: Transaction, person_id: PersonId, course: int) -> tuple[Interview, ...]:
    """The check-ins of one episode of pain, planned or on the person's own word, oldest first."""
    return await _read(tx, OF_COURSE, person=person_id, course=course)


async def recent(tx: Transaction, person_id: PersonId, *, limit: int) -> tuple[Interview, ...]:
    """The person's newest interviews of any kind, oldest first."""
    newest = (
        select(table.c.id)
        .where(table.c.person_id == person_id)
        .order_by(table.c.opened_at.desc(), table.c.id.desc())
        .limit(limit)
    )
    return await _select(tx, table.c.id.in_(newest))


async def open_before(
    tx: Transaction, *, planned: datetime, own: datetime
) -> tuple[Interview, ...]:
    """Check-ins still open too long: planned ones from before `planned`, others before `own`."""
    late = or_(
        and_(table.c.occurrence_id.is_not(None), table.c.opened_at < planned),
        and_(table.c.occurrence_id.is_(None), table.c.opened_at < own),
    )
    return await _select(
        tx,
        and_(WAITING, table.c.kind.in_(CHECK_IN_KINDS), late),
    )


async def profiles_left(tx: Transaction, *, before: datetime) -> tuple[Interview, ...]:
    """Profiles from before then that were begun, not finished, and not judged so far."""
    left = (table.c.kind == "profile", table.c.opened_at < before, table.c.level.is_(None))
    return await _select(tx, and_(WAITING, *left))


async def answer(tx: Transaction, interview_id: InterviewId, given: Answer) -> None:
    """Add an answer; an earlier one to the same question stays and no longer counts."""
    values = {
        "interview_id": interview_id,
        "question": given.question,
        "value": given.value,
        "confirmed": given.confirmed,
        "at": given.at,
    }
    await tx.execute(ANSWER, values)


async def close(
    tx: Transaction, interview_id: InterviewId, *, state: InterviewState, at: datetime
) -> None:
    """End the interview as complete or expired, `at`."""
    await _update(tx, interview_id, state=state, closed_at=at)


async def set_verdict(tx: Transaction, interview_id: InterviewId, verdict: Verdict) -> None:
    """Keep what the answers so far amount to."""
    await _update(tx, interview_id, level=verdict.level.id, reasons=list(verdict.reasons))


async def set_shown(tx: Transaction, interview_id: InterviewId, shown: str) -> None:
    """Keep which question certainly reached the person."""
    await _update(tx, interview_id, shown=shown)


async def _update(tx: Transaction, interview_id: InterviewId, **values: object) -> None:
    await tx.execute(UPDATE, {"of": interview_id, **values})


async def _select(tx: Transaction, which: ColumnElement[bool]) -> tuple[Interview, ...]:
    return await _read(tx, BY_AGE.where(which))


async def _read(tx: Transaction, statement: Executable, **values: object) -> tuple[Interview, ...]:
    rows = (await tx.execute(statement, values)).mappings().all()
    given = await _answers(tx, [row["id"] for row in rows])
    return tuple(_to_interview(row, given[row["id"]]) for row in rows)


async def _answers(tx: Transaction, interview_ids: Sequence[int]) -> dict[int, dict[str, Answer]]:
    """The latest answer to each question, in the order the questions were first answered."""
    latest: dict[int, dict[str, Answer]] = {each: {} for each in interview_ids}
    if not interview_ids:
        return latest
    for row in (await tx.execute(ANSWERS, {"ids": list(interview_ids)})).mappings():
        latest[row["interview_id"]][row["question"]] = _to_answer(row)
    return latest


def _to_answer(row: RowMapping) -> Answer:
    value = row["value"]
    return Answer(
        question=row["question"],
        value=tuple(value) if isinstance(value, list) else value,
        confirmed=row["confirmed"],
        at=row["at"],
    )


def _to_interview(row: RowMapping, given: dict[str, Answer]) -> Interview:
    level = row["level"]
    return Interview(
        id=row["id"],
        person_id=row["person_id"],
        kind=row["kind"],
        state=row["state"],
        opened_at=row["opened_at"],
        course=row["course"],
        session_id=row["session_id"],
        occurrence_id=row["occurrence_id"],
        closed_at=row["closed_at"],
        shown=row["shown"],
        answers=given,
        verdict=Verdict(Level.from_id(level), tuple(row["reasons"])) if level else None,
    )
