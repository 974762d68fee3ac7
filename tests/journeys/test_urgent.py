"""Advice for today: asked about three times, and said once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.journeys.harness import (
    CHECK_IN,
    NONE,
    PLANNED,
    SETTLED,
    START,
    STRETCH,
    Walk,
    first_line,
    labels,
    walking,
)

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.views import ChatMessage

ALARM = "❗ Please get advice today."
FEVER, FEVER_REASON = "Fever or shivering", "• you have a high temperature or shivering"
FIRST_ASKED = "Did you get through to someone?"
ASKED_AGAIN = "I am still asking: has someone checked you?"
FALL_REASON = "• your pain began just after a fall, a knock or a heavy lift"
FELL_AT_70 = ("Skip", "Skip", "60 or over", "Skip", "Yes, something happened")


def mornings(first: int, count: int) -> list[tuple[datetime, str]]:
    days = range(first, first + count)
    return [(datetime(2026, 3, day, 8, 30, tzinfo=UTC), ASKED_AGAIN) for day in days]


def about_help(messages: list[ChatMessage]) -> list[tuple[datetime, str]]:
    return [(each.at, first_line(each)) for each in messages if "I've got help" in labels(each)]


def alarms(walk: Walk) -> list[ChatMessage]:
    return [each for each in walk.person.from_bot if first_line(each) == ALARM]


async def is_asked(walk: Walk) -> None:
    """The second list of the first check-in."""
    await walk.passes(hours=4)
    await walk.taps(NONE)


CHECKED_IN = (*PLANNED, is_asked)


async def test_a_fever_is_answered_with_advice_for_today(tmp_path: Path) -> None:
    async with walking(tmp_path, *CHECKED_IN) as walk:
        await walk.taps(FEVER, "Done")

        assert first_line(walk.last) == ALARM
        assert FEVER_REASON in walk.last.text
        assert "ask your doctor for an urgent appointment today" in walk.last.text
        assert await walk.nudges_ahead() == set()


async def test_it_asks_after_four_hours_and_on_two_mornings_and_then_no_more(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *CHECKED_IN) as walk:
        await walk.taps(FEVER, "Done")

        assert about_help(await walk.passes(days=28)) == [
            (START + timedelta(hours=8), FIRST_ASKED),
            *mornings(11, 2),
        ]


async def test_in_the_evening_the_first_asking_waits_for_the_end_of_the_quiet_hours(
    tmp_path: Path,
) -> None:
    evening = datetime(2026, 3, 10, 19, 0, tzinfo=UTC)
    async with walking(tmp_path, *SETTLED, start=evening) as walk:
        await walk.says("/worse")
        await walk.taps(NONE, FEVER, "Done")

        asked = about_help(await walk.passes(days=28))

        assert asked[0] == (datetime(2026, 3, 11, 8, tzinfo=UTC), FIRST_ASKED)
        assert len(asked) <= 3
        assert all(8 <= at.hour < 21 for at, _ in asked)


async def test_an_answer_ends_the_asking(tmp_path: Path) -> None:
    async with walking(tmp_path, *CHECKED_IN) as walk:
        await walk.taps(FEVER, "Done")
        await walk.passes(hours=4)

        await walk.taps("I've got help")

        assert about_help(await walk.passes(days=5)) == []
        assert await walk.nudges_ahead() == set()


async def test_it_has_stopped_leaves_the_advice_as_it_was(tmp_path: Path) -> None:
    async with walking(tmp_path, *CHECKED_IN) as walk:
        await walk.taps(FEVER, "Done", "It has stopped")

        assert "I am glad it has eased. Please still get advice today." in walk.last.text
        assert await walk.nudges_ahead() == set()
        await walk.says("/today")
        assert "Still open: get advice today" in walk.last.text


async def test_several_ticks_of_one_list_make_one_message(tmp_path: Path) -> None:
    async with walking(tmp_path, *CHECKED_IN) as walk:
        await walk.taps(FEVER, "One leg swollen or hot", "Pain shooting down one leg", "Done")
        await walk.passes(minutes=10)

        (alarm,) = alarms(walk)
        for reason in (
            FEVER_REASON,
            "• one of your calves or legs is swollen, warm, red or painful",
            "• you have pain shooting down one leg",
        ):
            assert reason in alarm.text


async def test_a_sign_ticked_long_after_the_message_gets_its_own(tmp_path: Path) -> None:
    async with walking(tmp_path, *CHECKED_IN) as walk:
        await walk.taps(FEVER)
        await walk.passes(minutes=5)
        assert len(alarms(walk)) == 1

        await walk.taps("One leg swollen or hot", "Done")

        assert len(alarms(walk)) == 2
        assert FEVER_REASON in alarms(walk)[-1].text
        assert "swollen, warm, red or painful" in alarms(walk)[-1].text


async def test_unticking_a_mistake_in_time_still_leaves_advice_standing(tmp_path: Path) -> None:
    """One more answer never lowers a level; a clinician sorts out a slip of the finger."""
    async with walking(tmp_path, *CHECKED_IN) as walk:
        await walk.taps(FEVER, f"✅ {FEVER}", NONE)
        await walk.passes(minutes=1)

        assert len(alarms(walk)) == 1


async def test_a_fall_told_in_the_profile_counts_once_the_massage_is_logged(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, Walk.joins) as walk:
        await walk.tells(*FELL_AT_70)
        assert alarms(walk) == []

        await walk.has_massage(6)

        (alarm,) = alarms(walk)
        assert alarm.at == START
        assert FALL_REASON in alarm.text
        assert "60 or over" in alarm.text
        assert await walk.nudges_ahead() == set()


async def test_the_plan_shown_beside_the_advice_promises_no_stretches(tmp_path: Path) -> None:
    async with walking(tmp_path, Walk.joins) as walk:
        await walk.tells(*FELL_AT_70)
        await walk.has_massage(6)

        plan = walk.showing("Looks good").text
        assert "Stretches come around" not in plan
        assert STRETCH not in plan
        assert "a glass of water" not in plan


async def test_a_check_in_keeps_its_distance_from_the_asking(tmp_path: Path) -> None:
    async with walking(tmp_path, Walk.joins) as walk:
        await walk.tells(*FELL_AT_70)
        await walk.has_massage(6)

        asked, check_in = (await walk.passes(hours=5))[:2]

        assert (asked.at, first_line(asked)) == (START + timedelta(hours=4), FIRST_ASKED)
        assert CHECK_IN in check_in.text
        assert check_in.at == START + timedelta(hours=4, minutes=45)


async def test_a_fall_that_a_doctor_has_checked_is_not_brought_up(tmp_path: Path) -> None:
    async with walking(tmp_path, Walk.joins) as walk:
        await walk.tells(*FELL_AT_70, NONE, "The fall, knock or lift", "Done")
        await walk.has_massage(6)

        assert alarms(walk) == []
        assert STRETCH in await walk.nudges_ahead()


async def test_seen_and_fine_clears_the_fall_for_the_next_massage(tmp_path: Path) -> None:
    async with walking(tmp_path, Walk.joins) as walk:
        await walk.tells(*FELL_AT_70)
        await walk.has_massage(6)
        await walk.taps("I've got help", "I've been seen, all fine")
        await walk.passes(days=2)

        await walk.has_massage(5)

        assert len(alarms(walk)) == 1
        assert STRETCH in await walk.nudges_ahead()


@pytest.mark.parametrize(("pain", "level"), [("8", ALARM), ("7", "Please book an appointment")])
async def test_much_worse_is_urgent_from_eight_of_ten(
    tmp_path: Path, pain: str, level: str
) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.passes(hours=24)

        await walk.taps(NONE, NONE, "Much worse", pain)

        assert any(first_line(each).startswith(level) for each in walk.person.from_bot)


async def test_a_massage_logged_while_it_is_open_is_no_reason_to_forget_it(tmp_path: Path) -> None:
    async with walking(tmp_path, *CHECKED_IN) as walk:
        await walk.taps(FEVER, "Done")
        await walk.passes(hours=1)

        await walk.has_massage(5)

        assert walk.last.text.startswith("Thank you. What I told you before still stands.")
        assert FEVER_REASON in walk.last.text


async def test_telling_about_oneself_while_it_is_open_invites_no_massage(tmp_path: Path) -> None:
    async with walking(tmp_path, *CHECKED_IN) as walk:
        await walk.taps(FEVER, "Done")
        await walk.says("/settings")
        await walk.taps("About me")
        await walk.tells()

        assert walk.last.text.startswith("Thank you. What I told you before still stands.")
        assert "I had a massage" not in labels(walk.last)
