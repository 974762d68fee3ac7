"""What a stretch of a program costs: wall time, processor time, and how long its loop stood."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

TICK_S = 0.005


def cpu_s() -> float:
    """Processor seconds of this process so far, threads and kernel included."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def memory_mb() -> float:
    """Memory this process holds now, in megabytes (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


@dataclass(slots=True)
class Meter:
    """`async with Meter() as meter:`; afterwards `wall_s`, `cpu_s` and `stall_s` are set.

    `stall_s` is the longest time for which nothing else got a turn of the event loop.
    """

    wall_s: float = 0.0
    cpu_s: float = 0.0
    stall_s: float = 0.0
    _task: asyncio.Task[None] | None = field(default=None)

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._watch())
        await asyncio.sleep(0)
        self.wall_s, self.cpu_s = -time.monotonic(), -cpu_s()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.wall_s += time.monotonic()
        self.cpu_s += cpu_s()
        assert self._task is not None
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _watch(self) -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(TICK_S)
            self.stall_s = max(self.stall_s, time.monotonic() - before - TICK_S)
