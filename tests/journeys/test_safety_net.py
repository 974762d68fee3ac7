"""Odd orders of taps and words through which a danger sign must not fall, and nothing untrue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.journeys.harness import (
    CHECK_IN,
    NONE,
    PLANNED,
    SETTLED,
    STRETCH,
    WATER,
    Walk,
    labels,
    walking,
)

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.views import ChatMessage


SIGN = "Numb between my legs"
FEVER = "Fever or shivering"
LEG = "Pain shooting down one leg"
ALARM = "Please get help right now."
TODAY = "Please get advice today."
ASKED = "ave you got help?"
STANDS = "What I told you before still stands."


async def reports(walk: Walk) -> None:
    """An emergency sign under /worse."""
    await walk.says("/worse")
    await walk.taps(SIGN)


REPORTED = (*PLANNED, reports)


def heard(walk: Walk, words: str, since: int = 0) -> int:
    """In how many of the bot's messages from number `since` on these words stand."""
    return sum(words in each.text for each in walk.person.from_bot[since:])


async def test_a_sign_tapped_on_an_older_copy_of_a_list_that_is_done_is_heard(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        older = await walk.says("/worse")
        await walk.says("/worse")
        await walk.taps(NONE)

        await walk.person.tap(older.message_id, SIGN)
        await walk.quiet()

        assert heard(walk, ALARM) == 1


async def test_yes_to_a_typed_sign_counts_after_none_of_these(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        asked = await walk.says("I am numb between my legs")
        await walk.taps("No, not right now", NONE)

        await walk.person.tap(asked.message_id, f"Yes: {SIGN}")
        await walk.quiet()

        assert heard(walk, ALARM) == 1


async def test_a_sign_that_had_stopped_is_heard_again_from_the_same_question(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        asked = await walk.says("I am numb between my legs")
        await walk.says("I am still numb between my legs")
        await walk.taps(f"Yes: {SIGN}", "It has stopped")
        await walk.passes(minutes=40)

        await walk.person.tap(asked.message_id, f"Yes: {SIGN}")
        await walk.quiet()

        assert heard(walk, ALARM) == 2


async def test_a_sign_is_heard_again_under_advice_that_speaks_of_another(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        asked = await walk.says("I have a fever")
        await walk.says("I have a fever")
        await walk.taps(f"Yes: {FEVER}")
        await walk.passes(seconds=20)
        await walk.taps("I've got help", "I've been seen, all fine")
        await walk.says("/worse")
        await walk.taps(NONE, LEG, "Done")
        await walk.passes(seconds=20)

        await walk.person.tap(asked.message_id, f"Yes: {FEVER}")
        await walk.passes(seconds=20)

        assert heard(walk, TODAY) == 2


async def test_a_sign_that_was_checked_is_heard_again_under_an_old_list(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        old = await walk.says("/worse")
        await walk.says("/worse")
        await walk.taps(SIGN, "I've got help", "I've been seen, all fine")
        await walk.passes(days=2)

        await walk.person.tap(old.message_id, SIGN)
        await walk.quiet()

        assert heard(walk, ALARM) == 2


async def test_a_reply_that_is_tried_again_is_no_second_report(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        older = await walk.says("/worse")
        await walk.says("/worse")
        await walk.taps(NONE)
        walk.tryout.sandbox.faults.add("editMessageText", answer="502", times=2)

        await walk.person.tap(older.message_id, SIGN)
        await walk.quiet()

        assert heard(walk, ALARM) == 1


async def test_a_tap_on_an_old_profile_list_leaves_no_check_in_waiting(tmp_path: Path) -> None:
    async with walking(tmp_path, Walk.joins) as walk:
        await walk.taps(*["Skip"] * 5)
        conditions = walk.last
        await walk.says("/settings")
        await walk.taps("About me", NONE)
        await walk.tells(NONE)

        await walk.person.tap(conditions.message_id, "Pregnant")
        await walk.quiet()

        await walk.says("/today")
        assert "check-in is waiting" not in walk.last.text


async def test_a_sign_reported_after_stop_gets_its_advice_and_the_asking(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.says("/stop")
        await walk.says("/worse")

        await walk.taps(SIGN)

        assert heard(walk, ALARM) == 1
        await walk.passes(hours=4)
        assert heard(walk, ASKED) == 2
        assert await walk.nudges_ahead() == set()


async def test_a_check_in_that_runs_out_after_stop_breaks_no_silence(tmp_path: Path) -> None:
    async with walking(tmp_path, Walk.joins) as walk:
        await walk.tells("Less than 6 weeks ago", "One place")
        for _ in range(3):
            await walk.has_massage(6)
            await walk.passes(minutes=10)
        await walk.passes(days=1)
        await walk.taps(NONE, NONE, "About the same")
        await walk.says("/stop")
        before = len(walk.person.from_bot)

        await walk.passes(days=9)

        assert len(walk.person.from_bot) == before


async def test_a_check_in_that_runs_out_is_no_new_report_of_what_was_checked(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.says("/worse")
        await walk.taps(NONE, FEVER)
        await walk.passes(seconds=20)
        await walk.taps("I've got help", "I've been seen, all fine")

        await walk.passes(days=2)

        assert heard(walk, TODAY) == 1
        assert STRETCH in await walk.nudges_ahead()


async def test_going_on_with_an_older_check_in_repeats_no_alarm(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.next_with(CHECK_IN)
        await walk.passes(hours=20)
        await walk.taps(NONE, FEVER)
        await walk.says("/worse")
        await walk.taps(NONE, FEVER, "Done", "About the same", "5")
        before = len(walk.person.from_bot)

        await walk.taps("Done", "About the same", "5")
        await walk.passes(minutes=1)

        since = [each.text for each in walk.person.from_bot[before:]]
        assert [each for each in since if each.startswith("❗")] == []


async def test_today_never_offers_to_end_the_asking_without_help(tmp_path: Path) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        await walk.says("/today")
        assert "Not seen yet, or told to wait" not in labels(walk.last)

        await walk.taps("Not yet")
        await walk.passes(hours=4)

        assert heard(walk, ASKED) == 2


async def test_not_seen_yet_under_an_earlier_question_does_not_end_the_asking(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        await walk.taps("I've got help")
        seen = walk.last
        await walk.taps("Not yet")

        await walk.person.tap(seen.message_id, "Not seen yet, or told to wait")
        await walk.quiet()

        assert "Follow their advice" not in walk.last.text
        assert "call 999 or 112 now" in walk.last.text
        await walk.passes(hours=4)
        assert heard(walk, ASKED) == 2


async def test_not_yet_to_the_last_question_is_asked_again_as_promised(tmp_path: Path) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        await walk.passes(hours=23)
        before = len(walk.person.from_bot)

        await walk.taps("Not yet")

        assert "I will ask you again." in walk.last.text
        await walk.passes(hours=4)
        assert heard(walk, ASKED, before) == 2


async def test_start_while_advice_is_open_says_that_and_not_that_all_is_set(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        before = len(walk.person.from_bot)

        await walk.says("/start")

        assert heard(walk, STANDS, before) == 1
        assert heard(walk, "All set", before) == 0


async def test_coming_back_with_help_found_sounds_no_new_alarm(tmp_path: Path) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        await walk.taps("I've got help")
        await walk.says("/stop")
        before = len(walk.person.from_bot)

        await walk.says("/start")

        assert heard(walk, ALARM, before) == 0
        assert heard(walk, "All set", before) == 0


async def test_a_pause_between_stop_and_resume_does_not_lose_the_asking(tmp_path: Path) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        await walk.says("/stop")
        await walk.says("/pause")
        await walk.says("/resume")
        assert heard(walk, ALARM) == 2

        await walk.passes(hours=4)

        assert heard(walk, ASKED) == 2


async def test_a_button_under_overtaken_advice_shows_what_stands_now(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.says("/worse")
        await walk.taps(NONE, FEVER)
        await walk.passes(seconds=20)
        overtaken = walk.last
        await walk.says("/worse")
        await walk.taps(SIGN)

        toast = await walk.person.tap(overtaken.message_id, "I've got help")
        await walk.quiet()

        assert toast is None or not toast.text
        assert walk.last.text.startswith("Thank you. " + STANDS)
        assert ALARM in walk.last.text


async def test_a_fluid_limit_ends_the_water_before_the_last_question(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        assert WATER in await walk.nudges_ahead()
        await walk.says("/settings")
        await walk.taps("About me", *["Skip"] * 5, "Told to drink less", "Done")

        assert WATER not in await walk.nudges_ahead()


async def test_an_unblock_after_stop_brings_no_messages(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.says("/stop")
        before = len(walk.person.from_bot)

        await walk.person.block()
        await walk.quiet()
        await walk.person.unblock()
        await walk.quiet()
        await walk.passes(days=2)

        assert len(walk.person.from_bot) == before


async def test_a_massage_logged_in_a_pause_says_that_nothing_comes(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await walk.says("/pause")

        await walk.has_massage()

        assert "I send no nudges and no check-ins at the moment." in walk.last.text
        await walk.taps("Go on")
        assert CHECK_IN in (await walk.next_with(CHECK_IN)).text


async def test_words_after_a_command_are_not_overlooked(tmp_path: Path) -> None:
    async with walking(tmp_path, Walk.joins) as walk:
        answer = await walk.says("/pause because I have chest pain")

        assert "Do you have this right now?" in answer.text
        assert "Paused" not in walk.said


@pytest.mark.parametrize("word", ["no", "bad", "ill"])
async def test_a_short_word_is_not_taken_for_a_city(tmp_path: Path, word: str) -> None:
    async with walking(tmp_path) as walk:
        await walk.says("/start")
        await walk.taps("I am 18 or older", "I agree, let's begin")

        answer = await walk.says(word)

        assert any(each.text == NONE for row in answer.buttons for each in row)


async def test_an_emergency_sign_can_not_be_unticked_once_it_ended_the_list(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        asked = await walk.says("/worse")
        sign = asked.button(SIGN).data
        assert sign is not None
        await walk.taps(SIGN)

        await walk.person.tap(asked.message_id, sign.replace(":t:", ":u:"), stale=True)
        await walk.quiet()

        assert f"First list: {SIGN}" in (await walk.says("/report")).text


async def test_a_sign_that_a_doctor_has_checked_is_not_said_to_be_unticked(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.says("/worse")
        await walk.taps(NONE, LEG, "Done", "About the same", "4")
        await walk.passes(seconds=20)
        await walk.taps("I've got help", "I've been seen, all fine")

        await walk.says("/worse")
        await walk.taps(NONE, LEG, "Done", "About the same", "4")

        assert "a doctor has checked what you ticked" in walk.last.text
        assert "You ticked none" not in walk.said


async def comes_back_after_erasing(walk: Walk) -> None:
    """A check-in arrives; the person has everything erased, and joins again."""
    await walk.next_with(CHECK_IN)
    await walk.says("/privacy")
    await walk.taps("Erase everything", "Yes, erase it")
    await walk.joins()
    await walk.tells()


def before_erasing(walk: Walk) -> ChatMessage:
    """The list of danger signs from before everything was erased."""
    return next(each for each in walk.person.from_bot if CHECK_IN in each.text)


CAME_BACK = (*PLANNED, comes_back_after_erasing)


async def test_a_sign_tapped_on_a_list_from_before_erasing_is_heard(tmp_path: Path) -> None:
    async with walking(tmp_path, *CAME_BACK) as walk:
        toast = await walk.person.tap(before_erasing(walk).message_id, SIGN)
        await walk.quiet()

        assert heard(walk, ALARM) == 1
        assert toast is None or not toast.text
        assert f"First list: {SIGN}" in (await walk.says("/report")).text


async def test_only_a_sign_is_heard_from_a_list_from_before_erasing(tmp_path: Path) -> None:
    async with walking(tmp_path, *CAME_BACK) as walk:
        toast = await walk.person.tap(before_erasing(walk).message_id, NONE)
        await walk.quiet()

        assert toast is not None
        assert toast.text.startswith("That check-in is closed.")
        assert "check-in is waiting" not in (await walk.says("/today")).text


async def test_a_condition_tapped_on_a_profile_from_before_erasing_is_not_kept(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, Walk.joins) as walk:
        await walk.taps(*["Skip"] * 5)
        conditions = walk.last
        await walk.says("/privacy")
        await walk.taps("Erase everything", "Yes, erase it")
        await walk.joins()
        await walk.tells()

        toast = await walk.person.tap(conditions.message_id, "Pregnant")
        await walk.quiet()

        assert toast is not None
        assert toast.text.startswith("That check-in is closed.")
        assert "check-in is waiting" not in (await walk.says("/today")).text
