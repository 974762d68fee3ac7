"""Odd orders of taps and words through which a danger sign must not fall, and nothing untrue."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from tests.journeys.harness import CHECK_IN, NONE, STRETCH, WATER, labels, walking

if TYPE_CHECKING:
    from pathlib import Path

    from tests.journeys.harness import Walk

SIGN = "Numb between my legs"
FEVER = "Fever or shivering"
LEG = "Pain shooting down one leg"
ALARM = "Please get help right now."
TODAY = "Please get advice today."
ASKED = "ave you got help?"
STANDS = "What I told you before still stands."


async def has_a_plan(walk: Walk) -> None:
    await walk.joins()
    await walk.tells()
    await walk.has_massage()


async def reports(walk: Walk) -> None:
    """A massage, and an emergency sign under /worse."""
    await has_a_plan(walk)
    await walk.says("/worse")
    await walk.taps(SIGN)


def heard(walk: Walk, words: str, since: int = 0) -> int:
    """In how many of the bot's messages from number `since` on these words stand."""
    return sum(words in each.text for each in walk.person.from_bot[since:])


async def test_a_sign_tapped_on_an_older_copy_of_a_list_that_is_done_is_heard(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path) as walk:
        await has_a_plan(walk)
        older = await walk.says("/worse")
        await walk.says("/worse")
        await walk.taps(NONE)

        await walk.person.tap(older.message_id, SIGN)
        await walk.quiet()

        assert heard(walk, ALARM) == 1


