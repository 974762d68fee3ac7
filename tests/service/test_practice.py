"""What every use case works with."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.care.model import ChatId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.care.model import Person
    from bot.service.practice import Practice
    from tests.service.clinic import Clinic


@pytest.mark.parametrize("told", ["en", "en-GB", "tlh", ""])
async def test_a_person_is_spoken_to_in_the_nearest_language(
    clinic: Clinic, anna: Person, told: str
) -> None:
    assert clinic.practice.language(replace(anna, language=told)).code == "en"


async def test_people_looked_up_at_once_are_each_found_by_their_own_chat(
    clinic: Clinic, anna: Person
) -> None:
    ben = await clinic.admit(6006)
    chats = (ben.chat_id, anna.chat_id, ChatId(1), ben.chat_id)

    found = await asyncio.gather(*(clinic.practice.person_of(each) for each in chats))

    assert found == [ben, await clinic.person(anna.id), None, ben]


async def test_what_is_asked_at_the_same_time_is_answered_together(clinic: Clinic) -> None:
    asked: list[list[int]] = []

    async def double(_: Practice, numbers: Sequence[int]) -> list[int]:
        asked.append(list(numbers))
        await asyncio.sleep(0)
        return [2 * each for each in numbers]

    answers = await asyncio.gather(*(clinic.practice.together(double).ask(n) for n in (1, 2, 3)))

    assert answers == [2, 4, 6]
    assert asked == [[1, 2, 3]]
