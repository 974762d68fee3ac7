"""What a person can set: times, quiet hours, nudges, language, country, time zone."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

from bot.telegram.views.view import Row, View, button, in_rows, keyboard, wall

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from telegram import InlineKeyboardButton

    from bot.care.model import Person, Preferences
    from bot.library.markup import Html
    from bot.library.text import Language

MORNINGS = (time(7), time(7, 30), time(8), time(8, 30), time(9), time(9, 30), time(10), time(11))
EVENINGS = (
    time(16), time(17), time(17, 30), time(18), time(18, 30), time(19), time(19, 30), time(20),
)  # fmt: skip
QUIET_STARTS = (time(19), time(20), time(21), time(22), time(23), time(0))
QUIET_ENDS = (time(5), time(6), time(7), time(8), time(9), time(10))
CHOICES = {
    "morning": MORNINGS,
    "evening": EVENINGS,
    "quiet_start": QUIET_STARTS,
    "quiet_end": QUIET_ENDS,
}


def chosen(preferences: Preferences, field: str) -> time:
    """The time a field of the settings has now."""
    times = {
        "morning": preferences.morning,
        "evening": preferences.evening,
        "quiet_start": preferences.quiet.start,
        "quiet_end": preferences.quiet.end,
    }
    return times[field]


def overview(language: Language, person: Person, country: str) -> View:
    """All settings, each with the button that changes it."""
    preferences = person.preferences
    times = {field: wall(chosen(preferences, field)) for field in ("morning", "evening")}
    text = language.say(
        "settings.overview",
        quiet=_quiet(language, preferences),
        zone=(person.zone or "?").replace("_", " "),
        country=country,
        language=language.name,
        **times,
    )
    rows: list[Row] = [
        [button(language.say("settings.morning"), "set", "morning"),
         button(language.say("settings.evening"), "set", "evening")],
        [button(language.say("settings.quiet_start"), "set", "quiet_start"),
         button(language.say("settings.quiet_end"), "set", "quiet_end")],
        [_switch(language, "hydration", on=preferences.hydration),
         _switch(language, "stretching", on=preferences.stretching)],
        [button(language.say("settings.zone"), "zone"),
         button(language.say("settings.country"), "set", "country")],
        [button(language.say("settings.language"), "set", "language"),
         button(language.say("settings.profile"), "profile")],
        [button(language.say("settings.own"), "own")],
    ]  # fmt: skip
    return View(text, keyboard(rows))


def _quiet(language: Language, preferences: Preferences) -> Html:
    quiet = preferences.quiet
    if quiet.start == quiet.end:
        return language.say("settings.quiet_none")
    start, end = wall(quiet.start), wall(quiet.end)
    return language.say("settings.quiet", quiet_start=start, quiet_end=end)


def _switch(language: Language, field: str, *, on: bool) -> InlineKeyboardButton:
    state = "on" if on else "off"
    return button(language.say(f"settings.{field}_{state}"), "put", field, "off" if on else "on")


def choose_time(language: Language, person: Person, field: str) -> View:
    """The times a field can have."""
    now = chosen(person.preferences, field)
    buttons = [
        button(
            ("✓ " if each == now else "") + wall(each),
            "put",
            field,
            each.hour * 60 + each.minute,
        )
        for each in CHOICES[field]
    ]
    rows: list[Row] = [*in_rows(buttons, 4)]
    if field == "quiet_start":
        rows.append([button(language.say("settings.no_quiet"), "put", "quiet", "off")])
    rows.append([_back(language)])
    return View(language.say(f"settings.choose_{field}"), keyboard(rows))


def choose(
    language: Language, field: str, options: Mapping[str, str] | Iterable[tuple[str, str]]
) -> View:
    """A list of named choices, such as languages or countries."""
    pairs = dict(options)
    buttons = [button(name, "put", field, value) for value, name in pairs.items()]
    rows: list[Row] = [*in_rows(buttons, 2), [_back(language)]]
    return View(language.say(f"settings.choose_{field}"), keyboard(rows))


def _back(language: Language) -> InlineKeyboardButton:
    return button(language.say("button.back"), "settings")
