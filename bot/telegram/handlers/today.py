"""/today, /pause, /resume, /stop, and "shall I go on?"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.care.model import Status
from bot.service import escalating, overview, people
from bot.telegram.handlers import returning, steps
from bot.telegram.views import today as views
from bot.telegram.views.view import View, keyboard, wrong_row

if TYPE_CHECKING:
    from bot.telegram.callbacks import Callback
    from bot.telegram.turn import Turn


async def today(turn: Turn) -> None:
    """What is open, and what comes."""
    seen = await overview.look(turn.practice, turn.known.id)
    await turn.send(views.overview(turn.language, seen, turn.numbers()))


async def pause(turn: Turn) -> None:
    """A break from everything but safety messages."""
    turn.person = await people.pause(turn.practice, turn.known.id)
    text: str = turn.say("pause.done")
    if await escalating.standing(turn.practice, turn.known.id):
        text = f"{text}\n\n{turn.say('pause.escalation')}"
    await turn.send(View(text, keyboard([wrong_row(turn.language)])))


async def resume(turn: Turn) -> None:
    """Take the plan up again, and the joining that was broken off."""
    quiet = turn.back or turn.known.status is not Status.ACTIVE
    await returning.resume(turn)
    text: str = turn.say("resume.done" if quiet else "resume.running")
    if await escalating.standing(turn.practice, turn.known.id):
        text = f"{text}\n\n{turn.say('pause.escalation')}"
    await turn.send(View(text))
    await steps.go_on(turn)


async def resume_tapped(turn: Turn, _: Callback) -> None:
    """The button "Go on"."""
    await turn.toast()
    await resume(turn)


async def stop(turn: Turn) -> None:
    """No more messages. Open advice is told one last time."""
    standing = await escalating.standing(turn.practice, turn.known.id)
    turn.person = await people.stop(turn.practice, turn.known.id)
    text: str = turn.say("stop.done", **turn.numbers())
    if standing:
        text = f"{turn.say(f'today.open_{standing.level.id}', **turn.numbers())}\n\n{text}"
    await turn.send(View(text))


async def go_on_tapped(turn: Turn, callback: Callback) -> None:
    """The answer to "shall I go on?"."""
    await turn.toast()
    if callback.word(0) == "yes":
        await resume(turn)
    else:
        await stop(turn)
