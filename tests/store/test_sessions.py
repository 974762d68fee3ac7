"""Massages, and the versions of their plans."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.care.model import SessionId
from bot.store import interviews, occurrences, sessions
from tests.store.makers import HOUR, NOW, make_person, make_session, message, plan

if TYPE_CHECKING:
    from bot.store.database import Database


async def test_massages_of_a_course_are_told_oldest_first(database: Database) -> None:
    person = await make_person(database)
    async with database.transaction() as tx:
        for course, hours in ((1, 2), (1, 5), (2, 1), (1, 3)):
            await sessions.add(
                tx,
                person_id=person.id,
                course=course,
                at=NOW - hours * HOUR,
                pain_before=None,
                now=NOW,
            )
        told = await sessions.of_course(tx, person.id, 1)
        latest = await sessions.latest(tx, person.id)

    assert [each.at for each in told] == [NOW - 5 * HOUR, NOW - 3 * HOUR, NOW - 2 * HOUR]
    assert latest is not None
    assert (latest.course, latest.at, latest.plan_version) == (2, NOW - HOUR, 0)


async def test_someone_without_a_massage_has_no_latest_one(database: Database) -> None:
    person = await make_person(database)

    async with database.reading() as tx:
        assert await sessions.latest(tx, person.id) is None
        assert await sessions.of_course(tx, person.id, 1) == ()
        assert await sessions.get(tx, SessionId(1)) is None


async def test_every_layout_of_a_plan_has_its_own_version(database: Database) -> None:
    person = await make_person(database)
    session = await make_session(database, person)

    async with database.transaction() as tx:
        await sessions.add(
            tx, person_id=person.id, course=1, at=NOW - 2 * HOUR, pain_before=6, now=NOW
        )
        first = await sessions.bump_plan_version(tx, person.id)
        second = await sessions.bump_plan_version(tx, person.id)

    assert first == replace(session, plan_version=1)
    assert second == replace(session, plan_version=2)


async def test_without_a_massage_there_is_no_plan_to_lay_out(database: Database) -> None:
    person = await make_person(database)

    async with database.transaction() as tx:
        assert await sessions.bump_plan_version(tx, person.id) is None


async def test_a_massage_taken_out_counts_nowhere_and_leaves_what_was_sent_and_answered(
    database: Database,
) -> None:
    person = await make_person(database)
    before = await make_session(database, person)
    await plan(database, person, message(), session_id=before.id)
    async with database.transaction() as tx:
        mistake = await sessions.add(
            tx, person_id=person.id, course=1, at=NOW, pain_before=6, now=NOW
        )
        interview = await interviews.open(
            tx,
            person_id=person.id,
            kind="full",
            course=1,
            session_id=mistake.id,
            occurrence_id=None,
            at=NOW,
        )
        assert await sessions.last_logged(tx, person.id) == mistake

        await sessions.remove(tx, mistake.id)

        assert await sessions.of_course(tx, person.id, 1) == (before,)
        assert await sessions.latest(tx, person.id) == before
        assert await sessions.last_logged(tx, person.id) == before
        assert await sessions.between(tx, person.id, NOW - HOUR, NOW) == (before,)
        assert await sessions.bump_plan_version(tx, person.id) == replace(before, plan_version=1)
        assert len(await occurrences.upcoming(tx, person.id, limit=10)) == 1
        assert await interviews.get(tx, interview.id) == interview


async def test_the_massage_told_of_last_may_be_an_earlier_one(database: Database) -> None:
    person = await make_person(database)
    await make_session(database, person)
    async with database.transaction() as tx:
        told = await sessions.add(
            tx, person_id=person.id, course=1, at=NOW - 30 * HOUR, pain_before=None, now=NOW
        )

        assert await sessions.last_logged(tx, person.id) == told
