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
    from tests.faults.actors import Actor
    from tests.faults.machine import Machine

LONG_FREEZE_S = 70.0  # longer than a lease
LONG_FREEZES = 0.01


class Injector:
    """Draws troubles from the dice until it is told to stop; `done` counts them."""

    def __init__(
        self,
        machine: Machine,
        sandbox: Sandbox,
        actors: list[Actor],
        dice: random.Random,
        kill_postgresql: Callable[[], Awaitable[None]] | None,
    ) -> None:
        self._machine = machine
        self._sandbox = sandbox
        self._actors = actors
        self._dice = dice
        self._kill_postgresql = kill_postgresql
        self.done: Counter[str] = Counter()
        self._troubles: dict[str, tuple[int, Callable[[], Awaitable[None]]]] = {
            "kill": (30, self._kill),
            "term": (6, self._machine.terminate),
            "freeze": (4, self._freeze),
            "429": (8, self._refuse_for_a_while),
            "5xx": (8, self._fail),
            "dropped": (10, self._drop),
            "slow": (6, self._slow),
            "twice": (6, self._duplicate),
            "locked": (4, self._lock),
            "disk full": (3, self._fill_disk),
            "clock": (2, self._shift_clock),
            "second poller": (2, self._second_poller),
            "postgresql killed": (3, self._stop_postgresql),
        }

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

    async def _kill(self) -> None:
        await self._machine.kill()

    async def _freeze(self) -> None:
        long = self._dice.random() < LONG_FREEZES * 10
        await self._machine.freeze(LONG_FREEZE_S if long else self._dice.uniform(0.5, 5))

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
        answer = self._dice.choice(("500", "502"))
        self._sandbox.faults.add(answer=answer, times=self._dice.randint(1, 4))  # type: ignore[arg-type]

    async def _drop(self) -> None:
        answer = self._dice.choice(("drop_before", "drop_after"))
        method = self._dice.choice(("*", "sendMessage", "sendMessage", "getUpdates"))
        self._sandbox.faults.add(method, answer=answer, times=self._dice.randint(1, 3))  # type: ignore[arg-type]

    async def _slow(self) -> None:
        self._sandbox.faults.add(
            answer="slow", times=self._dice.randint(1, 4), delay_s=self._dice.uniform(0.5, 4)
        )

    async def _duplicate(self) -> None:
        self._sandbox.faults.duplicate_updates(self._dice.randint(1, 10))

    async def _lock(self) -> None:
        await self._machine.lock_database(self._dice.uniform(0.5, 8))

    async def _fill_disk(self) -> None:
        await self._machine.fill_disk(self._dice.uniform(1, 5))

    async def _shift_clock(self) -> None:
        await self._machine.shift_clock(self._dice.choice((-1, 1)), self._dice.uniform(1, 4))

    async def _second_poller(self) -> None:
        await self._machine.second_poller(self._dice.uniform(2, 5))

    async def _stop_postgresql(self) -> None:
        if self._kill_postgresql is not None:
            await self._kill_postgresql()
