"""Blocking and unblocking: what a person had chosen before still holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.journeys.harness import NONE, PLANNED, walking

if TYPE_CHECKING:
    from pathlib import Path

    from tests.journeys.harness import Chapter, Walk

URGENT = "Please get advice today"
CHEST = "Chest pain, hard to breathe"


async def pauses(walk: Walk) -> None:
    await walk.says("/pause")


async def stops(walk: Walk) -> None:
    await walk.says("/stop")


async def falls_silent(walk: Walk) -> None:
    """Answer nothing until the bot says that it sends no more until it is told to."""
    await walk.next_with("Shall I go on")


async def reports_fever(walk: Walk) -> None:
    await walk.says("/worse")
    await walk.taps(NONE, "Fever or shivering", "Done", "About the same", "5")
    await walk.passes(seconds=15)


async def is_seen(walk: Walk) -> None:
    await walk.taps("I've got help", "I've been seen, all fine")


async def blocks_and_unblocks(walk: Walk) -> None:
    await walk.person.block()
    await walk.passes(hours=5)
    await walk.person.unblock()
    await walk.quiet()


@pytest.mark.parametrize(
    "chosen",
    [(pauses,), (stops,), (stops, reports_fever, is_seen), (falls_silent,)],
    ids=["pause", "stop", "seen", "silence"],
)
@pytest.mark.parametrize("times", [1, 2])
async def test_an_unblock_brings_no_plan_to_who_had_none_before(
    tmp_path: Path, chosen: tuple[Chapter, ...], times: int
) -> None:
    async with walking(tmp_path, *PLANNED, *chosen, *[blocks_and_unblocks] * times) as walk:
        assert await walk.planned() == []
        assert await walk.passes(days=3) == []


async def test_writing_after_a_block_ends_no_pause_but_resume_does(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED, pauses) as walk:
        await walk.person.block()
        await walk.quiet()
        await walk.person.unblock()

        answer = await walk.says("/today")

        assert "I send no nudges and no check-ins at the moment" in answer.text
        assert await walk.planned() == []
        assert "I am back" in (await walk.says("/resume")).text
        assert await walk.planned()


async def test_an_old_yes_go_on_takes_the_plan_up_also_after_a_block(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED, falls_silent, blocks_and_unblocks) as walk:
        await walk.taps("Yes, go on")

        assert await walk.planned()


async def test_start_after_an_unblock_ends_the_pause(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED, pauses, blocks_and_unblocks) as walk:
        await walk.says("/start")

        assert "Welcome back" in walk.said
        assert await walk.planned()


@pytest.mark.parametrize(
    "chosen", [(reports_fever, pauses), (stops, reports_fever)], ids=["paused", "after a stop"]
)
async def test_advice_open_at_a_block_reaches_also_who_wanted_no_plan(
    tmp_path: Path, chosen: tuple[Chapter, ...]
) -> None:
    async with walking(tmp_path, *PLANNED, *chosen) as walk:
        await walk.person.block()
        await walk.passes(hours=5)
        before = len(walk.person.from_bot)
        await walk.person.unblock()
        await walk.passes(seconds=5)

        assert [URGENT in each.text for each in walk.person.from_bot[before:]] == [True]
        assert {what for _, what in await walk.planned()} == {"how it went with getting help"}


async def test_a_block_known_only_from_a_message_that_failed_keeps_the_pause_too(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.says("/worse")
        await walk.taps(CHEST)
        await walk.says("/pause")
        walk.tryout.sandbox.faults.add("sendMessage", answer="403")
        await walk.passes(hours=5)
        walk.tryout.sandbox.faults.clear()

        await walk.says("/today")
        await walk.passes(seconds=5)

        assert "Please get help right now" in walk.last.text
        assert {what for _, what in await walk.planned()} == {"how it went with getting help"}
