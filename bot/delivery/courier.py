"""The loop that empties the queue: lease a little, send it, write it down, look again."""

from __future__ import annotations

import asyncio
import contextlib
import math
import random
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from bot.delivery.backoff import Backoff
from bot.delivery.beside import Beside, minding
from bot.delivery.budget import WINDOW_S, BotBudget, ChatPace
from bot.delivery.clock import Clock, SystemClock
from bot.delivery.flight import Flight
from bot.delivery.loading import FULL_S, Loading, grain_s
from bot.delivery.metrics import Metrics
from bot.delivery.patience import Patience
from bot.delivery.queue import SAFETY_PRIORITY, Queue
from bot.delivery.round import Group, OnGone, OnSent, OnUpload, Round

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable
    from datetime import datetime

    from telegram import Bot

    from bot.care.model import Occurrence
    from bot.delivery.sender import Compose
    from bot.store.database import Database

GRACE_S = 2.8  # at stop, for what is in flight; a turn before and the endings get the rest of 4 s
LAST_WORDS_S = 0.8
LONGEST_REST_S = 30.0
SET_BACK = timedelta(seconds=30)  # more than a clock is ever corrected by
UNMINDED_S = 0.25  # so long may safety wait behind a rest

log = structlog.get_logger(__name__)


class Courier:
    """Delivers what is due, safety first, and says honestly what became of it.

    `compose` makes the words at the moment of sending. `on_gone` is told when a person cannot be
    written to any more; `on_sent`, after the acknowledgement is committed, what reached whom;
    `on_upload` what Telegram calls a picture. `per_second` is the whole bot's limit in real
    seconds, shared through the database. A lease lasts `lease_s` real seconds, more than a send
    can take. `dice` gives the jitter.

    `idle` callbacks hear when the next message that may leave falls due each time there is
    nothing to do. While `held` is True only safety messages leave; `heed_hold` looks up what the
    database says of it.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        bot: Bot,
        compose: Compose,
        on_gone: OnGone,
        on_sent: OnSent | None = None,
        *,
        on_upload: OnUpload | None = None,
        per_second: int = 30,
        lease_s: float = 60.0,
        dice: random.Random | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        self._clock = clock
        self._metrics = metrics or Metrics()
        self._budget = BotBudget(database, SystemClock(), per_second)
        self._pace = ChatPace()
        self.owner = uuid.uuid4().hex[:12]  # the name on this process's leases
        self._queue = Queue(
            database, clock, owner=self.owner, lease_s=lease_s, gather_s=grain_s(per_second) / 2
        )
        self._backoff = Backoff(most_s=30.0, dice=dice or random.Random())  # noqa: S311
        self._flight = Flight(self._landed)
        self._beside = Beside()
        self._round = Round(
            queue=self._queue,
            clock=clock,
            bot=bot,
            compose=compose,
            budget=self._budget,
            pace=self._pace,
            backoff=self._backoff,
            on_gone=on_gone,
            on_sent=on_sent,
            on_upload=on_upload,
            put_back=self.wake,
            launch=self._flight.launch,
            metrics=self._metrics,
        )
        self._loading = Loading(
            queue=self._queue,
            clock=clock,
            round_=self._round,
            flight=self._flight,
            beside=self._beside,
            budget=self._budget,
            pace=self._pace,
            per_second=per_second,
            wake=self.wake,
            metrics=self._metrics,
        )
        self._one_look = asyncio.Lock()
        self._woken = asyncio.Event()
        self._looked_at = clock.now()
        self._stopping = False
        self._patience = Patience()
        self._first_expiry = True
        self._ended_run = asyncio.Event()
        self._ended_run.set()
        self.held = False
        self.idle: list[Callable[[datetime | None], None]] = []

    @property
    def tally(self) -> Counter[str]:
        """How many messages ended how since the start of this process."""
        return self._round.tally

    @property
    def is_running(self) -> bool:
        """Whether `run()` is at work."""
        return not self._ended_run.is_set()

    @property
    def in_flight(self) -> int:
        """How many messages are leased by this process and not yet ended."""
        return self._flight.count

    def wake(self) -> None:
        """Look at the queue now: something was planned, or time has moved."""
        self._woken.set()

    async def next_due(self) -> datetime | None:
        """When the next planned message falls due; past if it is late, None without any."""
        return await self._queue.next_due()

    async def run(self) -> None:
        """Deliver until `stop()`; then finish what is in flight, within 4 s, and return.

        Cancelling it instead is a crash: leases stay, and come back when they time out.
        """
        failures = 0
        self._ended_run.clear()
        try:
            await self._begin()
            while not self._stopping:
                self._woken.clear()
                try:
                    wait_s = await self._patience.for_(self._turn())
                    failures = 0
                except Exception as error:
                    failures += 1
                    wait_s = self._backoff.wait_s(failures)
                    log.exception("courier_turn_failed", wait_s=wait_s)
                    if isinstance(error, TimeoutError):
                        await self._queue.start_anew()
                await self._rest(wait_s)
            await self._finish()
        finally:
            for task in self._flight.tasks:
                task.cancel()
            self._beside.cancel()
            self._ended_run.set()

    async def stop(self) -> None:
        """Lease nothing more, and return once `run()` has come to its end, within 4 s."""
        self._stopping = True
        self._woken.set()
        self._patience.end()
        await self._ended_run.wait()

    async def drain(self) -> int:
        """Send everything due at the clock's present instant; how many Telegram accepted.

        Returns once nothing is due or in flight, or when what is left must wait for Telegram.
        """
        before = self.tally["sent"]
        while True:
            wait_s = await self._look()
            paused = self._budget.paused_s() > 0
            if wait_s is not None and wait_s <= WINDOW_S and not paused:
                await asyncio.sleep(wait_s)
            elif self._flight.tasks:
                await asyncio.wait(self._flight.tasks)
            elif wait_s is None or paused:
                await self._beside.settled()
                return self.tally["sent"] - before
            else:
                await asyncio.sleep(wait_s)

    async def _turn(self) -> float | None:
        wait_s = await self._look()
        if wait_s is None:
            await self._report_idle()
        elif wait_s > UNMINDED_S:
            wait_s = min(wait_s, await self._until_safety_s())
        return wait_s

    async def _until_safety_s(self) -> float:
        """Real seconds until a safety message falls due, for which nothing is held up."""
        due_at = await self._queue.next_due(safety_only=True)
        return math.inf if due_at is None else max(FULL_S, self._clock.real_seconds_until(due_at))

    async def _look(self) -> float | None:
        """One look at the queue: start what may leave now, and say in how many seconds to look
        again; None when nothing is due.
        """
        async with self._one_look:
            self._mind_the_clock()
            due = await self._queue.due_priorities()
            if not due:
                self._budget.forgo()
                self._pace.forget(self._clock.now())
                self._loading.rest()
                return None
            if SAFETY_PRIORITY in due:
                await self._loading.safety()
            if due == {SAFETY_PRIORITY} or (self.held and SAFETY_PRIORITY in due):
                return FULL_S if self._loading.is_full else 0.0
            if self.held:
                return None
            return await minding(self._mind_safety, self._loading.in_turn())

    async def _mind_safety(self) -> None:
        if not self._stopping and SAFETY_PRIORITY in await self._queue.due_priorities():
            await self._loading.safety()

    def _mind_the_clock(self) -> None:
        """Pauses noted by a clock that has been set back since would last for hours."""
        now = self._clock.now()
        if now < self._looked_at - SET_BACK:
            log.warning("clock_set_back", by_s=round((self._looked_at - now).total_seconds()))
            self._pace.clear()
            self._budget.clear()
        self._looked_at = now

    def _landed(self, task: asyncio.Task[None], group: Group) -> None:
        self._loading.landed(task, group)

    async def _rest(self, wait_s: float | None) -> None:
        if wait_s is not None and wait_s <= 0:
            await asyncio.sleep(0)
            return
        try:
            async with asyncio.timeout(LONGEST_REST_S if wait_s is None else wait_s):
                await self._woken.wait()
        except TimeoutError:
            pass

    async def _report_idle(self) -> None:
        next_due = await self._queue.next_due(safety_only=self.held)
        if next_due is not None and next_due <= self._clock.now():
            self._woken.set()  # it fell due while we looked
        for tell in tuple(self.idle):
            tell(next_due)

    async def heed_hold(self) -> None:
        """Hold or let go, as the database says; raises what it raises."""
        held = await self._queue.is_held()
        if held != self.held:
            log.warning("queue_held" if held else "queue_released")
            self.held = held
            self.wake()

    async def expire(self) -> None:
        """Take away what is too late to be worth sending, and log it by kind; raises what the
        database raises. The first round, at start, says what downtime has cost.
        """
        when, self._first_expiry = ("start" if self._first_expiry else "running"), False
        for each in await self._queue.expire():
            self._metrics.expired(each.kind, each.count)
            log.warning(
                "occurrences_expired",
                when=when,
                kind=each.kind.value,
                count=each.count,
                reason="later than this kind may be",
                first_due=each.first_due_at.isoformat(),
                last_due=each.last_due_at.isoformat(),
            )

    async def _begin(self) -> None:
        try:
            await self._patience.for_(self.heed_hold())
        except Exception:
            log.exception("hold_unknown")
            self.held = True  # until a tick can ask; safety goes meanwhile
        try:
            if SAFETY_PRIORITY in await self._patience.for_(self._queue.due_priorities()):
                await self._patience.for_(self._loading.safety())  # before all tidying up
        except Exception:
            log.exception("courier_turn_failed")
        try:
            await self._patience.for_(self.expire())
        except Exception:
            log.exception("expiry_failed")
        log.info("courier_started", held=self.held)

    async def _finish(self) -> None:
        """What is in flight gets its time; what is left is released, or uncertain if it was
        on the wire.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GRACE_S):
                while self._flight.tasks:  # a group goes on as a task for each that leaves
                    await asyncio.wait(self._flight.tasks)
        left = dict(self._flight.tasks)
        for task in left:
            task.cancel()
        endings = [self._give_back(each) for group in left.values() for each in group.values()]
        try:
            async with asyncio.timeout(LAST_WORDS_S):
                await asyncio.gather(*left, *endings, return_exceptions=True)
                await self._queue.flush()
                await self._beside.settled()
        except TimeoutError:
            log.warning("courier_stopped_with_leases", left=len(endings))

    async def _give_back(self, occurrence: Occurrence) -> None:
        if occurrence.id in self._round.sending:
            await self._round.uncertain(occurrence, "stopped before Telegram answered")
        else:
            await self._round.release(occurrence, self._clock.now(), "stopped before it was sent")
