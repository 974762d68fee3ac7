"""How long the courier's loop waits for a database that does not answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable

LONGEST_S = 10.0  # many times what a turn takes; a database that is slow gets another one
AT_STOP_S = 0.3

T = TypeVar("T")


class Patience:
    """Bounds one piece of work at a time, and cuts short what is under way at the stop."""

    def __init__(self) -> None:
        self._limit: asyncio.Timeout | None = None
        self._left_s = LONGEST_S

    async def for_(self, work: Awaitable[T]) -> T:
        """What `work` gives; TimeoutError where it takes too long."""
        try:
            async with asyncio.timeout(self._left_s) as self._limit:
                return await work
        finally:
            self._limit = None

    def end(self) -> None:
        """The stop has come: 0.3 s for what is under way, and for each piece of work after it."""
        self._left_s = AT_STOP_S
        if self._limit is not None and not self._limit.expired():
            self._limit.reschedule(asyncio.get_running_loop().time() + AT_STOP_S)
