"""Exercises of people's own are kept for them alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.care.own import OwnWords
from bot.store import own_exercises
from tests.store.makers import NOW, make_person

if TYPE_CHECKING:
    from bot.store.database import Database

SLIDE = OwnWords("Wall slide", "Slide <down> a little.\nAnd up.")
NOD = OwnWords("Nod", "Slowly.")


async def test_they_come_back_as_typed_in_the_order_they_were_added(database: Database) -> None:
    anna = await make_person(database, 1)
    async with database.transaction() as tx:
        await own_exercises.add(tx, anna.id, SLIDE, at=NOW)
        await own_exercises.add(tx, anna.id, NOD, at=NOW)

        kept = await own_exercises.of_person(tx, anna.id)

    assert [each.words for each in kept] == [SLIDE, NOD]


async def test_nobody_sees_or_removes_those_of_another(database: Database) -> None:
    anna, ben = await make_person(database, 1), await make_person(database, 2)
    async with database.transaction() as tx:
        own_id = await own_exercises.add(tx, anna.id, SLIDE, at=NOW)

        assert await own_exercises.of_person(tx, ben.id) == ()
        assert await own_exercises.get(tx, ben.id, own_id) is None
        assert not await own_exercises.remove(tx, ben.id, own_id)
        assert await own_exercises.get(tx, anna.id, own_id) is not None


async def test_what_was_removed_is_gone_and_can_not_be_removed_again(database: Database) -> None:
    anna = await make_person(database, 1)
    async with database.transaction() as tx:
        own_id = await own_exercises.add(tx, anna.id, SLIDE, at=NOW)

        assert await own_exercises.remove(tx, anna.id, own_id)
        assert not await own_exercises.remove(tx, anna.id, own_id)
        assert await own_exercises.of_person(tx, anna.id) == ()
