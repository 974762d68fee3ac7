"""/settings: what a person decides for themselves."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from tests.journeys.harness import PLANNED, walking

if TYPE_CHECKING:
    from pathlib import Path

    from tests.journeys.harness import Walk

STRETCH, WATER, CHECK_IN = "a stretch", "a glass of water", "check-in"


async def planned(walk: Walk, what: str) -> list[datetime]:
    return [at for at, kind in await walk.planned() if kind == what]


async def sets(walk: Walk, *labels: str) -> None:
    await walk.says("/settings")
    await walk.taps(*labels)


async def test_another_morning_moves_the_stretches_of_the_mornings(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        assert datetime(2026, 3, 12, 8, 30, tzinfo=UTC) in await planned(walk, STRETCH)

        await sets(walk, "Morning slot", "09:30")

        assert "Morning slot: 09:30" in walk.last.text
        stretches = await planned(walk, STRETCH)
        assert datetime(2026, 3, 12, 9, 30, tzinfo=UTC) in stretches
        assert datetime(2026, 3, 12, 8, 30, tzinfo=UTC) not in stretches


async def test_another_evening_moves_the_stretches_of_the_evenings(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await sets(walk, "Evening slot", "20:00")

        stretches = await planned(walk, STRETCH)
        assert datetime(2026, 3, 11, 20, tzinfo=UTC) in stretches
        assert datetime(2026, 3, 11, 18, 30, tzinfo=UTC) not in stretches


async def test_the_time_chosen_now_is_marked(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await sets(walk, "Morning slot")

        assert walk.last.button("✓ 08:30")
        await walk.taps("Back")
        assert "Settings" in walk.last.text


async def test_nothing_comes_in_longer_quiet_hours(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await sets(walk, "Quiet from", "19:00", "Quiet until", "10:00")

        came = await walk.passes(days=3)
        assert came
        assert {each.at.hour for each in came} <= set(range(10, 19))


async def test_without_quiet_hours_the_night_is_like_the_day(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED, start=datetime(2026, 3, 10, 20, tzinfo=UTC)) as walk:
        assert datetime(2026, 3, 10, 22, tzinfo=UTC) not in await planned(walk, WATER)

        await sets(walk, "Quiet from", "No quiet hours")

        assert datetime(2026, 3, 10, 22, tzinfo=UTC) in await planned(walk, WATER)
        assert datetime(2026, 3, 11, 0, tzinfo=UTC) in await planned(walk, CHECK_IN)


@pytest.mark.parametrize(
    ("switch", "back", "what"),
    [
        ("Water: on", "Water: off", WATER),
        ("Stretches: on", "Stretches: off", STRETCH),
    ],
)
async def test_a_switch_takes_its_nudges_out_of_the_plan_and_puts_them_back(
    tmp_path: Path, switch: str, back: str, what: str
) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        before = await planned(walk, what)
        check_ins = await planned(walk, CHECK_IN)
        assert before

        await sets(walk, switch)

        assert await planned(walk, what) == []
        assert await planned(walk, CHECK_IN) == check_ins
        await walk.taps(back)
        assert await planned(walk, what) == before


async def test_a_person_who_travels_keeps_their_own_mornings(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        checks = await planned(walk, CHECK_IN)

        await sets(walk, "Time zone")
        await walk.says("New York")
        await walk.taps("Yes, that is right")

        new_york = ZoneInfo("America/New_York")
        stretches = await planned(walk, STRETCH)
        assert datetime(2026, 3, 12, 8, 30, tzinfo=new_york) in stretches
        assert datetime(2026, 3, 12, 8, 30, tzinfo=UTC) not in stretches
        in_three_days = datetime(2026, 3, 13, 10, tzinfo=UTC)  # 06:00 there: after quiet hours
        assert in_three_days in checks
        assert datetime(2026, 3, 13, 8, tzinfo=new_york) in await planned(walk, CHECK_IN)


async def test_a_place_shared_at_any_time_moves_the_zone(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.person.send_location(35.68, 139.69)
        await walk.quiet()

        assert "I use Asia/Tokyo" in walk.last.text


@pytest.mark.parametrize(
    ("country", "number"), [("United States", "911"), ("Germany", "112"), ("Australia", "000")]
)
async def test_the_country_decides_which_emergency_number_is_given(
    tmp_path: Path, country: str, number: str
) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await sets(walk, "Country", country)

        assert f"Country for phone numbers: {country}" in walk.last.text
        await walk.says("/worse")
        await walk.taps("Chest pain, hard to breathe")
        urgent = next(each for each in walk.person.from_bot if "right now." in each.text)
        assert f"Call {number}" in urgent.text


async def test_about_me_asks_the_profile_again_and_keeps_the_plan(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await sets(walk, "About me")
        while "Tick all that do" not in walk.last.text:
            await walk.taps("Skip")
        await walk.taps("Told to drink less", "Done", "Skip")

        assert await planned(walk, WATER) == []
        assert await planned(walk, STRETCH)
