"""From a stranger's first Start to a person whose plan can begin."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from tests.journeys.harness import SETTLED, Walk, labels, walking

if TYPE_CHECKING:
    from pathlib import Path


COMMANDS_FOR_MEMBERS = ("/worse", "/session", "/today", "/report", "/pause", "/settings", "/stop")
ZONE_QUESTION = "What is your time zone?"


def kept_rows(folder: Path) -> dict[str, int]:
    """How many rows each table holds, but for the numbers of handled updates."""
    with sqlite3.connect(folder / "aftercare.db") as database:
        names = [
            name
            for (name,) in database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            )
        ]
        tables = set(names) - {"alembic_version", "budget", "facts"}
        rows = {
            name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # noqa: S608
            for name in tables - {"inbox"}
        }
        told = "SELECT count(*) FROM inbox WHERE chat_id IS NOT NULL OR payload IS NOT NULL"
        rows["inbox"] = database.execute(told).fetchone()[0]
    database.close()
    return {name: count for name, count in rows.items() if count}


async def agrees(walk: Walk) -> None:
    await walk.says("/start")
    await walk.taps("I am 18 or older", "I agree, let's begin")


async def test_someone_under_18_is_sent_to_an_adult_and_nothing_is_kept(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await walk.says("/start")

        await walk.taps("I am under 18")

        assert "for adults" in walk.last.text
        assert "parent" in walk.last.text
        assert labels(walk.last) == []
        assert kept_rows(tmp_path) == {}


async def test_someone_who_does_not_agree_leaves_nothing_behind(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await walk.says("/start")

        await walk.taps("I am 18 or older", "No, thank you")

        assert "I have kept nothing" in walk.last.text
        assert kept_rows(tmp_path) == {}


async def test_nothing_is_kept_before_the_person_agrees(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await walk.says("/start")
        await walk.taps("I am 18 or older")
        await walk.says("my back hurts")

        assert kept_rows(tmp_path) == {}

        await walk.taps("I agree, let's begin")

        assert kept_rows(tmp_path) == {"people": 1}


@pytest.mark.parametrize("command", COMMANDS_FOR_MEMBERS)
async def test_a_command_before_joining_asks_for_start_and_names_the_emergency_number(
    tmp_path: Path, command: str
) -> None:
    async with walking(tmp_path) as walk:
        answer = await walk.says(command)

        assert "/start first" in answer.text
        assert "112" in answer.text
        assert kept_rows(tmp_path) == {}


@pytest.mark.parametrize("command", ["/help", "/about", "/guides", "/privacy"])
async def test_what_is_there_to_read_is_there_before_joining(tmp_path: Path, command: str) -> None:
    async with walking(tmp_path) as walk:
        answer = await walk.says(command)

        assert "/start first" not in answer.text
        assert kept_rows(tmp_path) == {}


async def test_a_stranger_who_types_a_danger_sign_gets_its_advice_at_once(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        answer = await walk.says("since the massage my bum is numb")

        assert answer.text.index("go to an emergency department now") < answer.text.index("/start")
        assert kept_rows(tmp_path) == {}


@pytest.mark.parametrize(
    ("typed", "zone", "clock"),
    [
        ("München", "Europe/Berlin", "11:00"),
        ("  new york ", "America/New York", "06:00"),
        ("berlin, germany", "Europe/Berlin", "11:00"),
        ("Asia/Kathmandu", "Asia/Kathmandu", "15:45"),
    ],
)
async def test_a_city_or_a_zone_name_is_read_back_with_its_time(
    tmp_path: Path, typed: str, zone: str, clock: str
) -> None:
    async with walking(tmp_path, agrees) as walk:
        assert ZONE_QUESTION in walk.last.text

        read_back = await walk.says(typed)

        assert f"Is it {clock} where you are now?" in read_back.text
        assert zone in read_back.text
        await walk.taps("Yes, that is right")
        assert f"I use {zone}, where it is {clock} now" in walk.said


async def test_a_wrong_guess_asks_again(tmp_path: Path) -> None:
    async with walking(tmp_path, agrees) as walk:
        await walk.says("London")

        await walk.taps("No")

        assert ZONE_QUESTION in walk.last.text
        assert "Paris" in (await walk.says("Paris")).text


async def test_a_shared_place_gives_the_zone_and_the_keyboard_goes_away(tmp_path: Path) -> None:
    async with walking(tmp_path, agrees) as walk:
        assert walk.person.reply_keyboard == [["📍 Share my place"]]

        await walk.person.send_location(-33.87, 151.21)
        await walk.quiet()

        assert "I use Australia/Sydney, where it is 21:00 now" in walk.said
        assert walk.person.reply_keyboard is None
        assert "When did it begin?" in walk.last.text


async def test_a_place_on_the_open_sea_has_no_zone_and_the_question_stays_open(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, agrees) as walk:
        await walk.person.send_location(-30.0, -20.0)
        await walk.quiet()

        assert "I do not know that place" in walk.last.text
        assert "Is it 10:00" in (await walk.says("London")).text


async def test_a_typed_clock_time_offers_places_that_keep_that_clock(tmp_path: Path) -> None:
    async with walking(tmp_path, agrees) as walk:
        await walk.says("6:03 am")

        assert "Which one keeps the same clock" in walk.last.text
        assert labels(walk.last)[0] == "New York"
        assert labels(walk.last)[-1] == "None of these"
        await walk.taps("New York")
        assert "I use America/New York, where it is 06:00 now" in walk.said


async def test_none_of_the_offered_places_asks_again(tmp_path: Path) -> None:
    async with walking(tmp_path, agrees) as walk:
        await walk.says("11:00")

        await walk.taps("None of these")

        assert ZONE_QUESTION in walk.last.text


async def test_nonsense_as_a_place_is_taken_for_free_text_and_the_zone_can_still_be_told(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, agrees) as walk:
        await walk.says("qqqqzzz")

        assert "I do not know that place" in walk.said
        assert "Bladder or bowel trouble" in labels(walk.last)
        assert "Is it 11:00" in (await walk.says("Berlin")).text


async def test_every_profile_question_can_be_skipped(tmp_path: Path) -> None:
    async with walking(tmp_path, Walk.joins) as walk:
        asked = []
        while "Skip" in labels(walk.last):
            asked.append(walk.last.text.split("\n")[0])
            await walk.taps("Skip")

        assert len(asked) == 7
        assert "All set." in walk.last.text
        assert "skipped" in walk.said
        await walk.has_massage()
        assert "Here is your plan" in walk.last.text


async def test_start_again_goes_on_where_the_person_is(tmp_path: Path) -> None:
    async with walking(tmp_path, agrees) as walk:
        assert ZONE_QUESTION in (await walk.says("/start")).text
        await walk.says("London")
        await walk.taps("Yes, that is right")
        await walk.tells()

        assert "All set." in (await walk.says("/start")).text
        assert kept_rows(tmp_path)["people"] == 1


async def test_agreeing_twice_makes_one_person(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await walk.says("/start")
        await walk.taps("I am 18 or older")
        consent = walk.last
        agree = consent.button("I agree, let's begin").data
        assert agree is not None

        walk.person.press(consent.message_id, agree, stale=True)
        walk.person.press(consent.message_id, agree, stale=True)
        await walk.quiet()

        assert kept_rows(tmp_path)["people"] == 1
        assert "Is it 10:00" in (await walk.says("London")).text


async def test_the_clinics_link_goes_straight_to_logging_a_massage(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await walk.person.start("session")
        await walk.quiet()

        assert "When was your massage?" in walk.last.text


async def test_the_clinics_link_is_remembered_while_a_stranger_joins(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await walk.person.start("session")
        await walk.quiet()
        assert "How old are you?" in walk.last.text
        await walk.taps("I am 18 or older", "I agree, let's begin")
        await walk.says("London")
        await walk.taps("Yes, that is right")
        await walk.tells()

        assert "I had a massage" in labels(walk.last)


@pytest.mark.parametrize("code", ["es", "es-MX"])
async def test_a_phone_speaks_its_own_language_also_in_a_regional_form(
    tmp_path: Path, code: str
) -> None:
    async with walking(tmp_path, language_code=code) as walk:
        await walk.says("/start")

        assert "Hola, soy Aftercare." in walk.last.text


async def test_a_phone_in_an_unknown_language_gets_english(tmp_path: Path) -> None:
    async with walking(tmp_path, language_code="fi") as walk:
        await walk.says("/start")

        assert "Hello, I am Aftercare." in walk.last.text


async def test_the_language_switched_in_settings_stays_whatever_the_phone_says(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await walk.says("/settings")
        await walk.taps("Language", "Español")

        assert "Ajustes" in walk.last.text
        assert "Todo listo." in (await walk.says("/start")).text
