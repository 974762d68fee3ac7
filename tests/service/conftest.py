"""A practice with the shipped content, and Anna, who has joined."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from bot.library.loader import default_folder, load
from bot.service.practice import Practice
from tests.service.clinic import Clinic

if TYPE_CHECKING:
    from bot.care.model import Person
    from bot.library.library import Library
    from bot.store.database import Database


@pytest.fixture(scope="session")
def shipped() -> Library:
    return load(default_folder())


@pytest.fixture
def clinic(sqlite_database: Database, shipped: Library) -> Clinic:
    return Clinic(Practice(sqlite_database, shipped, "GB"))


@pytest_asyncio.fixture
async def anna(clinic: Clinic) -> Person:
    return await clinic.admit()
