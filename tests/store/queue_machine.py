"""The real queue beside the naive one, step by step."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from sqlalchemy import select

from bot.care.model import (
    SAFETY,
    EscalationId,
    Kind,
    Occurrence,
    OccurrenceState,
    PlannedMessage,
    SessionId,
)
from bot.delivery.clock import SteerableClock
from bot.delivery.queue import Queue
from bot.store import lapses, occurrences, people, queue, tables
from tests.store.makers import MINUTE, NOW, make_escalation, make_person, make_session
from tests.store.naive_queue import Key, NaiveQueue, Row, key_of
from tests.store.queue_draws import (
    DROPS,
    ENDED,
    LEASE_S,
    MOST,
    OWNERS,
    anchors,
    as_row,
    changes,
    endings,
    key,
    owners,
    passing,
    people_of_two,
    places,
    planned_messages,
    repeated_at,
)

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from datetime import timedelta

    from bot.care.model import Person
    from bot.delivery.sender import Drop
    from bot.store.database import Database


class QueueMachine(RuleBasedStateMachine):
    """Two processes, two people, one queue; `runner` is the one loop all of it runs in."""

    def __init__(self, runner: asyncio.Runner, database: Database) -> None:
        super().__init__()
        self.runner = runner
        self.database = database
        self.clock = SteerableClock(NOW, rate=0)
        self.naive = NaiveQueue()
        self.stored: dict[Key, Occurrence] = {}
        self.ended: dict[Key, OccurrenceState] = {}
        self.message_ids = itertools.count(900)
        self.queues: dict[str, Queue] = {}
        self.people: list[Person] = []

    def run(self, doing: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(doing)

    def write(self, function: Any, *arguments: Any, **named: Any) -> Any:
        """What a function of the store returns, in a transaction of its own."""

        async def write() -> Any:
            async with self.database.transaction() as tx:
                return await function(tx, *arguments, **named)

        return self.run(write())

    @property
    def now(self) -> Any:
        return self.clock.now()

    @initialize(messages=st.lists(planned_messages(), min_size=3, max_size=6), anchor=anchors)
    def two_people_and_two_processes(self, messages: list[PlannedMessage], anchor: str) -> None:
        async def begin() -> None:
            for owner in OWNERS:
                self.queues[owner] = Queue(self.database, self.clock, owner=owner, lease_s=LEASE_S)
            self.people = [await make_person(self.database, chat) for chat in (1, 2)]
            self.sessions = [(await make_session(self.database, one)).id for one in self.people]
            self.escalations = [
                (await make_escalation(self.database, one)).id for one in self.people
            ]

        self.run(begin())
        self.lay_out(0, anchor, 1, messages)

    def teardown(self) -> None:
        for person in self.people:
            self.write(people.erase, person.id)

    def anchor(self, of: int, anchor: str) -> tuple[SessionId | None, EscalationId | None]:
        return (
            self.sessions[of] if anchor == "session" else None,
            self.escalations[of] if anchor == "escalation" else None,
        )

    def lay_out(self, of: int, anchor: str, version: int, messages: list[PlannedMessage]) -> None:
        person = self.people[of]
        session_id, escalation_id = self.anchor(of, anchor)
        new = self.write(
            occurrences.plan,
            person_id=person.id,
            chat_id=person.chat_id,
            session_id=session_id,
            escalation_id=escalation_id,
            plan_version=version,
            messages=messages,
        )
        assert new == self.naive.plan(
            Row(
                person=person.id,
                session=session_id,
                escalation=escalation_id,
                kind=each.kind,
                item=each.item,
                sequence=each.sequence,
                version=version,
                due=each.due_at,
                expires=each.expires_at,
            )
            for each in messages
        )

    @precondition(lambda self: len(self.naive.rows) < MOST)
    @rule(
        of=people_of_two,
        anchor=anchors,
        version=st.integers(1, 2),
        messages=st.lists(planned_messages(), min_size=1, max_size=3),
        twice=st.booleans(),
    )
    def plan(
        self, of: int, anchor: str, version: int, messages: list[PlannedMessage], twice: bool
    ) -> None:
        self.lay_out(of, anchor, version, messages)
        if twice:
            self.lay_out(of, anchor, version, messages)

    def let_pass(self, by: timedelta) -> None:
        """Time goes by, and what is due then is known."""
        self.clock.jump_to(self.now + by)
        due = [row.due for row in self.naive.rows.values() if row.state.value == "planned"]
        mine = self.queues["one"]
        assert self.run(mine.next_due()) == min(due, default=None)
        assert bool(self.run(mine.due_priorities())) == any(each <= self.now for each in due)

    @precondition(lambda self: self.any_in("planned"))
    @rule(
        owner=owners,
        by=passing,
        limit=st.sampled_from([3, 5, 2, 1, 0]),
        priorities=st.sampled_from([None, None, None, 0, 1]),
    )
    def lease(self, owner: str, by: timedelta, limit: int, priorities: int | None) -> None:
        self.let_pass(by)
        until = self.now + MINUTE
        if priorities == 1:  # a process asks for safety or for everything, never for this
            leased = self.write(
                queue.lease,
                owner=owner,
                now=self.now,
                until=until,
                limit=limit,
                priorities=priorities,
            )
        else:
            leased = self.run(self.queues[owner].lease(limit, safety_only=priorities == 0))

        room = limit
        wanted: list[tuple[int, Any]] = []
        for priority in range(3 if priorities is None else priorities + 1):
            wanted += [(priority, due) for due in self.naive.due(self.now, priority)[:room]]
            room = limit - len(wanted)
        got = [(each.message.kind.priority, each.message.due_at) for each in leased]
        assert got == wanted
        assert len({each.id for each in leased}) == len(leased)
        self.naive.lease([key(each) for each in leased], owner=owner, until=until)

    def any_in(self, *states: str) -> bool:
        return any(row.state.value in states for row in self.naive.rows.values())

    def some(self, place: int) -> tuple[Key, str]:
        """A message and who speaks of it: mostly one that is on its way, and its owner."""
        held = [each for each, row in self.naive.rows.items() if row.owner is not None]
        among = held if held and place % 8 else list(self.naive.rows)
        chosen = among[place // 8 % len(among)]
        owner = self.naive.rows[chosen].owner or OWNERS[0]
        return chosen, owner if place % 7 else OWNERS[owner == OWNERS[0]]

    @precondition(lambda self: self.any_in("leased", "cancelled"))
    @rule(
        by=passing,
        each=st.lists(st.tuples(places, endings), min_size=1, max_size=3),
        drop=st.sampled_from(DROPS),
    )
    def end(self, by: timedelta, each: list[tuple[int, str]], drop: Drop) -> None:
        """What becomes of some messages, those of one process in one commit."""
        self.let_pass(by)
        chosen = {self.some(place)[0]: (*self.some(place), ending) for place, ending in each}
        pairs = [self.ending(owner, one, ending, drop) for one, owner, ending in chosen.values()]
        for one, owner, _ in chosen.values():
            [ours] = self.run(self.queues[owner].still_ours([self.stored[one]]))
            assert ours == self.naive.holds(owner, one)

        async def end_all() -> list[bool]:
            return list(await asyncio.gather(*(real for real, _ in pairs)))

        assert self.run(end_all()) == [expected() for _, expected in pairs]

    def ending(self, owner: str, chosen: Key, ending: str, drop: Drop) -> tuple[Any, Any]:
        """The real ending, to be awaited, and the naive one, to be called.

        Of a lease before this one, it is said in vain.
        """
        mine, occurrence, now = self.queues[owner], self.stored[chosen], self.now
        if ending.startswith("late "):
            earlier = replace(occurrence, attempts=occurrence.attempts - 1)
            if ending == "late release":
                return mine.release(earlier, now, "429"), lambda: False
            return mine.uncertain(earlier), lambda: False
        match ending:
            case "acknowledge":
                message_id = next(self.message_ids)
                return mine.acknowledge(occurrence, message_id), lambda: self.naive.acknowledge(
                    chosen, owner=owner, message_id=message_id, at=now
                )
            case "release":
                return mine.release(occurrence, now + MINUTE, "429"), lambda: self.naive.release(
                    chosen, owner=owner, at=now, due_at=now + MINUTE, reason="429"
                )
            case "uncertain":
                repeat_at = repeated_at(occurrence, now)
                return mine.uncertain(occurrence), lambda: self.naive.uncertain(
                    chosen, owner=owner, at=now, repeat_at=repeat_at
                )
            case "fail":
                reason = f"bad ({now:%Y-%m-%dT%H:%M:%SZ})"
                return mine.fail(occurrence, "bad"), lambda: self.naive.end(
                    chosen, owner=owner, state=OccurrenceState.FAILED, reason=reason
                )
        return mine.drop(occurrence, drop), lambda: self.naive.end(
            chosen, owner=owner, state=drop.state, reason=drop.reason
        )

    def be_in_doubt(self, place: int, repeated: bool) -> None:
        chosen, owner = self.some(place)
        repeat_at = self.now + MINUTE if repeated else None
        said = {"owner": owner, "at": self.now, "repeat_at": repeat_at}
        expected = self.naive.uncertain(chosen, **said)
        assert self.write(queue.uncertain, self.stored[chosen], **said) == expected

    @precondition(lambda self: self.any_in("leased"))
    @rule(owner=owners, some=st.lists(places, min_size=1, max_size=4), doubt=st.booleans())
    def end_by_the_store_alone(self, owner: str, some: list[int], doubt: bool) -> None:
        """As no process does it now: a repeat to choose, and many receipts with one statement."""
        if doubt:
            self.be_in_doubt(some[0], repeated=len(some) > 1)
        else:
            self.acknowledge_all(owner, some)

    def acknowledge_all(self, owner: str, some: list[int]) -> None:
        chosen = {self.some(place)[0]: next(self.message_ids) for place in some}
        receipts = [
            queue.Receipt(self.stored[each].id, message_id, self.now)
            for each, message_id in chosen.items()
        ]
        sent = self.write(queue.acknowledge_all, receipts, owner=owner)
        assert sent == {
            self.stored[each].id
            for each, message_id in chosen.items()
            if self.naive.acknowledge(each, owner=owner, message_id=message_id, at=self.now)
        }

    @rule(by=passing, owner=owners)
    def tidy_up(self, by: timedelta, owner: str) -> None:
        """Leases that ran out come back, and what is too late goes; it never hurts."""
        self.let_pass(by)
        reaped = self.write(lapses.reap, now=self.now)
        assert {key(each) for each in reaped} == self.naive.reap(self.now)
        assert self.write(lapses.hasten, now=self.now) == self.naive.hasten(self.now)
        expired = self.run(self.queues[owner].expire())
        assert sum(each.count for each in expired) == self.naive.expire(self.now)

    @precondition(lambda self: self.any_in("planned", "leased"))
    @rule(of=people_of_two, change=changes, place=places)
    def change_plans(self, of: int, change: dict[str, Any], place: int) -> None:
        """Most things that people do end some messages; a few move one or ask for it again."""
        if "anchor" in change:
            self.cancel(of, **change)
        elif "by" in change:
            self.move_an_escalation(of, **change)
        elif place % 2:
            self.lay_the_plan_aside(of)
        else:
            self.put_off(place)

    def cancel(
        self,
        of: int,
        kinds: frozenset[Kind] | None,
        anchor: str,
        item: str | None,
        sequence: int | None,
    ) -> None:
        person, (session, escalation) = self.people[of].id, self.anchor(of, anchor)
        cancelled = self.write(
            occurrences.cancel,
            person_id=person,
            kinds=kinds,
            session_id=session,
            escalation_id=escalation,
            item=item,
            sequence=sequence,
            reason="paused",
        )
        named = {
            "session": session,
            "escalation": escalation,
            "item": item,
            "sequence": sequence,
        }
        given = {name: value for name, value in named.items() if value is not None}
        assert cancelled == self.naive.cancel(
            person=person, kinds=kinds, given=given, reason="paused"
        )

    def lay_the_plan_aside(self, of: int) -> None:
        person = self.people[of].id
        withdrawn = self.write(occurrences.withdraw_plans, person, reason="new plan")
        assert withdrawn == self.naive.withdraw(person, "new plan")

    def move_an_escalation(self, of: int, kind: Kind, by: timedelta) -> None:
        escalation, due_at = self.escalations[of], self.now + by
        moved = self.write(
            occurrences.reschedule, escalation_id=escalation, kind=kind, due_at=due_at
        )
        assert moved == self.naive.reschedule(escalation, kind, due_at)

    def put_off(self, place: int) -> None:
        """What arrived is to come once more later, twice asked for or not."""
        arrived = [each for each, row in self.naive.rows.items() if row.sent_at is not None]
        if not arrived:
            return
        chosen = arrived[place % len(arrived)]
        row = self.naive.rows[chosen]
        later = PlannedMessage(
            kind=row.kind,
            item="later",
            sequence=self.stored[chosen].id,
            due_at=self.now + 2 * MINUTE,
            expires_at=None if row.kind in SAFETY else self.now + 4 * MINUTE,
        )
        of = next(n for n, person in enumerate(self.people) if person.id == row.person)
        self.lay_out(of, "neither", 0, [later])

    @invariant()
    def the_two_hold_the_same(self) -> None:
        async def read() -> list[Any]:
            async with self.database.reading() as tx:
                return list((await tx.execute(select(tables.occurrences))).mappings())

        found = self.run(read())
        rows = [as_row(each) for each in found]
        assert len({key_of(each) for each in rows}) == len(rows)
        assert {key_of(each): each for each in rows} == self.naive.rows
        before = self.stored
        self.stored = {
            key_of(row): occurrences.to_occurrence(each)
            for row, each in zip(rows, found, strict=True)
        }
        assert all(self.stored[each].id == kept.id for each, kept in before.items())

    @invariant()
    def what_came_to_an_end_stays_there(self) -> None:
        assert all(self.stored[each].state is state for each, state in self.ended.items())
        self.ended = {each: kept.state for each, kept in self.stored.items() if kept.state in ENDED}
