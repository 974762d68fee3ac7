"""Escalations: one open at most, every word to it kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import IntegrityError

from bot.care.model import EscalationId, EscalationState, Held, Level
from bot.store import escalations
from tests.store.makers import HOUR, NOW, make_escalation, make_person

if TYPE_CHECKING:
    from bot.store.database import Database


async def test_an_escalation_is_current_until_it_is_released(database: Database) -> None:
    person = await make_person(database)
    opened = await make_escalation(database, person)
    assert (opened.level, opened.reasons) == (Level.URGENT, ("bruise_thinners",))

    for state in (EscalationState.OPEN, EscalationState.HELPED, EscalationState.STOPPED):
        standing = replace(opened, state=state, changed_at=NOW + HOUR)
        async with database.transaction() as tx:
            await escalations.save(tx, standing)
            assert await escalations.current(tx, person.id) == standing

    released = replace(opened, state=EscalationState.RELEASED, release="seen")
    async with database.transaction() as tx:
        await escalations.save(tx, released)
        assert await escalations.current(tx, person.id) is None
        assert await escalations.get(tx, opened.id) == released


async def test_a_person_never_has_two_open_escalations(database: Database) -> None:
    person = await make_person(database)
    await make_escalation(database, person)

    with pytest.raises(IntegrityError):
        await make_escalation(database, person)


async def test_a_raised_escalation_makes_room_for_the_next(database: Database) -> None:
    person = await make_person(database)
    first = await make_escalation(database, person)
    async with database.transaction() as tx:
        await escalations.save(tx, replace(first, state=EscalationState.RAISED))
    second = await make_escalation(database, person)

    async with database.reading() as tx:
        assert await escalations.current(tx, person.id) == second
        told = await escalations.history(tx, person.id)
    assert [each.id for each in told] == [first.id, second.id]


async def test_an_escalation_holds_what_those_it_replaced_have_told(database: Database) -> None:
    person = await make_person(database)
    first = await make_escalation(database, person)
    async with database.transaction() as tx:
        await escalations.save(tx, replace(first, state=EscalationState.RAISED))
        second = await escalations.open(
            tx,
            person_id=person.id,
            level=Level.DOCTOR,
            reasons=("leg_pain",),
            interview_id=None,
            at=NOW,
        )
        held = Held(Level.URGENT, ("bruise_thinners",))

        assert second.held == held
        assert (await escalations.get(tx, second.id)) == second
        assert (await escalations.current(tx, person.id)) == second
        assert (await escalations.current_of(tx, [person.id])) == {person.id: second}


async def test_what_was_released_or_is_told_once_more_is_not_held(database: Database) -> None:
    person = await make_person(database)
    first = await make_escalation(database, person)
    async with database.transaction() as tx:
        await escalations.save(tx, replace(first, state=EscalationState.RAISED))
    second = await make_escalation(database, person)
    assert second.held is None, "it tells the same"
    async with database.transaction() as tx:
        await escalations.save(tx, replace(second, state=EscalationState.RELEASED))
        third = await escalations.open(
            tx,
            person_id=person.id,
            level=Level.DOCTOR,
            reasons=("leg_pain",),
            interview_id=None,
            at=NOW,
        )

    assert third.held is None


async def test_every_response_to_an_escalation_is_kept(database: Database) -> None:
    person = await make_person(database)
    escalation = await make_escalation(database, person)
    async with database.transaction() as tx:
        await escalations.log_response(tx, escalation.id, response="calling", at=NOW)
        await escalations.log_response(tx, escalation.id, response="got_help", at=NOW + HOUR)
        said = await escalations.responses(tx, person.id)

    assert said == (
        escalations.Response(escalation.id, "calling", NOW),
        escalations.Response(escalation.id, "got_help", NOW + HOUR),
    )


async def test_an_unknown_escalation_is_none(database: Database) -> None:
    async with database.reading() as tx:
        assert await escalations.get(tx, EscalationId(9)) is None
