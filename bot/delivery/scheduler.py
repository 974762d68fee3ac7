"""APScheduler, which only wakes us: the database is the queue."""

from __future__ import annotations

import asyncio
import math
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot.delivery.clock import Clock, SteerableClock, SystemClock, after
from bot.delivery.metrics import Metrics
from bot.store import inbox, lapses

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.delivery.courier import Courier
    from bot.store.database import Database

TICK_S = 30
MAINTENANCE_S = 300
LEASES_S = 3  # how often to look for leases that ran out
EVERY_S = {"tick": TICK_S, "leases": LEASES_S, "maintenance": MAINTENANCE_S}
LONGEST_LEASE_S = 600.0  # many times a real one: the clock was wrong when it was taken
FURTHEST_S = 3600.0  # a wake-up further off is set anew by a tick long before
INBOX_KEPT = timedelta(days=7)  # Telegram offers an update again for a day

log = structlog.get_logger(__name__)


class Alarm:
    """Wakes the courier at the next due instant and every 30 s, and keeps house every 5 min.

    A tick also looks whether an operator holds the queue, and calls `pulse`.
    Keeping house is: expire what is too late, forget handled updates, and call `maintenance` with
    the clock's present instant. Leases that timed out are taken back every 3 s. Where the
    machine's clock was set back, what had been set for later by the wrong clock is set anew.
    """

    def __init__(
        self,
        clock: Clock,
        courier: Courier,
        database: Database,
        maintenance: Callable[[datetime], Awaitable[None]] | None = None,
        *,
        pulse: Callable[[], Awaitable[None]] | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        self._clock = clock
        self._courier = courier
        self._database = database
        self._maintenance = maintenance
        self._pulse = pulse
        self._metrics = metrics or Metrics()
        self._ticked_at_s: float | None = None
        self._at_work: set[asyncio.Task[None]] = set()
        self._real = SystemClock()
        # Its defaults drop a job that is a second late, and run every missed one.
        self._scheduler = AsyncIOScheduler(
            timezone="UTC",
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def start(self) -> None:
        """Begin; a first round of housekeeping runs at once."""
        self._courier.idle.append(self._set)
        if isinstance(self._clock, SteerableClock):
            self._clock.changed.append(self._courier.wake)
        jobs = {"tick": self.tick, "leases": self._take_back, "maintenance": self.keep_house}
        for name, job in jobs.items():
            trigger = IntervalTrigger(seconds=EVERY_S[name])
            self._scheduler.add_job(partial(self._see_through, job), trigger, id=name, name=name)
        self._scheduler.modify_job("maintenance", next_run_time=self._real.now())
        self._scheduler.start()
        self._ticked_at_s = asyncio.get_running_loop().time()

    def since_tick_s(self) -> float | None:
        """Seconds since the last tick, or the start; None while it does not run."""
        if self._ticked_at_s is None or not self._scheduler.running:
            return None
        return asyncio.get_running_loop().time() - self._ticked_at_s

    async def stop(self) -> None:
        """No more wake-ups, and nothing of them is left at work; harmless twice."""
        if not self._scheduler.running:
            return
        self._courier.idle.remove(self._set)
        if isinstance(self._clock, SteerableClock):
            self._clock.changed.remove(self._courier.wake)
        self._scheduler.shutdown(wait=False)  # cancels what is under way
        if self._at_work:
            await asyncio.wait(self._at_work)

    async def _see_through(self, job: Callable[[], Awaitable[None]]) -> None:
        """Do a job, known to `stop`, which waits until it has let go of the database."""
        task = asyncio.current_task()
        assert task is not None
        self._at_work.add(task)
        try:
            await job()
        finally:
            self._at_work.discard(task)

    async def keep_house(self) -> None:
        """One round of housekeeping; a part that fails is logged and does not stop the next."""
        await self._each(self._reap, self._courier.expire, self._prune, self._call_maintenance)
        self._courier.wake()

    def _set(self, next_due: datetime | None) -> None:
        """Wake the courier at `next_due`; it calls this whenever it has nothing to do."""
        self._set_right()
        wait_s = math.inf if next_due is None else self._clock.real_seconds_until(next_due)
        if wait_s <= 0 or not self._scheduler.running:
            return
        at = self._real.now() + timedelta(seconds=min(wait_s, FURTHEST_S))
        self._scheduler.add_job(self._wake, DateTrigger(at), id="next_due", replace_existing=True)

    def _set_right(self) -> None:
        """Run at once what a clock that has been set back would hold up for hours."""
        if not self._scheduler.running:
            return
        now = self._real.now()
        for name, every_s in EVERY_S.items():
            job = self._scheduler.get_job(name)
            if job is not None and job.next_run_time > now + 2 * timedelta(seconds=every_s):
                log.warning("clock_set_back", job=name)
                job.modify(next_run_time=now)

    async def _wake(self) -> None:
        self._courier.wake()

    async def tick(self) -> None:
        """One tick: the hold, a wake-up, and the pulse at last."""
        self._ticked_at_s = asyncio.get_running_loop().time()
        await self._each(self._courier.heed_hold)
        self._courier.wake()
        if self._pulse is not None:
            await self._each(self._pulse)

    async def _each(self, *parts: Callable[[], Awaitable[None]]) -> None:
        """Each in turn; one that fails is logged and does not stop the next."""
        for part in parts:
            try:
                await part()
            except Exception:
                name = getattr(part, "__name__", "part").strip("_")
                log.exception("maintenance_failed", part=name)

    async def _take_back(self) -> None:
        try:
            now, furthest = self._clock.now(), after(self._clock, LONGEST_LEASE_S)
            async with self._database.reading() as tx:
                needed = await lapses.any_to_take_back(tx, now=now, furthest=furthest)
            if needed:
                await self._reap()
                self._courier.wake()
        except Exception:
            log.exception("reap_failed")

    async def _reap(self) -> None:
        now, furthest = self._clock.now(), after(self._clock, LONGEST_LEASE_S)
        async with self._database.transaction() as tx:
            reaped = await lapses.reap(tx, now=now, furthest=furthest, living=self._courier.owner)
            await lapses.hasten(tx, now=now)
        for occurrence in reaped:
            kind = occurrence.message.kind.value
            log.warning("lease_timed_out", occurrence=occurrence.id, kind=kind)
            self._metrics.lease_timed_out(occurrence.message.kind)

    async def _prune(self) -> None:
        async with self._database.transaction() as tx:
            await inbox.prune(tx, before=self._clock.now() - INBOX_KEPT)

    async def _call_maintenance(self) -> None:
        if self._maintenance is not None:
            await self._maintenance(self._clock.now())
