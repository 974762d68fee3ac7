"""/report: what the person told, to show a doctor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.service import overview
from bot.telegram.views import report as views
from bot.telegram.views.view import View

if TYPE_CHECKING:
    from bot.telegram.turn import Turn


async def command(turn: Turn) -> None:
    """Send the report, in as many messages as it takes."""
    told = await overview.told(turn.practice, turn.known.id)
    for page in views.pages(turn.language, turn.practice.library, told):
        await turn.send(View(page))
