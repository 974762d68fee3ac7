"""What time it is. The only module that reads the machine's clocks."""

from __future__ import annotations

import math
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class Clock(Protocol):
    """The time by which messages fall due."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...

    def real_seconds_until(self, instant: datetime) -> float:
        """How long to sleep until `instant`: 0 once past, inf while the clock stands still."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.now(UTC)

    def real_seconds_until(self, instant: datetime) -> float:
        """Seconds until `instant`, 0 once past."""
        return max(0.0, (instant - self.now()).total_seconds())


class SteerableClock:
    """A clock that a person drives: it starts at any instant and runs at any rate.

    `rate` is simulated seconds a real second; at 0 it stands still. Every callable in `changed`
    is called after a jump or a change of rate, so that whoever sleeps can reckon anew.
    """

    def __init__(self, start: datetime, rate: float = 1.0) -> None:
        if start.tzinfo is None:
            raise ValueError("a clock starts at an aware instant")
        self.changed: list[Callable[[], None]] = []
        self._base = start.astimezone(UTC)
        self._base_monotonic = time.monotonic()
        self._rate = _checked(rate)

    @property
    def rate(self) -> float:
        """Simulated seconds a real second."""
        return self._rate

    def now(self) -> datetime:
        """The simulated instant, aware, in UTC."""
        elapsed_s = time.monotonic() - self._base_monotonic
        return self._base + timedelta(seconds=elapsed_s * self._rate)

    def real_seconds_until(self, instant: datetime) -> float:
        """Real seconds until the simulated `instant`: 0 once past, inf while standing still."""
        left_s = (instant - self.now()).total_seconds()
        if left_s <= 0:
            return 0.0
        return left_s / self._rate if self._rate else math.inf

    def set_rate(self, rate: float) -> None:
        """Run on from the present simulated instant at another rate, 0 or more."""
        self._set(self.now(), _checked(rate))

    def jump_to(self, instant: datetime) -> None:
        """Be at `instant` at once; whatever fell due on the way is for the caller to deliver."""
        self._set(instant.astimezone(UTC), self._rate)

    def _set(self, base: datetime, rate: float) -> None:
        self._base, self._base_monotonic, self._rate = base, time.monotonic(), rate
        for notify in tuple(self.changed):
            notify()


def after(clock: Clock, real_s: float) -> datetime:
    """The instant `clock` shows in `real_s` real seconds, or `real_s` from now at the slowest.

    Leases and Telegram's pauses are counted in real seconds. A clock that runs fast reaches an
    instant early, so the span is stretched; one that stands still or crawls must not shrink it.
    """
    now = clock.now()
    a_second_takes = clock.real_seconds_until(now + timedelta(seconds=1))
    speed = 1.0 / a_second_takes if a_second_takes > 0 else 1.0
    return now + timedelta(seconds=real_s * max(1.0, speed))


def _checked(rate: float) -> float:
    if not 0 <= rate < math.inf:
        raise ValueError(f"a clock cannot run at a rate of {rate}")
    return rate
