"""What this process has leased and not yet ended, and the tasks that see it through."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from bot.care.model import ChatId, Occurrence, OccurrenceId
    from bot.delivery.round import Group

FEWEST_PLACES, MOST_PLACES = 64, 512
PLACES_S = 0.5  # how long Telegram may take to answer before places run short


def places(per_second: int) -> int:
    """How many messages may be in flight at this limit, safety messages aside."""
    return min(MOST_PLACES, max(FEWEST_PLACES, round(per_second * PLACES_S)))


class Flight:
    """Each occurrence belongs to one task at a time; `landed` hears of a task at its end, with
    what still belonged to it.
    """

    def __init__(self, landed: Callable[[asyncio.Task[None], Group], None]) -> None:
        self.tasks: dict[asyncio.Task[None], Group] = {}
        self.count = 0
        self._landed = landed
        self._chats: dict[ChatId, list[OccurrenceId]] = {}

    def board(self, occurrence: Occurrence) -> bool:
        """Count one in that was just leased; whether another for its chat is on its way."""
        aboard = self._chats.setdefault(occurrence.chat_id, [])
        another = any(each != occurrence.id for each in aboard)
        aboard.append(occurrence.id)
        self.count += 1
        return another

    def launch(self, work: Coroutine[Any, Any, None], group: Group) -> None:
        """Begin a task for these; each was counted in, and belongs to no other task."""
        task = asyncio.create_task(work)
        self.tasks[task] = group
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        group = self.tasks.pop(task)
        self.count -= len(group)
        for each in group.values():
            aboard = self._chats[each.chat_id]
            aboard.remove(each.id)
            if not aboard:
                del self._chats[each.chat_id]
        self._landed(task, group)
