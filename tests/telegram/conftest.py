"""The shipped content and a person, for views that need no database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.care.model import ChatId, Person, PersonId, Status
from bot.library.loader import default_folder, load

if TYPE_CHECKING:
    from bot.library.library import Library
    from bot.library.text import Language


@pytest.fixture(scope="session")
def shipped() -> Library:
    return load(default_folder())


@pytest.fixture(scope="session")
def english(shipped: Library) -> Language:
    return shipped.language("en")


@pytest.fixture
def anna() -> Person:
    return Person(
        id=PersonId(1),
        chat_id=ChatId(5005),
        language="en",
        status=Status.ACTIVE,
        zone="Europe/London",
    )
