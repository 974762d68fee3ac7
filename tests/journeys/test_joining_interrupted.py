"""Leaving in the middle of joining, and still being asked everything on coming back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.journeys.harness import Walk, walking

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

ZONE_QUESTION = "What is your time zone?"
PROFILE = "When did it begin?"


async def agrees(walk: Walk) -> None:
    await walk.says("/start")
    await walk.taps("I am 18 or older", "I agree, let's begin")


async def pauses(walk: Walk) -> None:
    await walk.says("/pause")


async def stops(walk: Walk) -> None:
    await walk.says("/stop")


async def blocks_and_unblocks(walk: Walk) -> None:
    await walk.person.block()
    await walk.quiet()
    await walk.person.unblock()
    await walk.quiet()


@pytest.mark.parametrize("leaves", [pauses, stops, blocks_and_unblocks])
async def test_the_zone_on_screen_can_be_answered_after_leaving_and_the_profile_follows(
    tmp_path: Path, leaves: Callable[[Walk], Awaitable[None]]
) -> None:
    async with walking(tmp_path, agrees, leaves) as walk:
        assert "Is it 10:00 where you are now?" in (await walk.says("London")).text
        await walk.taps("Yes, that is right")

        assert PROFILE in walk.last.text


@pytest.mark.parametrize("word", ["/resume", "/start"])
async def test_who_paused_while_joining_is_asked_for_the_zone_again_on_coming_back(
    tmp_path: Path, word: str
) -> None:
    async with walking(tmp_path, agrees, pauses) as walk:
        assert ZONE_QUESTION in (await walk.says(word)).text

        assert "Is it 10:00" in (await walk.says("London")).text


async def test_go_on_under_today_asks_for_the_zone_that_is_still_missing(tmp_path: Path) -> None:
    async with walking(tmp_path, agrees, pauses) as walk:
        await walk.says("/today")
        await walk.taps("Go on")

        assert ZONE_QUESTION in walk.last.text


async def test_a_zone_set_in_the_settings_during_a_pause_brings_the_profile(tmp_path: Path) -> None:
    async with walking(tmp_path, agrees, pauses) as walk:
        await walk.says("/settings")
        await walk.taps("Time zone")
        await walk.says("London")
        await walk.taps("Yes, that is right")

        assert PROFILE in walk.last.text
        await walk.tells()
        await walk.has_massage()
        assert await walk.planned() == []
        await walk.says("/resume")
        assert await walk.planned()


async def test_a_profile_left_at_its_first_question_is_not_pressed_on_anyone_again(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, Walk.joins) as walk:
        await walk.says("/pause")
        await walk.says("/resume")

        assert "I am back" in walk.last.text
        assert sum(PROFILE in each.text for each in walk.person.from_bot) == 1
