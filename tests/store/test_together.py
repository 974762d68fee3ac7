"""Small questions to the database, asked together."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.store.together import Together

if TYPE_CHECKING:
    from collections.abc import Sequence


class Clerk:
    """Doubles numbers, refuses every batch that holds a 13, and keeps what it was given."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    async def __call__(self, asked: Sequence[int]) -> list[int]:
        self.batches.append(list(asked))
        await asyncio.sleep(0)
        if 13 in asked:
            raise ValueError("13")
        return [2 * one for one in asked]


async def test_what_comes_while_one_is_under_way_shares_the_next() -> None:
    clerk = Clerk()
    together = Together(clerk)

    first = asyncio.create_task(together.ask(1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    answers = await asyncio.gather(first, together.ask(2), together.ask(3))

    assert list(answers) == [2, 4, 6]
    assert clerk.batches == [[1], [2, 3]]


async def test_given_time_to_gather_what_comes_a_moment_later_is_asked_with_it() -> None:
    clerk = Clerk()
    together = Together(clerk, gather_s=0.05)

    first = asyncio.create_task(together.ask(1))
    await asyncio.sleep(0.01)
    answers = await asyncio.gather(first, together.ask(2))

    assert list(answers) == [2, 4]
    assert clerk.batches == [[1, 2]]


async def test_what_can_not_be_answered_fails_alone() -> None:
    together = Together(Clerk())

    answers = await asyncio.gather(*map(together.ask, (1, 13, 2)), return_exceptions=True)

    assert answers[0] == 2
    assert isinstance(answers[1], ValueError)
    assert answers[2] == 4


async def test_what_was_asked_is_seen_through_though_whoever_asked_is_gone() -> None:
    clerk = Clerk()
    together = Together(clerk)

    asking = asyncio.create_task(together.ask(1))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await together.flush()

    assert clerk.batches == [[1]]


async def test_no_more_than_so_many_are_asked_at_once() -> None:
    clerk = Clerk()
    together = Together(clerk, most=2)

    await asyncio.gather(*map(together.ask, range(5)))

    assert [len(each) for each in clerk.batches] == [2, 2, 1]
