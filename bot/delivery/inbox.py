"""Updates, safe in the database before Telegram hears that they arrived, and then handled."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson
import structlog
from telegram import Bot, Update
from telegram.error import BadRequest, NetworkError, RetryAfter

from bot.care.model import ChatId
from bot.delivery.backoff import Backoff
from bot.delivery.ledger import Ledger
from bot.delivery.metrics import Metrics
from bot.delivery.sender import retry_after_s
from bot.store import inbox as table
from bot.store.together import Together

if TYPE_CHECKING:
    from datetime import datetime

    from bot.delivery.clock import Clock
    from bot.store.database import Database

TRIES = 3
HANDLE_S = 60.0
SIDE_BY_SIDE = 64  # chats handled at the same time
MOST_WAITING = 1000  # then receiving waits, and Telegram keeps the rest
MOST_LEFT_OVER = 100_000
GRACE_S = 3.0
LEFT_AFTER = timedelta(seconds=30)

Handle = Callable[[Update], Awaitable[None]]

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Letter:
    """An update in the table, not yet handled."""

    update_id: int
    payload: bytes
    received_at: datetime
    attempts: int = 0


class Inbox:
    """The table of updates, and the handling of them: in order in a chat, side by side across.

    An update whose handling met a network failure is tried until it works, and its chat waits.
    Any other failure is a defect: logged, tried three times in all, then kept with its reason;
    `on_poison` may tell the person something kind. Other chats notice nothing.
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
        self._handle = handle
        self._bot = bot
        self._on_poison = on_poison
        self._backoff = backoff or Backoff(first_s=0.5, most_s=30.0)
        self._metrics = metrics or Metrics()
        self._ledger = Ledger(database)
        self._arrivals = Together(self._keep)
        self._handled = Together(self._close)
        self._lanes: dict[int, deque[_Letter]] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(SIDE_BY_SIDE)
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
            letter = _Letter(item.update_id, item.payload, item.received_at, item.attempts)
            self._put(item.chat_id, letter)
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
            letter = _Letter(item.update_id, item.payload, item.received_at, item.attempts)
            self._put(item.chat_id, letter)
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
        for lane in self._lanes.values():
            lane.clear()
        if self._workers:
            await asyncio.wait(self._workers, timeout=GRACE_S)
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)

    async def _keep(self, arrivals: Sequence[table.Arrival]) -> list[bool]:
        """Store what came in meanwhile with one commit, and hand on what is new, in order."""
        async with self._database.transaction() as tx:
            new = await table.receive(tx, arrivals)
        # Telegram may bring the same update twice at once: it is new, and handed on, once.
        first = {each.update_id: each for each in reversed(arrivals) if each.update_id in new}
        for update_id, each in sorted(first.items()):
            self._put(each.chat_id, _Letter(update_id, each.payload, each.at))
        return [first.get(each.update_id) is each for each in arrivals]

    async def _close(self, handled: Sequence[tuple[int, datetime]]) -> list[None]:
        async with self._database.transaction() as tx:
            await table.done(tx, handled)
        return [None] * len(handled)

    def _put(self, chat_id: ChatId | None, letter: _Letter) -> None:
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
            await self._see_through(letter)
            self._ours.discard(letter.update_id)
            async with self._changed:
                self._waiting -= 1
                self._changed.notify_all()
        del self._lanes[key]

    async def _see_through(self, letter: _Letter) -> None:
        """Try until the update is handled, or is known to be beyond us."""
        unwritten = 0
        while not self._stopping.is_set():
            try:
                wait_s = await self._attempt(letter)
            except Exception:
                # The database is away; handling twice is harmless, forgetting is not.
                unwritten += 1
                wait_s = self._backoff.wait_s(unwritten)
                log.exception("inbox_not_written", update_id=letter.update_id)
            if wait_s is None:
                return
            await self._rest(wait_s)

    async def _rest(self, wait_s: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._stopping.wait()

    async def _attempt(self, letter: _Letter) -> float | None:
        """Handle once. None when that was the end of it, else the seconds until the next try."""
        update: Update | None = None
        try:
            async with self._places, asyncio.timeout(HANDLE_S):
                update = _parsed(letter.payload, self._bot)
                await self._handle(update)
        except RetryAfter as error:
            await self._note(letter, "429")
            return retry_after_s(error)
        except Exception as error:
            name = type(error).__name__
            if isinstance(error, NetworkError) and not isinstance(error, BadRequest):
                await self._note(letter, name)
                log.warning("update_waits_for_network", update_id=letter.update_id, error=name)
                return self._backoff.wait_s(letter.attempts)
            log.exception("update_failed", update_id=letter.update_id)
            return await self._defect(letter, update, name)
        await self._handled.ask((letter.update_id, self._clock.now()))
        self._count("handled", letter)
        return None

    def _count(self, outcome: str, letter: _Letter) -> None:
        waited = self._clock.now() - letter.received_at
        self._metrics.handled(outcome, waited.total_seconds())

    async def _note(self, letter: _Letter, reason: str) -> None:
        letter.attempts += 1
        await self._ledger.record(
            lambda tx: table.retry(tx, letter.update_id, reason=reason, attempts=letter.attempts),
            row=letter.update_id,
        )

    async def _defect(self, letter: _Letter, update: Update | None, reason: str) -> float | None:
        await self._note(letter, reason)
        if letter.attempts < TRIES and update is not None:
            return self._backoff.wait_s(letter.attempts)
        await self._ledger.record(
            lambda tx: table.fail(tx, letter.update_id, reason=reason, at=self._clock.now()),
            row=letter.update_id,
        )
        self._count("failed", letter)
        if update is not None and self._on_poison is not None:
            try:
                await self._on_poison(update)
            except Exception:
                log.exception("on_poison_failed", update_id=letter.update_id)
        return None


def _parsed(payload: bytes, bot: Bot) -> Update:
    update = Update.de_json(orjson.loads(payload), bot)
    if update is None:
        raise ValueError("an empty update")
    return update


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
