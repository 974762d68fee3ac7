"""Many work side by side, or one alone."""

from __future__ import annotations

import asyncio

from bot.delivery.desks import Desks


async def test_no_more_work_at_once_than_there_are_desks() -> None:
    desks, at_work, most = Desks(3), 0, 0

    async def work() -> None:
        nonlocal at_work, most
        async with desks.beside():
            at_work += 1
            most = max(most, at_work)
            await asyncio.sleep(0.001)
            at_work -= 1

    await asyncio.gather(*(work() for _ in range(20)))

    assert most == 3


async def test_who_works_alone_has_nobody_beside_and_keeps_nobody_out_for_good() -> None:
    desks = Desks(64)
    at_work: set[str] = set()
    order: list[str] = []

    async def work(name: str, *, alone: bool = False) -> None:
        async with desks.alone() if alone else desks.beside():
            at_work.add(name)
            order.append(name)
            await asyncio.sleep(0.001)
            assert not alone or at_work == {name}
            at_work.remove(name)

    await asyncio.gather(
        work("first"),
        *(work(f"alone {n}", alone=True) for n in range(3)),
        *(work(f"beside {n}") for n in range(5)),
    )

    assert len(order) == 9
    assert order.index("beside 0") < order.index("alone 2")


async def test_who_gives_up_waiting_to_be_alone_locks_nobody_out() -> None:
    desks, go_on = Desks(2), asyncio.Event()

    async def work() -> None:
        async with desks.beside():
            await go_on.wait()

    async def alone() -> None:
        async with desks.alone():
            raise AssertionError

    working = asyncio.create_task(work())
    await asyncio.sleep(0)
    waiting = asyncio.create_task(alone())
    await asyncio.sleep(0.01)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    go_on.set()

    async with asyncio.timeout(5):
        await work()
        await working
