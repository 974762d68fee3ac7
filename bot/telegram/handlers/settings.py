"""/settings: times, quiet hours, nudges, language, country."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import TYPE_CHECKING

from bot.care.model import UNTOLD, Preferences, QuietHours
from bot.service import people
from bot.telegram.handlers import steps
from bot.telegram.views import settings as views
from bot.telegram.views.numbers import countries

if TYPE_CHECKING:
    from bot.telegram.callbacks import Callback
    from bot.telegram.turn import Turn
    from bot.telegram.views.view import View

DAY_MINUTES = 24 * 60


async def command(turn: Turn) -> None:
    """Show all settings in a new message."""
    await turn.send(_overview(turn))


async def tapped(turn: Turn, _: Callback) -> None:
    """Show all settings in place."""
    await turn.toast()
    await turn.edit(_overview(turn))


def _overview(turn: Turn) -> View:
    untold = turn.known.country == UNTOLD
    country = turn.say("settings.country_untold") if untold else turn.numbers()["country"]
    return views.overview(turn.language, turn.known, country)


async def set_tapped(turn: Turn, callback: Callback) -> None:
    """Offer the choices of one setting."""
    await turn.toast()
    field = callback.word(0)
    library = turn.practice.library
    if field == "language":
        names = {code: each.name for code, each in library.languages.items()}
        await turn.edit(views.choose(turn.language, field, names))
    elif field == "country":
        await turn.edit(views.choose(turn.language, field, countries(turn.practice, turn.language)))
    else:
        await turn.edit(views.choose_time(turn.language, turn.known, field))


async def put_tapped(turn: Turn, callback: Callback) -> None:
    """Keep a choice, and lay the plan out by it."""
    field, value = callback.word(0), callback.word(1)
    library, person = turn.practice.library, turn.known
    untold = person.country == UNTOLD
    if field == "language" and value in library.languages:
        turn.person = await people.set_language(turn.practice, person.id, value, turn.now)
        turn.language = library.languages[value]
    elif field == "country" and value in library.countries:
        turn.person = await people.set_country(turn.practice, person.id, value, turn.now)
    else:
        preferences = changed(person.preferences, field, value)
        turn.person = await people.set_preferences(turn.practice, person.id, preferences, turn.now)
    turn.house.wake()
    await tapped(turn, callback)
    if untold and field == "country":
        await steps.go_on(turn)


def changed(preferences: Preferences, field: str, value: str) -> Preferences:
    """The preferences with one field set; ValueError for what no button offers."""
    if field == "hydration":
        return replace(preferences, hydration=value == "on")
    if field == "stretching":
        return replace(preferences, stretching=value == "on")
    if (field, value) == ("quiet", "off"):
        return replace(preferences, quiet=QuietHours(start=time(0), end=time(0)))
    minutes = int(value)
    if field not in views.CHOICES or not 0 <= minutes < DAY_MINUTES:
        raise ValueError(f"no setting {field}={value}")
    chosen = time(minutes // 60, minutes % 60)
    if field == "quiet_start":
        return replace(preferences, quiet=replace(preferences.quiet, start=chosen))
    if field == "quiet_end":
        return replace(preferences, quiet=replace(preferences.quiet, end=chosen))
    if field == "morning":
        return replace(preferences, morning=chosen)
    return replace(preferences, evening=chosen)
