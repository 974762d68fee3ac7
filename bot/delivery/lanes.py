"""Whose turn it is: updates that wait, chat by chat, a few in memory and the rest in the table."""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import structlog

from bot.delivery.clerk import Letter
from bot.store import inbox as table

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from bot.care.model import ChatId
    from bot.delivery.backoff import Backoff
    from bot.delivery.clerk import Clerk
    from bot.store.database import Database

PER_CHAT = 5  # in memory; more than anyone taps while one answer is made
MOST_CHATS = 1000  # with something waiting; then receiving waits, and Telegram keeps the rest
LEFT_CHATS = 500  # of these, at most so many for what earlier runs left: new ones have room
PAGE = 200
NOTHING_YET = sys.maxsize

T = TypeVar("T")

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Lane:
    """One chat's updates. From `held_from` on they are in the table alone; None: none is."""

    held_from: int | None = None
    letters: deque[Letter] = field(default_factory=deque)

    def hold(self, update_id: int) -> None:
        """Leave this one in the table until those before it are handled."""
        held_from = NOTHING_YET if self.held_from is None else self.held_from
        self.held_from = min(held_from, update_id)


class Lanes:
    """Each chat's updates in order, chats side by side.

    Of one chat only a few are in memory. Those beyond stay in the table and are read when it is
    their turn, so a chat that floods takes no more room than another, and only its own updates
    wait for it. As long as what earlier runs left is not looked through, a chat's first updates
    are read from the table too: some of the left ones may be its own.
    """

    def __init__(self, database: Database, clerk: Clerk, backoff: Backoff) -> None:
        self._database = database
        self._clerk = clerk
        self._backoff = backoff
        self._lanes: dict[ChatId | None, _Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._ours: set[int] = set()  # in memory, or in hand
        self._looking: asyncio.Task[None] | None = None
        self._catching_up = False
        self._changed = asyncio.Event()

    def put(self, chat_id: ChatId | None, letter: Letter) -> None:
        """A new update, which is in the table: its turn comes after all others of its chat."""
        if self._clerk.in_hurry or letter.update_id in self._ours:
            return
        lane = self._lanes.get(chat_id)
        if lane is None:
            lane = self._open(chat_id, _Lane(held_from=0 if self._catching_up else None))
        if lane.held_from is not None or len(lane.letters) >= PER_CHAT:
            lane.hold(letter.update_id)
            return
        lane.letters.append(letter)
        self._ours.add(letter.update_id)

    def hold(self, found: table.Waiting) -> bool:
        """An update that may wait in the table; whether its chat had nothing waiting here."""
        if self._clerk.in_hurry or found.update_id in self._ours:
            return False
        lane = self._lanes.get(found.chat_id)
        if lane is None:
            self._open(found.chat_id, _Lane(held_from=found.update_id))
            return True
        lane.hold(found.update_id)
        return False

    def catch_up(self) -> None:
        """Take up, as room comes, what earlier runs left."""
        self._catching_up = True
        self._look(None)

    def take_up(self, before: datetime) -> None:
        """Take up, as room comes, what came before this instant and is not here."""
        if self._looking is None or self._looking.done():
            self._look(before)

    async def room(self) -> None:
        """Return once there is room for another chat."""
        await self._until(lambda: len(self._lanes) < MOST_CHATS)

    async def settled(self) -> None:
        """Return once no update is waiting or being handled."""
        await self._until(
            lambda: not self._lanes and (self._looking is None or self._looking.done())
        )

    async def stop(self, grace_s: float) -> None:
        """Let what is in hand end, within so many seconds; the clerk has been told to hurry."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace_s)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _open(self, chat_id: ChatId | None, lane: _Lane) -> _Lane:
        self._lanes[chat_id] = lane
        self._begin(self._work(chat_id, lane))
        return lane

    def _begin(self, work: Awaitable[None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._change()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("lane_broke", exc_info=error)

    async def _work(self, chat_id: ChatId | None, lane: _Lane) -> None:
        """Handle one chat's updates until there are none left."""
        try:
            while not self._clerk.in_hurry and (lane.letters or lane.held_from is not None):
                if not lane.letters:
                    await self._patiently(partial(self._fetch, chat_id, lane))
                    continue
                letter = lane.letters.popleft()
                try:
                    await self._clerk.see_through(letter)
                finally:
                    self._ours.discard(letter.update_id)
        finally:
            # What is left of it, where this was not the end, is found in the table.
            del self._lanes[chat_id]
            self._ours.difference_update(letter.update_id for letter in lane.letters)

    async def _fetch(self, chat_id: ChatId | None, lane: _Lane) -> None:
        """Bring the next of this chat from the table; none of them is in memory."""
        first = lane.held_from or 0
        lane.held_from = NOTHING_YET  # what comes meanwhile is not to overtake what is read
        try:
            async with self._database.reading() as tx:
                items = await table.of_chat(tx, chat_id, first=first, limit=PER_CHAT + 1)
        except BaseException:
            lane.hold(first)
            raise
        for item in items[:PER_CHAT]:
            lane.letters.append(_left(item))
            self._ours.add(item.update_id)
        if len(items) > PER_CHAT:
            lane.hold(items[-1].update_id)
        if lane.held_from == NOTHING_YET:
            lane.held_from = None

    def _look(self, before: datetime | None) -> None:
        self._looking = self._begin(self._look_through(before))

    async def _look_through(self, before: datetime | None) -> None:
        """Open a lane for each chat of which something waits in the table."""
        after, found = -1, 0
        page: tuple[table.Waiting, ...] | None = None
        while page is None or len(page) == PAGE:
            await self._until(lambda: len(self._lanes) < LEFT_CHATS)
            page = await self._patiently(partial(self._page, after, before)) or ()
            found += sum(self.hold(each) for each in page)
            after = page[-1].update_id if page else after
        self._catching_up = False
        if found:
            log.info("inbox_taken_up", chats=found)

    async def _page(self, after: int, before: datetime | None) -> tuple[table.Waiting, ...]:
        async with self._database.reading() as tx:
            return await table.waiting(tx, after=after, before=before, limit=PAGE)

    async def _patiently(self, read: Callable[[], Awaitable[T]]) -> T | None:
        """What is read, as soon as the database allows; None where the clerk is in a hurry."""
        failures = 0
        while not self._clerk.in_hurry:
            try:
                return await read()
            except Exception as error:
                failures += 1
                log.warning("inbox_not_read", error=type(error).__name__)
            await self._clerk.rest(self._backoff.wait_s(failures))
        return None

    async def _until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            await self._changed.wait()

    def _change(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


def _left(item: table.InboxItem) -> Letter:
    return Letter(item.update_id, item.payload, item.received_at, left=True, begun=item.begun)
