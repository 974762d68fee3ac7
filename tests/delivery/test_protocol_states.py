"""Everything that can happen to one message between two who may send it, in any order.

Every state is visited: either of the two may crash anywhere, leases run out, answers get lost,
people cancel and block. What holds here is not a sample. That the machine is the real queue's is
shown at the end, one operation from one row at a time.
"""

from __future__ import annotations

import gc
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import pytest
from sqlalchemy import bindparam, select, update

from bot.care.model import Kind, Occurrence, OccurrenceId, OccurrenceState
from bot.delivery.clock import SteerableClock
from bot.delivery.queue import Queue
from bot.delivery.sender import Drop
from bot.store import lapses, occurrences
from bot.store.database import Database
from bot.store.tables import occurrences as table
from tests.delivery.protocol import (
    CANCELLED,
    DEAD,
    EXPIRED,
    FAILED,
    IDLE,
    LEASED,
    OPERATIONS,
    PLANNED,
    SENT,
    UNCERTAIN,
    Operation,
    Protocol,
    Row,
    State,
    can_reach,
    explore,
    holds,
)
from tests.store.makers import MINUTE, NOW, make_person, message, plan

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    from bot.store.transaction import Transaction

NUDGE, QUESTION, SAFETY = Kind.HYDRATION, Kind.CHECK_IN, Kind.ESCALATION
TOO_LATE = Drop(OccurrenceState.EXPIRED, "too late")
UNTRUE = Drop(OccurrenceState.CANCELLED, "no longer true")
TWO_PROCESSES, ONE_PROCESS = ("one", "two"), ("one", "one")

AFTER_ITS_LEASE: tuple[Operation, ...] = ("release", "uncertain", "fail", "drop", "dismiss")

each_kind = pytest.mark.parametrize("kind", [NUDGE, QUESTION, SAFETY])
each_pair = pytest.mark.parametrize(
    "names", [TWO_PROCESSES, ONE_PROCESS], ids=["two_processes", "two_tasks_of_one"]
)


@cache
def states(kind: Kind, names: tuple[str, str]) -> Mapping[State, tuple[State, ...]]:
    gc.disable()  # all that is found is kept: to look for garbage in it takes half of the time
    try:
        return explore(Protocol(kind, names))
    finally:
        gc.freeze()
        gc.enable()


def is_over(state: State) -> bool:
    """Nobody works on it and nothing will be sent any more."""
    return state.row.state not in (PLANNED, LEASED) and state.workers == (IDLE, IDLE)


@each_pair
@each_kind
def test_every_message_comes_to_an_end_that_says_what_became_of_it(
    kind: Kind, names: tuple[str, str]
) -> None:
    said = {
        SENT: lambda row: row.numbered and row.dated,
        UNCERTAIN: lambda row: row.dated,
        EXPIRED: lambda row: row.reasoned,
        CANCELLED: lambda row: row.reasoned,
        FAILED: lambda row: row.reasoned,
    }
    graph = states(kind, names)
    ends = [state for state in graph if is_over(state)]

    assert {state.row.state for state in ends} <= set(said)
    assert all(said[state.row.state](state.row) for state in ends)
    assert can_reach(graph, is_over) == set(graph)


@each_pair
@each_kind
def test_nothing_is_called_sent_that_did_not_arrive_and_nothing_that_did_unsent(
    kind: Kind, names: tuple[str, str]
) -> None:
    for state in states(kind, names):
        if state.row.state == SENT:
            assert state.arrived
        if state.arrived and state.workers == (IDLE, IDLE):
            known = state.row.state in (LEASED, SENT, UNCERTAIN, CANCELLED)
            assert known or state.row.repeat


@each_pair
def test_a_nudge_never_arrives_twice(names: tuple[str, str]) -> None:
    assert max(state.arrived for state in states(NUDGE, names)) == 1


@each_pair
@pytest.mark.parametrize("kind", [QUESTION, SAFETY])
def test_a_message_arrives_again_only_after_a_doubt_and_in_words_that_say_so(
    kind: Kind, names: tuple[str, str]
) -> None:
    graph = states(kind, names)

    assert all(state.arrived <= state.doubts + 1 for state in graph)
    assert not any(state.plain_twice for state in graph)


@each_pair
@each_kind
def test_nobody_begins_to_send_what_is_no_longer_theirs(kind: Kind, names: tuple[str, str]) -> None:
    graph = states(kind, names)

    assert not any(worker.too_late for state in graph for worker in state.workers)


@each_pair
def test_a_question_arrives_twice_at_most(names: tuple[str, str]) -> None:
    assert max(state.arrived for state in states(QUESTION, names)) == 2


@each_pair
@each_kind
def test_a_lease_is_ended_by_nobody_who_does_not_hold_it(
    kind: Kind, names: tuple[str, str]
) -> None:
    """But by time, by the person, or by Telegram's yes to an earlier try."""
    for before, afters in states(kind, names).items():
        holding = [n for n, each in enumerate(before.workers) if each != IDLE and not each.lapsed]
        for after in afters:
            if before.row.state == LEASED and after.row.state in (
                PLANNED,
                UNCERTAIN,
                FAILED,
                EXPIRED,
            ):
                ended = [n for n in holding if after.workers[n] == IDLE]
                assert before.row.over or ended == holding


