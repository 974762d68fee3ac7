"""/start of someone the bot had gone quiet for: always an answer, and what is open is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.journeys.harness import NONE, PLANNED, walking

if TYPE_CHECKING:
    from pathlib import Path

    from tests.journeys.harness import Chapter, Walk

URGENT = "Please get advice today"


async def has_fever(walk: Walk) -> None:
    await walk.says("/worse")
    await walk.taps(NONE, "Fever or shivering", "Done", "About the same", "5")
    await walk.passes(seconds=15)


async def has_help(walk: Walk) -> None:
    await walk.taps("I've got help")


async def falls_silent(walk: Walk) -> None:
    """Answer nothing until the bot asks whether to go on."""
    await walk.next_with("Shall I go on")


async def pauses(walk: Walk) -> None:
    await walk.says("/pause")


async def stops(walk: Walk) -> None:
    await walk.says("/stop")


async def starts(walk: Walk) -> list[str]:
    """Send /start; what the bot then says, message by message."""
    before = len(walk.person.from_bot)
    await walk.says("/start")
    await walk.passes(seconds=1)
    return [each.text for each in walk.person.from_bot[before:]]


@pytest.mark.parametrize("leaves", [falls_silent, pauses, stops])
async def test_start_after_going_quiet_welcomes_back_and_tells_the_open_advice_once(
    tmp_path: Path, leaves: Chapter
) -> None:
    async with walking(tmp_path, *PLANNED, has_fever, leaves) as walk:
        said = await starts(walk)

        assert "Welcome back" in said[0]
        assert sum(URGENT in each for each in said) == 1


@pytest.mark.parametrize("leaves", [falls_silent, pauses, stops])
async def test_start_after_help_was_found_still_says_what_stands(
    tmp_path: Path, leaves: Chapter
) -> None:
    async with walking(tmp_path, *PLANNED, has_fever, has_help, leaves) as walk:
        said = await starts(walk)

        assert "Welcome back" in said[0]
        assert len(said) == 2
        assert "I am glad you have help" in said[1]


async def test_start_after_a_long_silence_without_advice_is_answered_too(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED, falls_silent) as walk:
        said = await starts(walk)

        assert "Welcome back" in said[0]
        assert "All set." in said[1]
