"""Pain down a leg: a doctor first, and then on with the plan."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.journeys.harness import (
    CHECK_IN,
    NONE,
    PLANNED,
    START,
    STEPS,
    STRETCH,
    WATER,
    first_line,
    labels,
    walking,
)

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.views import ChatMessage
    from tests.journeys.harness import Walk

LEG_PAIN = "Pain shooting down one leg"
ADVICE = "Please book an appointment in the next few days."
REASON = "• you have pain shooting down one leg"
REPORTED_AT = START + timedelta(hours=4)
ALL_WELL = "Thank you, all noted."


async def reports_leg_pain(walk: Walk) -> None:
    """Tell of it at the first check-in, 4 h after the massage."""
    await walk.passes(hours=4)
    await walk.taps(NONE, LEG_PAIN, "Done")


REPORTED = (*PLANNED, reports_leg_pain)


def about_help(messages: list[ChatMessage]) -> list[ChatMessage]:
    return [each for each in messages if "I've got help" in labels(each)]


async def test_the_doctor_is_named_at_once_with_the_persons_own_words(tmp_path: Path) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        advice = walk.last
        assert advice.at == REPORTED_AT
        assert first_line(advice) == ADVICE
        assert REASON in advice.text
        assert "“Pain shoots from my back down one leg.”" in advice.text
        assert labels(advice) == [
            "I've got help",
            "Not yet",
            "It has stopped",
            "How to find a doctor",
        ]
        assert ALL_WELL not in walk.said


async def test_a_tick_is_not_lost_when_done_is_never_tapped(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.passes(hours=4)

        await walk.taps(NONE, LEG_PAIN)
        (advice,) = await walk.passes(minutes=1)

        assert REASON in advice.text


async def test_stretches_rest_while_water_and_steps_go_on(tmp_path: Path) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        assert await walk.nudges_ahead() == {WATER, STEPS}
        week = await walk.passes(days=8)
        assert not [each for each in week if "Stop if it hurts" in each.text]


async def test_it_asks_again_after_two_and_seven_days_and_then_no_more(tmp_path: Path) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        asked = about_help(await walk.passes(days=25))

        assert [(each.at, first_line(each)) for each in asked] == [
            (REPORTED_AT + timedelta(days=2), "Did you manage to book it?"),
            (REPORTED_AT + timedelta(days=7), "I am still asking: have you been seen?"),
        ]


async def test_with_help_on_the_way_it_asks_no_more_and_stretches_still_rest(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        await walk.passes(days=2)
        await walk.taps("I've got help")

        assert "Stretches and strengthening stay off until then." in walk.last.text
        assert "did they say stretching and massage are fine?" in walk.last.text
        assert about_help(await walk.passes(days=6)) == []
        assert STRETCH not in await walk.nudges_ahead()


async def test_told_to_wait_nothing_starts_again_until_today_is_asked(tmp_path: Path) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        await walk.taps("I've got help", "Not seen yet, or told to wait")
        assert STRETCH not in await walk.nudges_ahead()

        await walk.says("/today")
        assert "Still open: please see a doctor" in walk.last.text
        assert REASON in walk.last.text
        await walk.taps("I've been seen, all fine")

        assert STRETCH in await walk.nudges_ahead()


async def test_seen_and_fine_takes_the_plan_up_again(tmp_path: Path) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        await walk.passes(days=2)
        await walk.taps("I've got help", "I've been seen, all fine")

        assert walk.last.text.startswith("Good to hear.")
        assert STRETCH in await walk.nudges_ahead()
        await walk.says("/today")
        assert "Still open" not in walk.last.text


async def test_leg_pain_a_doctor_has_checked_is_noted_without_alarm(tmp_path: Path) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        await walk.taps("I've got help", "I've been seen, all fine")
        await walk.next_with(CHECK_IN)

        await walk.taps(NONE, LEG_PAIN, "Done", "About the same", "5")

        assert walk.last.text.startswith(ALL_WELL)
        assert walk.said.count(ADVICE) == 1
        assert STRETCH in await walk.nudges_ahead()


async def test_checked_leg_pain_that_gets_worse_is_a_doctors_again(tmp_path: Path) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        await walk.taps("I've got help", "I've been seen, all fine")
        await walk.next_with(CHECK_IN)

        await walk.taps(NONE, LEG_PAIN, "Done", "Worse", "7")

        assert walk.said.count(ADVICE) == 2
        assert walk.said.count(REASON) == 2
        assert STRETCH not in await walk.nudges_ahead()


async def test_a_good_check_in_does_not_put_the_doctor_off(tmp_path: Path) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        await walk.next_with(CHECK_IN)

        await walk.answers(change="Much better", pain=1)

        assert walk.last.text.startswith("Thank you. What I told you before still stands.")
        assert ADVICE in walk.last.text
        assert STRETCH not in await walk.nudges_ahead()


async def test_leg_pain_that_has_stopped_lets_stretches_go_on(tmp_path: Path) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        await walk.taps("It has stopped")

        assert "Your stretches can go on. Start gently." in walk.last.text
        assert STRETCH in await walk.nudges_ahead()
        assert about_help(await walk.passes(days=9)) == []