@each_pair
def test_a_safety_message_is_never_given_up(names: tuple[str, str]) -> None:
    """It ends because Telegram has it, somebody cancelled it, or Telegram refuses its words."""
    graph = states(SAFETY, names)
    waiting = {state for state in graph if state.row.state in (PLANNED, LEASED)}

    assert {state.row.state for state in graph} - {PLANNED, LEASED} == {SENT, CANCELLED, FAILED}
    assert waiting <= can_reach(graph, lambda state: state.row.state == SENT)


LOOK = select(table).where(table.c.id == bindparam("of"))
PUT = update(table).where(table.c.id == bindparam("of"))


class Within:
    """In place of a database: everything happens in one transaction, which is undone."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    @asynccontextmanager
    async def transaction(self, *, urgent: bool = False) -> AsyncIterator[Transaction]:
        yield self._tx

    reading = transaction


class Laboratory:
    """One real row, put into any state and looked at again."""

    def __init__(self, tx: Transaction, kind: Kind, occurrence_id: OccurrenceId) -> None:
        self.tx = tx
        self.kind = kind
        self.id = occurrence_id
        within = cast("Database", Within(tx))
        self.one = Queue(within, SteerableClock(NOW, rate=0), owner="one", lease_s=60)

    async def put(self, row: Row) -> None:
        values = {
            "state": OccurrenceState(row.state),
            "owner": row.owner,
            "leased_until": _instant(row.owner is not None, reached=row.over),
            "due_at": _instant(reached=row.due),
            "expires_at": _instant(self.kind is not SAFETY, reached=row.late),
            "attempts": 1,
            "repeat": row.repeat,
            "message_id": 900 if row.numbered else None,
            "sent_at": NOW - MINUTE if row.dated else None,
            "reason": "before" if row.reasoned else None,
        }
        await self.tx.execute(PUT, {"of": self.id, **values})

    async def look(self) -> Row:
        found = (await self.tx.execute(LOOK, {"of": self.id})).mappings()
        row: Any = found.one()
        return Row(
            state=row["state"].value,
            owner=row["owner"],
            over=_reached(row["leased_until"]),
            due=_reached(row["due_at"]),
            late=_reached(row["expires_at"]),
            repeat=row["repeat"],
            numbered=row["message_id"] is not None,
            dated=row["sent_at"] is not None,
            reasoned=row["reason"] is not None,
        )

    async def operate(self, operation: Operation, occurrence: Occurrence) -> bool:
        """Do it for real, as the process `one`; whether it says that it did something."""
        one, person = self.one, occurrence.person_id
        real: dict[Operation, Callable[[], Awaitable[object]]] = {
            "lease": lambda: one.lease(1),
            "acknowledge": lambda: one.acknowledge(occurrence, 901),
            "release": lambda: one.release(occurrence, NOW + MINUTE, "429"),
            "uncertain": lambda: one.uncertain(occurrence),
            "fail": lambda: one.fail(occurrence, "bad words"),
            "drop": lambda: one.drop(occurrence, TOO_LATE),
            "dismiss": lambda: one.drop(occurrence, UNTRUE),
            "reap": lambda: lapses.reap(self.tx, now=NOW),
            "expire": one.expire,
            "cancel": lambda: occurrences.cancel(self.tx, person_id=person, reason="stop"),
        }
        return bool(await real[operation]())


def _instant(is_set: bool = True, *, reached: bool) -> Any:
    if not is_set:
        return None
    return NOW if reached else NOW + timedelta(milliseconds=1)


def _reached(instant: Any) -> bool:
    return instant is not None and instant <= NOW


def _agrees(operation: Operation, expected: Row | None, said: bool, before: Row) -> bool:
    """Whether the word given is right; one cancelled on its way is written down, and still no."""
    if operation == "acknowledge" and before.state == CANCELLED:
        return not said
    return said == (expected is not None)


@pytest.fixture
async def alone(database_url: str) -> AsyncIterator[Database]:
    """A database that only the test uses, without a thread between them."""
    opened = await Database.open(database_url, inline=True)
    yield opened
    await opened.close()


@each_kind
async def test_the_machine_does_what_the_real_queue_does(alone: Database, kind: Kind) -> None:
    # To `one`, a row of the dead is a row of the other.
    rows = {
        state.row._replace(owner="two") if state.row.owner == DEAD else state.row
        for names in (TWO_PROCESSES, ONE_PROCESS)
        for state in states(kind, names)
    }
    person = await make_person(alone)
    await plan(alone, person, message(kind))
    async with alone.transaction() as tx:
        (planned,) = await occurrences.upcoming(tx, person.id, limit=1)
        occurrence = replace(planned, attempts=1)  # as one who leased it once knows it
        real = Laboratory(tx, kind, planned.id)
        for row in rows:
            await real.put(row)
            for operation, machine in OPERATIONS.items():
                expected = machine(kind, row, "one")

                said = await real.operate(operation, occurrence)

                assert _agrees(operation, expected, said, row), (operation, row)
                assert await real.look() == (expected or row), (operation, row)
                if expected is not None:
                    await real.put(row)

            lapsed = replace(occurrence, attempts=0)
            ours = await real.one.still_ours([occurrence, lapsed])
            assert ours == [holds(row, "one"), False]
            for operation in AFTER_ITS_LEASE:
                assert not await real.operate(operation, lapsed), (operation, row)
                assert await real.look() == row, (operation, row)
