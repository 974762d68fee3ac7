"""Interviews and every answer ever given in them: `answers` only grows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Executable, RowMapping, and_, bindparam, func, insert, or_, select, update

from bot.care.model import (
    Answer,
    Interview,
    InterviewId,
    InterviewKind,
    InterviewState,
    Level,
    OccurrenceId,
    Person,
    PersonId,
    SessionId,
    Status,
    Verdict,
)
from bot.store.columns import from_ms, to_ms
from bot.store.tables import WAITING, answers, people, sessions
from bot.store.tables import interviews as table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bot.store.transaction import Transaction

CHECK_IN_KINDS = ("early", "full", "worse")
NOT_CARED_FOR = (Status.STOPPED, Status.GONE)

# The statements of every answer are made once: making one costs as much as running it.
IN_ORDER = select(table).order_by(table.c.opened_at, table.c.id)
GET = IN_ORDER.where(table.c.id == bindparam("of"))
OPENED_BY = IN_ORDER.where(table.c.occurrence_id == bindparam("of"))
OPEN_OF = IN_ORDER.where(table.c.person_id == bindparam("of"), WAITING)
OF_COURSE = IN_ORDER.where(
    table.c.person_id == bindparam("of"),
    table.c.course == bindparam("in_course"),
    table.c.kind.in_(CHECK_IN_KINDS),
)
NEWEST_PROFILE = select(func.max(table.c.id)).where(
    table.c.person_id == bindparam("of"), table.c.kind == "profile"
)
PROFILES_OF = IN_ORDER.where(
    table.c.person_id == bindparam("of"),
    table.c.course == bindparam("in_course"),
    table.c.kind == "profile",
)
ANSWERS_OF = (
    select(answers)
    .where(answers.c.interview_id.in_(bindparam("ids", expanding=True)))
    .order_by(answers.c.id)
)
GIVEN_TO = (
    select(answers.c.value, answers.c.confirmed)
    .where(answers.c.interview_id == bindparam("of"), answers.c.question == bindparam("to"))
    .order_by(answers.c.id)
)
ANSWER = insert(answers)
OF = table.c.id == bindparam("of")
CLOSE = update(table).where(OF).values(state=bindparam("ended_as"), closed_at=bindparam("ended_at"))
SET_VERDICT = update(table).where(OF).values(level=bindparam("found"), reasons=bindparam("because"))
SET_SHOWN = update(table).where(OF).values(shown=bindparam("what"))


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
    (existing,) = await _select(tx, OPENED_BY, {"of": occurrence_id})
    return existing


async def get(tx: Transaction, interview_id: InterviewId) -> Interview | None:
    """The interview with this id."""
    found = await _select(tx, GET, {"of": interview_id})
    return found[0] if found else None


async def required(tx: Transaction, interview_id: InterviewId) -> Interview:
    """The interview with this id; raises LookupError where it was erased."""
    interview = await get(tx, interview_id)
    if interview is None:
        raise LookupError(f"interview {interview_id} is not kept (any more)")
    return interview


async def open_of(tx: Transaction, person_id: PersonId) -> tuple[Interview, ...]:
    """The person's interviews that still wait for answers, oldest first."""
    return await _select(tx, OPEN_OF, {"of": person_id})


async def of_course(tx: Transaction, person_id: PersonId, course: int) -> tuple[Interview, ...]:
    """The check-ins of one episode of pain, planned or on the person's own word, oldest first."""
    return await _select(tx, OF_COURSE, {"of": person_id, "in_course": course})


async def newest_profile(tx: Transaction, person_id: PersonId) -> InterviewId | None:
    """Which of the person's profiles was begun last, in whatever state."""
    newest = (await tx.execute(NEWEST_PROFILE, {"of": person_id})).scalar_one()
    return None if newest is None else InterviewId(newest)


async def profiles_of(tx: Transaction, person_id: PersonId, course: int) -> tuple[Interview, ...]:
    """The profile as it was asked in one episode of pain, once or again, oldest first."""
    return await _select(tx, PROFILES_OF, {"of": person_id, "in_course": course})


async def recent(tx: Transaction, person_id: PersonId, *, limit: int) -> tuple[Interview, ...]:
    """The person's newest interviews of any kind, oldest first."""
    newest = (
        select(table.c.id)
        .where(table.c.person_id == person_id)
        .order_by(table.c.opened_at.desc(), table.c.id.desc())
        .limit(limit)
    )
    return await _select(tx, IN_ORDER.where(table.c.id.in_(newest)))


