"""Somebody gets better, and hears nothing but encouragement for four weeks."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tests.journeys.harness import (
    CHECK_IN,
    NONE,
    START,
    STEPS,
    STRENGTHENING,
    STRETCH,
    WATER,
    Walk,
    first_line,
    labels,
    read,
    walking,
)

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.views import ChatMessage

LONDON = ZoneInfo("Europe/London")
NEW_PAIN = ("Less than 6 weeks ago", "One place", "18 to 49", "A man", "No, nothing like that")
ALL_WELL = "Thank you, all noted."
STRENGTH_NAMES = tuple(
    read(None).language("en").exercise(each.id).name
    for each in read(None).exercises.values()
    if each.kind == "strengthening"
)
# What a stranger's eye on a locked screen must not learn.
TELLING = ("pain", "massage", "doctor", "numb", "bladder", "bowel", "leg", "symptom", "worse")


async def tells_of_new_pain(walk: Walk) -> None:
    await walk.tells(*NEW_PAIN)


BEGUN = (Walk.joins, tells_of_new_pain, Walk.has_massage)


def is_exercise(message: ChatMessage) -> bool:
    return "Later" in labels(message) and "Stop if it hurts" in message.text


def is_strengthening(message: ChatMessage) -> bool:
    return any(f"\n{each}\n" in message.text for each in STRENGTH_NAMES)


async def takes_care_of(walk: Walk, message: ChatMessage) -> str:
    """Tap Done, or answer the check-in as someone who gets better; the closing words come back."""
    if CHECK_IN not in message.text:
        await walk.taps("Done")
        return ""
    await walk.taps(NONE, NONE)
    if "Better" in labels(walk.last):
        await walk.taps("Better", "3")
    return walk.last.text


async def test_the_profile_ends_with_the_way_to_log_a_massage(tmp_path: Path) -> None:
    async with walking(tmp_path, Walk.joins) as walk:
        await walk.tells(*NEW_PAIN)

        assert "All set." in walk.last.text
        assert labels(walk.last) == ["I had a massage"]


async def test_a_logged_massage_shows_its_plan_with_every_time(tmp_path: Path) -> None:
    async with walking(tmp_path, *BEGUN) as walk:
        plan = walk.last.text
        assert "Here is your plan" in plan
        assert "around 08:30 and 18:30" in plan
        assert "Between 21:00 and 08:00 I stay quiet" in plan
        for line in (
            f"Mar 10, 10:30 – {WATER}",
            "Mar 10, 14:00 – check-in",
            f"Mar 10, 14:45 – {STEPS}",
            f"Mar 11, 09:15 – {STRETCH}",
        ):
            assert line in plan
        for day in ("Mar 11, 10:00", "Mar 13", "Mar 17", "Mar 24", "Mar 31", "Apr 7"):
            assert day in plan.partition("Later check-ins:")[2]


async def test_done_is_praised_and_the_nudge_shrinks_to_that(tmp_path: Path) -> None:
    async with walking(tmp_path, *BEGUN) as walk:
        nudge = await walk.next_message()

        toast = await walk.taps("Done")

        assert toast is not None
        assert toast.text == "Well done."
        assert walk.person.message(nudge.message_id).text == "Well done."


async def test_only_the_last_answer_offers_a_change_even_at_one_instant(tmp_path: Path) -> None:
    async with walking(tmp_path, *BEGUN) as walk:
        await walk.passes(hours=24)

        await walk.taps(NONE, NONE, "Better")

        answered = {each.text: labels(each) for each in walk.person.from_bot}
        assert answered["Since the massage: Better"] == ["Change"]


async def test_the_second_better_check_in_in_a_row_brings_strengthening(tmp_path: Path) -> None:
    async with walking(tmp_path, *BEGUN) as walk:
        await walk.passes(hours=24)
        await walk.answers(change="Better", pain=4)
        assert STRENGTHENING not in await walk.nudges_ahead()

        await walk.passes(hours=48)
        await walk.answers(change="Much better", pain=3)

        assert {STRETCH, STRENGTHENING} <= await walk.nudges_ahead()


async def test_a_check_in_between_that_is_no_better_starts_the_count_anew(tmp_path: Path) -> None:
    async with walking(tmp_path, *BEGUN) as walk:
        for days, change in ((1, "Better"), (2, "About the same"), (4, "Better")):
            await walk.passes(days=days)
            await walk.answers(change=change, pain=4)

        assert STRENGTHENING not in await walk.nudges_ahead()


async def test_four_good_weeks_are_kept_company_and_then_end(tmp_path: Path) -> None:
    async with walking(tmp_path, *BEGUN) as walk:
        unasked: list[ChatMessage] = []
        closings: list[str] = []

        while await walk.upcoming():
            unasked.append(await walk.next_message())
            closings.append(await takes_care_of(walk, unasked[-1]))
        afterwards = await walk.passes(days=60)

        assert afterwards == []
        said = [each for each in closings if each]
        assert len(said) == 7  # 4 h, 24 h, 72 h, 7 days, then weekly to day 28
        assert all(each.startswith(ALL_WELL) for each in said)
        assert unasked[-1].at == START + timedelta(days=28)
        _keeps_to_the_caps(unasked)
        _tells_nothing_in_a_first_line(unasked)
        _strengthens_every_third_time(unasked, since=START + timedelta(hours=72))


def _keeps_to_the_caps(unasked: list[ChatMessage]) -> None:
    local = [each.at.astimezone(LONDON) for each in unasked]
    assert all(time(8) <= each.time() < time(21) for each in local)
    assert max(Counter(each.date() for each in local).values()) <= 6
    gaps = [later - earlier for earlier, later in pairwise(local)]
    assert min(gaps) >= timedelta(minutes=45)


def _tells_nothing_in_a_first_line(unasked: list[ChatMessage]) -> None:
    for message in unasked:
        assert not [word for word in TELLING if word in first_line(message).lower()]


def _strengthens_every_third_time(unasked: list[ChatMessage], since: datetime) -> None:
    assert since.tzinfo is UTC
    exercises = [each for each in unasked if is_exercise(each)]
    before = [is_strengthening(each) for each in exercises if each.at <= since]
    after = [is_strengthening(each) for each in exercises if each.at > since]
    assert before
    assert not any(before)
    first = after.index(True)
    assert first < 3
    assert all(stronger == ((turn - first) % 3 == 0) for turn, stronger in enumerate(after))


async def gets_better_twice(walk: Walk) -> None:
    """Two better check-ins in a row, a day and three days after the massage."""
    await walk.passes(hours=24)
    await walk.answers(change="Better", pain=4)
    await walk.passes(hours=48)
    await walk.answers(change="Better", pain=3)


STRENGTHENS = (*BEGUN, gets_better_twice)


async def is_worse_and_leaves_the_rest(walk: Walk) -> None:
    """Tell under /worse that it is worse, and leave the question that follows."""
    await walk.says("/worse")
    await walk.taps(NONE, NONE, "Worse")


async def test_who_is_worse_is_not_told_that_they_feel_better(tmp_path: Path) -> None:
    async with walking(tmp_path, *STRENGTHENS) as walk:
        at = next(at for at, what in await walk.planned() if what == STRENGTHENING)
        await walk.passes(seconds=(at - walk.now).total_seconds() - 600)
        await is_worse_and_leaves_the_rest(walk)

        came = await walk.passes(days=4)

        assert [each for each in came if is_exercise(each)]
        assert [each for each in came if is_strengthening(each)] == []


async def test_a_worse_left_half_answered_brings_stretches_back_once_it_runs_out(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *STRENGTHENS) as walk:
        assert STRENGTHENING in await walk.nudges_ahead()
        await is_worse_and_leaves_the_rest(walk)

        await walk.passes(hours=26)

        ahead = await walk.nudges_ahead()
        assert STRETCH in ahead
        assert STRENGTHENING not in ahead


async def test_a_strengthening_put_off_does_not_come_to_who_is_worse_since(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *STRENGTHENS) as walk:
        while not is_strengthening(await walk.next_message()):
            pass
        await walk.taps("Later", "In 1 hour")
        await is_worse_and_leaves_the_rest(walk)

        came = await walk.passes(hours=3)

        assert [each for each in came if is_strengthening(each)] == []


async def test_a_strengthening_can_not_be_put_off_once_it_is_worse(tmp_path: Path) -> None:
    async with walking(tmp_path, *STRENGTHENS) as walk:
        while not is_strengthening(await walk.next_message()):
            pass
        await walk.taps("Later")
        await is_worse_and_leaves_the_rest(walk)

        await walk.taps("In 1 hour")

        assert "once more at" not in walk.said


async def test_a_check_in_half_answered_comes_into_the_plan_when_the_next_one_takes_its_place(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *STRENGTHENS) as walk:
        while CHECK_IN not in (await walk.next_message()).text:
            pass
        await walk.taps(NONE, NONE, "Worse")
        before = len(walk.person.from_bot)

        await walk.passes(days=7, hours=2)

        asked = [each for each in walk.person.from_bot[before:] if CHECK_IN in each.text]
        assert len(asked) == 1, "the next one, and not twice"
        assert STRENGTHENING not in await walk.nudges_ahead()
