"""What was settled, or has found its help, is not sounded again by something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.journeys.harness import CHECK_IN, NONE, PLANNED, START, Walk, walking
from tests.journeys.test_safety_net import ALARM, FEVER, LEG, TODAY, heard

if TYPE_CHECKING:
    from pathlib import Path

BOOK = "Please book an appointment"
SEEN = ("I've got help", "I've been seen, all fine")


async def reaches_the_first_day(walk: Walk) -> None:
    """The check-in a day after the massage, none of the signs of its first list ticked."""
    await walk.passes(hours=24)
    await walk.taps(NONE)


ASKED = (*PLANNED, reaches_the_first_day)


async def test_a_fever_that_was_seen_is_not_sounded_again_by_the_rest_of_its_check_in(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *ASKED) as walk:
        await walk.taps(FEVER)
        await walk.passes(hours=16)
        await walk.taps(*SEEN)

        await walk.says("/today")
        await walk.taps("Answer it now", "Done", "Better", "3")
        await walk.passes(minutes=1)

        assert heard(walk, TODAY) == 1


async def test_a_leg_pain_that_has_stopped_is_not_told_again_by_the_next_answer(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *ASKED) as walk:
        await walk.taps(LEG, "Done", "It has stopped")

        await walk.taps("Better", "3")
        await walk.passes(minutes=1)

        assert heard(walk, BOOK) == 1


async def test_a_sign_that_was_seen_and_is_ticked_anew_in_the_same_check_in_is_heard(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *ASKED) as walk:
        await walk.taps(FEVER)
        await walk.passes(seconds=20)
        await walk.taps(*SEEN)

        await walk.taps(f"✅ {FEVER}", FEVER)
        await walk.passes(seconds=20)

        assert heard(walk, TODAY) == 2


async def test_a_sign_that_was_seen_is_heard_again_from_an_older_copy_of_its_open_list(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *ASKED) as walk:
        older = walk.last
        await walk.says("/today")
        await walk.taps("Answer it now", FEVER)
        await walk.passes(seconds=20)
        await walk.taps(*SEEN)

        await walk.person.tap(older.message_id, FEVER)
        await walk.quiet()
        await walk.passes(seconds=20)

        assert heard(walk, TODAY) == 2


async def test_something_new_in_the_rest_of_the_check_in_is_told_without_what_was_seen(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *ASKED) as walk:
        await walk.taps(FEVER)
        await walk.passes(seconds=20)
        await walk.taps(*SEEN, LEG, "Done")
        await walk.passes(minutes=1)

        assert heard(walk, BOOK) == 1
        assert heard(walk, TODAY) == 1


async def test_a_check_in_whose_sign_was_seen_ends_without_words_for_the_therapist(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *ASKED) as walk:
        await walk.taps(FEVER)
        await walk.passes(seconds=20)
        await walk.taps(*SEEN)

        await walk.taps("Done", "Better", "3")

        assert walk.last.text.startswith("Thank you, that was all.")
        assert "send /worse at once" in walk.last.text
        assert "temperature" not in walk.last.text


async def test_the_bruise_beside_a_sign_that_was_seen_keeps_its_own_words(tmp_path: Path) -> None:
    async with walking(tmp_path, *ASKED) as walk:
        await walk.taps(FEVER)
        await walk.passes(seconds=20)
        await walk.taps(*SEEN)

        await walk.taps("Large or spreading bruise", "Done", "Better", "3")

        assert "If it keeps spreading" in walk.last.text
        assert "temperature" not in walk.last.text


CHEST = "Chest pain, hard to breathe"
PINS = "Numb or pins and needles"
ASKED_ON = ("Have you got help?", "Did you manage to book it?")


async def has_found_help_for_chest_pain(walk: Walk) -> None:
    await walk.says("/worse")
    await walk.taps(CHEST, "I've got help")
    await walk.passes(days=1)


async def has_pins_and_needles(walk: Walk) -> None:
    await walk.says("/worse")
    await walk.taps(NONE, PINS, "Done", "About the same", "4")
    await walk.passes(seconds=20)


FOUND_HELP = (*PLANNED, has_found_help_for_chest_pain)
PINS_LATER = (*FOUND_HELP, has_pins_and_needles)


async def test_a_fever_that_found_help_is_not_told_again_weeks_later(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.says("/worse")
        await walk.taps(NONE, FEVER, "Done", "About the same", "5")
        await walk.taps("I've got help")
        while heard(walk, BOOK) == 0:
            assert (walk.now - START).days < 30
            await walk.next_message()
            if CHECK_IN in walk.last.text:
                await walk.taps(NONE, NONE)
            if "How is it now" in walk.last.text:
                await walk.taps("About the same", "6")
                await walk.passes(minutes=1)

        booking = next(each for each in walk.person.from_bot if BOOK in each.text)
        assert "it is not clearly better by now" in booking.text
        assert "temperature" not in booking.text
        assert heard(walk, TODAY) == 1
        assert await walk.nudges_ahead() == set(), "what the fever pauses stays off"


async def test_pins_and_needles_after_help_for_chest_pain_are_told_as_what_they_are(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *PINS_LATER) as walk:
        booking = next(each for each in walk.person.from_bot if BOOK in each.text)
        assert "pins and needles" in booking.text
        assert "chest pain" not in booking.text
        assert heard(walk, ALARM) == 1

        came = await walk.passes(days=2, hours=1)

        asked = [each for each in came if any(words in each.text for words in ASKED_ON)]
        assert [ASKED_ON[1] in each.text for each in asked] == [True]
        assert await walk.nudges_ahead() == set()


async def test_not_yet_to_the_lesser_advice_is_answered_at_its_level(tmp_path: Path) -> None:
    async with walking(tmp_path, *PINS_LATER) as walk:
        await walk.taps("Not yet")

        assert "Please book it in the next few days." in walk.last.text
        assert "999" not in walk.last.text


async def test_pins_and_needles_that_stop_lift_nothing_of_the_chest_pain(tmp_path: Path) -> None:
    async with walking(tmp_path, *PINS_LATER) as walk:
        await walk.taps("It has stopped")
        assert "I am glad to hear that." in walk.last.text
        assert "stretches can go on" not in walk.last.text
        assert await walk.nudges_ahead() == set()

        await walk.passes(days=5)
        await walk.says("/worse")
        await walk.taps(NONE, NONE, "Better", "2")

        assert await walk.nudges_ahead() == set()
        await walk.taps("I've been seen, all fine")
        assert await walk.nudges_ahead() != set()


async def test_a_new_chest_pain_after_help_for_the_first_is_an_alarm_of_its_own(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *PINS_LATER) as walk:
        await walk.says("/worse")
        await walk.taps(CHEST)

        assert heard(walk, ALARM) == 2


async def test_a_report_keeps_the_emergency_beside_the_lesser_advice(tmp_path: Path) -> None:
    async with walking(tmp_path, *PINS_LATER) as walk:
        report = (await walk.says("/report")).text

        advice = report.partition("Advice given")[2].splitlines()
        assert [each.rpartition(": ")[2] for each in advice if each.startswith("•")] == [
            "get help right away",
            "see a doctor",
        ]
