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
    from collections.abc import Sequence

    from bot.delivery.clock import Clock
    from bot.store.database import Database, Transaction

WINDOW_S = 0.06  # lease only what leaves in about this time
SLOW = 100  # messages a second; beyond that a single late one does not matter
AHEAD = 4  # windows of slots that a process with a backlog holds in reserve
CHAT_PACE = timedelta(seconds=1)
ARRIVES_APART = timedelta(seconds=1.01)  # so that the server, too, sees them a second apart
ADMITTED_S = 0.25  # how long after it was admitted a message leaves, at most
PROMISE_KEPT = timedelta(minutes=5)  # a message that has not come back by then will not
TWO_CHATS_WITHIN = timedelta(seconds=1)  # two chats refused so close together: the bot is meant
LONGEST_WAIT = timedelta(minutes=10)  # a slot further off comes from a machine's wrong clock

# What keeps every second at the server within the limit. A message leaves at its slot or up to
# LATE_S after it, and reaches the server up to WAY_S later than another one would. So what
# arrives in a second had its slot in a stretch of 1 s + LATE_S + WAY_S, and slots stand so far
# apart that such a stretch holds one less than the limit: that one is for a safety message.
LATE_S = 0.0125
WAY_S = 0.01
FAST_SPREAD_S = 0.01  # instead of both, beyond SLOW
LEAD_S = 0.1  # how long before its slot a message is leased, to be ready in time
FAST_LEAD_S = 0.03  # beyond SLOW, where nothing is lost if it is not
LONGEST_LEAD_S = 2.0
LOOK_S = 0.03  # how long before its slot it is looked at for the last time


