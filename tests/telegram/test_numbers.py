"""Whom to call: a wrong emergency number is worse than a general one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest

from bot.service.practice import Practice
from bot.telegram.views.numbers import country_name, numbers

if TYPE_CHECKING:
    from bot.care.model import Person
    from bot.library.library import Library
    from bot.library.text import Language
    from bot.store.database import Database

ANYWHERE = "your local emergency number (112 or 911 work in many countries)"


def emergency(shipped: Library, person: Person | None, *, operator: str = "GB") -> str:
    practice = Practice(cast("Database", None), shipped, operator)
    return numbers(practice, shipped.language("en"), person)["emergency"]


def test_a_stranger_gets_the_operators_numbers(shipped: Library) -> None:
    assert emergency(shipped, None, operator="AU") == "000 or 112"


def test_before_the_zone_is_known_the_operators_numbers_count(
    shipped: Library, anna: Person
) -> None:
    assert emergency(shipped, replace(anna, zone=None), operator="DE") == "112"


def test_the_country_of_the_zone_goes_before_the_operators(shipped: Library, anna: Person) -> None:
    new_yorker = replace(anna, zone="America/New_York")

    assert emergency(shipped, new_yorker, operator="GB") == "911"


def test_the_country_that_was_chosen_goes_before_that_of_the_zone(
    shipped: Library, anna: Person
) -> None:
    traveller = replace(anna, zone="America/New_York", country="FR")

    assert emergency(shipped, traveller, operator="GB") == "15 or 112"


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Sao_Paulo", "UTC", "US/Eastern"])
def test_a_zone_of_an_unknown_country_gets_what_works_in_many_and_not_the_operators(
    shipped: Library, anna: Person, zone: str
) -> None:
    assert emergency(shipped, replace(anna, zone=zone), operator="US") == ANYWHERE


@pytest.mark.parametrize("country", ["default", "JP", "nonsense"])
def test_an_unknown_country_gets_what_works_in_many(
    shipped: Library, anna: Person, country: str
) -> None:
    assert emergency(shipped, replace(anna, country=country)) == ANYWHERE


def test_all_that_texts_ask_for_is_there_in_every_country(shipped: Library, anna: Person) -> None:
    practice = Practice(cast("Database", None), shipped, "default")
    for code in shipped.countries:
        values = numbers(practice, shipped.language("en"), replace(anna, country=code))

        assert set(values) == {"emergency", "advice_line", "country", "doctor_link"}
        assert all(values.values())


def test_an_advice_line_is_named_with_its_number_and_otherwise_in_general(
    shipped: Library, anna: Person
) -> None:
    practice = Practice(cast("Database", None), shipped, "default")
    english = shipped.language("en")

    british = numbers(practice, english, anna)
    irish = numbers(practice, english, replace(anna, country="IE"))

    assert british["advice_line"] == "NHS 111 (111)"
    assert irish["advice_line"] == "your local medical advice line"


def test_a_country_is_called_by_its_name(shipped: Library, english: Language) -> None:
    assert country_name(english, shipped.country("GB")) == "United Kingdom"
    assert country_name(english, shipped.country("default")) == "Another country"
