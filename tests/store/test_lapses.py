"""Leases that end by time, and what is tidied away or put right beside them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import literal_column, update

from bot.care.model import Kind, OccurrenceState
from bot.store import lapses, queue, tables
from tests.store.makers import (
    HOUR,
    MINUTE,
    NOW,
    lease,
    leased,
    make_person,
    message,
    plan,
)

if TYPE_CHECKING:
    from bot.store.database import Database


@pytest.mark.parametrize("kind", [Kind.CHECK_IN, Kind.ESCALATION])
async def test_a_lease_that_runs_out_is_repeated(database: Database, kind: Kind) -> None:
    occurrence = await leased(database, kind)
    async with database.transaction() as tx:
        assert await lapses.reap(tx, now=NOW + MINUTE - timedelta(milliseconds=1)) == ()
        (first,) = await lapses.reap(tx, now=NOW + MINUTE)
    assert (first.id, first.state, first.repeat) == (
        occurrence.id,
        OccurrenceState.PLANNED,
        True,
    )

    await lease(database, now=NOW + MINUTE)
    async with database.transaction() as tx:
        (second,) = await lapses.reap(tx, now=NOW + HOUR)
    if kind is Kind.ESCALATION:  # until it is certain
        assert (second.state, second.repeat) == (OccurrenceState.PLANNED, True)
    else:  # once
        assert (second.state, second.sent_at) == (OccurrenceState.UNCERTAIN, NOW + 2 * MINUTE)


async def test_a_nudge_whose_lease_runs_out_is_left_uncertain(database: Database) -> None:
    occurrence = await leased(database)
    async with database.transaction() as tx:
        (reaped,) = await lapses.reap(tx, now=NOW + HOUR)

    assert (reaped.id, reaped.state) == (occurrence.id, OccurrenceState.UNCERTAIN)
    assert await lease(database, now=NOW + HOUR) == ()


async def test_what_is_too_late_expires_and_safety_never_does(database: Database) -> None:
    person = await make_person(database)
    await plan(
        database,
        person,
        message(due_in=-HOUR),
        message(Kind.STRETCH, due_in=-HOUR + timedelta(milliseconds=1)),
        replace(message(Kind.ESCALATION, due_in=-9 * HOUR), expires_at=None),
    )

    async with database.transaction() as tx:
        expired = await lapses.expire(tx, now=NOW)
        assert await lapses.expire(tx, now=NOW) == ()

    due_at = NOW - HOUR
    assert expired == (lapses.Expiry(Kind.HYDRATION, 1, first_due_at=due_at, last_due_at=due_at),)
    left = [each.message.kind for each in await lease(database)]
    assert left == [Kind.ESCALATION, Kind.STRETCH]


async def test_a_kind_this_version_does_not_know_stands_in_nobodys_way(database: Database) -> None:
    person = await make_person(database)
    await plan(database, person, message(), message(Kind.STRETCH), message(Kind.CHECK_IN))
    await lease(database)
    kind = tables.occurrences.c.kind
    async with database.transaction() as tx:
        newer = update(tables.occurrences).where(kind == Kind.STRETCH)
        await tx.execute(newer.values(kind=literal_column("'breathing'")))

        reaped = await lapses.reap(tx, now=NOW + MINUTE)
        counted = await queue.counts(tx)
        await lapses.expire(tx, now=NOW + HOUR)

    assert {each.message.kind for each in reaped} == {Kind.HYDRATION, Kind.CHECK_IN}
    assert counted == {
        (OccurrenceState.UNCERTAIN, Kind.HYDRATION): 1,
        (OccurrenceState.PLANNED, Kind.CHECK_IN): 1,
    }


async def test_messages_are_counted_by_state_and_kind(database: Database) -> None:
    person = await make_person(database)
    await plan(database, person, *(message(sequence=n) for n in range(3)))
    await plan(database, person, message(Kind.CHECK_IN))
    await lease(database, limit=2)

    async with database.reading() as tx:
        counts = await queue.counts(tx)

    assert counts == {
        (OccurrenceState.LEASED, Kind.CHECK_IN): 1,
        (OccurrenceState.LEASED, Kind.HYDRATION): 1,
        (OccurrenceState.PLANNED, Kind.HYDRATION): 2,
    }


async def test_a_lease_longer_than_any_is_taken_back_but_not_from_the_process_that_asks(
    database: Database,
) -> None:
    occurrence = await leased(database, Kind.CHECK_IN)
    an_hour_back = NOW - HOUR  # the clock was an hour ahead when the lease was taken
    furthest = an_hour_back + 10 * MINUTE

    async with database.transaction() as tx:
        assert await lapses.any_to_take_back(tx, now=an_hour_back, furthest=furthest)
        ours = await lapses.reap(tx, now=an_hour_back, furthest=furthest, living="one")
        (reaped,) = await lapses.reap(tx, now=an_hour_back, furthest=furthest, living="two")
        assert not await lapses.any_to_take_back(tx, now=an_hour_back, furthest=furthest)

    assert ours == ()
    assert (reaped.id, reaped.state) == (occurrence.id, OccurrenceState.PLANNED)


async def test_only_an_escalations_message_that_is_further_off_than_can_be_is_hastened(
    database: Database,
) -> None:
    person = await make_person(database)
    await plan(
        database,
        person,
        message(Kind.ESCALATION, due_in=HOUR),
        message(Kind.FOLLOW_UP, due_in=HOUR),
        message(Kind.CHECK_IN, due_in=HOUR),
    )
    async with database.transaction() as tx:
        assert await lapses.any_to_take_back(tx, now=NOW, furthest=NOW + HOUR)
        assert await lapses.hasten(tx, now=NOW) == 1
        assert not await lapses.any_to_take_back(tx, now=NOW, furthest=NOW + HOUR)

    assert [each.message.kind for each in await lease(database)] == [Kind.ESCALATION]


async def test_an_escalations_message_that_telegram_put_off_is_let_be_whatever_the_clock_shows(
    database: Database,
) -> None:
    occurrence = await leased(database, Kind.ESCALATION)
    async with database.transaction() as tx:
        assert await queue.release(
            tx, occurrence, owner="one", at=NOW, due_at=NOW + 3 * HOUR, reason="429"
        )
        for _ in range(2):
            assert not await lapses.any_to_take_back(tx, now=NOW, furthest=NOW + HOUR)
            assert await lapses.hasten(tx, now=NOW) == 0

        an_hour_back = NOW - HOUR  # the clock was an hour ahead when Telegram said so
        assert await lapses.any_to_take_back(tx, now=an_hour_back, furthest=NOW)
        assert await lapses.hasten(tx, now=an_hour_back) == 1


async def test_an_escalations_message_that_waits_a_moment_or_stays_in_doubt_is_let_be(
    database: Database,
) -> None:
    person = await make_person(database)
    await plan(database, person, message(Kind.ESCALATION, due_in=timedelta(seconds=10)))
    async with database.transaction() as tx:
        assert await lapses.hasten(tx, now=NOW) == 0

    (taken,) = await lease(database, now=NOW + MINUTE)
    async with database.transaction() as tx:
        await queue.uncertain(tx, taken, owner="one", at=NOW + MINUTE, repeat_at=NOW + 33 * MINUTE)
        assert await lapses.hasten(tx, now=NOW + MINUTE) == 0
