"""Answers to "have you got help?"."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast, get_args

from bot.care.model import EscalationId, Kind
from bot.service import escalating, overview
from bot.telegram.views import escalation as views

if TYPE_CHECKING:
    from bot.telegram.callbacks import Callback
    from bot.telegram.turn import Turn

STRETCHES = frozenset({Kind.STRETCH, Kind.STRENGTHENING})


async def tapped(turn: Turn, callback: Callback) -> None:
    """A button under an escalation or its follow-up. The advice stays readable above the reply."""
    said = callback.word(1)
    if said not in get_args(escalating.Response):
        raise ValueError(f"unknown answer to an escalation: {said}")
    responded = await escalating.respond(
        turn.practice,
        turn.known.id,
        EscalationId(callback.number(0)),
        cast("escalating.Response", said),
        turn.now,
    )
    if responded is None or responded.stale:
        await _settled(turn)
        return
    turn.house.wake()
    await turn.toast()
    stretches = await overview.comes(turn.practice, turn.known.id, STRETCHES)
    await turn.send(
        views.response(
            turn.language, responded.escalation, said, turn.numbers(), stretches=stretches
        )
    )


async def _settled(turn: Turn) -> None:
    """A button under advice that is over: said so, unless newer advice took its place."""
    standing = await escalating.standing(turn.practice, turn.known.id)
    if standing is None:
        await turn.toast(turn.say("escalation.closed"))
        return
    await turn.toast()
    await turn.send(views.standing(turn.language, standing, turn.numbers()))
