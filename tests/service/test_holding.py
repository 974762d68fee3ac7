"""A held queue: what is taken as perhaps sent, and what is let go."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.care.model import Kind, OccurrenceState
from bot.service import holding
from bot.store import occurrences
from tests.store.makers import HOUR, MINUTE, NOW, make_person, message, plan

if TYPE_CHECKING:
    from bot.store.database import Database


async def test_a_hold_expires_past_nudges_and_asks_past_check_ins_again(
    database: Database,
) -> None:
    person = await make_person(database)
    await plan(
        database,
        person,
        message(due_in=-MINUTE),
        message(sequence=1, due_in=MINUTE),
        replace(message(Kind.CHECK_IN, due_in=-HOUR), expires_at=None),
        replace(message(Kind.CHECK_IN, sequence=1, due_in=HOUR), expires_at=None),
        replace(message(Kind.FOLLOW_UP, due_in=-HOUR), expires_at=None),
    )

    done = await holding.hold(database, NOW)

    assert done == holding.Hold(expired=1, doubted=2)
    assert await holding.held_since(database) == NOW
    async with database.reading() as tx:
        left = await occurrences.upcoming(tx, person.id, limit=10)
    assert [(each.message.kind, each.message.due_at > NOW, each.repeat) for each in left] == [
        (Kind.CHECK_IN, False, True),
        (Kind.FOLLOW_UP, False, True),
        (Kind.HYDRATION, True, False),
        (Kind.CHECK_IN, True, False),
    ]
    assert all(each.state is OccurrenceState.PLANNED for each in left)


async def test_a_release_tells_what_is_due_and_a_second_one_nothing(database: Database) -> None:
    person = await make_person(database)
    await plan(database, person, message(Kind.CHECK_IN, due_in=-HOUR))
    assert await holding.release(database, NOW) is None

    await holding.hold(database, NOW)

    assert await holding.release(database, NOW) == {Kind.CHECK_IN: 1}
    assert await holding.held_since(database) is None
    assert await holding.release(database, NOW) is None
