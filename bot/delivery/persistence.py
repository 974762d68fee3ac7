"""Asking the database again after an error that may pass."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

import structlog

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.delivery.backoff import Backoff

T = TypeVar("T")

log = structlog.get_logger(__name__)


async def persist(
    doing: Callable[[], Awaitable[T]], *, for_s: float, backoff: Backoff, what: str
) -> T:
    """What `doing` gives, tried again for about `for_s` seconds; then its last error is raised.

    `what` names it in the log.
    """
    loop = asyncio.get_running_loop()
    last_at = loop.time() + for_s
    failures = 0
    while True:
        try:
            return await doing()
        except Exception as error:
            failures += 1
            wait_s = backoff.wait_s(failures)
            if loop.time() + wait_s > last_at:
                raise
            if failures == 1:
                log.warning("database_tried_again", what=what, error=type(error).__name__)
            await asyncio.sleep(wait_s)
