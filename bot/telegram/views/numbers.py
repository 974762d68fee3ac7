"""Whom to call, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel.core import get_global

from bot.care.model import UNTOLD
from bot.library.library import FALLBACK_COUNTRY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.care.model import Person
    from bot.library.library import Country
    from bot.library.text import Language
    from bot.service.practice import Practice

ISO_CODE = 2  # letters
NOWHERE = "ZZ"  # CLDR's code of an unknown region
NOWHERES = (NOWHERE, "001")  # and of the world


def numbers(practice: Practice, language: Language, person: Person | None) -> dict[str, str]:
    """What {emergency}, {advice_line}, {country} and {doctor_link} stand for."""
    return of_country(language, practice.library.country(_country_code(practice, person)))


def of_country(language: Language, country: Country) -> dict[str, str]:
    """The numbers of one country, in words."""
    emergency = language.either(country.emergency)
    if not country.is_known:
        emergency = language.say("numbers.any_emergency", numbers=emergency)
    advice = language.say("numbers.any_advice")
    if country.advice:
        advice = language.say(
            "numbers.advice", name=country.advice.name, number=country.advice.number
        )
    return {
        "emergency": emergency,
        "advice_line": advice,
        "country": country_name(language, country),
        "doctor_link": country.find_doctor or language.say("numbers.any_doctor"),
    }


def _country_code(practice: Practice, person: Person | None) -> str:
    """What the person chose, else where the place they named lies, else what the operator set.

    A place in a country without an entry, and a country not told yet, get the numbers that work
    in many, not the operator's: a wrong emergency number is worse than a general one.
    """
    if person is not None and person.country:
        return FALLBACK_COUNTRY if person.country == UNTOLD else person.country
    if person is None or person.zone is None:
        return practice.country
    return country_of(person.zone) or FALLBACK_COUNTRY


def country_of(zone: str) -> str | None:
    """The country (ISO code) a time zone lies in; None for one of no country, such as UTC."""
    territory = get_global("zone_territories").get(zone, NOWHERE)
    return None if territory in NOWHERES else str(territory)


def country_named(typed: str, languages: Iterable[Language]) -> str | None:
    """The country (ISO code) that one of these languages calls so; None where none does."""
    name = typed.strip().rstrip(".!").casefold()
    for language in languages:
        for code, called in language.locale.territories.items():
            if len(code) == ISO_CODE and called.casefold() == name:
                return str(code)
    return None


def countries(practice: Practice, language: Language) -> dict[str, str]:
    """The countries there are numbers for, by code: the operator's first, "another" last."""
    own = practice.country.upper()
    codes = sorted(
        practice.library.countries, key=lambda each: (each == FALLBACK_COUNTRY, each != own)
    )
    return {each: country_name(language, practice.library.country(each)) for each in codes}


def country_name(language: Language, country: Country) -> str:
    """What the language calls a country; "another country" where it is not known."""
    named = language.country_name(country.code) if country.is_known else None
    return named or language.say("settings.other_country")
