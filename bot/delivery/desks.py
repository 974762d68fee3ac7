"""Places to work at: many side by side, or one with the whole room to itself."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Desks:
    """At most so many are at work at once; whoever asks to be alone has nobody beside it."""

    def __init__(self, most: int) -> None:
        self._free = asyncio.Semaphore(most)
        self._busy = 0
        self._only_one = asyncio.Lock()
        self._open = asyncio.Event()
        self._empty = asyncio.Event()
        self._open.set()
        self._empty.set()

    @asynccontextmanager
    async def beside(self) -> AsyncIterator[None]:
        """Work beside others."""
        async with self._free:
            while not self._open.is_set():
                await self._open.wait()
            self._busy += 1
            self._empty.clear()
            try:
                yield
            finally:
                self._busy -= 1
                if not self._busy:
                    self._empty.set()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Work while nobody else does; between two of these the others have their turn."""
        async with self._only_one:
            await asyncio.sleep(0)  # whom the last one kept out goes in first
            self._open.clear()
            try:
                await self._empty.wait()
                yield
            finally:
                self._open.set()
