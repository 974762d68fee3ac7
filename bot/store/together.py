"""Many small questions to the database, asked together.

A transaction costs about the same for one row as for a hundred, so whoever comes while one is
under way shares the next.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

Asked = TypeVar("Asked")
Given = TypeVar("Given")
MOST_TOGETHER = 200


class Together(Generic[Asked, Given]):
    """`answer` is given what was asked meanwhile, and gives an answer to each, in order.

    It waits `gather_s` seconds for more to come. Where it fails, each is asked alone, so that one
    that cannot be answered fails alone. What was asked is seen through even if whoever asked is
    cancelled.
    """

    def __init__(
        self,
        answer: Callable[[Sequence[Asked]], Awaitable[Sequence[Given]]],
        *,
        most: int = MOST_TOGETHER,
        gather_s: float = 0.0,
    ) -> None:
        self._answer = answer
        self._most = most
        self._gather_s = gather_s
        self._waiting: list[tuple[Asked, asyncio.Future[Given]]] = []
        self._worker: asyncio.Task[None] | None = None

    async def ask(self, one: Asked) -> Given:
        """The answer to `one`, from a transaction that began after this call."""
        future: asyncio.Future[Given] = asyncio.get_running_loop().create_future()
        self._waiting.append((one, future))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return await future

    async def flush(self) -> None:
        """Return once everything asked so far is answered or has failed."""
        while self._worker is not None and not self._worker.done():
            await asyncio.wait([self._worker])

    async def _work(self) -> None:
        while self._waiting:
            if self._gather_s:
                await asyncio.sleep(self._gather_s)
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            try:
                await self._settle(batch)
            except Exception as error:
                await self._one_by_one(batch, error)

    async def _settle(self, batch: list[tuple[Asked, asyncio.Future[Given]]]) -> None:
        answers = await self._answer([one for one, _ in batch])
        for (_, future), given in zip(batch, answers, strict=True):
            if not future.done():
                future.set_result(given)

    async def _one_by_one(
        self, batch: list[tuple[Asked, asyncio.Future[Given]]], error: Exception
    ) -> None:
        if len(batch) == 1:
            _fail(batch[0][1], error)
            return
        for each in batch:
            try:
                await self._settle([each])
            except Exception as own_error:
                _fail(each[1], own_error)


def _fail(future: asyncio.Future[Given], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
