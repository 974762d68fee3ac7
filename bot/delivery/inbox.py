"""Updates, safe in the database before Telegram hears that they arrived, and then handled."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson
import structlog

from bot.care.model import ChatId
from bot.delivery.backoff import Backoff
from bot.delivery.clerk import Clerk, Handle, Letter
from bot.delivery.metrics import Metrics
from bot.store import inbox as table
from bot.store.together import Together

if TYPE_CHECKING:
    from telegram import Bot

    from bot.delivery.clock import Clock
    from bot.store.database import Database

MOST_WAITING = 1000  # then receiving waits, and Telegram keeps the rest
MOST_LEFT_OVER = 100_000
GRACE_S = 3.0
LEFT_AFTER = timedelta(seconds=30)

log = structlog.get_logger(__name__)


class Inbox:
    """The table of updates, and the handling of them: in order in a chat, side by side across.

    An update that has to be tried again holds up its chat; other chats notice nothing.
    `Clerk` says what is tried for how long, and when `on_poison` is called.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        handle: Handle,
        bot: Bot,
        *,
        on_poison: Handle | None = None,
        backoff: Backoff | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._clerk = Clerk(
            database,
            clock,
            handle,
            bot,
            on_poison=on_poison,
            backoff=backoff or Backoff(first_s=0.5, most_s=30.0),
            metrics=metrics or Metrics(),
        )
        self._arrivals = Together(self._keep)
        self._lanes: dict[int, deque[Letter]] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self._ours: set[int] = set()  # waiting here, or in hand
        self._waiting = 0
        self._changed = asyncio.Condition()
        self._started = False
        self._stopping = asyncio.Event()

    @property
    def is_open(self) -> bool:
        """Whether updates may come in."""
        return self._started

    async def start(self) -> None:
        """Take up what an earlier run received and did not finish, before anything new."""
        async with self._database.reading() as tx:
            left_over = await table.pending(tx, limit=MOST_LEFT_OVER)
        self._started = True
        for item in left_over:
            self._put(item.chat_id, _left(item))
        if left_over:
            log.info("inbox_taken_up", count=len(left_over))

    async def take_up_left(self) -> None:
        """Take up what another process received and has not finished for a while.

        It may have died on a machine that stays down. Where it lives and is only slow, both
        handle the update, which is harmless. Raises what the database raises.
        """
        if not self._started:
            return
        before = self._clock.now() - LEFT_AFTER
        async with self._database.reading() as tx:
            old = await table.pending(tx, limit=MOST_WAITING, before=before)
        left = [each for each in old if each.update_id not in self._ours]
        for item in left:
            self._put(item.chat_id, _left(item))
        if left:
            log.warning("inbox_of_another_taken_up", count=len(left))

    async def receive(self, updates: Iterable[Mapping[str, Any]]) -> int:
        """Store updates as Telegram's JSON gave them; how many were new.

        They are taken in the order of their numbers, which is that of the acts. When this returns
        they are committed, and may be confirmed to Telegram. Raises what the database raises;
        then none may be. Waits while far too many are unhandled.
        """
        if not self._started:
            raise RuntimeError("the inbox finishes what is left over first: call start()")
        async with self._changed:
            await self._changed.wait_for(lambda: self._waiting < MOST_WAITING)
        at = self._clock.now()
        in_order = sorted(updates, key=lambda each: int(each["update_id"]))
        arrivals = [
            table.Arrival(int(update["update_id"]), chat_of(update), orjson.dumps(update), at)
            for update in in_order
        ]
        new = await asyncio.gather(*(self._arrivals.ask(each) for each in arrivals))
        return sum(new)

    async def settled(self) -> None:
        """Return once no update is waiting or being handled."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._waiting == 0)

    async def stop(self) -> None:
        """Finish the updates in hand, within 4 s; the others stay in the table for next time."""
        self._stopping.set()
        self._clerk.hurry()
        for lane in self._lanes.values():
            lane.clear()
        if self._workers:
            await asyncio.wait(self._workers, timeout=GRACE_S)
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        await self._clerk.put_back()

    async def _keep(self, arrivals: Sequence[table.Arrival]) -> list[bool]:
        """Store what came in meanwhile with one commit, and hand on what is new, in order."""
        async with self._database.transaction() as tx:
            new = await table.receive(tx, arrivals)
        # Telegram may bring the same update twice at once: it is new, and handed on, once.
        first = {each.update_id: each for each in reversed(arrivals) if each.update_id in new}
        for update_id, each in sorted(first.items()):
            self._put(each.chat_id, Letter(update_id, each.payload, each.at))
        return [first.get(each.update_id) is each for each in arrivals]

    def _put(self, chat_id: ChatId | None, letter: Letter) -> None:
        if self._stopping.is_set():
            return
        self._waiting += 1
        self._ours.add(letter.update_id)
        key = -letter.update_id if chat_id is None else chat_id
        if key in self._lanes:
            self._lanes[key].append(letter)
            return
        self._lanes[key] = deque([letter])
        worker = asyncio.create_task(self._work(key))
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)

    async def _work(self, key: int) -> None:
        """Handle one chat's updates until there are none left."""
        lane = self._lanes[key]
        while lane and not self._stopping.is_set():
            letter = lane.popleft()
            await self._clerk.see_through(letter)
            self._ours.discard(letter.update_id)
            async with self._changed:
                self._waiting -= 1
                self._changed.notify_all()
        del self._lanes[key]


def _left(item: table.InboxItem) -> Letter:
    return Letter(item.update_id, item.payload, item.received_at, left=True, begun=item.begun)


def chat_of(update: Mapping[str, Any]) -> ChatId | None:
    """The chat an update belongs to, else the user it is from; None where it names neither."""
    for part in update.values():
        if not isinstance(part, Mapping):
            continue
        message = part.get("message")
        places = (part, message if isinstance(message, Mapping) else {})
        for place, name in ((p, n) for n in ("chat", "from", "user") for p in places):
            found = place.get(name)
            if isinstance(found, Mapping) and isinstance(found.get("id"), int):
                return ChatId(found["id"])
    return None
