"""What goes wrong, one thing after the other, by seed."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

from tests.faults.actors import EMERGENCIES

if TYPE_CHECKING:
    import random
    from collections.abc import Awaitable, Callable

    from bot.sandbox import Sandbox
    from bot.sandbox.faults import Answer
    from tests.faults.actors import Actor
    from tests.faults.machine import Machine
    from tests.faults.postgresql import Server

LONG_FREEZE_S = 70.0  # longer than a lease
LONG_FREEZES = 0.25
LIVES_S = (0.4, 2.5)  # at least, with a processor, before the next kill
STARVED = 2  # on a busy machine it lives so many times as long, and no longer
BEHIND = 4  # kills; then they are no longer aimed, and come as soon as they may
AIMED_WITHIN_S = 2.0
PLANNED = "v1:n:"  # what the buttons of a nudge begin with


class Injector:
    """Two hands until the end: one kills, the other does everything else. `done` counts both.

    A kill falls due every so many seconds on average, and those that are late are made up for. The
    other troubles are dealt like cards: each kind comes before any comes too often. `pace` below 1
    makes those shorter that last, and deals one of each.
    """

    def __init__(
        self,
        machine: Machine,
        sandbox: Sandbox,
        actors: list[Actor],
        dice: random.Random,
        server: Server | None,
        *,
        long_freezes: bool = True,
        pace: float = 1.0,
    ) -> None:
        self._machine = machine
        self._sandbox = sandbox
        self._actors = actors
        self._dice = dice
        self._server = server
        self._long_freezes = LONG_FREEZES if long_freezes else 0.0
        self._pace = pace
        self.done: Counter[str] = Counter()
        self._troubles: dict[str, tuple[int, Callable[[], Awaitable[None]]]] = {
            "SIGTERM": (3, machine.terminate),
            "SIGSTOP": (3, self._freeze),
            "429": (4, self._refuse_for_a_while),
            "5xx": (4, self._fail),
            "dropped": (6, self._drop),
            "slow": (3, self._slow),
            "updates twice": (4, self._duplicate),
            "updates reordered": (3, self._reorder),
            "two pollers": (1, self._second_poller),
        }
        if server is not None:
            self._troubles["PostgreSQL killed"] = (3, self._crash_server)
        else:
            self._troubles["database locked"] = (2, self._lock)
            self._troubles["disk full"] = (2, self._fill_disk)
        if machine.faketime is not None:
            self._troubles["clock +-1 h"] = (1, self._shift_clock)

    async def kills(self, end: float, *, every_s: float) -> None:
        """kill -9, again and again, until this instant of the monotonic clock."""
        due = time.monotonic()
        while True:
            due += self._dice.uniform(0.3, 1.7) * every_s
            late = time.monotonic() - due > BEHIND * every_s
            lives_s = LIVES_S[0] if late else self._dice.uniform(*LIVES_S)
            while (wait_s := self._until_next(due, lives_s)) > 0:
                if time.monotonic() + wait_s >= end:
                    return
                await asyncio.sleep(wait_s)
            if time.monotonic() - due < BEHIND * every_s:
                await self._aim()
            if self._machine.is_up:
                await self._machine.kill()
                self.done["kill -9"] += 1
            await self._machine.ensure_up()

    def _until_next(self, due: float, lives_s: float) -> float:
        """Seconds until the next kill: it is due, and the bot has lived for a little."""
        now = time.monotonic()
        since = self._machine.up_since if self._machine.is_up else now
        alive_s = now - since
        fed_s = alive_s - self._machine.starving.between(since, now)
        lacking_s = min(lives_s - fed_s, STARVED * lives_s - alive_s)
        return max(due - now, lacking_s)

    async def _aim(self) -> None:
        """Some at any moment; some just after an emergency is tapped, while that is handled; some
        just as Telegram takes a nudge, before that is written down.
        """
        chance = self._dice.random()
        taps, calls = self._taps(), len(self._sandbox.world.calls)
        after_s = self._dice.uniform(0, 0.25)

        def tapped() -> bool:
            return self._taps() > taps

        def sent() -> bool:
            new = islice(reversed(self._sandbox.world.calls), self._calls_since(calls))
            return any(PLANNED in str(each.params.get("reply_markup")) for each in new)

        with suppress(TimeoutError):
            if chance < 0.3:
                await self._sandbox.wait_until(tapped, timeout_s=AIMED_WITHIN_S)
                await asyncio.sleep(after_s)
            elif chance < 0.7:
                await self._sandbox.wait_until(sent, timeout_s=AIMED_WITHIN_S)

    def _taps(self) -> int:
        told = (each.data.rpartition(":")[2] for one in self._actors for each in one.told)
        return sum(option in EMERGENCIES for option in told)

    def _calls_since(self, before: int) -> int:
        return len(self._sandbox.world.calls) - before

    async def until(self, end: float, *, pause_s: tuple[float, float]) -> None:
        """Every other trouble, one after the other, until this instant of the monotonic clock."""
        deck: list[str] = []
        while True:
            await asyncio.sleep(self._dice.uniform(*pause_s))
            if time.monotonic() >= end:
                return
            if not deck:
                deck = [
                    name
                    for name, (weight, _) in self._troubles.items()
                    for _ in range(weight if self._pace >= 1 else 1)
                ]
                self._dice.shuffle(deck)
            name = deck.pop()
            await self._troubles[name][1]()
            self.done[name] += 1
            await self._machine.ensure_up()

    def _lasting_s(self, least: float, most: float) -> float:
        return self._dice.uniform(least, most) * self._pace

    async def _freeze(self) -> None:
        long = self._dice.random() < self._long_freezes
        short_s = self._lasting_s(0.5, 5)
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
        await self._machine.lock_database(self._lasting_s(0.5, 8))

    async def _fill_disk(self) -> None:
        await self._machine.fill_disk(self._lasting_s(1, 5))

    async def _shift_clock(self) -> None:
        await self._machine.shift_clock(self._dice.choice((-1, 1)), self._lasting_s(2, 5))

    async def _second_poller(self) -> None:
        await self._machine.second_poller(self._lasting_s(3, 6))

    async def _crash_server(self) -> None:
        assert self._server is not None
        with self._machine.spell("PostgreSQL down"):
            await self._server.crash(self._lasting_s(0, 4))
