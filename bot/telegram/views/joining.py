"""The first steps: who this is for, agreeing, the time zone, the way on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram import KeyboardButton, ReplyKeyboardMarkup, ReplyKeyboardRemove

from bot.library.library import FALLBACK_COUNTRY
from bot.telegram.views.view import View, button, in_rows, keyboard

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.library.text import Language


NAMED = "named"  # a zone the person named a place for; a button without it is a guess by the clock


def welcome(language: Language) -> View:
    """Who this is for, and the one question that can't be skipped."""
    return View(
        language.say("start.welcome"),
        keyboard(
            [
                [button(language.say("start.adult"), "adult", "yes", style="primary")],
                [button(language.say("start.minor"), "adult", "no")],
            ]
        ),
    )


def consent(language: Language, numbers: dict[str, str]) -> View:
    """What is kept, what this is not, and whether the person agrees."""
    return View(
        language.say("start.consent", **numbers),
        keyboard(
            [
                [button(language.say("start.agree"), "agree", "yes", style="success")],
                [button(language.say("start.disagree"), "agree", "no")],
            ]
        ),
    )


def ask_zone(language: Language) -> View:
    """Where the person's clock is: a shared place, a city, or the time it shows."""
    share = KeyboardButton(language.say("zone.share"), request_location=True)
    return View(
        language.say("zone.ask"),
        ReplyKeyboardMarkup(
            [[share]],
            resize_keyboard=True,
            one_time_keyboard=True,
            input_field_placeholder=language.say("zone.placeholder"),
        ),
    )


def confirm_zone(language: Language, zone: str, clock: str) -> View:
    """Whether the time found is the time on the person's clock."""
    return View(
        language.say("zone.confirm", time=clock, zone=zone.replace("_", " ")),
        keyboard(
            [
                [
                    button(language.say("zone.right"), "zone", zone, NAMED, style="success"),
                    button(language.say("zone.wrong"), "zone"),
                ]
            ]
        ),
    )


def zone_chosen(language: Language, zone: str, clock: str) -> View:
    """The question about the zone once it is answered: no buttons to tap twice."""
    return View(language.say("zone.chosen", time=clock, zone=zone.replace("_", " ")))


def choose_zone(language: Language, zones: Sequence[str]) -> View:
    """Several zones fit: which is nearest?"""
    buttons = [button(each.rpartition("/")[2].replace("_", " "), "zone", each) for each in zones]
    other = [button(language.say("zone.other"), "zone")]
    return View(language.say("zone.choose"), keyboard([*in_rows(buttons, 2), other]))


def zone_kept(
    language: Language, zone: str, clock: str, numbers: dict[str, str] | None = None
) -> View:
    """The zone is known, and with `numbers` whom to call there; the reply keyboard goes."""
    text: str = language.say("zone.kept", time=clock, zone=zone.replace("_", " "))
    if numbers:
        text = f"{text}\n\n{language.say('zone.numbers', **numbers)}"
    return View(text, ReplyKeyboardRemove())


def ask_country(language: Language, countries: Mapping[str, str]) -> View:
    """Which country's numbers to give, by code and name; "none of these" comes last."""
    known = {code: name for code, name in countries.items() if code != FALLBACK_COUNTRY}
    buttons = [button(name, "country", code) for code, name in known.items()]
    none = [button(language.say("country.none"), "country", FALLBACK_COUNTRY)]
    return View(language.say("country.ask"), keyboard([*in_rows(buttons, 2), none]))


def country_chosen(language: Language, numbers: dict[str, str]) -> View:
    """The question about the country once it is answered: whom to call there."""
    return View(language.say("country.chosen", **numbers))


def ready(language: Language) -> View:
    """All is set; the next step is a massage."""
    return View(
        language.say("start.ready"), keyboard([[button(language.say("session.log"), "session")]])
    )
