"""Done, later, skip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from bot.care.model import OccurrenceId, Status
from bot.service import nudging
from bot.telegram.views import nudge as views
from bot.telegram.views.view import View, keyboard, moment, wrong_row

if TYPE_CHECKING:
    from bot.telegram.callbacks import Callback
    from bot.telegram.turn import Turn


async def tapped(turn: Turn, callback: Callback) -> None:
    """A button under a nudge."""
    occurrence_id, said = OccurrenceId(callback.number(0)), callback.word(1)
    if said == views.LATER:
        await _offer(turn, occurrence_id)
        return
    if said not in (views.DONE, views.SKIP):
        raise ValueError(f"unknown answer to a nudge: {said}")
    response = cast("Literal['done', 'skip']", said)
    settled = await nudging.respond(turn.practice, turn.known.id, occurrence_id, response, turn.now)
    if settled is None:
        await turn.toast(turn.say("nudge.closed"))
        return
    if said == views.DONE and settled.held_back:
        reply = turn.say("pause.escalation")
    else:
        reply = turn.say(f"nudge.{said}_reply")
    await turn.toast(reply)
    await turn.redraw(_closed(turn, reply))


async def _offer(turn: Turn, occurrence_id: OccurrenceId) -> None:
    offers = await nudging.offers(turn.practice, turn.known.id, occurrence_id, turn.now)
    if await nudging.held_back(turn.practice, turn.known.id, occurrence_id):
        await turn.toast(turn.say("pause.escalation"))
        return
    if offers is None:
        await turn.toast(turn.say("nudge.closed"))
        return
    await turn.toast()
    await turn.edit(views.later(turn.language, occurrence_id, offers))


async def later_tapped(turn: Turn, callback: Callback) -> None:
    """A time chosen to come back at."""
    put_off = await nudging.put_off(
        turn.practice,
        turn.known.id,
        OccurrenceId(callback.number(0)),
        callback.word(1),
        turn.now,
    )
    if put_off is None:
        active = turn.known.status is Status.ACTIVE
        await turn.toast(turn.say("nudge.closed" if active else "today.paused"))
        return
    person, chosen = put_off
    turn.house.wake()
    await turn.toast()
    time = moment(chosen.at, person.zone or "UTC", turn.language)
    await turn.edit(_closed(turn, turn.say("nudge.put_off", time=time)))


def _closed(turn: Turn, text: str) -> View:
    return View(text, keyboard([wrong_row(turn.language)]))
