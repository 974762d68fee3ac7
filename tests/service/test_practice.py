"""What every use case works with."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from bot.care.model import Person
    from tests.service.clinic import Clinic


@pytest.mark.parametrize("told", ["en", "en-GB", "tlh", ""])
async def test_a_person_is_spoken_to_in_the_nearest_language(
    clinic: Clinic, anna: Person, told: str
) -> None:
    assert clinic.practice.language(replace(anna, language=told)).code == "en"
