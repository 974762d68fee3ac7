"""What is said beside open advice, and what is told late: nothing praised, nothing promised."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from tests.journeys.harness import CHECK_IN, NONE, PLANNED, SETTLED, WATER, Walk, labels, walking
from tests.journeys.test_safety_net import (
    ALARM,
    ASKED,
    LEG,
    REPORTED,
    SIGN,
    STANDS,
    TODAY,
    heard,
)

if TYPE_CHECKING:
    from pathlib import Path


async def test_blood_thinners_told_after_a_large_bruise_bring_the_advice_for_today(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
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
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.passes(hours=24)
        await walk.taps(NONE, "Large or spreading bruise", "Done", "Better", "3")
        await walk.passes(days=4)
        await walk.says("/settings")
        await walk.taps("About me", *["Skip"] * 5, "Blood thinners", "Done", NONE)
        await walk.passes(minutes=1)

        assert heard(walk, TODAY) == 0


async def test_not_yet_after_stop_is_asked_again_as_promised(tmp_path: Path) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        await walk.says("/stop")
        before = len(walk.person.from_bot)

        await walk.taps("Not yet")

        assert "I will ask you again." in walk.last.text
        await walk.passes(hours=4)
        assert heard(walk, ASKED, before) == 2
        assert await walk.nudges_ahead() == set()


async def test_water_put_off_does_not_come_after_a_limit_on_drinking(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.next_message()
        await walk.taps("Later", "In 1 hour")
        assert "once more at" in walk.last.text
        await walk.says("/settings")
        await walk.taps("About me", *["Skip"] * 5, "Told to drink less", "Done", NONE)

        came = await walk.passes(hours=3)

        assert [each for each in came if "Later" in labels(each)] == []


async def test_water_can_not_be_put_off_after_a_limit_on_drinking(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.next_message()
        await walk.says("/settings")
        await walk.taps("About me", *["Skip"] * 5, "Told to drink less", "Done", NONE)

        await walk.taps("Later", "In 1 hour")

        assert "once more at" not in walk.said
        assert WATER not in await walk.nudges_ahead()


async def test_an_exercise_done_while_advice_is_open_is_not_praised(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
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
    async with walking(tmp_path, *REPORTED) as walk:
        await walk.passes(minutes=5)
        await walk.has_massage()

        await walk.taps("Looks good")

        assert ALARM in walk.last.text
        assert "Take it easy today" not in walk.said


async def test_today_in_a_pause_denies_no_message_about_open_advice(tmp_path: Path) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        await walk.says("/pause")

        today = await walk.says("/today")

        assert "Still open: call" in today.text
        assert "anything" not in today.text
        await walk.passes(hours=4)
        assert heard(walk, ASKED) == 2


async def test_without_quiet_hours_none_are_named(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await walk.says("/settings")
        await walk.taps("Quiet from", "No quiet hours")
        assert "Quiet hours: none" in walk.last.text

        await walk.has_massage()

        assert "no quiet hours, so a message may come at any hour" in walk.last.text
        assert "00:00" not in walk.last.text


async def test_after_the_last_check_in_no_next_step_is_promised(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.passes(hours=24)
        await walk.taps(NONE, NONE, "Better", "3")
        assert "I will be back with the next step" in walk.last.text
        for _ in range(3):
            await walk.passes(days=9)
            await walk.taps(NONE, NONE, "Better", "3")

        assert await walk.planned() == []
        assert "I have nothing more planned for you now" in walk.last.text


async def test_an_exercise_is_not_kept_once_advice_stands(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
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
    async with walking(tmp_path, *PLANNED) as walk:
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
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.says("/settings")
        await walk.taps(*["About me", "Skip", "Skip", "60 or over", "Skip"])
        await walk.taps("Yes, something happened")
        await walk.says("/stop")
        before = len(walk.person.from_bot)

        await walk.passes(hours=5)

        assert len(walk.person.from_bot) == before


async def test_erasing_everything_says_open_advice_one_last_time(tmp_path: Path) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
        await walk.says("/privacy")

        await walk.taps("Erase everything", "Yes, erase it")

        erased = next(each for each in walk.person.from_bot if "Everything is erased" in each.text)
        assert erased.text.startswith("Still open: call 999 or 112")


async def test_a_report_shows_the_end_of_a_long_note(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.says("I slept well. " * 200 + "My left foot feels like cotton wool.")

        report = await walk.says("/report")

        assert "I slept well. I slept" in report.text
        assert "[…]" in report.text
        assert "My left foot feels like cotton wool." in report.text


async def test_a_live_location_is_answered_once(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
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
    async with walking(tmp_path, *PLANNED) as walk:
        answer = await walk.says(cry)

        assert "If you need help at once, call 999 or 112." in answer.text
        assert SIGN in labels(answer)


async def test_a_voice_message_is_told_the_number(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.person.send_voice()
        await walk.quiet()

        assert "If you need help at once, call 999 or 112." in walk.last.text


async def test_today_does_not_send_for_help_that_was_found(tmp_path: Path) -> None:
    async with walking(tmp_path, *REPORTED) as walk:
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
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.next_message()
        await walk.taps("Later")
        await walk.says("/pause")

        toast = await walk.taps("In 1 hour")

        assert toast is not None
        assert toast.text == "I send no nudges and no check-ins at the moment."


BRUISE = "Large or spreading bruise"
SPREADS = "you have a large or spreading bruise. If it keeps spreading"
GET_UP = "you feel light-headed since the massage. For now, sit or lie down, and get up slowly."


async def test_what_to_do_about_a_bruise_is_said_beside_advice_that_stands(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.says("/worse")
        await walk.taps(NONE, LEG, "Done", "Better", "5")
        await walk.next_with(CHECK_IN)
        before = len(walk.person.from_bot)

        await walk.taps(NONE, BRUISE, "Light-headed", "Sore where I was massaged", "Done")

        assert heard(walk, SPREADS, before) == 1
        assert heard(walk, GET_UP, before) == 1
        assert walk.last.text.startswith("Thank you. " + STANDS), "the advice stands last"
        assert heard(walk, "next massage", before) == 0
        assert heard(walk, "lighter pressure", before) == 0


async def test_what_to_do_about_a_bruise_is_said_beside_the_advice_of_the_same_check_in(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.next_with(CHECK_IN)

        await walk.taps(NONE, LEG, BRUISE, "Done")

        assert heard(walk, "Please book an appointment") == 1
        assert heard(walk, SPREADS) == 1


async def test_nothing_is_said_beside_an_emergency_that_was_told_just_now(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.says("I have chest pain and a big bruise")
        await walk.taps(f"Yes: {BRUISE}")

        await walk.taps(SIGN)

        assert heard(walk, ALARM) == 1
        assert heard(walk, SPREADS) == 0


async def test_ordinary_soreness_beside_advice_brings_no_words_of_its_own(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.says("/worse")
        await walk.taps(NONE, LEG, "Done", "Better", "5")
        await walk.next_with(CHECK_IN)
        before = len(walk.person.from_bot)

        await walk.taps(NONE, "Sore where I was massaged", "Done")

        assert len(walk.person.from_bot) == before + 2, "the second list, and the advice"


async def test_a_bruise_that_is_told_to_a_doctor_today_is_not_said_to_wait(tmp_path: Path) -> None:
    async with walking(tmp_path, Walk.joins) as walk:
        await walk.tells(*["Skip"] * 5, "Blood thinners", "Done")
        await walk.has_massage()
        await walk.next_with(CHECK_IN)

        await walk.taps(NONE, BRUISE, "Done")

        assert heard(walk, TODAY) == 1
        assert heard(walk, SPREADS) == 0


STRETCHES_ON, REMINDERS_ON = "stretches can go on", "reminders can come again"


async def has_leg_pain(walk: Walk) -> None:
    await walk.says("/worse")
    await walk.taps(NONE, LEG, "Done", "About the same", "5")


@pytest.mark.parametrize("silence", ["/stop", "/pause"])
async def test_in_silence_no_stretches_are_said_to_go_on(tmp_path: Path, silence: str) -> None:
    async with walking(tmp_path, *PLANNED, has_leg_pain) as walk:
        await walk.says(silence)

        await walk.taps("It has stopped")

        assert "I am glad to hear that." in walk.last.text
        assert "telling a doctor what happened" in walk.last.text
        assert heard(walk, STRETCHES_ON) == 0
        assert await walk.nudges_ahead() == set()


async def test_after_stop_a_doctors_word_is_taken_without_promising_stretches(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *PLANNED, has_leg_pain) as walk:
        await walk.says("/stop")

        await walk.taps("I've got help", "I've been seen, all fine")

        assert "Good to hear." in walk.last.text
        assert heard(walk, "Your stretches") == 0


async def test_without_stretches_in_the_settings_none_are_said_to_go_on(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED, has_leg_pain) as walk:
        await walk.says("/settings")
        await walk.taps("Stretches: on")

        await walk.taps("It has stopped")

        assert heard(walk, STRETCHES_ON) == 0


@pytest.mark.parametrize("paused", [False, True])
async def test_reminders_are_said_to_come_again_only_where_they_do(
    tmp_path: Path, *, paused: bool
) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.says("/worse")
        await walk.taps(NONE, "Fever or shivering", "Done", "About the same", "5")
        await walk.taps("It has stopped")
        if paused:
            await walk.says("/pause")
        await walk.passes(days=4)

        await walk.says("/worse")
        await walk.taps(NONE, NONE, "Better", "3")

        assert heard(walk, "you ticked none of those signs now") == 1
        assert heard(walk, REMINDERS_ON) == (not paused)
        assert bool(await walk.nudges_ahead()) is not paused
