"""What was settled is not sounded again by going on with the check-in that told it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.journeys.harness import NONE, PLANNED, Walk, walking
from tests.journeys.test_safety_net import FEVER, LEG, TODAY, heard

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
