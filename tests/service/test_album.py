"""What Telegram calls the drawings it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.service.album import Album

if TYPE_CHECKING:
    from bot.store.database import Database


async def test_a_picture_is_unknown_until_it_was_kept(database: Database) -> None:
    album = Album(database, bot_id=7)

    assert await album.file_id("bridge") is None
    await album.keep("bridge", "AgAC-1")

    assert await album.file_id("bridge") == "AgAC-1"


async def test_what_was_kept_outlives_the_program_and_is_replaced(database: Database) -> None:
    await Album(database, bot_id=7).keep("bridge", "AgAC-1")

    later = Album(database, bot_id=7)
    assert await later.file_id("bridge") == "AgAC-1"
    await later.keep("bridge", "AgAC-2")

    assert await later.file_id("bridge") == "AgAC-2"
    assert await Album(database, bot_id=7).file_id("bridge") == "AgAC-2"


async def test_another_bot_has_names_of_its_own(database: Database) -> None:
    await Album(database, bot_id=7).keep("bridge", "AgAC-1")

    assert await Album(database, bot_id=8).file_id("bridge") is None
