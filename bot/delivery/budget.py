"""Telegram's limits: so many messages a second from the bot, one a second to a chat.

Two kinds of time meet here. The bot's limit is a bargain with a server and counts real seconds,
in a row of the database that every process shares. A chat's pace counts seconds of the clock the
messages fall due by, so that a jump of a steered clock does not stretch into real waiting.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.care.model import SAFETY, ChatId, Occurrence, OccurrenceId
from bot.store import budget as shared

if TYPE_CHECKING:
    from bot.delivery.clock import Clock
    from bot.store.database import Database, Transaction

WINDOW_S = 0.06  # lease only what leaves in about this time
LATE_S = 0.05  # how late a slot may be used; what is kept free makes up for so much
SLOW = 100  # messages a second; beyond that a single late one does not matter
AHEAD = 3  # windows of slots that a process with a backlog holds in reserve
CHAT_PACE = timedelta(seconds=1)
ADMITTED_S = 0.25  # how long after it was admitted a message leaves, at most
# What is planned uses less than the limit: one safety message a second finds its place beside it,
# and a message that leaves late does not make the next second too full.
SPARE, SPARE_SHARE = 1.5, 0.01
GUARD_S = 0.45  # divided by the limit: how far from a full second what left lately is still counted
PROMISE_KEPT = timedelta(minutes=5)  # a message that has not come back by then will not
TWO_CHATS_WITHIN = timedelta(seconds=1)  # two chats refused so close together: the bot is meant
LONGEST_WAIT = timedelta(minutes=10)  # a slot further off comes from a machine's wrong clock


class BotBudget:
    """Slots for messages that wait their turn; safety messages take none.

    `real` is the machine's clock. `per_second` is the bot's whole limit; a little of it is left to
    safety messages, and what they use is not used again by others.
    """

    def __init__(self, database: Database, real: Clock, per_second: int) -> None:
        if per_second < 1:
            raise ValueError("a bot that sends must send at least one message a second")
        self._database = database
        self._real = real
        self._per_second = max(1.0, per_second - max(SPARE, per_second * SPARE_SHARE))
        self._most = max(1, per_second - 1)
        self._is_slow = per_second <= SLOW
        self._full_s = 1.0 + GUARD_S / per_second
        self._left: deque[float] = deque(maxlen=per_second)
        self._slots: deque[datetime] = deque()
        self._paused_until: datetime | None = None
        self._refused: deque[tuple[datetime, ChatId]] = deque(maxlen=16)

    @property
    def per_window(self) -> int:
        """How many messages are leased at a time."""
        return max(1, math.ceil(self._per_second * WINDOW_S))

    async def wait_s(self, wanted: int) -> float:
        """Real seconds until up to `wanted` slots, reserved now if need be, may be used."""
        paused_s = self.paused_s()
        if paused_s > 0:
            self._slots.clear()
            return paused_s
        if not self._slots:
            await self._reserve(min(wanted, self.per_window))
        return self._real.real_seconds_until(self._slots[0])

    async def turn(self, slot_at: float) -> float:
        """Wait until a message with the slot `slot_at` may leave; the slot it has now.

        Both are in the loop's time. A slot used late would stand too close to the next ones,
        another process's among them: then the message takes a new one.
        """
        loop = asyncio.get_running_loop()
        while (wait_s := max(slot_at - loop.time(), self._full_for_s())) > 0 or self._late(slot_at):
            if self._late(slot_at):
                wait_s = await self._wait_for_another()
                slot_at = loop.time() + wait_s
            await asyncio.sleep(wait_s)
        return slot_at

    def leave(self, slot_at: float, *, safety: bool) -> bool:
        """Count a message as gone; False where its turn has passed meanwhile, safety never."""
        if not safety and (self._full_for_s() > 0 or self._late(slot_at)):
            return False
        self._left.append(asyncio.get_running_loop().time())
        return True

    def _full_for_s(self) -> float:
        """How long this process has sent all it may within a second."""
        if len(self._left) < self._most:
            return 0.0
        return self._left[-self._most] + self._full_s - asyncio.get_running_loop().time()

    def _late(self, slot_at: float) -> bool:
        return self._is_slow and asyncio.get_running_loop().time() - slot_at > LATE_S

    async def _wait_for_another(self) -> float:
        now = self._real.now()
        async with self._database.transaction() as tx:
            got = await shared.reserve(tx, now=now, per_second=self._per_second, wanted=1)
        return self._real.real_seconds_until(min(got.first, now + LONGEST_WAIT))

    async def reserve_ahead(self, tx: Transaction, room: int) -> None:
        """Reserve slots within a transaction of the caller's, for the next `take`.

        So many that a stall of the machine lets none of them pass unused.
        """
        wanted = min(AHEAD * self.per_window, 2 * room) - len(self._slots)
        if wanted > 0 and self.paused_s() <= 0:
            await self._reserve_in(tx, wanted)

    async def give_up(self, count: int) -> None:
        """Let so many slots pass: safety messages have used the bot's limit without asking."""
        async with self._database.transaction() as tx:
            await shared.reserve(
                tx, now=self._real.now(), per_second=self._per_second, wanted=count
            )

    def known_wait_s(self) -> float:
        """Real seconds until there is anything to lease, as far as this process knows by itself."""
        paused_s = self.paused_s()
        if paused_s > 0:
            self._slots.clear()
            return paused_s
        return self._real.real_seconds_until(self._slots[0]) if self._slots else 0.0

    async def slots_now(self, tx: Transaction, room: int) -> list[float]:
        """Up to `room` slots of the next 60 ms, reserved within the caller's transaction."""
        if not self._slots:
            await self._reserve_in(tx, min(room, self.per_window))
        if self._real.real_seconds_until(self._slots[0]) > WINDOW_S:
            return []
        return self.take(room)

    def take(self, most: int | None = None) -> list[float]:
        """The reserved slots, each as real seconds from now; they are used up by this.

        With `most`, so many at most, and of those only what leaves within the next 60 ms.
        """
        waits: list[float] = []
        while self._slots and (most is None or len(waits) < most):
            wait_s = self._real.real_seconds_until(self._slots[0])
            if most is not None and waits and wait_s > WINDOW_S:
                break
            waits.append(wait_s)
            self._slots.popleft()
        return waits

    def forgo(self) -> None:
        """Give up slots that are reserved and unused: a hoard of old ones would be a burst."""
        self._slots.clear()

    def paused_s(self) -> float:
        """Real seconds for which the whole bot is held up, 0 if it is not."""
        if self._paused_until is None:
            return 0.0
        return self._real.real_seconds_until(self._paused_until)

    def hold(self, wait_s: float) -> None:
        """Hold up this process's messages, safety aside, for so many real seconds."""
        until = self._real.now() + timedelta(seconds=wait_s)
        self._paused_until = max(until, self._paused_until or until)

    def clear(self) -> None:
        """Forget pause and slots: the clock they were reckoned by was wrong."""
        self._paused_until = None
        self._slots.clear()

    async def refused(self, chat_id: ChatId, retry_after_s: float) -> bool:
        """Note a 429; True if another chat had one within a second, so that the bot is meant.

        Then every process that shares the database pauses.
        """
        now = self._real.now()
        others = [at for at, chat in self._refused if chat != chat_id]
        self._refused.append((now, chat_id))
        if not any(now - at <= TWO_CHATS_WITHIN for at in others):
            return False
        self.hold(retry_after_s)
        async with self._database.transaction() as tx:
            await shared.pause_until(tx, now + timedelta(seconds=retry_after_s))
        return True

    async def _reserve(self, wanted: int) -> None:
        async with self._database.transaction() as tx:
            await self._reserve_in(tx, wanted)

    async def _reserve_in(self, tx: Transaction, wanted: int) -> None:
        now = self._real.now()
        got = await shared.reserve(tx, now=now, per_second=self._per_second, wanted=max(1, wanted))
        latest = now + LONGEST_WAIT
        self._slots.extend(min(slot, latest) for slot in got.slots)


