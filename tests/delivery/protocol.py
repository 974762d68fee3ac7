"""The delivery of one message as a machine of few states: its row, and the two who may send it.

Time is what it has brought: due or not, too late or not, a lease over or not. Every operation of
the queue is a pure function of the row here; `test_protocol_states` holds each against the real
one. The steps between them are those of `Round.deliver`.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Literal, NamedTuple

from bot.care.model import NUDGES, SAFETY, Kind, OccurrenceState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

# As plain words: states are hashed half a million times, and an enum's hash is slow.
PLANNED, LEASED, SENT, UNCERTAIN, EXPIRED, CANCELLED, FAILED = (
    each.value for each in OccurrenceState
)
DEAD = "dead"  # the name of a process that is no more
MOST = 3  # counting further tells nothing new


class Row(NamedTuple):
    """What the table says, as far as it decides anything."""

    state: str = PLANNED
    owner: str | None = None
    over: bool = False  # the lease ran out
    due: bool = False
    late: bool = False  # no longer worth sending
    repeat: bool = False
    numbered: bool = False  # has Telegram's message id
    dated: bool = False  # has when it was sent
    reasoned: bool = False  # says why it ended, or went back

    def let_go(self, state: str, **more: bool) -> Row:
        return self._replace(state=state, owner=None, over=False, **more)


Operation = Literal[
    "lease",
    "acknowledge",
    "release",
    "uncertain",
    "fail",
    "drop",
    "dismiss",
    "reap",
    "expire",
    "cancel",
]


def lease(kind: Kind, row: Row, owner: str) -> Row | None:
    if row.state != PLANNED or not row.due:
        return None
    return row._replace(state=LEASED, owner=owner)


def holds(row: Row, owner: str) -> bool:
    return row.state == LEASED and row.owner == owner


def acknowledge(kind: Kind, row: Row, owner: str) -> Row | None:
    if row.owner != owner or row.state not in (LEASED, CANCELLED):
        return None
    state = SENT if row.state == LEASED else CANCELLED
    return row.let_go(state, numbered=True, dated=True)


def release(kind: Kind, row: Row, owner: str) -> Row | None:
    return row.let_go(PLANNED, due=False, reasoned=True) if holds(row, owner) else None


def uncertain(kind: Kind, row: Row, owner: str) -> Row | None:
    return _doubt(kind, row, due=False) if holds(row, owner) else None


def fail(kind: Kind, row: Row, owner: str) -> Row | None:
    return row.let_go(FAILED, reasoned=True) if holds(row, owner) else None


def drop(kind: Kind, row: Row, owner: str) -> Row | None:
    """Too late to be worth sending."""
    return row.let_go(EXPIRED, reasoned=True) if holds(row, owner) else None


def dismiss(kind: Kind, row: Row, owner: str) -> Row | None:
    """No longer true, or nobody there to read it."""
    return row.let_go(CANCELLED, reasoned=True) if holds(row, owner) else None


def reap(kind: Kind, row: Row, owner: str) -> Row | None:
    return _doubt(kind, row, due=True) if row.state == LEASED and row.over else None


def expire(kind: Kind, row: Row, owner: str) -> Row | None:
    if row.state != PLANNED or not (row.due and row.late):
        return None
    return row._replace(state=EXPIRED, reasoned=True)


def cancel(kind: Kind, row: Row, owner: str) -> Row | None:
    if row.state not in (PLANNED, LEASED):
        return None
    return row._replace(state=CANCELLED, reasoned=True)


def _doubt(kind: Kind, row: Row, *, due: bool) -> Row:
    """Perhaps sent: a nudge never again, a question once, a safety message each time."""
    if kind in NUDGES or (row.repeat and kind not in SAFETY):
        return row.let_go(UNCERTAIN, dated=True)
    return row.let_go(PLANNED, repeat=True, due=due)


OPERATIONS: dict[Operation, Callable[[Kind, Row, str], Row | None]] = {
    "lease": lease,
    "acknowledge": acknowledge,
    "release": release,
    "uncertain": uncertain,
    "fail": fail,
    "drop": drop,
    "dismiss": dismiss,
    "reap": reap,
    "expire": expire,
    "cancel": cancel,
}
"""Each gives the row afterwards, or None where it does nothing and says so."""


class Worker(NamedTuple):
    """How far one has come. `then` is the ending it is about to write down."""

    stage: Literal["idle", "leased", "composed", "sending", "ending"] = "idle"
    then: tuple[Operation, ...] = ()
    repeat: bool = False  # the words it was given bear repetition
    lapsed: bool = False  # its lease has ended, whatever its name says
    too_late: bool = False  # it began to send after that

    def without_lease(self) -> Worker:
        return self if self.stage == "idle" else self._replace(lapsed=True)

    def ending(self, *then: Operation) -> Worker:
        """About to write this down, about the lease it took."""
        return Worker("ending", then, lapsed=self.lapsed)


IDLE = Worker()


class State(NamedTuple):
    """Everything there is, and what nobody inside can see."""

    row: Row
    workers: tuple[Worker, ...]
    arrived: int = 0  # how often the person got it
    doubts: int = 0  # how often it was written down as perhaps sent
    plain_twice: bool = False  # a holder of the lease sent a copy that does not say "again"


class Protocol(NamedTuple):
    """A kind of message and two workers; of one name they are tasks of one process."""

    kind: Kind
    names: tuple[str, str]

    def start(self) -> State:
        return State(Row(), (IDLE, IDLE))

    def steps(self, state: State) -> Iterator[State]:
        """Every state that can come next."""
        yield from self._time(state)
        for operation in ("reap", "expire", "cancel"):
            yield from self._operate(state, operation, "")
        yield from self._crashes(state)
        for n in range(len(self.names)):
            yield from self._work(state, n)

    def _time(self, state: State) -> Iterator[State]:
        row = state.row
        if row.state == PLANNED and not row.due:
            yield state._replace(row=row._replace(due=True))
        if not row.late and self.kind not in SAFETY and row.state in (PLANNED, LEASED):
            yield state._replace(row=row._replace(late=True))
        if row.state == LEASED and not row.over:
            yield state._replace(row=row._replace(over=True))

    def _operate(self, state: State, operation: Operation, owner: str) -> Iterator[State]:
        row = OPERATIONS[operation](self.kind, state.row, owner)
        if row is not None:
            doubts = state.doubts + (operation in ("reap", "uncertain"))
            workers = state.workers
            if state.row.state == LEASED:  # and no more, after any of the operations
                workers = tuple(each.without_lease() for each in workers)
            yield state._replace(row=row, workers=workers, doubts=min(doubts, MOST))

    def _crashes(self, state: State) -> Iterator[State]:
        """A process dies; the next one has another name."""
        for name in set(self.names):
            row = state.row
            if row.owner == name:
                row = row._replace(owner=DEAD)
            workers = tuple(
                IDLE if one == name else worker
                for one, worker in zip(self.names, state.workers, strict=True)
            )
            if workers != state.workers:
                yield state._replace(row=row, workers=workers)

    def _work(self, state: State, n: int) -> Iterator[State]:
        worker, name, row = state.workers[n], self.names[n], state.row
        match worker.stage:
            case "idle":
                for leased in self._operate(state, "lease", name):
                    yield _with(leased, n, Worker("leased", repeat=row.repeat))
            case "leased":
                if row.late:
                    yield _with(state, n, worker.ending("drop"))
                else:
                    yield _with(state, n, worker._replace(stage="composed"))
                yield from self._not_worth_it(state, n)
            case "composed":
                ours = holds(row, name) and not worker.lapsed
                sending = worker._replace(stage="sending", too_late=worker.lapsed)
                yield _with(state, n, sending if ours else IDLE)
                yield _with(state, n, worker.ending("release"))  # stopped meanwhile
            case "sending":
                yield from self._send(state, n)
            case "ending":
                yield from self._end(state, n)

    def _not_worth_it(self, state: State, n: int) -> Iterator[State]:
        """Withheld, put off, or not to be composed; a safety message is tried on and on."""
        worker = state.workers[n]
        yield _with(state, n, worker.ending("release"))
        yield _with(state, n, worker.ending("dismiss"))
        if self.kind not in SAFETY:
            yield _with(state, n, worker.ending("drop"))
            yield _with(state, n, worker.ending("fail"))

    def _send(self, state: State, n: int) -> Iterator[State]:
        worker = state.workers[n]
        plain = state.arrived > 0 and not worker.repeat and not worker.lapsed
        there = state._replace(
            arrived=min(state.arrived + 1, MOST), plain_twice=state.plain_twice or plain
        )
        yield _with(there, n, worker.ending("acknowledge"))
        yield _with(there, n, worker.ending("uncertain"))  # the answer was lost
        yield _with(state, n, worker.ending("uncertain"))  # so was the message
        yield _with(state, n, worker.ending("release"))  # 429, or no connection
        yield _with(state, n, worker.ending("fail"))  # 400
        yield _with(state, n, worker.ending("dismiss", "cancel"))  # blocked: all is cancelled

    def _end(self, state: State, n: int) -> Iterator[State]:
        """Write the ending down, or fail to: then the lease tells in the end.

        Of a lease that is over only Telegram's yes still counts, and that all is cancelled.
        """
        worker = state.workers[n]
        operation, *more = worker.then
        yield _with(state, n, IDLE)
        counts = not worker.lapsed or operation in ("acknowledge", "cancel")
        operated = self._operate(state, operation, self.names[n]) if counts else iter(())
        yield _with(next(operated, state), n, worker.ending(*more) if more else IDLE)


def _with(state: State, n: int, worker: Worker) -> State:
    workers = (*state.workers[:n], worker, *state.workers[n + 1 :])
    return state._replace(workers=workers)


def explore(protocol: Protocol) -> dict[State, tuple[State, ...]]:
    """Every state that can be reached, breadth first, with all that can come after it."""
    start = protocol.start()
    found: dict[State, tuple[State, ...]] = {}
    known, waiting = {start}, deque([start])
    while waiting:
        state = waiting.popleft()
        found[state] = tuple(set(protocol.steps(state)))
        for after in found[state]:
            if after not in known:
                known.add(after)
                waiting.append(after)
    return found


def can_reach(
    graph: Mapping[State, tuple[State, ...]], goal: Callable[[State], bool]
) -> set[State]:
    """The states from which some way leads to a goal."""
    before: dict[State, list[State]] = {state: [] for state in graph}
    for state, afters in graph.items():
        for after in afters:
            before[after].append(state)
    reached = {state for state in graph if goal(state)}
    waiting = deque(reached)
    while waiting:
        for state in before[waiting.popleft()]:
            if state not in reached:
                reached.add(state)
                waiting.append(state)
    return reached
