"""A danger sign: answered at once, at any hour, and not forgotten."""

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

SIGN = "Numb between my legs"
ALARM = "🚨 Please get help right now."
REASON = "• you have numbness or a changed feeling between your legs, or a new problem with sex"
FIRST_ASKED = "Have you got help?"
ASKED_AGAIN = "I am still asking: have you got help?"
REPORTED_AT = START + timedelta(hours=4)
NIGHT = datetime(2026, 3, 10, 22, 30, tzinfo=UTC)  # in London's quiet hours


async def is_asked(walk: Walk) -> None:
    """The first list of the first check-in."""
    await walk.passes(hours=4)


async def reports(walk: Walk) -> None:
    await walk.taps(SIGN)


CHECKED_IN = (*PLANNED, is_asked)
REPORTED = (*CHECKED_IN, reports)


def about_help(messages: list[ChatMessage]) -> list[tuple[datetime, str]]:
    return [(each.at, first_line(each)) for each in messages if "I've got help" in labels(each)]


def nudges(messages: list[ChatMessage]) -> list[ChatMessage]:
    return [each for each in messages if "Later" in labels(each)]


async def test_the_first_tick_is_answered_at_once_with_what_to_do(tmp_path: Path) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        assert walk.last.at == REPORTED_AT
        assert first_line(walk.last) == ALARM
        assert "go to an emergency department now. Do not drive yourself." in walk.last.text
        assert REASON in walk.last.text
        assert labels(walk.last) == [
            "I've got help",
            "Not yet",
            "It has stopped",
            "How to find a doctor",
        ]


async def test_the_first_tick_ends_the_questions(tmp_path: Path) -> None:
    async with walking(tmp_path, *CHECKED_IN) as walk:
        asked = walk.last
        await walk.taps(SIGN)

        closed = walk.person.message(asked.message_id)
        assert closed.text == f"First list: {SIGN}"
        assert closed.buttons == []
        assert "And is anything on this list" not in walk.said
        await walk.says("/today")
        assert "Answer it now" not in labels(walk.last)


async def test_a_second_sign_tapped_right_after_the_first_is_heard_too(tmp_path: Path) -> None:
    async with walking(tmp_path, *CHECKED_IN) as walk:
        asked = walk.last
        second = asked.button("Bladder or bowel trouble").data
        assert second is not None
        await walk.taps(SIGN)

        await walk.person.tap(asked.message_id, second, stale=True)
        await walk.quiet()

        alarms = [each.text for each in walk.person.from_bot if first_line(each) == ALARM]
        assert len(alarms) == 2
        assert REASON in alarms[-1]
        assert "• you have new trouble with your bladder or bowels" in alarms[-1]


async def test_every_nudge_stops_at_once(tmp_path: Path) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        assert await walk.nudges_ahead() == set()
        assert nudges(await walk.passes(days=28)) == []