class ChatPace:
    """One message a second to a chat, and the pauses Telegram asks for; for one process."""

    def __init__(self) -> None:
        self._next: dict[ChatId, datetime] = {}
        self._paused: dict[ChatId, datetime] = {}
        self._promised: dict[OccurrenceId, datetime] = {}
        self._left: dict[ChatId, datetime] = {}

    def admit(self, occurrence: Occurrence, now: datetime) -> datetime:
        """The earliest instant for this message, kept for it; `now` or before: it may leave.

        A safety message minds only a pause that Telegram asked for.
        """
        chat_id = occurrence.chat_id
        free = max(now, self._paused.get(chat_id, now))
        promised = self._promised.pop(occurrence.id, None)
        if promised is not None and promised <= now and free <= now:
            return now
        if occurrence.message.kind not in SAFETY:
            free = max(free, self._next.get(chat_id, now))
        self._next[chat_id] = max(free + CHAT_PACE, self._next.get(chat_id, free))
        if free > now:
            self._promised[occurrence.id] = free
        return free

    def closes_in_s(self, chat_id: ChatId, clock: Clock) -> float:
        """Real seconds until a message that has been admitted may leave, for having left its
        place a little early: the one before it left a little late.
        """
        left_at = self._left.get(chat_id)
        wait_s = 0.0 if left_at is None else clock.real_seconds_until(left_at + CHAT_PACE)
        return wait_s if wait_s <= ADMITTED_S else 0.0  # more is a clock that stands still

    def left(self, chat_id: ChatId, now: datetime) -> None:
        """A message leaves for this chat."""
        self._left[chat_id] = now
        self._next[chat_id] = max(now + CHAT_PACE, self._next.get(chat_id, now))

    def pause(self, chat_id: ChatId, until: datetime) -> None:
        """Nothing to this chat before `until`."""
        self._paused[chat_id] = max(until, self._paused.get(chat_id, until))

    def clear(self) -> None:
        """Forget every pause and turn: the clock they were reckoned by was wrong."""
        self._next.clear()
        self._paused.clear()
        self._promised.clear()

    def forget(self, now: datetime) -> None:
        """Let go of every chat that is free again."""
        self._next = {chat: at for chat, at in self._next.items() if at > now}
        self._paused = {chat: at for chat, at in self._paused.items() if at > now}
        self._left = {chat: at for chat, at in self._left.items() if at + CHAT_PACE > now}
        a_while_ago = now - PROMISE_KEPT
        self._promised = {one: at for one, at in self._promised.items() if at > a_while_ago}
