"""Plans as they are stored, changed and answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from typing import TYPE_CHECKING

from bot.care.model import NUDGES, Kind, OccurrenceId, OccurrenceState
from bot.store import occurrences, queue
from tests.store.makers import (
    HOUR,
    MINUTE,
    NOW,
    lease,
    leased,
    make_escalation,
    make_person,
    make_session,
    message,
    plan,
    stored,
)

if TYPE_CHECKING:
    from bot.store.database import Database


async def test_a_message_comes_back_as_it_was_planned(database: Database) -> None:
    person = await make_person(database)
    session = await make_session(database, person)
    whole = replace(
        message(Kind.STRETCH, sequence=12),
        subject="knee_to_chest",
        local_date=date(2026, 3, 29),
        wall=time(2, 30),
    )
    bare = replace(message(Kind.ESCALATION, due_in=HOUR), expires_at=None)

    await plan(database, person, whole, bare, session_id=session.id, plan_version=4)

    async with database.reading() as tx:
        first, second = await occurrences.upcoming(tx, person.id, limit=10)
    assert (first.message, second.message) == (whole, bare)
    assert (first.person_id, first.chat_id) == (person.id, person.chat_id)
    assert (first.session_id, first.plan_version) == (session.id, 4)
    assert (first.state, first.attempts, first.repeat) == (OccurrenceState.PLANNED, 0, False)


async def test_planning_a_session_twice_adds_nothing(database: Database) -> None:
    person = await make_person(database)
    session = await make_session(database, person)
    messages = [message(sequence=n) for n in range(3)]

    assert await plan(database, person, *messages, session_id=session.id) == 3
    assert await plan(database, person, *messages, session_id=session.id) == 0
    more = [*messages, message(sequence=3)]
    assert await plan(database, person, *more, session_id=session.id) == 1
    assert await plan(database, person, *messages, session_id=session.id, plan_version=2) == 3
    assert await plan(database, person, session_id=session.id) == 0


async def test_planning_an_escalation_twice_adds_nothing(database: Database) -> None:
    person = await make_person(database)
    escalation = await make_escalation(database, person)
    follow_up = message(Kind.FOLLOW_UP)

    assert await plan(database, person, follow_up, escalation_id=escalation.id) == 1
    assert await plan(database, person, follow_up, escalation_id=escalation.id) == 0
    again = await plan(database, person, follow_up, escalation_id=escalation.id, plan_version=2)
    assert again == 0


async def test_a_snooze_is_planned_once_for_each_person(database: Database) -> None:
    anna, ben = await make_person(database, 1), await make_person(database, 2)

    assert await plan(database, anna, message()) == 1
    assert await plan(database, anna, message()) == 0
    assert await plan(database, ben, message()) == 1


async def test_cancelling_takes_the_kinds_it_names_and_only_the_persons(
    database: Database,
) -> None:
    anna, ben = await make_person(database, 1), await make_person(database, 2)
    for each in (anna, ben):
        await plan(database, each, message(Kind.STRETCH), message(), message(Kind.CHECK_IN))

    async with database.transaction() as tx:
        gone = await occurrences.cancel(tx, person_id=anna.id, kinds=NUDGES, reason="stopped")
        again = await occurrences.cancel(tx, person_id=anna.id, kinds=NUDGES, reason="stopped")
        left = [
            [each.message.kind for each in await occurrences.upcoming(tx, person.id, limit=9)]
            for person in (anna, ben)
        ]

    assert (gone, again) == (2, 0)
    assert left == [[Kind.CHECK_IN], [Kind.STRETCH, Kind.HYDRATION, Kind.CHECK_IN]]


async def test_cancelling_can_be_narrowed_to_one_message(database: Database) -> None:
    person = await make_person(database)
    session = await make_session(database, person)
    escalation = await make_escalation(database, person)
    await plan(database, person, message(), message(sequence=1), session_id=session.id)
    await plan(database, person, message(Kind.FOLLOW_UP), escalation_id=escalation.id)

    async with database.transaction() as tx:
        for narrowed, expected in (
            ({"session_id": session.id, "item": "hydration_item", "sequence": 1}, 1),
            ({"session_id": session.id, "item": "other"}, 0),
            ({"escalation_id": escalation.id}, 1),
            ({}, 1),
        ):
            count = await occurrences.cancel(
                tx,
                person_id=person.id,
                reason="x",
                **narrowed,
            )
            assert count == expected


async def test_cancelling_no_kinds_cancels_nothing(database: Database) -> None:
    person = await make_person(database)
    await plan(database, person, message())

    async with database.transaction() as tx:
        assert await occurrences.cancel(tx, person_id=person.id, kinds=set(), reason="x") == 0
        assert await occurrences.cancel(tx, person_id=person.id, kinds=None, reason="x") == 1


async def test_what_was_sent_is_never_cancelled(database: Database) -> None:
    occurrence = await leased(database)
    async with database.transaction() as tx:
        await queue.acknowledge(tx, occurrence.id, owner="one", message_id=1, at=NOW)
        assert await occurrences.cancel(tx, person_id=occurrence.person_id, reason="x") == 0


async def test_the_next_due_instant_looks_at_every_kind(database: Database) -> None:
    anna, ben = await make_person(database, 1), await make_person(database, 2)
    async with database.reading() as tx:
        assert await occurrences.next_due(tx) is None
        assert await occurrences.next_due_of(tx, anna.id) is None

    await plan(database, anna, message(Kind.ESCALATION, due_in=3 * HOUR))
    await plan(database, anna, message(Kind.STRETCH, due_in=2 * HOUR))
    await plan(database, ben, message(Kind.CHECK_IN, due_in=1 * HOUR))

    async with database.reading() as tx:
        assert await occurrences.next_due(tx) == NOW + HOUR
        assert await occurrences.next_due_of(tx, anna.id) == NOW + 2 * HOUR


async def test_what_was_sent_is_told_from_an_instant_on(database: Database) -> None:
    person = await make_person(database)
    await plan(database, person, *(message(sequence=n) for n in range(5)))
    old, new, doubtful, failed, _ = await lease(database)
    async with database.transaction() as tx:
        await queue.acknowledge(
            tx, old.id, owner="one", message_id=1, at=NOW - timedelta(seconds=1)
        )
        await queue.acknowledge(tx, new.id, owner="one", message_id=2, at=NOW)
        await queue.uncertain(tx, doubtful, owner="one", at=NOW + MINUTE, repeat_at=None)
        await queue.fail(tx, failed, owner="one", reason="bad markup", at=NOW)
        sent = await occurrences.sent_since(tx, person.id, NOW)

    assert [(each.id, each.sent_at) for each in sent] == [
        (new.id, NOW),
        (doubtful.id, NOW + MINUTE),
    ]


async def test_what_arrived_of_a_kind_is_counted_and_what_is_planned_is_not(
    database: Database,
) -> None:
    person = await make_person(database)
    await plan(database, person, *(message(sequence=n) for n in range(3)))
    await plan(database, person, message(Kind.MOVEMENT), message(sequence=9, due_in=HOUR))
    sent, doubtful, failed, walked = sorted(await lease(database), key=lambda each: each.id)

    async with database.transaction() as tx:
        await queue.acknowledge(tx, sent.id, owner="one", message_id=1, at=NOW)
        await queue.acknowledge(tx, walked.id, owner="one", message_id=2, at=NOW)
        await queue.uncertain(tx, doubtful, owner="one", at=NOW, repeat_at=None)
        await queue.fail(tx, failed, owner="one", reason="bad markup", at=NOW)

        arrived = await occurrences.counts_arrived(tx, [person.id])

    assert arrived == {(person.id, Kind.HYDRATION): 2, (person.id, Kind.MOVEMENT): 1}


async def test_a_later_response_replaces_an_earlier_one(database: Database) -> None:
    occurrence = await leased(database)
    async with database.transaction() as tx:
        await occurrences.respond(tx, occurrence.id, response="later", at=NOW)
        await occurrences.respond(tx, occurrence.id, response="done", at=NOW + MINUTE)

    kept = await stored(database, occurrence.id)
    assert kept.response == "done"


async def test_an_escalations_message_can_be_moved_while_it_is_planned(
    database: Database,
) -> None:
    person = await make_person(database)
    escalation = await make_escalation(database, person)
    await plan(
        database,
        person,
        message(Kind.ESCALATION),
        message(Kind.FOLLOW_UP, due_in=HOUR),
        escalation_id=escalation.id,
    )

    async with database.transaction() as tx:
        moved = await occurrences.reschedule(
            tx, escalation_id=escalation.id, kind=Kind.ESCALATION, due_at=NOW + MINUTE
        )
        assert moved == 1
        assert await occurrences.next_due_of(tx, person.id) == NOW + MINUTE
    await lease(database, now=NOW + MINUTE)
    async with database.transaction() as tx:
        moved = await occurrences.reschedule(
            tx, escalation_id=escalation.id, kind=Kind.ESCALATION, due_at=NOW
        )
    assert moved == 0


async def test_an_unknown_occurrence_is_none(database: Database) -> None:
    async with database.reading() as tx:
        assert await occurrences.get(tx, OccurrenceId(9)) is None


async def test_what_arrived_is_found_by_its_message_for_its_person_alone(
    database: Database,
) -> None:
    person, other = await make_person(database), await make_person(database, chat_id=6_006)
    await plan(database, person, message(), message(Kind.MOVEMENT))
    await plan(database, other, message())
    for number, each in enumerate(await lease(database)):
        async with database.transaction() as tx:
            await queue.acknowledge(
                tx, each.id, owner="one", message_id=70 + number, at=NOW + number * MINUTE
            )

    async with database.reading() as tx:
        mine = [await occurrences.of_message(tx, person.id, 70 + n) for n in range(4)]
        latest = await occurrences.latest_sent(tx, person.id, kinds=NUDGES)
        stretch = await occurrences.latest_sent(tx, person.id, kinds={Kind.STRETCH})

    found = [each for each in mine if each is not None]
    assert {each.person_id for each in found} == {person.id}
    assert len(found) == 2
    assert latest == found[-1]
    assert stretch is None