async def test_yes_to_a_typed_sign_counts_after_none_of_these(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await has_a_plan(walk)
        asked = await walk.says("I am numb between my legs")
        await walk.taps("No, not right now", NONE)

        await walk.person.tap(asked.message_id, f"Yes: {SIGN}")
        await walk.quiet()

        assert heard(walk, ALARM) == 1


async def test_a_sign_that_was_checked_is_heard_again_under_an_old_list(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await has_a_plan(walk)
        old = await walk.says("/worse")
        await walk.says("/worse")
        await walk.taps(SIGN, "I've got help", "I've been seen, all fine")
        await walk.passes(days=2)

        await walk.person.tap(old.message_id, SIGN)
        await walk.quiet()

        assert heard(walk, ALARM) == 2


async def test_a_reply_that_is_tried_again_is_no_second_report(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await has_a_plan(walk)
        older = await walk.says("/worse")
        await walk.says("/worse")
        await walk.taps(NONE)
        walk.tryout.sandbox.faults.add("editMessageText", answer="502", times=2)

        await walk.person.tap(older.message_id, SIGN)
        await walk.quiet()

        assert heard(walk, ALARM) == 1


async def test_a_tap_on_an_old_profile_list_leaves_no_check_in_waiting(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await walk.joins()
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
    async with walking(tmp_path) as walk:
        await has_a_plan(walk)
        await walk.says("/stop")
        await walk.says("/worse")

        await walk.taps(SIGN)

        assert heard(walk, ALARM) == 1
        await walk.passes(hours=4)
        assert heard(walk, ASKED) == 2
        assert await walk.nudges_ahead() == set()


async def test_a_check_in_that_runs_out_after_stop_breaks_no_silence(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await walk.joins()
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
    async with walking(tmp_path) as walk:
        await has_a_plan(walk)
        await walk.says("/worse")
        await walk.taps(NONE, FEVER)
        await walk.passes(seconds=20)
        await walk.taps("I've got help", "I've been seen, all fine")

        await walk.passes(days=2)

        assert heard(walk, TODAY) == 1
        assert STRETCH in await walk.nudges_ahead()


async def test_going_on_with_an_older_check_in_repeats_no_alarm(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await has_a_plan(walk)
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
    async with walking(tmp_path) as walk:
        await reports(walk)
        await walk.says("/today")
        assert "Not seen yet, or told to wait" not in labels(walk.last)

        await walk.taps("Not yet")
        await walk.passes(hours=4)

        assert heard(walk, ASKED) == 2


async def test_not_seen_yet_under_an_earlier_question_does_not_end_the_asking(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path) as walk:
        await reports(walk)
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
    async with walking(tmp_path) as walk:
        await reports(walk)
        await walk.passes(hours=23)
        before = len(walk.person.from_bot)

        await walk.taps("Not yet")

        assert "I will ask you again." in walk.last.text
        await walk.passes(hours=4)
        assert heard(walk, ASKED, before) == 2


async def test_start_while_advice_is_open_says_that_and_not_that_all_is_set(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path) as walk:
        await reports(walk)
        before = len(walk.person.from_bot)

        await walk.says("/start")

        assert heard(walk, STANDS, before) == 1
        assert heard(walk, "All set", before) == 0


async def test_coming_back_with_help_found_sounds_no_new_alarm(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await reports(walk)
        await walk.taps("I've got help")
        await walk.says("/stop")
        before = len(walk.person.from_bot)

        await walk.says("/start")

        assert heard(walk, ALARM, before) == 0
        assert heard(walk, "All set", before) == 0


async def test_a_pause_between_stop_and_resume_does_not_lose_the_asking(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await reports(walk)
        await walk.says("/stop")
        await walk.says("/pause")
        await walk.says("/resume")
        assert heard(walk, ALARM) == 2

        await walk.passes(hours=4)

        assert heard(walk, ASKED) == 2


async def test_a_button_under_overtaken_advice_shows_what_stands_now(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await has_a_plan(walk)
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
    async with walking(tmp_path) as walk:
        await has_a_plan(walk)
        assert WATER in await walk.nudges_ahead()
        await walk.says("/settings")
        await walk.taps("About me", *["Skip"] * 5, "Told to drink less", "Done")

        assert WATER not in await walk.nudges_ahead()


async def test_an_unblock_after_stop_brings_no_messages(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await has_a_plan(walk)
        await walk.says("/stop")
        before = len(walk.person.from_bot)

        await walk.person.block()
        await walk.quiet()
        await walk.person.unblock()
        await walk.quiet()
        await walk.passes(days=2)

        assert len(walk.person.from_bot) == before


async def test_a_massage_logged_in_a_pause_says_that_nothing_comes(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await walk.joins()
        await walk.tells()
        await walk.says("/pause")

        await walk.has_massage()

        assert "I send no nudges and no check-ins at the moment." in walk.last.text
        await walk.taps("Go on")
        assert CHECK_IN in (await walk.next_with(CHECK_IN)).text


async def test_words_after_a_command_are_not_overlooked(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await walk.joins()

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
    async with walking(tmp_path) as walk:
        await has_a_plan(walk)
        asked = await walk.says("/worse")
        sign = asked.button(SIGN).data
        assert sign is not None
        await walk.taps(SIGN)

        await walk.person.tap(asked.message_id, sign.replace(":t:", ":u:"), stale=True)
        await walk.quiet()

        assert f"First list: {SIGN}" in (await walk.says("/report")).text


async def test_a_sign_that_a_doctor_has_checked_is_not_said_to_be_unticked(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await has_a_plan(walk)
        await walk.says("/worse")
        await walk.taps(NONE, LEG, "Done", "About the same", "4")
        await walk.passes(seconds=20)
        await walk.taps("I've got help", "I've been seen, all fine")

        await walk.says("/worse")
        await walk.taps(NONE, LEG, "Done", "About the same", "4")

        assert "a doctor has checked what you ticked" in walk.last.text
        assert "You ticked none" not in walk.said


async def test_blood_thinners_told_after_a_large_bruise_bring_the_advice_for_today(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path) as walk:
        await has_a_plan(walk)
        await walk.passes(hours=24)
        await walk.taps(NONE, "Large or spreading bruise", "Done", "Better", "3")
        await walk.says("/settings")
        await walk.taps("About me", *["Skip"] * 5, "Blood thinners", "Done")
        await walk.passes(minutes=1)

        assert heard(walk, TODAY) == 1
        assert "a large or spreading bruise and you take blood thinners" in walk.said

        await walk.taps(NONE)
        await walk.passes(minutes=1)

        assert heard(walk, "All set") == 1, "only at joining"
        assert walk.last.text.startswith("Thank you. " + STANDS)


async def test_blood_thinners_told_long_after_a_bruise_bring_no_alarm(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await has_a_plan(walk)
        await walk.passes(hours=24)
        await walk.taps(NONE, "Large or spreading bruise", "Done", "Better", "3")
        await walk.passes(days=4)
        await walk.says("/settings")
        await walk.taps("About me", *["Skip"] * 5, "Blood thinners", "Done", NONE)
        await walk.passes(minutes=1)

        assert heard(walk, TODAY) == 0


async def test_not_yet_after_stop_is_asked_again_as_promised(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await reports(walk)
        await walk.says("/stop")
        before = len(walk.person.from_bot)

        await walk.taps("Not yet")

        assert "I will ask you again." in walk.last.text
        await walk.passes(hours=4)
        assert heard(walk, ASKED, before) == 2
        assert await walk.nudges_ahead() == set()


async def test_water_put_off_does_not_come_after_a_limit_on_drinking(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await has_a_plan(walk)
        await walk.next_message()
        await walk.taps("Later", "In 1 hour")
        assert "once more at" in walk.last.text
        await walk.says("/settings")
        await walk.taps("About me", *["Skip"] * 5, "Told to drink less", "Done", NONE)

        came = await walk.passes(hours=3)

        assert [each for each in came if "Later" in labels(each)] == []


async def test_water_can_not_be_put_off_after_a_limit_on_drinking(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await has_a_plan(walk)
        await walk.next_message()
        await walk.says("/settings")
        await walk.taps("About me", *["Skip"] * 5, "Told to drink less", "Done", NONE)

        await walk.taps("Later", "In 1 hour")

        assert "once more at" not in walk.said
        assert WATER not in await walk.nudges_ahead()


async def test_an_exercise_done_while_advice_is_open_is_not_praised(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await has_a_plan(walk)
        await walk.next_with("Back-of-thigh stretch")
        await walk.says("/worse")
        await walk.taps(SIGN)

        later = await walk.taps("Later")
        done = await walk.taps("Done")

        assert later is not None
        assert done is not None
        assert later.text == done.text == "My earlier advice still stands: see /today."


async def test_a_plan_that_looks_good_beside_open_advice_calls_for_the_advice(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path) as walk:
        await reports(walk)
        await walk.passes(minutes=5)
        await walk.has_massage()

        await walk.taps("Looks good")

        assert ALARM in walk.last.text
        assert "Take it easy today" not in walk.said


async def test_today_in_a_pause_denies_no_message_about_open_advice(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await reports(walk)
        await walk.says("/pause")

        today = await walk.says("/today")

        assert "Still open: call" in today.text
        assert "anything" not in today.text
        await walk.passes(hours=4)
        assert heard(walk, ASKED) == 2


async def test_without_quiet_hours_none_are_named(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await walk.joins()
        await walk.tells()
        await walk.says("/settings")
        await walk.taps("Quiet from", "No quiet hours")
        assert "Quiet hours: none" in walk.last.text

        await walk.has_massage()

        assert "no quiet hours, so a message may come at any hour" in walk.last.text
        assert "00:00" not in walk.last.text


async def test_after_the_last_check_in_no_next_step_is_promised(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await has_a_plan(walk)
        await walk.passes(hours=24)
        await walk.taps(NONE, NONE, "Better", "3")
        assert "I will be back with the next step" in walk.last.text
        for _ in range(3):
            await walk.passes(days=9)
            await walk.taps(NONE, NONE, "Better", "3")

        assert await walk.planned() == []
        assert "I have nothing more planned for you now" in walk.last.text


async def test_an_exercise_is_not_kept_once_advice_stands(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await has_a_plan(walk)
        await walk.says("/settings")
        await walk.taps("My own exercise")
        await walk.says("Cat\nOn all fours, round the back slowly")
        asked = walk.last
        await walk.says("/worse")
        await walk.taps(SIGN, "Keep")

        answer = walk.person.message(asked.message_id)
        assert "what I told you before still stands" in answer.text


async def test_a_fall_told_in_a_profile_left_half_answered_is_not_kept_waiting(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path) as walk:
        await has_a_plan(walk)
        await walk.passes(hours=24)
        await walk.has_massage(new=True)
        await walk.taps("Skip", "Skip", "60 or over", "Skip", "Yes, something happened")
        assert heard(walk, TODAY) == 0, "a doctor may have checked it; that is asked last"

        await walk.passes(hours=2)

        assert heard(walk, TODAY) == 1
        assert await walk.nudges_ahead() == set()

        await walk.taps("I've got help", "I've been seen, all fine")
        await walk.passes(hours=3)

        assert heard(walk, TODAY) == 1, "once"


async def test_a_profile_left_half_answered_breaks_no_silence_after_stop(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await has_a_plan(walk)
        await walk.says("/settings")
        await walk.taps(*["About me", "Skip", "Skip", "60 or over", "Skip"])
        await walk.taps("Yes, something happened")
        await walk.says("/stop")
        before = len(walk.person.from_bot)

        await walk.passes(hours=5)

        assert len(walk.person.from_bot) == before


async def test_erasing_everything_says_open_advice_one_last_time(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await reports(walk)
        await walk.says("/privacy")

        await walk.taps("Erase everything", "Yes, erase it")

        erased = next(each for each in walk.person.from_bot if "Everything is erased" in each.text)
        assert erased.text.startswith("Still open: call 999 or 112")


async def test_a_report_shows_the_end_of_a_long_note(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await has_a_plan(walk)
        await walk.says("I slept well. " * 200 + "My left foot feels like cotton wool.")

        report = await walk.says("/report")

        assert "I slept well. I slept" in report.text
        assert "[…]" in report.text
        assert "My left foot feels like cotton wool." in report.text


async def test_a_live_location_is_answered_once(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await has_a_plan(walk)
        chat = {"id": walk.person.chat_id, "type": "private", "first_name": "Anna"}
        sender = {"id": walk.person.chat_id, "is_bot": False, "first_name": "Anna"}
        place = {"latitude": 35.68, "longitude": 139.69, "live_period": 900}
        shared = {"message_id": 900, "date": 1, "chat": chat, "from": sender, "location": place}
        walk.tryout.sandbox.inject({"message": shared})
        await walk.quiet()

        walk.tryout.sandbox.inject({"edited_message": {**shared, "edit_date": 2}})
        await walk.quiet()

        assert heard(walk, "I use Asia/Tokyo") == 1


@pytest.mark.parametrize("cry", ["call an ambulance", "I am dying", "llama a una ambulancia"])
async def test_a_cry_for_help_that_fits_no_sign_is_told_the_number(
    tmp_path: Path, cry: str
) -> None:
    async with walking(tmp_path) as walk:
        await has_a_plan(walk)

        answer = await walk.says(cry)

        assert "If you need help at once, call 999 or 112." in answer.text
        assert SIGN in labels(answer)


async def test_a_voice_message_is_told_the_number(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await has_a_plan(walk)

        await walk.person.send_voice()
        await walk.quiet()

        assert "If you need help at once, call 999 or 112." in walk.last.text


async def test_today_does_not_send_for_help_that_was_found(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await reports(walk)
        await walk.taps("I've got help")

        today = await walk.says("/today")

        assert "Do what they advise. If it gets worse before you are seen, call 999" in today.text
        assert "Still open: call" not in today.text
        assert "between your legs" in today.text


async def test_a_doctors_follow_up_waits_for_the_morning_of_where_the_person_is_now(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path) as walk:
        await walk.joins("America/Los_Angeles")
        await walk.tells()
        await walk.has_massage()
        await walk.says("/worse")
        await walk.taps(NONE, LEG, "Done", "About the same", "4")
        await walk.passes(seconds=20)
        await walk.person.send_location(-36.85, 174.76)  # Auckland
        await walk.quiet()

        asked = await walk.next_with("Did you manage to book it?")

        assert 8 <= asked.at.astimezone(ZoneInfo("Pacific/Auckland")).hour < 21


async def test_a_nudge_put_off_in_a_pause_is_not_said_to_be_settled(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await has_a_plan(walk)
        await walk.next_message()
        await walk.taps("Later")
        await walk.says("/pause")

        toast = await walk.taps("In 1 hour")

        assert toast is not None
        assert toast.text == "I send no nudges and no check-ins at the moment."
