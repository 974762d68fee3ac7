"""Work that stands in line with all that is to be written, while advice goes on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

import structlog

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

T = TypeVar("T")

MIND_EVERY_S = 0.05

log = structlog.get_logger(__name__)


async def minding(mind: Callable[[], Awaitable[None]], work: Coroutine[Any, Any, T]) -> T:
    """What `work` gives; until then `mind` is called every 50 ms, whose failure is logged."""
    task = asyncio.create_task(work)
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=MIND_EVERY_S)
            if not task.done():
                await _call(mind)
        return task.result()
    finally:
        task.cancel()


async def _call(mind: Callable[[], Awaitable[None]]) -> None:
    try:
        await mind()
    except Exception:
        log.exception("courier_look_failed")


class Beside:
    """Small tasks that nobody waits for until the end; what fails is logged."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def launch(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def settled(self) -> None:
        """Return once all are done."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def cancel(self) -> None:
        """Let go of what is left."""
        for task in tuple(self._tasks):
            task.cancel()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("courier_work_failed", exc_info=task.exception())
