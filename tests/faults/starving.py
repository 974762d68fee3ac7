"""How long the bot and what it leans on were ready to run, and got no processor.

A busy machine makes every promise in seconds late. This time is measured, from the kernel's own
count of each thread's waits, and taken off, so that the promise itself need not be loosened.
"""

from __future__ import annotations

import asyncio
import bisect
import itertools
import os
import time
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable

LOOK_S = 0.2


@dataclass(slots=True)
class Starving:
    """`at`: instants of the monotonic clock; `total_s`: seconds waited for a processor by then."""

    at: list[float] = field(default_factory=list)
    total_s: list[float] = field(default_factory=list)

    def add(self, at: float, waited_s: float) -> None:
        """What was waited since the last look, by all threads together, and never more than
        the time between the looks: they wait for one another.
        """
        lasted_s = at - self.at[-1] if self.at else 0.0
        before = self.total_s[-1] if self.total_s else 0.0
        self.at.append(at)
        self.total_s.append(before + min(waited_s, lasted_s))

    def between(self, begin: float, end: float) -> float:
        """Seconds without a processor from `begin` to `end`."""
        return max(0.0, self._until(end) - self._until(begin)) if end > begin else 0.0

    def _until(self, instant: float) -> float:
        after = bisect.bisect_right(self.at, instant)
        if after == 0:
            return 0.0
        if after == len(self.at):
            return self.total_s[-1]
        a, b = self.at[after - 1], self.at[after]
        share = (instant - a) / (b - a) if b > a else 0.0
        return self.total_s[after - 1] + share * (self.total_s[after] - self.total_s[after - 1])


@asynccontextmanager
async def watched(pids: Callable[[], Iterable[int]]) -> AsyncIterator[Starving]:
    """Look at these processes and at this one, which plays Telegram, until the end."""
    kept = Starving()
    watching = asyncio.create_task(_watch(kept, pids))
    try:
        yield kept
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


async def _watch(kept: Starving, pids: Callable[[], Iterable[int]]) -> None:
    known: dict[str, int] = {}
    while True:
        now = {
            thread: waited
            for pid in itertools.chain((os.getpid(),), pids())
            for thread, waited in waits_ns(pid)
        }
        grown = sum(max(0, waited - known.get(thread, 0)) for thread, waited in now.items())
        kept.add(time.monotonic(), grown / 1e9)
        known = now
        await asyncio.sleep(LOOK_S)


def waits_ns(pid: int) -> list[tuple[str, int]]:
    """How long each thread of a process has waited for a processor, in ns; Linux only."""
    found = []
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with suppress(OSError, ValueError, IndexError):
                text = (thread / "schedstat").read_text(encoding="ascii")
                found.append((thread.name, int(text.split()[1])))
    return found


def children(pid: int) -> list[int]:
    """The processes that this one has started."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [int(each) for each in text.split()]
