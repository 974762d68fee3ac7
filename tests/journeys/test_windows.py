"""How long massage is given to help before a doctor should look at it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.journeys.harness import (
    CHECK_IN,
    NONE,
    PLANNED,
    START,
    STRETCH,
    Walk,
    first_line,
    labels,
    walking,
)

if TYPE_CHECKING:
    from pathlib import Path

NEW_IN_ONE_PLACE = ("Less than 6 weeks ago", "One place")
LONG_STANDING = ("More than 12 weeks ago", "One place")
WARNING = "• it is not clearly better after two massages"
DOCTOR = "Please book an appointment in the next few days."
NO_BENEFIT = "• it is not clearly better by now, although the massages have had time to help"
ALL_WELL = "Thank you, all noted."


async def tells_of_new_pain(walk: Walk) -> None:
    await walk.tells(*NEW_IN_ONE_PLACE)


async def tells_of_long_pain(walk: Walk) -> None:
    await walk.tells(*LONG_STANDING)


async def has_massage_and_checks_in(
    walk: Walk, *, change: str = "About the same", pain: int = 6
) -> str:
    """Log a massage, answer its check-in after 24 h, and let two more days pass."""
    await walk.has_massage(6)
    await walk.passes(hours=24)
    await walk.answers(change=change, pain=pain)
    closing = walk.last.text
    await walk.passes(days=2)
    return closing


async def is_unchanged(walk: Walk) -> None:
    """For 28 days, with "About the same" at every check-in but the last."""
    for each in (1, 3, 7, 14, 21):
        await walk.passes(seconds=(START + timedelta(days=each) - walk.now).total_seconds())
        await walk.answers(change="About the same", pain=6)
    await walk.passes(seconds=(START + timedelta(days=28) - walk.now).total_seconds())


NEW = (Walk.joins, tells_of_new_pain)
LONG = (Walk.joins, tells_of_long_pain)
TWO_MASSAGES = (*NEW, has_massage_and_checks_in, has_massage_and_checks_in)
UNCHANGED = (*LONG, Walk.has_massage, is_unchanged)


async def test_a_new_pain_has_three_massages_and_a_warning_at_the_second(tmp_path: Path) -> None:
    async with walking(tmp_path, *NEW) as walk:
        first = await has_massage_and_checks_in(walk)
        second = await has_massage_and_checks_in(walk)
        third = await has_massage_and_checks_in(walk)

        assert first.startswith(ALL_WELL)
        assert WARNING in second
        assert "If a third does not help either, see a doctor." in second
        assert DOCTOR not in second
        assert third.startswith(DOCTOR)
        assert NO_BENEFIT in third
        assert STRETCH not in await walk.nudges_ahead()


async def test_the_warning_at_the_second_massage_pauses_nothing(tmp_path: Path) -> None:
    async with walking(tmp_path, *TWO_MASSAGES) as walk:
        assert STRETCH in await walk.nudges_ahead()
        assert "I've got help" not in {
            label for each in walk.person.from_bot for label in labels(each)
        }


async def test_two_points_less_pain_is_a_benefit_and_keeps_the_doctor_out_of_it(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *NEW) as walk:
        closings = [await has_massage_and_checks_in(walk, pain=4) for _ in range(3)]

        assert all(each.startswith(ALL_WELL) for each in closings)


async def test_the_first_hours_after_the_third_massage_decide_nothing(tmp_path: Path) -> None:
    async with walking(tmp_path, *TWO_MASSAGES) as walk:
        await walk.has_massage(6)
        await walk.says("/worse")

        await walk.taps(NONE, NONE, "About the same", "6")

        assert DOCTOR not in walk.said


async def test_a_long_standing_pain_has_four_weeks_however_many_massages(tmp_path: Path) -> None:
    async with walking(tmp_path, *LONG) as walk:
        closings = [await has_massage_and_checks_in(walk) for _ in range(4)]

        assert all(each.startswith(ALL_WELL) for each in closings)


async def test_after_four_weeks_without_a_benefit_a_doctor_should_look(tmp_path: Path) -> None:
    async with walking(tmp_path, *UNCHANGED) as walk:
        assert DOCTOR not in walk.said
        assert walk.last.at == START + timedelta(days=28)

        await walk.answers(change="About the same", pain=6)

        assert first_line(walk.last) == DOCTOR
        assert NO_BENEFIT in walk.last.text


async def test_silence_on_the_last_day_is_no_lack_of_benefit(tmp_path: Path) -> None:
    async with walking(tmp_path, *UNCHANGED) as walk:
        await walk.passes(days=30)

        assert DOCTOR not in walk.said


async def test_a_half_answered_check_in_counts_for_the_window_once_it_expires(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *UNCHANGED) as walk:
        await walk.taps(NONE, NONE, "About the same")
        assert DOCTOR not in walk.said

        await walk.passes(days=8)

        assert DOCTOR in walk.said


async def test_a_new_pain_is_a_new_story(tmp_path: Path) -> None:
    async with walking(tmp_path, *TWO_MASSAGES) as walk:
        await walk.has_massage(6, new=True)
        assert "A new pain, so I ask a few things again." in walk.said
        assert walk.last.text.startswith("When did it begin?")
        await walk.tells(*NEW_IN_ONE_PLACE)
        await walk.passes(hours=24)
        await walk.answers(change="About the same", pain=6)

        assert walk.last.text.startswith(ALL_WELL)  # the first massage for this pain
        assert walk.said.count(WARNING) == 1


async def test_a_new_pain_forgets_what_a_doctor_cleared_for_the_old_one(tmp_path: Path) -> None:
    async with walking(tmp_path, *NEW, Walk.has_massage) as walk:
        await walk.says("/worse")
        await walk.taps(NONE, "Pain shooting down one leg", "Done", "About the same", "6")
        await walk.taps("I've got help", "I've been seen, all fine")
        assert walk.said.count(DOCTOR) == 1
        await walk.passes(days=2)

        await walk.has_massage(6, new=True)
        await walk.tells()
        await walk.next_with(CHECK_IN)
        await walk.taps(NONE, "Pain shooting down one leg", "Done")

        assert walk.said.count(DOCTOR) == 2


async def test_a_second_massage_replaces_the_plan_of_the_first(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.passes(days=1)
        await walk.answers(change="Better", pain=5)
        await walk.passes(hours=2)
        second = walk.now
        await walk.has_massage(6)

        planned = [at for at, what in await walk.planned() if what == "check-in"]

        hours = (4, 24, 72, 7 * 24, 14 * 24, 21 * 24, 28 * 24)
        assert planned == [second + timedelta(hours=each) for each in hours]
