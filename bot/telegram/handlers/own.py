"""My own exercise: asked for in one message, read back, kept, removed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.care.own import MOST, OwnExerciseId
from bot.service import escalating, own, people
from bot.telegram.handlers import steps
from bot.telegram.views import own as views

if TYPE_CHECKING:
    from bot.telegram.callbacks import Callback
    from bot.telegram.turn import Turn

ACTION = "own"


async def tapped(turn: Turn, callback: Callback) -> None:
    """A button of this topic; without a word the list, or the question where there is none."""
    await turn.toast()
    said = callback.word(0) if callback.arguments else ""
    if said == views.KEEP:
        await _keep(turn)
    elif said == views.REMOVE:
        await own.remove(turn.practice, turn.known.id, OwnExerciseId(callback.number(1)), turn.now)
        turn.house.wake()
        await _show(turn)
    elif said == views.DROP:
        await own.drop(turn.practice, turn.known.id)
        await _show(turn)
    elif said in (views.ADD, views.AGAIN) or not await own.look(turn.practice, turn.known.id):
        await _ask(turn)
    else:
        await _show(turn)


async def _ask(turn: Turn) -> None:
    if len(await own.look(turn.practice, turn.known.id)) >= MOST:
        await _show(turn)
        return
    if turn.known.zone is None:
        await steps.ask_zone(turn)
        return
    if await escalating.standing(turn.practice, turn.known.id):
        await turn.edit(views.wait(turn.language))
        return
    await people.await_text(turn.practice, turn.known.id, own.ASKED, turn.now)
    await turn.edit(views.ask(turn.language))


async def _show(turn: Turn) -> None:
    await turn.edit(views.overview(turn.language, await own.look(turn.practice, turn.known.id)))


async def _keep(turn: Turn) -> None:
    """Keep it; a second press, or one too late, shows what is kept."""
    words = await own.keep(turn.practice, turn.known.id, turn.now)
    if words is None and await escalating.standing(turn.practice, turn.known.id):
        await turn.edit(views.wait(turn.language))
        return
    if words is None:
        await _show(turn)
        return
    turn.house.wake()
    await turn.edit(views.kept(turn.language, words))


async def typed(turn: Turn, text: str) -> bool:
    """An exercise typed as asked, read back for a yes; False when it is none."""
    words = await own.propose(turn.practice, turn.known.id, text)
    if words is None:
        return False
    await turn.send(views.read_back(turn.language, words))
    return True


async def let_go(turn: Turn) -> None:
    """Whoever does something else meanwhile is no longer asked: what they type then is heard."""
    dialog = turn.person.dialog if turn.person else None
    if dialog is not None and dialog.step == own.ASKED:
        await own.drop(turn.practice, turn.known.id)
        turn.person = replace(turn.known, dialog=None)
