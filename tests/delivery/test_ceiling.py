"""The limit as a hard fact: whatever stalls, no second at the server holds more than it allows."""

from __future__ import annotations

import asyncio
import random
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.delivery.budget import LEAD_S, WAY_S, BotBudget
from bot.store.database import Database
from tests.delivery.leaping import LeapingClock, LeapingLoop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from bot.store.transaction import Transaction

LIMIT = 30
BACKLOG = 90  # messages: three seconds' worth
SECOND = 1.0


@dataclass
class Server:
    """When messages reached it, by what they were."""

    nudges: list[float] = field(default_factory=list)
    safety: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Trouble:
    """What a busy machine does to the bot."""

    seed: int
    processes: int
    stalls: tuple[tuple[float, float], ...] = ()  # when, and for how long, nothing gets a turn
    slow_looks: float = 0.0  # seconds that a look at the database may take
    slow_commits: float = 0.0  # seconds that a commit takes
    safety: tuple[float, ...] = ()  # when safety messages leave


class SlowDisk:
    """A database whose commits wait for the disk."""

    def __init__(self, database: Database, commit_s: float) -> None:
        self._database = database
        self._commit_s = commit_s

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """One that is committed after so many seconds."""
        async with self._database.transaction() as tx:
            yield tx
        await asyncio.sleep(self._commit_s)


@dataclass
class House:
    """Processes that share a database and a limit, on a clock that leaps."""

    loop: LeapingLoop
    database: Database

    def run(self, trouble: Trouble) -> Server:
        """Send the backlog; when everything reached the server."""
        self.loop.elapsed_s += 10 * SECOND  # since the run before
        return self.loop.run_until_complete(self._run(trouble))

    async def _run(self, trouble: Trouble) -> Server:
        server, dice = Server(), random.Random(trouble.seed)  # noqa: S311
        clock = LeapingClock(self.loop)
        database = cast("Database", SlowDisk(self.database, trouble.slow_commits))
        budgets = [BotBudget(database, clock, LIMIT) for _ in range(trouble.processes)]
        begun = self.loop.time()

        async def deliver(budget: BotBudget, slot_at: float) -> None:
            while True:
                slot_at = await budget.near(slot_at)
                await asyncio.sleep(dice.uniform(0.0, trouble.slow_looks))
                if await budget.leave(slot_at):
                    server.nudges.append(self.loop.time() + dice.uniform(0.0, WAY_S))
                    return

        async def courier(budget: BotBudget, backlog: int) -> None:
            tasks: list[asyncio.Task[None]] = []
            while len(tasks) < backlog:
                await asyncio.sleep(budget.known_wait_s())
                room = min(8, backlog - len(tasks))
                async with database.transaction() as tx:
                    slots = await budget.slots_now(tx, room)
                    await budget.reserve_ahead(tx, room)
                tasks += [asyncio.create_task(deliver(budget, each)) for each in slots]
                await asyncio.sleep(0)
            await asyncio.gather(*tasks)

        async def stall(at: float, for_s: float) -> None:
            await asyncio.sleep(at)
            self.loop.elapsed_s += for_s

        async def danger(at: float) -> None:
            await asyncio.sleep(at)
            budgets[0].left()
            server.safety.append(self.loop.time() + dice.uniform(0.0, WAY_S))
            await budgets[0].give_up(1)

        await asyncio.gather(
            *(courier(each, BACKLOG // len(budgets)) for each in budgets),
            *(stall(at, for_s) for at, for_s in trouble.stalls),
            *(danger(at) for at in trouble.safety),
        )
        server.nudges = sorted(at - begun for at in server.nudges)
        server.safety = sorted(at - begun for at in server.safety)
        return server


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder: Path = tmp_path_factory.mktemp("ceiling")
    loop = LeapingLoop()
    url = f"sqlite:///{folder / 'budget.db'}"
    database = loop.run_until_complete(Database.open(url, inline=True))
    yield House(loop, database)
    loop.run_until_complete(database.close())
    loop.close()


def fullest(times: list[float]) -> int:
    """The most of them in any second."""
    return max(sum(at <= other < at + SECOND for other in times) for at in times)


seconds = st.floats(0.0, 3.0)
troubles = st.builds(
    Trouble,
    seed=st.integers(0, 2**16),
    processes=st.sampled_from([1, 2, 3]),
    stalls=st.lists(st.tuples(seconds, st.floats(0.0, 0.7)), max_size=4).map(tuple),
    slow_looks=st.sampled_from([0.0, 0.005, 0.05]),
    slow_commits=st.sampled_from([0.0, 0.005, 0.05, 0.2]),
    # Ever so often somebody is in danger; each time the others have given way before the next.
    safety=st.lists(st.integers(0, 9), unique=True, max_size=4).map(
        lambda several: tuple(each * 0.3 for each in several)
    ),
)


@given(trouble=troubles)
@example(trouble=Trouble(seed=0, processes=1, stalls=((1.0, 0.5),)))
@example(trouble=Trouble(seed=0, processes=2, stalls=((0.5, 0.3), (1.2, 0.3)), slow_looks=0.05))
@example(trouble=Trouble(seed=0, processes=1, safety=(0.9, 0.901)))
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_stalls_no_second_holds_more_than_the_limit(
    house: House, trouble: Trouble
) -> None:
    server = house.run(trouble)

    assert len(server.nudges) == BACKLOG // trouble.processes * trouble.processes
    assert fullest(server.nudges) <= LIMIT - 1
    way_s = LEAD_S if trouble.processes == 1 else SECOND
    assert fullest(server.nudges + server.safety) <= LIMIT + _beyond_one(server.safety, way_s)


def _beyond_one(safety: list[float], way_s: float) -> int:
    """How many safety messages of one second came before the others gave way: `way_s` later at
    most. Of several processes each has slots of its own to give up, and they may be that far off.
    """
    return max((sum(at <= other < at + way_s for other in safety) - 1 for at in safety), default=0)


def test_a_backlog_leaves_at_nearly_the_limit(house: House) -> None:
    server = house.run(Trouble(seed=0, processes=2, slow_looks=0.005))

    steady = server.nudges[: BACKLOG * 2 // 3]  # at the end each leaves what it held in reserve
    assert (len(steady) - 1) / (steady[-1] - steady[0]) > 28.1


def test_on_a_disk_slower_than_any_reserve_messages_still_leave(house: House) -> None:
    server = house.run(Trouble(seed=0, processes=1, slow_commits=0.5))

    assert server.nudges[0] < 5.0
    assert len(server.nudges) == BACKLOG


def test_what_piled_up_in_a_stall_leaves_one_after_the_other(house: House) -> None:
    server = house.run(Trouble(seed=0, processes=1, stalls=((1.0, 0.5),)))

    after = [at for at in server.nudges if at > 1.45]
    assert min(later - at for at, later in pairwise(after)) > 0.015


def test_a_danger_sign_leaves_at_once_and_the_others_give_way(house: House) -> None:
    without = house.run(Trouble(seed=0, processes=1))
    server = house.run(Trouble(seed=0, processes=1, safety=(1.0, 1.5)))

    assert server.safety == pytest.approx([1.0, 1.5], abs=WAY_S)
    slot_s = without.nudges[1] - without.nudges[0]
    assert server.nudges[-1] >= without.nudges[-1] + 2 * slot_s - 2 * WAY_S
