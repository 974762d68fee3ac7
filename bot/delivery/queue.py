"""The occurrences table as a queue: what is due, who has it, how it ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.care.model import NUDGES, SAFETY
from bot.delivery.backoff import Backoff
from bot.delivery.clock import Clock, after
from bot.delivery.ledger import Ledger
from bot.delivery.persistence import persist
from bot.store import holding, lapses, occurrences
from bot.store import queue as table
from bot.store.together import Together

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.care.model import Occurrence, OccurrenceId
    from bot.delivery.sender import Drop
    from bot.store.database import Database, Transaction

REPEAT_AFTER = timedelta(seconds=60)
SAFETY_SOON = timedelta(seconds=2)
TRIED_SOON = 3  # a safety message in doubt comes again at once so often, then less and less
LONGEST_DOUBLING = 5  # every 32 minutes at last
SAFETY_PRIORITY = 0
LOOK_SHARE = 1 / 8  # of a lease: composing and sending may take the rest of it


class Queue:
    """One process's hold on the queue, under the name `owner`.

    A lease lasts `lease_s` real seconds. Endings are committed in groups, of what was sent
    `gather_s` seconds later so that one commit has many; each returns once it is committed, False
    where the lease was lost meanwhile (timed out, or the message cancelled). Where the database
    fails they are tried again for as long as a lease lasts, and raise its error only then.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        owner: str,
        lease_s: float,
        gather_s: float = 0.0,
    ) -> None:
        self._database = database
        self._clock = clock
        self._owner = owner
        self._lease_s = lease_s
        self._backoff = Backoff(first_s=0.1, most_s=2.0)
        self._ledger = Ledger(database)
        self._receipts = Together(self._acknowledge_all, gather_s=gather_s)
        self._checks = Together(self._which_are_ours)

    async def due_priorities(self) -> frozenset[int]:
        """The priorities of which something is due now; a read, so that looking takes no lock."""
        async with self._database.reading() as tx:
            return await table.due_priorities(tx, self._clock.now())

    async def next_due(self, *, safety_only: bool = False) -> datetime | None:
        """When the next planned message falls due; it may have passed already."""
        async with self._database.reading() as tx:
            if safety_only:
                return await occurrences.next_due(tx, [SAFETY_PRIORITY])
            return await occurrences.next_due(tx)

    async def lease(self, limit: int, *, safety_only: bool = False) -> tuple[Occurrence, ...]:
        """Up to `limit` due messages, now ours, by priority and then due time.

        Safety messages alone do not wait behind what else is to be written.
        """
        async with self._database.transaction(urgent=safety_only) as tx:
            return await self._lease(tx, limit, SAFETY_PRIORITY if safety_only else None)

    async def lease_in_turn(
        self,
        admit: Callable[[Transaction], Awaitable[int]],
        then: Callable[[Transaction], Awaitable[None]],
    ) -> tuple[Occurrence, ...]:
        """As many due messages as `admit` says, now ours, by priority and then due time.

        Where there were as many as that, and so perhaps more, `then` is done in the same commit.
        """
        async with self._database.transaction() as tx:
            limit = await admit(tx)
            leased = await self._lease(tx, limit) if limit else ()
            if leased and len(leased) == limit:
                await then(tx)
        return leased

    async def _lease(
        self, tx: Transaction, limit: int, priorities: int | None = None
    ) -> tuple[Occurrence, ...]:
        return await table.lease(
            tx,
            owner=self._owner,
            now=self._clock.now(),
            until=after(self._clock, self._lease_s),
            limit=limit,
            priorities=priorities,
        )

    async def still_ours(self, leased: Sequence[Occurrence]) -> Sequence[bool]:
        """Of each whether it is still ours to send: since the lease it was not cancelled, erased
        or timed out, nor leased anew after that.

        Raises what the database raises, for so long that a lease would no longer cover a send.
        """
        asked = [(each.id, each.attempts) for each in leased]
        return await persist(
            lambda: self._checks.ask(asked),
            for_s=self._lease_s * LOOK_SHARE,
            backoff=self._backoff,
            what="a last look",
        )

    async def acknowledge(self, occurrence: Occurrence, message_id: int) -> bool:
        """Sent: Telegram said yes."""
        receipt = table.Receipt(occurrence.id, message_id, self._clock.now())
        return await self._written(lambda: self._receipts.ask(receipt))

    async def release(self, occurrence: Occurrence, due_at: datetime, reason: str) -> bool:
        """Certainly not sent: planned again, for `due_at`."""
        now = self._clock.now()
        return await self._end(
            occurrence,
            lambda tx: table.release(
                tx, occurrence, owner=self._owner, at=now, due_at=due_at, reason=reason
            ),
        )

    async def uncertain(self, occurrence: Occurrence) -> bool:
        """Perhaps sent. A check-in goes once more after a minute, a nudge not.

        A safety message goes again until it is certain: three times after 2 s, because what a
        broken line swallowed must not wait; then after a minute, two, four and so on.
        """
        now = self._clock.now()
        wait = _repeat_after(occurrence)
        repeat_at = None if wait is None else now + wait
        return await self._end(
            occurrence,
            lambda tx: table.uncertain(
                tx, occurrence, owner=self._owner, at=now, repeat_at=repeat_at
            ),
        )

    async def fail(self, occurrence: Occurrence, reason: str) -> bool:
        """Never to be sent: a defect, kept with its reason."""
        at = self._clock.now()
        return await self._end(
            occurrence,
            lambda tx: table.fail(tx, occurrence, owner=self._owner, reason=reason, at=at),
        )

    async def drop(self, occurrence: Occurrence, drop: Drop) -> bool:
        """No longer worth sending."""
        return await self._end(
            occurrence,
            lambda tx: table.drop(
                tx, occurrence, owner=self._owner, state=drop.state, reason=drop.reason
            ),
        )

    async def expire(self) -> tuple[lapses.Expiry, ...]:
        """Take away what is too late to be worth sending; how many of each kind."""
        async with self._database.transaction() as tx:
            return await lapses.expire(tx, now=self._clock.now())

    async def is_held(self) -> bool:
        """Whether an operator, or a restore, holds everything but safety."""
        async with self._database.reading() as tx:
            return await holding.since(tx) is not None

    async def start_anew(self) -> None:
        """Ask by new connections: the database has not answered for long."""
        await self._database.start_anew()

    async def flush(self) -> None:
        """Return once every ending recorded so far is committed or has failed."""
        await self._ledger.flush()
        await self._receipts.flush()

    async def _which_are_ours(
        self, asked: Sequence[Sequence[tuple[OccurrenceId, int]]]
    ) -> list[list[bool]]:
        ids = [each for leases in asked for each, _ in leases]
        async with self._database.reading() as tx:
            held = await table.held(tx, ids, owner=self._owner)
        return [[held.get(each) == attempt for each, attempt in leases] for leases in asked]

    async def _acknowledge_all(self, receipts: Sequence[table.Receipt]) -> list[bool]:
        async with self._database.transaction() as tx:
            sent = await table.acknowledge_all(tx, receipts, owner=self._owner)
        return [each.id in sent for each in receipts]

    async def _end(
        self, occurrence: Occurrence, write: Callable[[Transaction], Awaitable[bool]]
    ) -> bool:
        return await self._written(lambda: self._ledger.record(write, row=occurrence.id))

    async def _written(self, write: Callable[[], Awaitable[bool]]) -> bool:
        return await persist(write, for_s=self._lease_s, backoff=self._backoff, what="an ending")


def _repeat_after(occurrence: Occurrence) -> timedelta | None:
    """How long a message in doubt waits before it goes again; None for one that does not."""
    kind = occurrence.message.kind
    if kind in NUDGES:
        return None
    if kind not in SAFETY:
        return REPEAT_AFTER
    # Not by its attempts: what Telegram certainly never had is no reason to wait longer.
    if occurrence.doubts < TRIED_SOON:
        return SAFETY_SOON
    doublings = min(occurrence.doubts - TRIED_SOON, LONGEST_DOUBLING)
    return REPEAT_AFTER * float(2**doublings)
