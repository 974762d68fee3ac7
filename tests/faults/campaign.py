"""One campaign: people, troubles, a quiet end, and the ledger."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg

from bot.delivery.clock import SystemClock
from bot.library.loader import default_folder
from bot.sandbox import Sandbox
from bot.store.database import Database
from tests.databases import running_postgresql
from tests.faults.actors import Actor, city_in_the_morning
from tests.faults.injector import Injector
from tests.faults.ledger import Ledger, balance, read_books, sent_messages
from tests.faults.machine import Machine, fast_content, machine

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

FIRST_CHAT = 5001
SETTLED_WITHIN_S = 200.0  # a lease that was left behind takes 60 s, a repeat as long again
STARTING_S = 1.5  # from the first question to being able to send


@dataclass(frozen=True, slots=True)
class Outcome:
    """The ledger, what was injected, and how the bot's ends went."""

    ledger: Ledger
    injected: Counter[str]
    slow_stops: list[str]


async def run(
    folder: Path,
    *,
    seconds: float,
    seed: int,
    people: int,
    postgresql: bool,
    pause_s: tuple[float, float],
) -> Outcome:
    """Drive a bot of this machine through a campaign; nothing of it is left behind."""
    dice = random.Random(seed)  # noqa: S311
    clock = SystemClock()
    offset = clock.now().timestamp() - time.monotonic()
    async with AsyncExitStack() as stack:
        server = stack.enter_context(_postgresql() if postgresql else _no_server())
        url = server.url if server else f"sqlite:///{folder / 'aftercare.db'}"
        sandbox = await stack.enter_async_context(Sandbox(now=clock.now))
        content = fast_content(default_folder(), folder / "content")
        driven = await stack.enter_async_context(machine(sandbox, folder, url, content))
        actors = [
            Actor(
                sandbox.person(FIRST_CHAT + n),
                random.Random(f"{seed}:{n}"),  # noqa: S311
                city_in_the_morning(clock.now().hour),
            )
            for n in range(people)
        ]
        injector = Injector(driven, sandbox, actors, dice, server.crash if server else None)
        end = time.monotonic() + seconds
        await asyncio.gather(
            injector.until(end, pause_s=pause_s), *(each.lives(end) for each in actors)
        )
        await _settle(driven, sandbox, actors, url)
        database = await Database.open(url)
        try:
            books = await read_books(database)
        finally:
            await database.close()
        able = [(begin + STARTING_S, until or time.monotonic()) for begin, until in driven.up]
        sent = sent_messages(sandbox.calls, offset)
        ledger = balance(books, sent, actors, able, offset)
        slow = [
            f"{how}: {code} after {took:.1f} s"
            for how, code, took in driven.exits
            if how == "term" and (code != 0 or took > 5.5)
        ]
        refused = {f"{each.method}: {each.description}" for each in sandbox.refused}
        ledger.broken += [f"Telegram would refuse {each}" for each in sorted(refused)]
        return Outcome(ledger, injector.done, slow)


async def _settle(driven: Machine, sandbox: Sandbox, actors: list[Actor], url: str) -> None:
    """A good day at last: nobody does anything new, and the bot catches up."""
    sandbox.faults.clear()
    for each in actors:
        await each.comes_back()
    await driven.ensure_up()
    database = await Database.open(url)
    try:
        until = time.monotonic() + SETTLED_WITHIN_S
        while time.monotonic() < until:
            await asyncio.sleep(2)
            await driven.ensure_up()
            if sandbox.pending == 0 and await _caught_up(database):
                return
    finally:
        await database.close()


async def _caught_up(database: Database) -> bool:
    books = await read_books(database)
    now = SystemClock().now()
    late = [
        each
        for each in books.occurrences
        if each["state"] == "leased" or (each["state"] == "planned" and each["due_at"] <= now)
    ]
    repeats = [each for each in books.occurrences if each["state"] == "planned" and each["repeat"]]
    return not late and not repeats and all(each["state"] == "done" for each in books.inbox)
