"""The queue once more, as plainly as it can be said: a dict, and no SQL, lock or index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.care.model import CHECK_INS, NUDGES, SAFETY, Kind, OccurrenceState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

Key = tuple[str | int, ...]
"""What makes a message the same message: see `key_of`."""

PLANNED, LEASED, SENT, UNCERTAIN, EXPIRED, CANCELLED, FAILED = OccurrenceState
WAITING = (PLANNED, LEASED)


@dataclass(kw_only=True)
class Row:
    """One message, with what the table keeps of it."""

    person: int
    session: int | None
    escalation: int | None
    kind: Kind
    item: str
    sequence: int
    version: int
    due: datetime
    expires: datetime | None
    state: OccurrenceState = PLANNED
    attempts: int = 0
    doubts: int = 0
    put_off: timedelta | None = None
    repeat: bool = False
    owner: str | None = None
    until: datetime | None = None
    message_id: int | None = None
    sent_at: datetime | None = None
    reason: str | None = None

    def let_go(self, state: OccurrenceState) -> None:
        self.state, self.owner, self.until = state, None, None


def key_of(row: Row) -> Key:
    """Of a session by item, sequence and plan version; of an escalation without the version."""
    if row.session is not None:
        return ("session", row.session, row.item, row.sequence, row.version)
    if row.escalation is not None:
        return ("escalation", row.escalation, row.item, row.sequence)
    return ("person", row.person, row.item, row.sequence, row.version)


class NaiveQueue:
    """What the queue should hold after each thing that can be done to it."""

    def __init__(self) -> None:
        self.rows: dict[Key, Row] = {}

    def plan(self, rows: Iterable[Row]) -> int:
        """Add what is not there yet; returns how many that was."""
        before = len(self.rows)
        for row in rows:
            self.rows.setdefault(key_of(row), row)
        return len(self.rows) - before

    def due(self, now: datetime, priority: int) -> list[datetime]:
        """When everything was due that may be leased of this priority, soonest first."""
        return sorted(
            row.due
            for row in self.rows.values()
            if row.state is PLANNED and row.kind.priority == priority and row.due <= now
        )

    def lease(self, keys: Sequence[Key], *, owner: str, until: datetime) -> None:
        """Give these to `owner`; each has to be free."""
        for key in keys:
            row = self.rows[key]
            assert row.state is PLANNED
            row.state, row.owner, row.until = LEASED, owner, until
            row.attempts += 1

    def holds(self, owner: str, key: Key) -> bool:
        return self.rows[key].state is LEASED and self.rows[key].owner == owner

    def acknowledge(self, key: Key, *, owner: str, message_id: int, at: datetime) -> bool:
        row = self.rows[key]
        if row.owner != owner or row.state not in (LEASED, CANCELLED):
            return False
        counts = row.state is LEASED
        row.message_id, row.sent_at = message_id, at
        row.let_go(SENT if counts else CANCELLED)
        return counts

    def release(self, key: Key, *, owner: str, at: datetime, due_at: datetime, reason: str) -> bool:
        if not self.holds(owner, key):
            return False
        row = self.rows[key]
        row.due, row.put_off, row.reason = due_at, due_at - at, reason
        row.let_go(PLANNED)
        return True

    def uncertain(self, key: Key, *, owner: str, at: datetime, repeat_at: datetime | None) -> bool:
        if not self.holds(owner, key):
            return False
        row = self.rows[key]
        self._doubt(row, at, repeat_at)
        if repeat_at is not None and row.state is PLANNED:
            row.put_off = repeat_at - at
        return True

    def end(self, key: Key, *, owner: str, state: OccurrenceState, reason: str) -> bool:
        if not self.holds(owner, key):
            return False
        row = self.rows[key]
        row.reason = reason
        row.let_go(state)
        return True

    def reap(self, now: datetime) -> set[Key]:
        """End the leases that ran out; whose they were."""
        over = {
            key
            for key, row in self.rows.items()
            if row.state is LEASED and row.until is not None and row.until <= now
        }
        for key in over:
            row = self.rows[key]
            assert row.until is not None
            self._doubt(row, row.until, None if row.kind in NUDGES else now)
        return over

    def hasten(self, now: datetime) -> int:
        """Let escalations come now that are further off than by a minute or what they were told."""
        too_far = [
            row
            for row in self.rows.values()
            if row.state is PLANNED
            and row.kind is Kind.ESCALATION
            and row.due - now > timedelta(minutes=1) + (row.put_off or timedelta())
        ]
        for row in too_far:
            row.due = now
        return len(too_far)

    def expire(self, now: datetime) -> int:
        late = [
            row
            for row in self.rows.values()
            if row.state is PLANNED and row.due <= now and row.expires and row.expires <= now
        ]
        for row in late:
            row.state, row.reason = EXPIRED, "late"
        return len(late)

    def cancel(
        self,
        *,
        person: int,
        kinds: Collection[Kind] | None,
        given: dict[str, int | str],
        reason: str,
    ) -> int:
        """Cancel what waits and has all that is `given`; a lease is left to its owner."""
        ended = [
            row
            for row in self.rows.values()
            if row.person == person
            and row.state in WAITING
            and (kinds is None or row.kind in kinds)
            and all(getattr(row, name) == value for name, value in given.items())
        ]
        for row in ended:
            row.state, row.reason = CANCELLED, reason
        return len(ended)

    def withdraw(self, person: int, reason: str) -> int:
        ended = [
            row
            for row in self.rows.values()
            if row.person == person
            and row.state is PLANNED
            and row.session is not None
            and row.kind in NUDGES | CHECK_INS
        ]
        for row in ended:
            row.state, row.reason = CANCELLED, reason
        return len(ended)

    def reschedule(self, escalation: int, kind: Kind, due_at: datetime) -> int:
        moved = [
            row
            for row in self.rows.values()
            if row.escalation == escalation and row.kind is kind and row.state is PLANNED
        ]
        for row in moved:
            row.due = due_at
        return len(moved)

    @staticmethod
    def _doubt(row: Row, at: datetime, repeat_at: datetime | None) -> None:
        """Perhaps sent: again where it may be, safety each time and the others once."""
        row.doubts += 1
        if repeat_at is not None and (row.kind in SAFETY or not row.repeat):
            row.repeat, row.due = True, repeat_at
            row.let_go(PLANNED)
        else:
            row.sent_at = at
            row.let_go(UNCERTAIN)
