"""Whose emergency numbers someone is given who told the time on their clock, but no place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.journeys.harness import NONE, SETTLED, labels, walking

if TYPE_CHECKING:
    from pathlib import Path

    from tests.journeys.harness import Walk

CHEST = "Chest pain, hard to breathe"
COUNTRY_QUESTION = "Which country are you in?"
PROFILE = "When did it begin?"
GENERAL = "your local emergency number"
OF_OTHERS = ("999", "NHS 111", "Call 911", "116 117", "Bereitschaftsdienst")


async def agrees(walk: Walk) -> None:
    await walk.says("/start")
    await walk.taps("I am 18 or older", "I agree, let's begin")


async def in_lisbon(walk: Walk) -> None:
    """Type the time and tap the place that keeps the same clock."""
    await walk.says("10:00")
    await walk.taps("London")


async def hears_what_to_do(walk: Walk, sign: str = CHEST) -> str:
    """Report a danger sign; the advice comes back."""
    before = len(walk.person.from_bot)
    await walk.says("/worse")
    await walk.taps(*([CHEST] if sign == CHEST else [NONE, sign, "Done"]))
    await walk.passes(seconds=15)
    return "\n".join(each.text for each in walk.person.from_bot[before:])


@pytest.mark.parametrize(
    ("typed", "place"),
    [("10:00", "London"), ("11:00", "Berlin"), ("06:00", "New York"), ("10:00", "Dublin")],
)
async def test_a_clock_that_many_countries_share_gives_nobody_another_countrys_number(
    tmp_path: Path, typed: str, place: str
) -> None:
    async with walking(tmp_path, agrees) as walk:
        await walk.says(typed)
        await walk.taps(place)

        assert COUNTRY_QUESTION in walk.last.text
        advice = await hears_what_to_do(walk) + await hears_what_to_do(walk, "Fever or shivering")

        assert GENERAL in advice
        assert [number for number in OF_OTHERS if number in advice] == []


async def test_the_country_told_after_the_clock_decides_the_number_and_the_profile_follows(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, agrees, in_lisbon) as walk:
        await walk.taps("Ireland")

        assert "Country: Ireland" in walk.said
        assert PROFILE in walk.last.text
        assert "Call 112 or 999" in await hears_what_to_do(walk)


@pytest.mark.parametrize(
    ("typed", "number"),
    [("Ireland", "Call 112 or 999"), (" irlanda ", "Call 112 or 999"), ("Portugal", GENERAL)],
)
async def test_a_country_that_is_typed_instead_of_tapped_is_understood(
    tmp_path: Path, typed: str, number: str
) -> None:
    async with walking(tmp_path, agrees, in_lisbon) as walk:
        await walk.says(typed)

        assert PROFILE in walk.last.text
        assert number in await hears_what_to_do(walk)


async def test_words_that_are_no_country_bring_up_the_danger_signs_as_ever(tmp_path: Path) -> None:
    async with walking(tmp_path, agrees, in_lisbon) as walk:
        assert CHEST in labels(await walk.says("my back hurts"))

        assert COUNTRY_QUESTION in (await walk.says("/start")).text


async def test_none_of_these_countries_keeps_the_number_that_works_in_many(tmp_path: Path) -> None:
    async with walking(tmp_path, agrees, in_lisbon) as walk:
        await walk.taps(NONE)

        assert PROFILE in walk.last.text
        assert GENERAL in await hears_what_to_do(walk)
        assert COUNTRY_QUESTION not in (await walk.says("/start")).text


async def test_a_country_is_understood_while_a_time_may_be_typed_too(tmp_path: Path) -> None:
    async with walking(tmp_path, agrees, in_lisbon) as walk:
        await walk.says("/session")
        await walk.taps("Another time")
        await walk.says("/start")

        await walk.says("Germany")

        assert "Call 112" in await hears_what_to_do(walk)


@pytest.mark.parametrize(("typed", "number"), [("London", "999"), ("Lisbon", GENERAL)])
async def test_a_place_that_is_named_reads_back_its_number_and_asks_for_no_country(
    tmp_path: Path, typed: str, number: str
) -> None:
    async with walking(tmp_path, agrees) as walk:
        await walk.says(typed)
        await walk.taps("Yes, that is right")

        kept = next(each for each in walk.person.from_bot if "I use Europe/" in each.text)
        assert number in kept.text
        assert PROFILE in walk.last.text
        assert COUNTRY_QUESTION not in walk.said


async def test_a_zone_that_lies_in_no_country_asks_for_it(tmp_path: Path) -> None:
    async with walking(tmp_path, agrees) as walk:
        await walk.says("Etc/GMT-2")
        await walk.taps("Yes, that is right")

        assert COUNTRY_QUESTION in walk.last.text


async def test_the_operators_own_country_is_offered_first(tmp_path: Path) -> None:
    async with walking(tmp_path, agrees) as walk:
        practice = walk.tryout.app.practice
        object.__setattr__(practice, "country", "MX")  # as AFTERCARE_COUNTRY does at the start
        await in_lisbon(walk)

        assert labels(walk.last)[0] == "Mexico"
        assert labels(walk.last)[-1] == NONE
        assert "Another country" not in labels(walk.last)
        assert GENERAL in await hears_what_to_do(walk)


async def test_a_country_left_unanswered_is_asked_again_after_a_restart(tmp_path: Path) -> None:
    async with walking(tmp_path, agrees, in_lisbon):
        pass
    async with walking(tmp_path) as walk:
        assert "Country for phone numbers: not told yet" in (await walk.says("/settings")).text
        assert COUNTRY_QUESTION in (await walk.says("/start")).text

        await walk.taps("Spain")

        assert PROFILE in walk.last.text


async def test_a_massage_logged_before_the_country_is_told_has_its_plan_and_asks_once_more(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, agrees, in_lisbon) as walk:
        await walk.has_massage()

        assert "Here is your plan" in walk.said
        assert COUNTRY_QUESTION in walk.last.text
        assert await walk.planned()


async def test_a_country_chosen_in_the_settings_answers_the_question_too(tmp_path: Path) -> None:
    async with walking(tmp_path, agrees, in_lisbon) as walk:
        await walk.says("/settings")
        await walk.taps("Country", "France")

        assert "Country for phone numbers: France" in walk.said
        assert PROFILE in walk.last.text


async def test_the_clock_typed_in_the_settings_asks_for_the_country_again(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await walk.says("/settings")
        await walk.taps("Country", "United Kingdom", "Time zone")

        await walk.says("06:00")
        await walk.taps("New York")

        assert COUNTRY_QUESTION in walk.last.text
        advice = await hears_what_to_do(walk)
        assert GENERAL in advice
        assert "999" not in advice


@pytest.mark.parametrize(
    ("chosen", "place", "asks"),
    [
        ("United Kingdom", "New York", True),
        ("United Kingdom", "Lisbon", True),
        ("Another country", "London", True),
        ("Another country", "Lisbon", False),
        ("Spain", "Barcelona", False),
    ],
)
async def test_a_move_to_another_country_than_the_one_chosen_asks_whose_numbers_to_give(
    tmp_path: Path, chosen: str, place: str, *, asks: bool
) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await walk.says("/settings")
        await walk.taps("Country", chosen, "Time zone")
        await walk.says(place)
        await walk.taps("Yes, that is right")

        assert (COUNTRY_QUESTION in walk.last.text) is asks
        advice = await hears_what_to_do(walk)
        assert (GENERAL in advice) is (chosen != "Spain")


async def test_a_place_named_later_settles_what_the_clock_left_open(tmp_path: Path) -> None:
    async with walking(tmp_path, agrees, in_lisbon) as walk:
        await walk.says("/settings")
        await walk.taps("Time zone")
        await walk.says("Berlin")
        await walk.taps("Yes, that is right")

        assert PROFILE in walk.last.text
        assert "Call 112" in await hears_what_to_do(walk)


async def test_advice_that_is_open_is_told_again_with_the_number_of_the_country_told(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, agrees, in_lisbon) as walk:
        await hears_what_to_do(walk)
        before = len(walk.person.from_bot)

        await walk.taps("Germany")

        came = walk.person.from_bot[before:]
        assert "112" in came[0].text
        assert GENERAL not in came[0].text


async def test_a_second_tap_on_a_country_asks_nothing_twice(tmp_path: Path) -> None:
    async with walking(tmp_path, agrees, in_lisbon) as walk:
        question = walk.last
        data = question.button("Ireland").data
        assert data is not None

        for _ in range(2):
            walk.person.press(question.message_id, data, stale=True)
        await walk.quiet()

        assert sum(PROFILE in each.text for each in walk.person.from_bot) == 1


async def test_an_old_button_of_a_place_that_does_not_say_how_it_was_found_asks_too(
    tmp_path: Path,
) -> None:
    """Offered by the version before, it may have been a guess by the clock."""
    async with walking(tmp_path, agrees) as walk:
        question = await walk.says("London")

        walk.person.press(question.message_id, "v1:zone:Europe/London", stale=True)
        await walk.quiet()

        assert COUNTRY_QUESTION in walk.last.text


async def test_a_country_nobody_offered_is_an_old_button(tmp_path: Path) -> None:
    async with walking(tmp_path, agrees, in_lisbon) as walk:
        walk.person.press(walk.last.message_id, "v1:country:XX", stale=True)
        await walk.quiet()

        assert GENERAL in await hears_what_to_do(walk)
