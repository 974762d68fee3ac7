"""What is still to be asked before all is set: the zone, the country, the profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.care.model import UNTOLD
from bot.service import answering, people
from bot.telegram.handlers import interview
from bot.telegram.views import joining
from bot.telegram.views.numbers import countries
from bot.telegram.views.view import View

if TYPE_CHECKING:
    from bot.telegram.turn import Turn


async def go_on(turn: Turn) -> bool:
    """Ask the first thing that was never told; False where there is none.

    It is read from what is kept, so that a pause, a block or a crash in between loses no step.
    """
    if turn.known.zone is None:
        await ask_zone(turn)
    elif turn.known.country == UNTOLD:
        await ask_country(turn)
    elif not await answering.was_asked(turn.practice, turn.known.id, "profile"):
        await turn.send(View(turn.say("start.profile")))
        await interview.profile(turn)
    else:
        return False
    return True


async def ask_zone(turn: Turn) -> None:
    """Ask for a place, a city or the time."""
    await people.await_text(turn.practice, turn.known.id, "zone", turn.now)
    await turn.send(joining.ask_zone(turn.language))


async def ask_country(turn: Turn) -> None:
    """Ask whose numbers to give: a clock keeps the time of many countries."""
    await turn.send(joining.ask_country(turn.language, countries(turn.practice, turn.language)))