class BotBudget:
    """Slots for messages that wait their turn; safety messages take none.

    `real` is the machine's clock. `per_second` is the bot's whole limit. Slots are handed out by
    the database, evenly, whichever process asks. One that was not used in time is thrown away:
    used late it would stand too close to the next, another process's among them.

    One place in each second is kept for a safety message. For each one a slot is given up, the
    next that this process holds: where several processes share the limit that may be most of a
    second away, so that a second safety message within the second can be one too many. It does
    not wait for all that.
    """

    def __init__(self, database: Database, real: Clock, per_second: int) -> None:
        if per_second < 1:
            raise ValueError("a bot that sends must send at least one message a second")
        self._database = database
        self._real = real
        self._is_slow = per_second <= SLOW
        self._look_s, self._lead_s = (LOOK_S, LEAD_S) if self._is_slow else (0.0, FAST_LEAD_S)
        self._most = max(1, per_second - 1)
        self._per_second = self._most / (1 + (LATE_S + WAY_S if self._is_slow else FAST_SPREAD_S))
        self._left: deque[float] = deque(maxlen=per_second)
        self._slots: deque[datetime] = deque()
        self._paused_until: datetime | None = None
        self._held_until: datetime | None = None
        self._refused: deque[tuple[datetime, ChatId]] = deque(maxlen=16)

    @property
    def _per_window(self) -> int:
        return max(1, math.ceil(self._per_second * WINDOW_S))

    def known_wait_s(self) -> float:
        """Real seconds until there is anything to lease, as far as this process knows by itself."""
        paused_s = self.paused_s()
        if paused_s > 0:
            self._slots.clear()
            return paused_s
        if not self._slots:
            return 0.0
        return max(0.0, self._real.real_seconds_until(self._slots[0]) - self._lead_s)

    async def slots_now(self, tx: Transaction, room: int) -> list[float]:
        """Up to `room` slots that come soon, in the loop's time, for messages leased now.

        New ones are reserved in `tx` where none are left; they are used up by this.
        """
        self._throw_away_late()
        if not self._slots:
            wanted = max(1, min(room, self._per_window))
            self._slots.extend(await self._reserved(tx, wanted, self._look_s))
        found: list[float] = []
        while self._slots and len(found) < room:
            if self._real.real_seconds_until(self._slots[0]) > self._lead_s + WINDOW_S:
                break
            found.append(self._in_loop_time(self._slots.popleft()))
        return found

    async def reserve_ahead(self, tx: Transaction, room: int) -> None:
        """Reserve slots in `tx` for the next `slots_now`, so that no commit holds them up."""
        wanted = min(AHEAD * self._per_window, 2 * room) - len(self._slots)
        if wanted > 0 and self.paused_s() <= 0:
            self._slots.extend(await self._reserved(tx, wanted))

    async def near(self, slot_at: float) -> float:
        """Wait until shortly before a message with the slot `slot_at` leaves; the slot it has now.

        Both are in the loop's time. Where its slot has passed it is given another.
        """
        loop = asyncio.get_running_loop()
        lead_s = LOOK_S
        while True:
            while self._is_late(slot_at):
                slot_at = await self._another(lead_s)
                lead_s = min(2 * lead_s, LONGEST_LEAD_S)  # a slow disk takes longer than that
            wait_s = max(slot_at - self._look_s - loop.time(), self._full_for_s())
            if wait_s <= 0:
                return slot_at
            await asyncio.sleep(wait_s)

    async def leave(self, slot_at: float) -> bool:
        """Wait for the slot, and count the message as gone; False where its turn has passed."""
        wait_s = slot_at - asyncio.get_running_loop().time()
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        if self._is_late(slot_at) or self._full_for_s() > 0:
            return False
        self.left()
        return True

    def left(self) -> None:
        """Count a message as gone: a safety message, which waits for nothing."""
        self._left.append(asyncio.get_running_loop().time())

    def _is_late(self, slot_at: float) -> bool:
        return self._is_slow and asyncio.get_running_loop().time() - slot_at > LATE_S

    def _full_for_s(self) -> float:
        """How long this process has sent all it may within a second, safety messages counted."""
        if not self._is_slow or len(self._left) < self._most:
            return 0.0
        return self._left[-self._most] + 1.0 + WAY_S - asyncio.get_running_loop().time()

    async def _another(self, lead_s: float) -> float:
        """One more slot, so far ahead that it has not passed before it is ours."""
        self._throw_away_late()
        if self._slots:
            return self._in_loop_time(self._slots.popleft())
        async with self._database.transaction() as tx:
            (slot,) = await self._reserved(tx, 1, lead_s)
        return self._in_loop_time(slot)

    async def give_up(self, count: int) -> None:
        """Let so many slots pass: safety messages have used the bot's limit without asking."""
        own = min(count, len(self._slots))
        for _ in range(own):
            self._slots.popleft()
        if count > own:
            async with self._database.transaction() as tx:
                now = self._real.now()
                await shared.reserve(tx, now=now, per_second=self._per_second, wanted=count - own)

    def forgo(self) -> None:
        """Give up slots that are reserved and unused: a hoard of old ones would be a burst."""
        self._slots.clear()

    def paused_s(self) -> float:
        """Real seconds for which the whole bot is held up, 0 if it is not."""
        until = [each for each in (self._paused_until, self._held_until) if each is not None]
        return max((self._real.real_seconds_until(each) for each in until), default=0.0)

    def hold(self, wait_s: float) -> None:
        """Hold up this process's messages, safety aside, for so many real seconds from now."""
        self._held_until = self._real.now() + timedelta(seconds=wait_s)

    def let_go(self) -> None:
        """End the hold; a pause that Telegram asked for goes on."""
        self._held_until = None

    def clear(self) -> None:
        """Forget pauses, slots and refusals: the clock they were reckoned by was wrong."""
        self._paused_until = self._held_until = None
        self._slots.clear()
        self._refused.clear()

    async def refused(self, chat_id: ChatId, retry_after_s: float) -> bool:
        """Note a 429; True if another chat had one within a second, so that the bot is meant.

        Then every process that shares the database pauses.
        """
        now = self._real.now()
        others = [at for at, chat in self._refused if chat != chat_id]
        self._refused.append((now, chat_id))
        if not any(now - at <= TWO_CHATS_WITHIN for at in others):
            return False
        until = now + timedelta(seconds=retry_after_s)
        self._paused_until = max(until, self._paused_until or until)
        async with self._database.transaction() as tx:
            await shared.pause_until(tx, until, now=now)
        return True

    async def _reserved(
        self, tx: Transaction, wanted: int, lead_s: float = 0.0
    ) -> Sequence[datetime]:
        """So many slots for nobody else to use, none sooner than in `lead_s` seconds."""
        soonest = self._real.now() + timedelta(seconds=lead_s)
        got = await shared.reserve(tx, now=soonest, per_second=self._per_second, wanted=wanted)
        latest = soonest + LONGEST_WAIT
        return [min(slot, latest) for slot in got.slots]

    def _throw_away_late(self) -> None:
        too_late = self._real.now() - timedelta(seconds=LATE_S)
        while self._is_slow and self._slots and self._slots[0] < too_late:
            self._slots.popleft()

    def _in_loop_time(self, slot: datetime) -> float:
        """When a slot comes by the loop's clock; a slot that has passed stands in the past."""
        ahead_s = self._real.real_seconds_until(slot) or (slot - self._real.now()).total_seconds()
        return asyncio.get_running_loop().time() + ahead_s


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
        wait_s = 0.0 if left_at is None else clock.real_seconds_until(left_at + ARRIVES_APART)
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
