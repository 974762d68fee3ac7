"""People come back as they were kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import TYPE_CHECKING

import pytest

from bot.care.model import (
    ChatId,
    Dialog,
    Person,
    PersonId,
    Preferences,
    Profile,
    QuietHours,
    Status,
)
from bot.store import people
from tests.store.makers import HOUR, NOW, make_person

if TYPE_CHECKING:
    from bot.store.database import Database


async def test_someone_new_is_joining_and_has_told_nothing(database: Database) -> None:
    person = await make_person(database, 77)

    assert person == Person(id=person.id, chat_id=ChatId(77), language="en", status=Status.JOINING)


async def test_a_chat_has_one_person_however_often_it_begins(database: Database) -> None:
    first, again = await make_person(database), await make_person(database)

    assert again == first


async def test_a_person_comes_back_with_everything_that_was_told(database: Database) -> None:
    person = replace(
        await make_person(database),
        language="es",
        status=Status.PAUSED,
        zone="America/Lima",
        country="PE",
        consented_at=NOW,
        course=3,
        profile=Profile(
            onset="over_12_weeks",
            area="one_place",
            age="50_59",
            sex="unsaid",
            baseline_pain=0,
            recent_fall=False,
            conditions=frozenset({"steroids", "clot_history"}),
            cleared=frozenset({"fever"}),
        ),
        preferences=Preferences(
            quiet=QuietHours(start=time(22, 15), end=time(6)),
            morning=time(7, 45),
            evening=time(20),
            hydration=False,
        ),
        dialog=Dialog("zone", {"tries": 2, "seen": ["a", "b"]}),
    )

    async with database.transaction() as tx:
        await people.save(tx, person)

    async with database.reading() as tx:
        assert await people.by_id(tx, person.id) == person
        assert await people.by_chat(tx, person.chat_id) == person
        assert await people.required(tx, person.id) == person


async def test_nobody_is_found_under_an_unknown_id(database: Database) -> None:
    async with database.transaction() as tx:
        assert await people.by_id(tx, PersonId(999)) is None
        assert await people.by_chat(tx, ChatId(999)) is None
        with pytest.raises(LookupError, match="999"):
            await people.required(tx, PersonId(999))


async def test_notes_are_read_in_the_order_they_were_left(database: Database) -> None:
    anna, ben = await make_person(database, 1), await make_person(database, 2)
    async with database.transaction() as tx:
        await people.add_note(tx, anna.id, text="Better after walking", at=NOW)
        await people.add_note(tx, ben.id, text="Ben's", at=NOW)
        await people.add_note(tx, anna.id, text="¿Y nadar? 🏊", at=NOW + HOUR)

        notes = await people.notes(tx, anna.id)

    assert notes == (
        people.Note("Better after walking", NOW),
        people.Note("¿Y nadar? 🏊", NOW + HOUR),
    )