async def was_shown(tx: Transaction, person: Person, kind: InterviewKind) -> bool:
    """Whether a question of such an interview certainly reached the person in this episode."""
    shown = select(table.c.id).where(
        table.c.person_id == person.id,
        table.c.course == person.course,
        table.c.kind == kind,
        table.c.shown.is_not(None),
    )
    return (await tx.execute(shown.limit(1))).first() is not None


async def open_before(
    tx: Transaction, *, planned: datetime, own: datetime
) -> tuple[Interview, ...]:
    """Check-ins still open too long: planned ones from before `planned`, others before `own`."""
    late = or_(
        and_(table.c.occurrence_id.is_not(None), table.c.opened_at < planned),
        and_(table.c.occurrence_id.is_(None), table.c.opened_at < own),
    )
    return await _select(tx, IN_ORDER.where(WAITING, table.c.kind.in_(CHECK_IN_KINDS), late))


async def profiles_left(tx: Transaction, *, before: datetime) -> tuple[Interview, ...]:
    """Profiles from before then that were begun, not finished, and not judged so far.

    Left out are those of people who stopped, or have logged no massage in this episode of pain:
    nothing is to be made of theirs, however long they lie there.
    """
    left = (table.c.kind == "profile", table.c.opened_at < before, table.c.level.is_(None))
    begun = select(answers.c.id).where(answers.c.interview_id == table.c.id).exists()
    cared_for = (
        select(people.c.id)
        .join(sessions, sessions.c.person_id == people.c.id)
        .where(people.c.id == table.c.person_id, people.c.status.not_in(NOT_CARED_FOR))
        .where(sessions.c.course == people.c.course)
        .exists()
    )
    return await _select(tx, IN_ORDER.where(WAITING, *left, begun, cared_for))


async def answer(tx: Transaction, interview: Interview, given: Answer) -> Interview:
    """Add an answer, and have the interview with it.

    An earlier answer to the same question stays and no longer counts.
    """
    row = {
        "interview_id": interview.id,
        "question": given.question,
        "value": given.value,
        "confirmed": given.confirmed,
        "at": given.at,
    }
    await tx.execute(ANSWER, row)
    kept = replace(given, at=from_ms(to_ms(given.at)))
    return replace(interview, answers={**interview.answers, given.question: kept})


async def ticks_before(
    tx: Transaction, interview_id: InterviewId, question: str
) -> tuple[str, ...]:
    """What a list held when it was last done, or, never done so far, when it was begun."""
    rows = (await tx.execute(GIVEN_TO, {"of": interview_id, "to": question})).mappings()
    lists = [row for row in rows if isinstance(row["value"], list)]
    done = [row["value"] for row in lists if row["confirmed"]]
    begun = [row["value"] for row in lists[:1]]
    return tuple((done or begun or [[]])[-1])


async def close(
    tx: Transaction, interview_id: InterviewId, *, state: InterviewState, at: datetime
) -> None:
    """End the interview as complete or expired, `at`."""
    await tx.execute(CLOSE, {"of": interview_id, "ended_as": state, "ended_at": at})


async def set_verdict(tx: Transaction, interview_id: InterviewId, verdict: Verdict) -> None:
    """Keep what the answers so far amount to."""
    found = {"found": verdict.level.id, "because": list(verdict.reasons)}
    await tx.execute(SET_VERDICT, {"of": interview_id} | found)


async def forget_verdict(tx: Transaction, interview_id: InterviewId) -> None:
    """Let the interview count as not judged so far."""
    await tx.execute(SET_VERDICT, {"of": interview_id, "found": None, "because": None})


async def set_shown(tx: Transaction, interview_id: InterviewId, shown: str) -> None:
    """Keep which question certainly reached the person."""
    await tx.execute(SET_SHOWN, {"of": interview_id, "what": shown})


async def _select(
    tx: Transaction, statement: Executable, parameters: Mapping[str, Any] | None = None
) -> tuple[Interview, ...]:
    rows = (await tx.execute(statement, parameters)).mappings().all()
    given = await _answers(tx, [row["id"] for row in rows])
    return tuple(_to_interview(row, given[row["id"]]) for row in rows)


async def _answers(tx: Transaction, interview_ids: Sequence[int]) -> dict[int, dict[str, Answer]]:
    """The latest answer to each question, in the order the questions were first answered."""
    latest: dict[int, dict[str, Answer]] = {each: {} for each in interview_ids}
    if not interview_ids:
        return latest
    for row in (await tx.execute(ANSWERS_OF, {"ids": interview_ids})).mappings():
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
