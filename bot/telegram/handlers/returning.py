"""Being back: at one's own wish, or by writing again after a block or a long silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.service import people

if TYPE_CHECKING:
    from bot.telegram.turn import Turn


async def resume(turn: Turn) -> None:
    """Take up the plan: the person wishes it."""
    _keep(turn, await people.resume(turn.practice, turn.known.id, turn.now))


async def come_back(turn: Turn) -> None:
    """Let hold again what held before; a pause stays one."""
    _keep(turn, await people.come_back(turn.practice, turn.known.id, turn.now))


def _keep(turn: Turn, back: people.Back) -> None:
    turn.person, turn.back = back.person, True
    turn.told_again = turn.told_again or back.told_again
    turn.house.wake()
