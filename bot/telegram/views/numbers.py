"""Whom to call, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel.core import get_global

from bot.library.library import FALLBACK_COUNTRY

if TYPE_CHECKING:
    from bot.care.model import Person
    from bot.library.library import Country
    from bot.library.text import Language
    from bot.service.practice import Practice


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
    """What the person chose, else where their time zone lies, else what the operator set.

    A zone in a country without an entry gets the numbers that work in many, not the operator's:
    a wrong emergency number is worse than a general one.
    """
    if person is not None and person.country:
        return person.country
    if person is None or person.zone is None:
        return practice.country
    territory = get_global("zone_territories").get(person.zone, FALLBACK_COUNTRY)
    return str(territory)


def country_name(language: Language, country: Country) -> str:
    """What the language calls a country; "another country" where it is not known."""
    named = language.country_name(country.code) if country.is_known else None
    return named or language.say("settings.other_country")
