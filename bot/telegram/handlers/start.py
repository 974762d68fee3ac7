"""Joining: who this is for, agreeing, the time zone, the country."""

from __future__ import annotations

import re
from datetime import datetime, time
from html import escape
from typing import TYPE_CHECKING

from bot.care import timing
from bot.care.model import UNTOLD, Status
from bot.library.library import FALLBACK_COUNTRY
from bot.service import escalating, people
from bot.telegram import places
from bot.telegram.handlers import returning, session, steps
from bot.telegram.views import escalation, joining
from bot.telegram.views.numbers import country_named, country_of
from bot.telegram.views.view import View, wall

if TYPE_CHECKING:
    from bot.telegram.callbacks import Callback
    from bot.telegram.turn import Turn

CLOCK = re.compile(r"(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2}))?\s*(?P<half>[ap]\.?m\.?)?", re.I)


async def command(turn: Turn, payload: str) -> None:
    """/start: for a stranger the first step, for a known person where they are."""
    person = turn.person
    if person is None:
        await turn.send(joining.welcome(turn.language))
        return
    if person.status not in (Status.ACTIVE, Status.JOINING):
        await returning.resume(turn)
    if turn.back:
        await turn.send(View(turn.say("start.back")))
    standing = await escalating.standing(turn.practice, person.id)
    if standing and not turn.told_again:
        await turn.send(escalation.standing(turn.language, standing, turn.numbers()))
    if payload == "session":
        await session.command(turn)
    elif not await steps.go_on(turn) and standing is None:
        await turn.send(joining.ready(turn.language))


async def adult_tapped(turn: Turn, callback: Callback) -> None:
    """The one question that can't be skipped; nothing is kept of either answer."""
    await turn.toast()
    if callback.word(0) == "yes":
        await turn.edit(joining.consent(turn.language, turn.numbers()))
    elif turn.person is None:
        await turn.edit(View(turn.say("start.minor_reply")))


async def agree_tapped(turn: Turn, callback: Callback) -> None:
    """Agreeing is what makes a stranger a person whose words are kept."""
    await turn.toast()
    if callback.word(0) != "yes":
        if turn.person is None:
            await turn.edit(View(turn.say("start.disagree_reply")))
        return
    turn.person = await people.join(
        turn.practice, turn.chat_id, language=turn.language.code, now=turn.now
    )
    await turn.redraw(View(turn.say("start.consent", **turn.numbers())))
    await steps.go_on(turn)


async def zone_tapped(turn: Turn, callback: Callback) -> None:
    """A zone that was offered, or (without one) the wish for another."""
    await turn.toast()
    if not callback.arguments or not timing.is_zone(callback.word(0)):
        await steps.ask_zone(turn)
        return
    zone = callback.word(0)
    await turn.redraw(joining.zone_chosen(turn.language, zone, _shown(turn.now, zone)))
    await _keep(turn, zone, named=joining.NAMED in callback.arguments)


async def zone_shared(turn: Turn, latitude: float, longitude: float) -> None:
    """A shared place: its zone is kept, the place is not."""
    zone = places.zone_at(latitude, longitude)
    if zone is None:
        await turn.send(View(turn.say("zone.unknown")))
        return
    await _keep(turn, zone, named=True)


async def zone_typed(turn: Turn, text: str) -> bool:
    """A city or a time typed as the answer; False when it is neither."""
    clock = _clock(text)
    if clock is not None:
        zones = timing.offset_zone_guess(turn.now, clock)
        if zones:
            await turn.send(joining.choose_zone(turn.language, zones))
            return True
    zone = places.zone_of(text)
    if zone is None:
        return False
    shown = wall(timing.local(turn.now, zone).time())
    await turn.send(joining.confirm_zone(turn.language, zone, shown))
    return True


def _clock(text: str) -> time | None:
    match = CLOCK.fullmatch(text.strip())
    if match is None:
        return None
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    if match["half"] and 1 <= hour <= 12:
        hour = hour % 12 + (12 if match["half"].lower().startswith("p") else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


async def _keep(turn: Turn, zone: str, *, named: bool) -> None:
    """Use the zone, and ask for the country where it does not tell whose numbers to give."""
    untold = not (named and _tells_country(turn, zone))
    await people.set_zone(turn.practice, turn.known.id, zone, turn.now, untold=untold)
    turn.person = await people.settle_in(turn.practice, turn.known.id, turn.now)
    turn.house.wake()
    numbers = None if turn.known.country == UNTOLD else turn.numbers()
    await turn.send(joining.zone_kept(turn.language, zone, _shown(turn.now, zone), numbers))
    await steps.go_on(turn)


def _tells_country(turn: Turn, zone: str) -> bool:
    """Whether a place that was named settles it: not where numbers of elsewhere were chosen."""
    library, chosen, lies_in = turn.practice.library, turn.known.country, country_of(zone)
    if lies_in is None:
        return False
    return chosen in (None, UNTOLD) or library.country(chosen) == library.country(lies_in)


async def country_tapped(turn: Turn, callback: Callback) -> None:
    """A country under the question which it is."""
    code = callback.word(0)
    if code not in turn.practice.library.countries:
        raise ValueError(f"no numbers of {code}")
    await turn.toast()
    await _keep_country(turn, code)


async def country_typed(turn: Turn, text: str) -> bool:
    """A country typed instead of tapped; False when it is none."""
    library = turn.practice.library
    code = country_named(text, library.languages.values())
    if code is None:
        return False
    await _keep_country(turn, code if code in library.countries else FALLBACK_COUNTRY)
    return True


async def _keep_country(turn: Turn, code: str) -> None:
    """The country is told: its numbers are read back, and stand in advice that is open."""
    turn.person = await people.set_country(turn.practice, turn.known.id, code, turn.now)
    turn.house.wake()
    await turn.edit(joining.country_chosen(turn.language, turn.numbers()))
    standing = await escalating.standing(turn.practice, turn.known.id)
    if standing:
        await turn.send(escalation.standing(turn.language, standing, turn.numbers()))
    await steps.go_on(turn)


def _shown(now: datetime, zone: str) -> str:
    return escape(wall(timing.local(now, zone).time()))
