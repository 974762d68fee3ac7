"""Nobody answers: asked once more, asked whether to go on, and then silence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tests.journeys.harness import (
    CHECK_IN,
    NONE,
    PLANNED,
    START,
    STRETCH,
    first_line,
    labels,
    walking,
)

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.views import ChatMessage

SHALL_I = "Shall I go on?"
ONCE_MORE = "I asked before and have no answer yet."
SEVENTH_DAY = START + timedelta(days=7)


def check_ins(messages: list[ChatMessage]) -> list[datetime]:
    return [each.at for each in messages if CHECK_IN in each.text]


async def test_a_check_in_without_an_answer_is_asked_once_more_three_hours_later(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        first_days = await walk.passes(days=4)

        asked_again = [each.at for each in first_days if ONCE_MORE in each.text]
        planned = [START + timedelta(hours=hours) for hours in (4, 24, 72)]
        assert asked_again == [each + timedelta(hours=3) for each in planned]
        assert check_ins(first_days) == sorted(planned + asked_again)


async def test_the_second_asking_begins_as_innocently_as_the_first(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        messages = await walk.passes(hours=8)

        lines = {first_line(each) for each in messages if CHECK_IN in each.text}
        assert lines == {"A quick check: how are you right now?"}


async def test_an_answered_check_in_is_not_asked_again(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.passes(hours=4)
        await walk.taps(NONE, NONE)

        assert check_ins(await walk.passes(hours=6)) == []


async def test_a_half_answered_check_in_is_left_alone_and_the_next_one_still_asked_twice(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.passes(hours=24)
        await walk.taps(NONE)

        later = await walk.passes(days=3)

        third = START + timedelta(hours=72)
        assert check_ins(later) == [third, third + timedelta(hours=3)]


async def test_an_unanswered_check_in_waits_in_today(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.passes(hours=30)

        await walk.says("/today")

        assert "A check-in is waiting for your answer." in walk.last.text
        await walk.taps("Answer it now")
        assert CHECK_IN in walk.last.text
        await walk.answers(change="Better", pain=4)
        assert walk.last.text.startswith("Thank you, all noted.")


async def test_three_in_a_row_turn_into_one_question_and_then_silence(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        month = await walk.passes(days=28)

        shall_i = [each for each in month if first_line(each) == SHALL_I]
        assert shall_i == month[-1:]
        assert timedelta() <= shall_i[0].at - SEVENTH_DAY < timedelta(minutes=1)
        assert labels(month[-1]) == ["Yes, go on", "No, please stop"]
        assert await walk.upcoming() == []
        assert await walk.passes(days=90) == []


async def test_one_answer_starts_the_count_anew(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.passes(hours=24)
        await walk.answers(change="About the same", pain=6)

        weeks = await walk.passes(days=19)

        assert SHALL_I not in {first_line(each) for each in weeks}
        assert SHALL_I in {first_line(each) for each in await walk.passes(days=2)}


async def test_yes_go_on_takes_the_plan_up_again(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.passes(days=9)

        await walk.taps("Yes, go on")

        assert walk.last.text.startswith("I am back.")
        assert STRETCH in await walk.nudges_ahead()
        assert "check-in" in await walk.upcoming()


async def test_after_yes_go_on_the_next_check_in_asks_again_and_not_whether_to(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.passes(days=9)
        await walk.taps("Yes, go on")

        next_days = await walk.passes(days=6)

        assert START + timedelta(days=14) in check_ins(next_days)
        assert SHALL_I not in {first_line(each) for each in next_days}


async def test_no_please_stop_is_the_end(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.passes(days=8)

        await walk.taps("No, please stop")

        assert walk.last.text.startswith("I have stopped.")
        assert await walk.passes(days=60) == []


async def test_whoever_writes_again_is_back_without_being_asked(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.passes(days=9)

        await walk.says("/resume")

        assert walk.last.text.startswith("I am back.")
        assert STRETCH in await walk.nudges_ahead()


async def test_an_open_emergency_is_still_told_to_someone_who_went_silent(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.passes(days=9)
        await walk.taps("Yes, go on", "Something is wrong", "Numb between my legs")

        asked = await walk.passes(days=1)

        assert [first_line(each) for each in asked if "I've got help" in labels(each)][:2] == [
            "Have you got help?",
            "I am still asking: have you got help?",
        ]
        assert asked[0].at > datetime(2026, 3, 19, 10, tzinfo=UTC)
