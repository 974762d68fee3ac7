"""Leases: who may send what, and how a message ends."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.care.model import Kind, Occurrence, OccurrenceId, OccurrenceState
from bot.store import lapses, occurrences, queue, tables
from bot.store.database import Database
from tests.store.makers import (
    HOUR,
    MINUTE,
    NOW,
    lease,
    leased,
    make_person,
    message,
    plan,
    stored,
)


async def acknowledge(database: Database, occurrence: Occurrence, owner: str = "one") -> bool:
    async with database.transaction() as tx:
        return await queue.acknowledge(
            tx, occurrence.id, owner=owner, message_id=900, at=NOW + MINUTE
        )


async def test_only_what_is_due_is_leased(database: Database) -> None:
    person = await make_person(database)
    await plan(database, person, message(due_in=timedelta(milliseconds=1)))
    async with database.reading() as tx:
        assert not await queue.due_priorities(tx, NOW)
    assert await lease(database) == ()

    async with database.reading() as tx:
        assert await queue.due_priorities(tx, NOW + timedelta(milliseconds=1))
    (found,) = await lease(database, now=NOW + timedelta(milliseconds=1))
    assert (found.state, found.attempts) == (OccurrenceState.LEASED, 1)
    async with database.reading() as tx:
        assert not await queue.due_priorities(tx, NOW + HOUR)


async def test_safety_leaves_first_then_check_ins_then_nudges_each_by_due_time(
    database: Database,
) -> None:
    person = await make_person(database)
    await plan(
        database,
        person,
        message(Kind.STRETCH, due_in=-3 * HOUR),
        message(Kind.CHECK_IN, due_in=-MINUTE),
        message(Kind.REMINDER, due_in=-2 * MINUTE),
        message(Kind.HYDRATION, due_in=-4 * HOUR),
        message(Kind.ESCALATION, due_in=-MINUTE),
        message(Kind.FOLLOW_UP, due_in=-2 * MINUTE),
    )

    order = [each.message.kind for each in await lease(database, limit=4)]
    order += [each.message.kind for each in await lease(database)]

    assert order == [
        Kind.FOLLOW_UP,
        Kind.ESCALATION,
        Kind.REMINDER,
        Kind.CHECK_IN,
        Kind.HYDRATION,
        Kind.STRETCH,
    ]


async def test_safety_can_be_leased_alone(database: Database) -> None:
    person = await make_person(database)
    await plan(database, person, message(Kind.STRETCH), message(Kind.ESCALATION))

    async with database.transaction() as tx:
        found = await queue.lease(
            tx, owner="one", now=NOW, until=NOW + MINUTE, limit=5, priorities=0
        )

    assert [each.message.kind for each in found] == [Kind.ESCALATION]


async def test_two_owners_at_once_never_hold_the_same_message(database: Database) -> None:
    person = await make_person(database)
    await plan(database, person, *(message(sequence=n) for n in range(60)))

    async def take_all(owner: str) -> list[OccurrenceId]:
        held: list[OccurrenceId] = []
        while batch := await lease(database, owner, limit=7):
            held += [each.id for each in batch]
            await asyncio.sleep(0)
        return held

    one, two = await asyncio.gather(take_all("one"), take_all("two"))

    assert len(one) + len(two) == 60
    assert not set(one) & set(two)


@pytest.mark.postgres
async def test_on_postgresql_a_lease_does_not_wait_for_another(postgresql_url: str) -> None:
    database = await Database.open(postgresql_url)
    person = await make_person(database)
    await plan(database, person, *(message(sequence=n) for n in range(4)))

    async with asyncio.timeout(5), database.transaction() as first:
        held = await queue.lease(first, owner="one", now=NOW, until=NOW + MINUTE, limit=3)
        others = await lease(database, "two")
    await database.close()

    assert (len(held), len(others)) == (3, 1)


async def test_an_acknowledged_message_is_sent(database: Database) -> None:
    occurrence = await leased(database)

    assert await acknowledge(database, occurrence)

    kept = await stored(database, occurrence.id)
    assert (kept.state, kept.message_id) == (OccurrenceState.SENT, 900)
    assert kept.sent_at == NOW + MINUTE
    assert not await acknowledge(database, occurrence)


async def test_an_acknowledgement_after_losing_the_lease_is_refused(database: Database) -> None:
    occurrence = await leased(database, Kind.CHECK_IN)
    async with database.transaction() as tx:
        await lapses.reap(tx, now=NOW + MINUTE)
    (again,) = await lease(database, "two", now=NOW + MINUTE)

    assert not await acknowledge(database, occurrence, "one")
    assert await acknowledge(database, again, "two")


async def test_a_message_is_held_by_its_owner_alone_and_only_through_its_latest_lease(
    database: Database,
) -> None:
    occurrence = await leased(database, Kind.CHECK_IN)

    async def holders() -> list[tuple[str, int]]:
        async with database.reading() as tx:
            return [
                (owner, attempt)
                for owner in ("one", "two")
                for attempt in (await queue.held(tx, [occurrence.id], owner=owner)).values()
            ]

    assert await holders() == [("one", 1)]
    async with database.transaction() as tx:
        await lapses.reap(tx, now=NOW + MINUTE)
    assert await holders() == []
    await lease(database, "one", now=NOW + MINUTE)
    assert await holders() == [("one", 2)]
    async with database.transaction() as tx:
        await occurrences.cancel(tx, person_id=occurrence.person_id, reason="urgent")
    assert await holders() == []


async def test_a_message_cancelled_on_its_way_says_so_and_still_counts_as_arrived(
    database: Database,
) -> None:
    occurrence = await leased(database)
    async with database.transaction() as tx:
        assert await occurrences.cancel(tx, person_id=occurrence.person_id, reason="urgent") == 1

    assert not await acknowledge(database, occurrence)

    kept = await stored(database, occurrence.id)
    assert (kept.state, kept.reason) == (OccurrenceState.CANCELLED, "urgent")
    async with database.reading() as tx:
        (arrived,) = await occurrences.sent_since(tx, occurrence.person_id, NOW)
    assert (arrived.id, arrived.message_id) == (occurrence.id, 900)


async def test_what_is_cancelled_before_its_lease_is_never_sent(database: Database) -> None:
    person = await make_person(database)
    await plan(database, person, message())
    async with database.transaction() as tx:
        await occurrences.cancel(tx, person_id=person.id, reason="paused")

    assert await lease(database) == ()
    async with database.reading() as tx:
        assert await occurrences.sent_since(tx, person.id, NOW - HOUR) == ()


async def test_many_are_acknowledged_together_and_only_ones_own_count(
    database: Database,
) -> None:
    person = await make_person(database)
    await plan(database, person, *(message(sequence=n) for n in range(4)))
    mine, cancelled = await lease(database, "one", limit=2)
    theirs, unheld = await lease(database, "two", limit=1), OccurrenceId(999)
    async with database.transaction() as tx:
        await occurrences.cancel(tx, person_id=person.id, sequence=1, reason="x")
        receipts = [
            queue.Receipt(each, 900 + n, NOW)
            for n, each in enumerate((unheld, theirs[0].id, cancelled.id, mine.id))
        ]
        assert await queue.acknowledge_all(tx, receipts, owner="one") == {mine.id}
        assert await queue.acknowledge_all(tx, [], owner="one") == frozenset()

    assert (await stored(database, mine.id)).message_id == 903
    assert (await stored(database, mine.id)).state is OccurrenceState.SENT
    assert (await stored(database, cancelled.id)).state is OccurrenceState.CANCELLED
    assert (await stored(database, theirs[0].id)).state is OccurrenceState.LEASED


async def test_a_message_certainly_not_sent_is_planned_again(database: Database) -> None:
    occurrence = await leased(database)
    async with database.transaction() as tx:
        assert await queue.release(
            tx, occurrence, owner="one", at=NOW, due_at=NOW + MINUTE, reason="429"
        )

    assert await lease(database) == ()
    (again,) = await lease(database, "two", now=NOW + MINUTE)
    assert (again.attempts, again.repeat, again.reason) == (2, False, "429")


async def test_an_uncertain_message_is_planned_once_more_and_never_a_third_time(
    database: Database,
) -> None:
    occurrence = await leased(database, Kind.CHECK_IN)
    for attempt in range(2):
        now = NOW + attempt * HOUR
        async with database.transaction() as tx:
            assert await queue.uncertain(tx, occurrence, owner="one", at=now, repeat_at=now + HOUR)
        if attempt == 0:
            (occurrence,) = await lease(database, now=NOW + HOUR)
            assert (occurrence.repeat, occurrence.message.due_at) == (True, NOW + HOUR)

    kept = await stored(database, occurrence.id)
    assert (kept.state, kept.sent_at) == (OccurrenceState.UNCERTAIN, NOW + HOUR)


async def test_a_safety_message_in_doubt_is_planned_again_each_time(database: Database) -> None:
    occurrence = await leased(database, Kind.ESCALATION)
    for attempt in range(3):
        now = NOW + attempt * HOUR
        async with database.transaction() as tx:
            await queue.uncertain(tx, occurrence, owner="one", at=now, repeat_at=now + HOUR)
        (occurrence,) = await lease(database, now=now + HOUR)

        assert (occurrence.repeat, occurrence.doubts) == (True, attempt + 1)


async def test_a_safety_message_is_leased_however_often_it_was_before(
    database: Database,
) -> None:
    """Refused every 5 s it is leased 32,767 times in 46 hours without a line."""
    await leased(database, Kind.ESCALATION)
    often = {"attempts": 32_767, "doubts": 32_767}
    async with database.transaction() as tx:
        await tx.execute(update(tables.occurrences).values(often))
        assert await lapses.reap(tx, now=NOW + MINUTE)

    (again,) = await lease(database, now=NOW + MINUTE)

    assert (again.attempts, again.doubts) == (32_768, 32_768)


async def test_an_uncertain_nudge_is_left(database: Database) -> None:
    occurrence = await leased(database)
    async with database.transaction() as tx:
        await queue.uncertain(tx, occurrence, owner="one", at=NOW, repeat_at=None)

    assert (await stored(database, occurrence.id)).state is OccurrenceState.UNCERTAIN
    assert await lease(database, now=NOW + HOUR) == ()


async def test_a_late_word_about_a_lease_that_ran_out_says_nothing_of_the_next(
    database: Database,
) -> None:
    """One process slept through the end of its lease, and leased the message again."""
    late = await leased(database, Kind.CHECK_IN)
    async with database.transaction() as tx:
        await lapses.reap(tx, now=NOW + MINUTE)
    (again,) = await lease(database, now=NOW + MINUTE)

    at: Any = {"owner": "one", "at": NOW + MINUTE}
    async with database.transaction() as tx:
        assert not await queue.uncertain(tx, late, **at, repeat_at=NOW + HOUR)
        assert not await queue.uncertain(tx, late, **at, repeat_at=None)
        assert not await queue.release(tx, late, **at, due_at=NOW + MINUTE, reason="429")
        assert not await queue.fail(tx, late, **at, reason="bad")
        assert not await queue.drop(
            tx, late, owner="one", state=OccurrenceState.CANCELLED, reason="gone"
        )

    assert await stored(database, late.id) == again
    async with database.transaction() as tx:
        assert await queue.uncertain(tx, again, **at, repeat_at=None)


async def test_a_late_yes_of_telegram_counts_for_the_next_lease_as_well(
    database: Database,
) -> None:
    late = await leased(database, Kind.CHECK_IN)
    async with database.transaction() as tx:
        await lapses.reap(tx, now=NOW + MINUTE)
    (again,) = await lease(database, now=NOW + MINUTE)

    assert await acknowledge(database, late)

    assert (await stored(database, again.id)).state is OccurrenceState.SENT
    async with database.reading() as tx:
        assert not await queue.held(tx, [again.id], owner="one"), "it is not sent again"


@pytest.mark.parametrize(
    ("ending", "values", "state"),
    [
        (queue.fail, {"reason": "bad", "at": NOW}, OccurrenceState.FAILED),
        (
            queue.drop,
            {"state": OccurrenceState.EXPIRED, "reason": "bad"},
            OccurrenceState.EXPIRED,
        ),
        (
            queue.drop,
            {"state": OccurrenceState.CANCELLED, "reason": "bad"},
            OccurrenceState.CANCELLED,
        ),
    ],
)
async def test_a_message_ends_with_its_reason_by_its_owners_word_alone(
    database: Database, ending: Any, values: dict[str, object], state: OccurrenceState
) -> None:
    occurrence = await leased(database)
    async with database.transaction() as tx:
        assert not await ending(tx, occurrence, owner="two", **values)
        assert await ending(tx, occurrence, owner="one", **values)
        assert not await ending(tx, occurrence, owner="one", **values)

    kept = await stored(database, occurrence.id)
    assert kept.state is state
    assert (kept.reason or "").startswith("bad")
