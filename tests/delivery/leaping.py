"""An event loop that never waits: where it would sleep, its clock leaps to the end of the sleep."""

from __future__ import annotations

import asyncio
import selectors
from datetime import UTC, datetime, timedelta

BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)


class _Leap(selectors.DefaultSelector):
    """Waits for nothing that a clock brings."""

    loop: LeapingLoop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            return super().select(None)
        self.loop.elapsed_s += max(0.0, timeout)
        return super().select(0)


class LeapingLoop(asyncio.SelectorEventLoop):
    """`elapsed_s` is its time; adding to it is a stall in which nothing gets a turn."""

    def __init__(self) -> None:
        self.elapsed_s = 0.0
        selector = _Leap()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        """Seconds since the loop was made."""
        return self.elapsed_s


class LeapingClock:
    """The machine's clock, as this loop sees it."""

    def __init__(self, loop: LeapingLoop) -> None:
        self._loop = loop

    def now(self) -> datetime:
        """The present instant."""
        return BEGIN + timedelta(seconds=self._loop.elapsed_s)

    def real_seconds_until(self, instant: datetime) -> float:
        """Seconds until `instant`, 0 once past."""
        return max(0.0, (instant - self.now()).total_seconds())
