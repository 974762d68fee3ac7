"""What goes wrong, one thing after the other, by seed."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Awaitable, Callable

    from bot.sandbox import Sandbox
    from bot.sandbox.faults import Answer
    from tests.faults.actors import Actor
    from tests.faults.machine import Machine
    from tests.faults.postgresql import Server

LONG_FREEZE_S = 70.0  # longer than a lease
LONG_FREEZES = 0.15


class Injector:
    """Draws troubles from the dice until it is told to stop; `done` counts them."""

    def __init__(
        self,
        machine: Machine,
        sandbox: Sandbox,
        actors: list[Actor],
        dice: random.Random,
        server: Server | None,
        *,
        long_freezes: bool = True,
    ) -> None:
        self._machine = machine
        self._sandbox = sandbox
        self._actors = actors
        self._dice = dice
        self._server = server
        self._long_freezes = LONG_FREEZES if long_freezes else 0.0
        self.done: Counter[str] = Counter()
        self._troubles: dict[str, tuple[int, Callable[[], Awaitable[None]]]] = {
            "kill -9": (70, machine.kill),
            "SIGTERM": (5, machine.terminate),
            "SIGSTOP": (4, self._freeze),
            "429": (6, self._refuse_for_a_while),
            "5xx": (6, self._fail),
            "dropped": (10, self._drop),
            "slow": (5, self._slow),
            "updates twice": (5, self._duplicate),
            "updates reordered": (5, self._reorder),
            "two pollers": (2, self._second_poller),
        }
        if server is not None:
            self._troubles["PostgreSQL killed"] = (4, self._crash_server)
        else:
            self._troubles["database locked"] = (4, self._lock)
            self._troubles["disk full"] = (4, self._fill_disk)
        if machine.faketime is not None:
            self._troubles["clock +-1 h"] = (3, self._shift_clock)

    async def until(self, end: float, *, pause_s: tuple[float, float]) -> None:
        """Trouble after trouble until this instant of the monotonic clock."""
        names = list(self._troubles)
        weights = [weight for weight, _ in self._troubles.values()]
        while time.monotonic() < end:
            await asyncio.sleep(self._dice.uniform(*pause_s))
            (name,) = self._dice.choices(names, weights)
            await self._troubles[name][1]()
            self.done[name] += 1
            await self._machine.ensure_up()

    async def _freeze(self) -> None:
        long = self._dice.random() < self._long_freezes
        short_s = self._dice.uniform(0.5, 5)
        self.done["SIGSTOP beyond a lease"] += long
        await self._machine.freeze(LONG_FREEZE_S if long else short_s)

    async def _refuse_for_a_while(self) -> None:
        actor = self._dice.choice(self._actors)
        everyone = self._dice.random() < 0.2
        self._sandbox.faults.add(
            "sendMessage",
            answer="429",
            chat_id=None if everyone else actor.person.chat_id,
            times=self._dice.randint(1, 3),
            retry_after_s=self._dice.randint(1, 4),
        )

    async def _fail(self) -> None:
        answer: Answer = self._dice.choice(("500", "502"))
        self._sandbox.faults.add(answer=answer, times=self._dice.randint(1, 4))

    async def _drop(self) -> None:
        answer: Answer = self._dice.choice(("drop_before", "drop_after"))
        method = self._dice.choice(("*", "sendMessage", "sendMessage", "getUpdates"))
        self._sandbox.faults.add(method, answer=answer, times=self._dice.randint(1, 3))

    async def _slow(self) -> None:
        self._sandbox.faults.add(
            answer="slow", times=self._dice.randint(1, 4), delay_s=self._dice.uniform(0.5, 4)
        )

    async def _duplicate(self) -> None:
        self._sandbox.faults.duplicate_updates(self._dice.randint(1, 10))

    async def _reorder(self) -> None:
        self._sandbox.faults.reorder_updates(self._dice.randint(1, 5))

    async def _lock(self) -> None:
        await self._machine.lock_database(self._dice.uniform(0.5, 8))

    async def _fill_disk(self) -> None:
        await self._machine.fill_disk(self._dice.uniform(1, 5))

    async def _shift_clock(self) -> None:
        await self._machine.shift_clock(self._dice.choice((-1, 1)), self._dice.uniform(2, 5))

    async def _second_poller(self) -> None:
        await self._machine.second_poller(self._dice.uniform(3, 6))

    async def _crash_server(self) -> None:
        assert self._server is not None
        with self._machine.spell("PostgreSQL down"):
            await self._server.crash(self._dice.uniform(0, 4))
