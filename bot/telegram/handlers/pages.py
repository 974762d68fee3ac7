"""/help, /about, /guides, /privacy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.service import escalating, people
from bot.telegram.views import pages as views
from bot.telegram.views.view import View

if TYPE_CHECKING:
    from bot.telegram.callbacks import Callback
    from bot.telegram.turn import Turn


async def help_command(turn: Turn) -> None:
    """What can be said, to anyone."""
    await turn.send(views.help_page(turn.language, turn.numbers()))


async def about_command(turn: Turn) -> None:
    """Who stands behind the words."""
    await turn.send(views.about(turn.language))


async def guides_command(turn: Turn) -> None:
    """The list of guides."""
    await turn.send(views.guides(turn.language))


async def guides_tapped(turn: Turn, _: Callback) -> None:
    """Back to the list."""
    await turn.toast()
    await turn.edit(views.guides(turn.language))


async def guide_tapped(turn: Turn, callback: Callback) -> None:
    """A page of a guide, in a message of its own where it must not cover an advice."""
    await turn.toast()
    page = callback.number(1) if len(callback.arguments) > 1 else 0
    view = views.guide(turn.language, callback.word(0), page, turn.numbers())
    if callback.word(0) == "finding_doctor":
        await turn.send(view)
    else:
        await turn.edit(view)


async def privacy_command(turn: Turn) -> None:
    """What is kept."""
    await turn.send(views.privacy(turn.language, known=turn.person is not None))


async def erase_tapped(turn: Turn, callback: Callback) -> None:
    """Erase everything, after a second question. Open advice is told one last time."""
    await turn.toast()
    if not callback.arguments:
        await turn.edit(views.confirm_erase(turn.language))
    elif callback.word(0) != "yes":
        await turn.edit(View(turn.say("privacy.kept")))
    else:
        numbers = turn.numbers()
        standing = await escalating.standing(turn.practice, turn.known.id)
        await people.erase(turn.practice, turn.known.id)
        turn.person = None
        text: str = turn.say("privacy.erased", **numbers)
        if standing:
            text = f"{turn.say(f'today.open_{standing.level.id}', **numbers)}\n\n{text}"
        await turn.edit(View(text))
