"""Done, Later, Skip."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.sandbox.person import Toast
from tests.journeys.harness import PLANNED, START, Walk, first_line, labels, walking

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.views import ChatMessage

MASSAGE = START  # 10:00 in London; water is offered at 10:30 and 12:00
WATER_WORDS = ("water", "drink", "Thirsty")


def is_water(message: ChatMessage) -> bool:
    return any(each in message.text for each in WATER_WORDS)


NUDGED = (*PLANNED, Walk.next_message)


async def test_a_nudge_offers_done_later_skip_and_a_way_to_say_something_is_wrong(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *NUDGED) as walk:
        nudge = walk.last

        assert nudge.at == MASSAGE + timedelta(minutes=30)
        assert is_water(nudge)
        assert labels(nudge) == ["Done", "Later", "Skip", "Something is wrong"]


@pytest.mark.parametrize(
    ("label", "reply"), [("Done", "Well done."), ("Skip", "Skipped. That is fine.")]
)
async def test_a_settled_nudge_says_so_in_place_and_is_not_asked_again(
    tmp_path: Path, label: str, reply: str
) -> None:
    async with walking(tmp_path, *NUDGED) as walk:
        nudge = walk.last
        before = await walk.planned()

        toast = await walk.taps(label)

        assert toast == Toast(reply)
        settled = walk.person.message(nudge.message_id)
        assert settled.text == reply
        assert labels(settled) == ["Something is wrong"]
        assert await walk.planned() == before
        assert len(await walk.passes(minutes=80)) == 0


async def test_later_shows_four_offers_in_the_morning(tmp_path: Path) -> None:
    async with walking(tmp_path, *NUDGED) as walk:
        nudge = walk.last

        await walk.taps("Later")

        assert labels(walk.person.message(nudge.message_id)) == [
            "In 10 minutes",
            "In 1 hour",
            "This evening",
            "Tomorrow",
            "Skip",
        ]


@pytest.mark.parametrize(
    ("offer", "comes_at"),
    [
        ("In 10 minutes", datetime(2026, 3, 10, 10, 40, tzinfo=UTC)),
        ("In 1 hour", datetime(2026, 3, 10, 11, 30, tzinfo=UTC)),
        ("This evening", datetime(2026, 3, 10, 18, 30, tzinfo=UTC)),
        ("Tomorrow", datetime(2026, 3, 11, 8, 30, tzinfo=UTC)),
    ],
)
async def test_a_nudge_put_off_comes_once_more_at_the_time_that_was_chosen(
    tmp_path: Path, offer: str, comes_at: datetime
) -> None:
    async with walking(tmp_path, *NUDGED) as walk:
        nudge = walk.last
        others = await walk.planned()

        await walk.taps("Later", offer)

        assert "once more at" in walk.person.message(nudge.message_id).text
        assert f"{comes_at:%H:%M}" in walk.person.message(nudge.message_id).text
        added = Counter(await walk.planned()) - Counter(others)
        assert list(added.elements()) == [(comes_at, "a glass of water")]
        span = comes_at - walk.now
        came = await walk.passes(seconds=span.total_seconds())
        assert any(each.at == comes_at and is_water(each) for each in came)


async def test_snoozing_a_stretch_leaves_tomorrows_where_it_was(tmp_path: Path) -> None:
    async with walking(tmp_path, *NUDGED) as walk:
        await walk.passes(hours=22)  # 08:30 the next morning
        stretch = await walk.next_with("Easier:")
        assert stretch.at.hour < 12
        before = await walk.planned()

        await walk.taps("Later", "In 1 hour")

        after = await walk.planned()
        assert [each for each in after if each in before] == before[: len(after) - 1]
        again = await walk.next_with("Easier:")
        assert again.at == stretch.at + timedelta(hours=1)
        name = stretch.text.split("\n\n")[1].split("\n")[0]
        assert name in again.text


async def test_a_second_tap_on_done_changes_nothing_and_says_so(tmp_path: Path) -> None:
    async with walking(tmp_path, *NUDGED) as walk:
        nudge = walk.last
        done = nudge.button("Done").data
        assert done is not None
        await walk.taps("Done")

        toast = await walk.person.tap(nudge.message_id, done, stale=True)
        await walk.quiet()

        assert toast == Toast("That one is settled already.")
        assert walk.person.message(nudge.message_id).text == "Well done."


async def test_a_double_press_puts_a_nudge_off_only_once(tmp_path: Path) -> None:
    async with walking(tmp_path, *NUDGED) as walk:
        nudge = walk.last
        before = await walk.planned()
        await walk.taps("Later")
        hour = walk.person.message(nudge.message_id).button("In 1 hour").data
        evening = walk.person.message(nudge.message_id).button("This evening").data
        assert hour is not None
        assert evening is not None

        walk.person.press(nudge.message_id, hour, stale=True)
        walk.person.press(nudge.message_id, hour, stale=True)
        walk.person.press(nudge.message_id, evening, stale=True)
        await walk.quiet()

        added = [at for at, what in await walk.planned() if (at, what) not in before]
        assert added == [nudge.at + timedelta(hours=1)]


@pytest.mark.parametrize(
    ("minutes_past_eight", "offered"),
    [
        (10, ["In 10 minutes", "Tomorrow", "Skip"]),  # in an hour it would be 21:10
        (55, ["Tomorrow", "Skip"]),
    ],
)
async def test_nothing_is_offered_into_quiet_hours(
    tmp_path: Path, minutes_past_eight: int, offered: list[str]
) -> None:
    async with walking(tmp_path, *NUDGED) as walk:
        nudge = walk.last
        await walk.passes(hours=9, minutes=30 + minutes_past_eight)

        await walk.person.tap(nudge.message_id, "Later")
        await walk.quiet()

        assert labels(walk.person.message(nudge.message_id)) == offered


async def test_an_offer_that_has_slid_into_quiet_hours_is_not_kept(tmp_path: Path) -> None:
    async with walking(tmp_path, *NUDGED) as walk:
        nudge = walk.last
        await walk.taps("Later")
        await walk.passes(hours=10, minutes=15)  # 20:45
        before = await walk.planned()

        toast = await walk.person.tap(nudge.message_id, "In 1 hour")
        await walk.quiet()

        assert toast == Toast("That one is settled already.")
        assert await walk.planned() == before


async def test_a_nudge_under_an_open_emergency_can_not_be_put_off(tmp_path: Path) -> None:
    async with walking(tmp_path, *NUDGED) as walk:
        nudge = walk.last
        await walk.taps("Later")
        await walk.says("/worse")
        await walk.taps("Chest pain, hard to breathe")

        await walk.person.tap(nudge.message_id, "In 1 hour")
        await walk.quiet()

        assert "a glass of water" not in await walk.upcoming()


async def test_no_line_is_read_twice_on_a_day_or_two_days_running(tmp_path: Path) -> None:
    """Also where the plan is laid out anew and a second massage begins the days again."""
    async with walking(tmp_path, *PLANNED) as walk:
        came = await walk.passes(days=2)
        await walk.says("/settings")
        await walk.taps("Evening slot", "19:00")
        came += await walk.passes(days=1)
        await walk.has_massage()
        came += await walk.passes(days=3)

        read: dict[int, list[str]] = {}
        for message in came:
            if any(label == "Skip" for label in labels(message)) and "Done" in labels(message):
                day = (message.at - START).days
                read.setdefault(day, []).append(first_line(message))
        assert sum(map(len, read.values())) > 10
        for day, lines in read.items():
            both = lines + read.get(day + 1, [])
            assert len(set(both)) == len(both), day