async def test_a_nudge_put_off_before_does_not_come_back(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.next_message()
        await walk.taps("Later", "In 1 hour")
        assert "once more at" in walk.last.text

        await walk.says("/worse")
        await walk.taps(SIGN)

        assert nudges(await walk.passes(days=2)) == []


async def test_a_nudge_cannot_be_put_off_any_more(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.next_message()
        await walk.taps("Later")
        await walk.says("/worse")
        await walk.taps(SIGN)

        toast = await walk.taps("In 10 minutes")

        assert toast is not None
        assert toast.text == "That one is settled already."
        assert nudges(await walk.passes(hours=6)) == []


async def test_it_asks_after_half_an_hour_three_hours_and_next_morning(tmp_path: Path) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        assert about_help(await walk.passes(days=28)) == [
            (REPORTED_AT + timedelta(minutes=30), FIRST_ASKED),
            (REPORTED_AT + timedelta(hours=3), ASKED_AGAIN),
            (datetime(2026, 3, 11, 8, 30, tzinfo=UTC), ASKED_AGAIN),
        ]


async def test_quiet_hours_hold_nothing_of_it_back(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED, start=NIGHT) as walk:
        await walk.says("/worse")
        await walk.taps(SIGN)

        assert (walk.last.at, first_line(walk.last)) == (NIGHT, ALARM)
        assert about_help(await walk.passes(hours=12)) == [
            (NIGHT + timedelta(minutes=30), FIRST_ASKED),
            (NIGHT + timedelta(hours=3), ASKED_AGAIN),
            (datetime(2026, 3, 11, 8, 30, tzinfo=UTC), ASKED_AGAIN),
        ]


async def test_not_yet_repeats_the_advice_and_the_asking_goes_on(tmp_path: Path) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        await walk.passes(minutes=30)

        await walk.taps("Not yet")

        assert first_line(walk.last).startswith("Please call")
        assert "I will ask you again." in walk.last.text
        assert "I've got help" in labels(walk.last)
        assert [at for at, _ in about_help(await walk.passes(hours=3))] == [
            REPORTED_AT + timedelta(hours=3)
        ]


async def test_not_yet_after_it_has_stopped_starts_the_asking_again(tmp_path: Path) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        await walk.taps("It has stopped", "Not yet")

        assert about_help(await walk.passes(hours=1)) == [
            (REPORTED_AT + timedelta(minutes=30), ASKED_AGAIN)
        ]


async def test_with_help_it_asks_no_more_and_nudges_stay_off(tmp_path: Path) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        await walk.taps("I've got help")

        assert "I am glad you have help." in walk.last.text
        later = await walk.passes(days=6)
        assert about_help(later) == []
        assert nudges(later) == []


async def test_a_professionals_word_takes_the_plan_up_again(tmp_path: Path) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        await walk.taps("I've got help", "I've been seen, all fine")

        assert STRETCH in await walk.nudges_ahead()


async def test_a_sign_that_was_checked_is_an_emergency_again_when_it_comes_back(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        await walk.taps("I've got help", "I've been seen, all fine")

        await walk.says("/worse")
        await walk.taps(SIGN)

        assert first_line(walk.last) == ALARM


async def test_it_has_stopped_lifts_nothing(tmp_path: Path) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        await walk.taps("It has stopped")

        assert first_line(walk.last) == "I am glad it has eased. Please still get checked now."
        assert await walk.nudges_ahead() == set()
        await walk.says("/today")
        assert "Still open: call" in walk.last.text


async def test_a_good_check_in_within_three_days_of_stopping_lifts_nothing(tmp_path: Path) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        await walk.taps("It has stopped")
        await walk.passes(hours=68)  # the 72 h check-in, 68 h after "It has stopped"

        await walk.answers(change="Much better", pain=0)

        assert walk.last.text.startswith("Thank you. What I told you before still stands.")
        assert await walk.nudges_ahead() == set()


async def test_three_days_after_stopping_a_clean_check_in_lifts_it(tmp_path: Path) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        await walk.taps("It has stopped")
        await walk.passes(days=6, hours=20)  # the check-in on day 7

        await walk.answers(change="Better", pain=2)

        assert "If anything comes back, send /worse at once." in walk.last.text
        assert STRETCH in await walk.nudges_ahead()
        await walk.says("/today")
        assert "Still open" not in walk.last.text


async def test_soreness_told_by_the_check_in_that_lifts_it_gets_its_advice(tmp_path: Path) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        await walk.taps("It has stopped")
        await walk.passes(days=6, hours=20)

        await walk.taps(NONE, "Sore where I was massaged", "Done", "Better", "2")

        assert "Your reminders can come again" in walk.said
        assert "you are sore where you were massaged" in walk.last.text


async def test_three_days_later_a_check_in_that_says_worse_lifts_nothing(tmp_path: Path) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        await walk.taps("It has stopped")
        await walk.passes(days=6, hours=20)

        await walk.answers(change="Worse", pain=6)

        assert walk.last.text.startswith("Thank you. What I told you before still stands.")
        assert await walk.nudges_ahead() == set()


async def test_three_days_later_a_check_in_with_a_doctors_sign_lifts_nothing(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        await walk.taps("It has stopped")
        await walk.passes(days=6, hours=20)

        await walk.taps(NONE, "Pain shooting down one leg", "Done", "Better", "2")

        assert await walk.nudges_ahead() == set()
        await walk.says("/today")
        assert "Still open: call" in walk.last.text


async def test_silence_lifts_nothing(tmp_path: Path) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        await walk.passes(days=7)

        await walk.says("/today")

        assert "Still open: call" in walk.last.text
        assert REASON in walk.last.text


async def test_good_answers_the_next_day_do_not_hide_it(tmp_path: Path) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        await walk.passes(hours=20)

        await walk.answers(change="Much better", pain=0)

        assert walk.last.text.startswith("Thank you. What I told you before still stands.")
        assert ALARM in walk.last.text
        assert "all noted" not in walk.said
        assert await walk.nudges_ahead() == set()


@pytest.mark.parametrize("steps", [(), ("I agree, let's begin",)], ids=["welcome", "zone"])
async def test_someone_who_has_only_just_come_hears_what_to_do(
    tmp_path: Path, steps: tuple[str, ...]
) -> None:
    async with walking(tmp_path) as walk:
        await walk.says("/start")
        await walk.taps("I am 18 or older", *steps)

        await walk.says("/worse")

        if steps:
            await walk.taps(SIGN)
            assert first_line(walk.last) == ALARM
        else:  # nothing may be kept before they agree, but the number to call is there
            assert "If something feels really wrong right now, call" in walk.last.text


async def test_worse_works_before_any_massage(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await walk.says("/worse")
        await walk.taps(SIGN)

        assert first_line(walk.last) == ALARM
        assert about_help(await walk.passes(hours=1))


async def test_worse_works_in_the_middle_of_the_profile(tmp_path: Path) -> None:
    async with walking(tmp_path, Walk.joins) as walk:
        await walk.says("/worse")
        await walk.taps(SIGN)

        assert first_line(walk.last) == ALARM


async def test_a_pause_holds_back_neither_the_alarm_nor_the_asking(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.says("/pause")
        await walk.taps("Something is wrong", SIGN)

        assert first_line(walk.last) == ALARM
        assert [first for _, first in about_help(await walk.passes(hours=4))] == [
            FIRST_ASKED,
            ASKED_AGAIN,
        ]


async def test_coming_back_from_a_pause_brings_no_nudges_while_it_is_open(tmp_path: Path) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        await walk.says("/pause")
        assert "My earlier advice still stands" in walk.last.text
        back = await walk.says("/resume")

        assert "My earlier advice still stands" in back.text

        assert await walk.nudges_ahead() == set()


async def test_it_overtakes_a_doctors_advice_that_was_open(tmp_path: Path) -> None:
    async with walking(tmp_path, *CHECKED_IN) as walk:
        await walk.taps(NONE, "Pain shooting down one leg", "Done")
        await walk.says("/worse")

        await walk.taps(SIGN)

        assert first_line(walk.last) == ALARM
        assert REASON in walk.last.text
        assert "• you have pain shooting down one leg" in walk.last.text
        asked = about_help(await walk.passes(days=8))
        assert [first for _, first in asked] == [FIRST_ASKED, ASKED_AGAIN, ASKED_AGAIN]
        assert asked[0][0] == REPORTED_AT + timedelta(minutes=30)


async def test_buttons_under_the_overtaken_advice_lift_nothing(tmp_path: Path) -> None:
    async with walking(tmp_path, *CHECKED_IN) as walk:
        await walk.taps(NONE, "Pain shooting down one leg", "Done")
        doctors = walk.last
        await walk.says("/worse")
        await walk.taps(SIGN)

        await walk.person.tap(doctors.message_id, "It has stopped")
        await walk.quiet()

        assert await walk.nudges_ahead() == set()
        await walk.says("/today")
        assert "Still open: call" in walk.last.text


async def test_no_check_in_says_that_all_is_well_while_it_is_open(tmp_path: Path) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        for _ in range(2):
            await walk.next_with(CHECK_IN)
            await walk.answers(change="Better", pain=2)

        assert "all noted" not in walk.said
        assert "carry on with your plan" not in walk.said
