"""What is leased next: as much as there is room, budget and time for, and on its way at once."""

from __future__ import annotations

import asyncio
import math
from functools import partial
from typing import TYPE_CHECKING

import structlog

from bot.care.model import NUDGES, SAFETY
from bot.delivery.budget import CHAT_PACE, WINDOW_S, BotBudget, ChatPace
from bot.delivery.flight import Flight, places

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bot.care.model import Occurrence, OccurrenceId
    from bot.delivery.beside import Beside
    from bot.delivery.clock import Clock
    from bot.delivery.metrics import Metrics
    from bot.delivery.queue import Queue
    from bot.delivery.round import Group, Round
    from bot.store.database import Transaction

# Leased and not yet on the wire, whatever the limit: the first few, and nothing else before they
# leave, so that they do so at once; then as many as have left lately.
FIRST_UNSENT, FEWEST_UNSENT, MOST_UNSENT = 16, 128, 512
SAFETY_IN_FLIGHT = 32  # beyond the others, so that a slow Telegram cannot fill every place
FULL_S = 0.02  # how soon to look again while most places are taken
# At high limits messages leave in groups, to be looked at together: of so many, or so far apart.
GROUP, GRAIN_S = 50, 0.05
FAST = 100  # messages a second

log = structlog.get_logger(__name__)


def grain_s(per_second: int) -> float:
    """How far apart in seconds groups of messages leave at this limit; 0 for one at a time."""
    return min(GRAIN_S, GROUP / per_second) if per_second > FAST else 0.0


class Loading:
    """Leases what may leave and starts it; `wake` is called when there is room again."""

    def __init__(
        self,
        *,
        queue: Queue,
        clock: Clock,
        round_: Round,
        flight: Flight,
        beside: Beside,
        budget: BotBudget,
        pace: ChatPace,
        per_second: int,
        wake: Callable[[], None],
        metrics: Metrics,
    ) -> None:
        self._queue = queue
        self._clock = clock
        self._round = round_
        self._flight = flight
        self._beside = beside
        self._budget = budget
        self._pace = pace
        self._wake = wake
        self._metrics = metrics
        self._places = places(per_second)
        self._grain_s = grain_s(per_second)
        self._most_unsent = FIRST_UNSENT
        self._last_lease = (0.0, 0)
        self._short_of_room = False

    @property
    def is_full(self) -> bool:
        """Whether every place is taken."""
        return self._flight.count >= self._places

    def rest(self) -> None:
        """Nothing is due: what comes next begins with the first few again."""
        self._most_unsent, self._last_lease = FIRST_UNSENT, (0.0, 0)

    async def safety(self) -> None:
        """Lease and start what is about safety, beyond what may be in flight otherwise."""
        room = self._places + SAFETY_IN_FLIGHT - self._flight.count
        if room > 0:
            leased = await self._queue.lease(room, safety_only=True)
            self._start(leased)
            if leased:
                self._beside.launch(self._budget.give_up(len(leased)))

    async def in_turn(self) -> float:
        """Lease and start what there is room and budget for; in how many seconds to look again."""
        room = self._room()
        if room < self._most_unsent // 4:
            self._short_of_room = True  # whoever ends will wake us
            return FULL_S
        wait_s = self._budget.known_wait_s()
        if wait_s > 0:
            self._metrics.waited()
            return wait_s
        slots: list[float] = []

        async def admit(tx: Transaction) -> int:
            slots.extend(await self._budget.slots_now(tx, room))
            return len(slots)

        try:
            leased = await self._queue.lease_in_turn(
                admit, partial(self._budget.reserve_ahead, room=room)
            )
        except Exception:
            self._budget.forgo()
            raise
        self._start(leased, slots)
        self._reckon(len(leased))
        return self._budget.known_wait_s() if not slots else 0.0

    def _reckon(self, leased: int) -> None:
        """Lease as much at a time as leaves in 60 ms by what has left since the last lease."""
        at, before = self._last_lease
        now = asyncio.get_running_loop().time()
        self._last_lease = (now, leased)
        if not before:
            return
        leaves = int(before / max(now - at, 0.001) * WINDOW_S)
        self._most_unsent = min(self._places, MOST_UNSENT, max(FEWEST_UNSENT, leaves))

    def _start(self, leased: Sequence[Occurrence], slots: Iterable[float] = ()) -> None:
        """Each on its way: nudges as one group, everything else alone."""
        slots = iter(slots)
        at_once = asyncio.get_running_loop().time()
        now = self._clock.now()
        nudges: Group = {}
        leaves_at: dict[OccurrenceId, float] = {}
        for occurrence in leased:
            leaves_at[occurrence.id] = self._in_grains(next(slots, at_once), at_once)
            behind = self._flight.board(occurrence) and occurrence.message.kind not in SAFETY
            # What is for one chat goes one after the other, in the order it fell due.
            free_at = now + CHAT_PACE if behind else self._pace.admit(occurrence, now)
            own = {occurrence.id: occurrence}
            if free_at > now:
                later = self._round.release(occurrence, free_at, "this chat's turn comes later")
                self._flight.launch(later, own)
            elif occurrence.message.kind in NUDGES:
                nudges.update(own)
            else:
                self._flight.launch(self._round.deliver(own, leaves_at), own)
        if nudges:
            self._flight.launch(self._round.deliver(nudges, leaves_at), nudges)

    def _in_grains(self, slot_at: float, now: float) -> float:
        """When a message with this slot leaves, in the loop's time; at high limits in grains, all
        whose slot has come together.
        """
        if not self._grain_s:
            return slot_at
        return max(now, math.ceil(slot_at / self._grain_s) * self._grain_s)

    def _room(self) -> int:
        """How many more may be leased: by places, and by what is leased and not yet sent."""
        unsent = self._flight.count - len(self._round.sending)
        return min(self._places - self._flight.count, self._most_unsent - unsent)

    def landed(self, task: asyncio.Task[None], group: Group) -> None:
        """A task came to its end; whatever still belonged to it is off the wire."""
        if task.cancelled():
            return
        self._round.sending.difference_update(group)
        if self._short_of_room and self._room() >= self._most_unsent // 4:
            self._short_of_room = False
            self._wake()
        if task.exception() is not None:
            # The database did not take the ending; the lease will time out and tell.
            log.error("ending_not_recorded", occurrences=sorted(group), exc_info=task.exception())
