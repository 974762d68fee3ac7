"""Somebody in the middle of telling something is not cut short by a check-in that falls due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tests.journeys.harness import CHECK_IN, NONE, PLANNED, START, Walk, walking

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.views import ChatMessage

NEXT_DAY = START + timedelta(hours=24)
CLOSED = "That check-in is closed"
ONCE_MORE = "I asked before and have no answer yet."


def check_ins(messages: list[ChatMessage]) -> list[datetime]:
    return [each.at for each in messages if CHECK_IN in each.text]


async def until(walk: Walk, at: datetime) -> list[ChatMessage]:
    return await walk.passes(seconds=(at - walk.now).total_seconds())


async def is_about_to_be_asked(walk: Walk) -> None:
    """The first check-in answered, and half a minute to the second."""
    await until(walk, START + timedelta(hours=4))
    await walk.taps(NONE, NONE)
    await until(walk, NEXT_DAY - timedelta(seconds=30))


NEARLY_ASKED = (*PLANNED, is_about_to_be_asked)


async def test_a_check_in_falling_due_does_not_shut_the_worse_in_hand(tmp_path: Path) -> None:
    async with walking(tmp_path, *NEARLY_ASKED) as walk:
        await walk.says("/worse")
        await walk.taps(NONE, NONE)
        assert check_ins(await walk.passes(minutes=2)) == []

        toast = await walk.taps("Much worse", "9")
        await walk.passes(seconds=30)

        assert toast is None
        assert "• you feel much worse than before the massage" in walk.said


async def test_the_check_in_held_back_still_comes_when_the_worse_is_answered(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *NEARLY_ASKED) as walk:
        await walk.says("/worse")
        await walk.taps(NONE, NONE)
        await walk.passes(minutes=2)
        await walk.taps("Better", "3")

        came = check_ins(await walk.passes(hours=2))

        assert len(came) == 1
        await walk.answers(change="Better", pain=3)
        assert CLOSED not in walk.said


async def test_the_check_in_comes_half_an_hour_after_a_worse_was_left(tmp_path: Path) -> None:
    async with walking(tmp_path, *NEARLY_ASKED) as walk:
        await walk.says("/worse")
        await walk.passes(minutes=10)
        await walk.taps(NONE)
        left_at = walk.now

        later = check_ins(await walk.passes(hours=6))

        asked_at = left_at + timedelta(minutes=30)
    assert later == [asked_at, asked_at + timedelta(hours=3)]


async def test_the_second_asking_waits_for_a_worse_in_hand_too(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await until(walk, START + timedelta(hours=6, minutes=59))
        await walk.says("/worse")

        assert check_ins(await walk.passes(minutes=25)) == []

        (asked_again,) = await walk.passes(minutes=10)
        assert ONCE_MORE in asked_again.text


async def test_a_check_in_being_answered_is_not_shut_by_the_next_one(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await until(walk, START + timedelta(hours=72) - timedelta(minutes=1))
        await walk.taps(NONE, NONE)
        await walk.passes(minutes=5)

        toast = await walk.taps("Better", "3")

        assert toast is None
        assert "all noted" in walk.last.text
        assert len(check_ins(await walk.passes(hours=2))) == 1


async def test_a_check_in_held_back_into_the_night_waits_for_the_morning(tmp_path: Path) -> None:
    evening = datetime(2026, 3, 10, 20, 45, tzinfo=UTC)
    async with walking(tmp_path, *PLANNED, start=evening) as walk:
        await until(walk, evening + timedelta(hours=24) - timedelta(minutes=1))
        await walk.says("/worse")
        await walk.taps(NONE)

        came = check_ins(await walk.passes(hours=13))

        assert came[0] == datetime(2026, 3, 12, 8, tzinfo=UTC)


async def test_a_worse_nobody_answers_does_not_keep_the_silence_from_being_noticed(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await until(walk, START + timedelta(hours=72) - timedelta(minutes=1))
        await walk.says("/worse")

        await walk.passes(days=5)

        assert "Shall I go on?" in walk.said
