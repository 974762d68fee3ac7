"""One campaign: people, troubles, a quiet end, and the ledger."""

from __future__ import annotations

import asyncio
import math
import pickle
import random
import time
from collections import deque
from contextlib import AsyncExitStack, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from bot.care.model import NUDGES, ChatId, Kind, PlannedMessage
from bot.delivery.clock import SystemClock
from bot.errors import DatabaseError
from bot.library.library import FALLBACK_COUNTRY
from bot.library.loader import default_folder, load
from bot.sandbox import Sandbox
from bot.sandbox.updates import FIRST_UPDATE_ID
from bot.service import massages
from bot.service import people as joining
from bot.service.plans import LATER_ITEM
from bot.service.practice import Practice
from bot.store.database import Database
from bot.store.occurrences import plan as plan_occurrences
from bot.store.tables import occurrences
from bot.telegram import places
from tests.faults.actors import Actor, city_in_the_morning
from tests.faults.books import Books, Witness, answered_in, attempts_in, read_books
from tests.faults.injector import Injector
from tests.faults.ledger import PROMISES, WITHOUT_SECONDS, Ledger, balance
from tests.faults.machine import Machine, fast_content, machine
from tests.faults.postgresql import running_server

if TYPE_CHECKING:
    from collections import Counter
    from datetime import datetime
    from pathlib import Path

    from tests.faults.machine import Run

FIRST_CHAT = 5001
SETTLED_WITHIN_S = 220.0  # a lease that was left behind takes a minute, a repeat as long again
STOPS_WITHIN_S = 5.5
PUT_OFF_S, MOST_PUT_OFF = 12.0, 60
FIRST_PUT_OFF = 1_000_000  # no nudge has this number
AT_FIRST = 14  # messages of a plan that fall due while the campaign runs, however short
FIRST_PLAN_S = 240.0  # within so long
FIRST_LEAVE_S = (15.0, 45.0)
STILL_DUE_S = 60.0  # to them after that
NEW_TO_IT_S = 60.0  # until somebody has joined and a plan has begun
LOOKS = 30
HOPELESS_S = 30.0  # what has been late for so long without any trouble stays so


@dataclass(frozen=True, slots=True)
class Plan:
    """How long, by which seed, with how many people, on which database.

    `kill_every_s` is the mean time from one kill -9 to the next, `pause_s` the least and the most
    time between two other troubles, `settle_s` how long the bot may take to catch up at the end.
    `lives_s` is how long those stay, at least and at most, who close their account at the end. A
    `pace` below 1 makes other troubles shorter. Where seconds do not count, only promises are held
    that a busy machine cannot break.
    """

    seconds: float
    seed: int
    people: int = 12
    postgresql: bool = False
    kill_every_s: float = 6.0
    pause_s: tuple[float, float] = (0.5, 4.5)
    rests_s: tuple[float, float] = (0.4, 2.6)
    settle_s: float = SETTLED_WITHIN_S
    stops_s: float = STOPS_WITHIN_S
    lives_s: tuple[float, float] = (90.0, 300.0)
    long_freezes: bool = False  # some that outlast a lease
    pace: float = 1.0
    counts_seconds: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """The ledger, what was injected, and whether clocks could be shifted."""

    ledger: Ledger
    injected: Counter[str]
    clocks_shifted: bool


async def run(plan: Plan, folder: Path, start: Run | None = None) -> Outcome:
    """Drive a bot of this machine through a campaign; nothing of it is left behind.

    `start` starts it in another way than an operator would.
    """
    dice = random.Random(plan.seed)  # noqa: S311
    clock = SystemClock()
    offset = clock.now().timestamp() - time.monotonic()
    async with AsyncExitStack() as stack:
        server = stack.enter_context(running_server() if plan.postgresql else nullcontext())
        url = server.url if server else f"sqlite:///{folder / 'aftercare.db'}"
        sandbox = await stack.enter_async_context(Sandbox(now=clock.now))
        sandbox.world.calls = deque()  # all of them, however many
        actors = _people(plan, sandbox, clock)
        content = fast_content(default_folder(), folder / "content")
        await _as_they_were(url, content, actors, clock, plan)
        beside = server.pids if server else tuple
        driven = await stack.enter_async_context(
            machine(sandbox, folder, url, content, run=start, beside=beside)
        )
        injector = Injector(
            driven, sandbox, actors, dice, server, long_freezes=plan.long_freezes, pace=plan.pace
        )
        end = time.monotonic() + plan.seconds
        await asyncio.gather(
            injector.kills(end, every_s=plan.kill_every_s),
            injector.until(end, pause_s=plan.pause_s),
            *(_lives(plan, each, actors, end) for each in tuple(actors)),
        )
        await _settle(driven, sandbox, actors, url, plan, offset)
        books = await _books(url, offset)
        seen = witness(driven, sandbox, actors, offset)
        # What a broken promise rests on, for whoever looks into it later.
        (folder / "evidence.pickle").write_bytes(pickle.dumps((books, seen)))
        ledger = _balanced(driven, sandbox, plan, books, seen)
        return Outcome(ledger, injector.done, driven.faketime is not None)


async def _lives(plan: Plan, actor: Actor, actors: list[Actor], end: float) -> None:
    """Where somebody closes the account somebody new comes, so that there are as many as before."""
    await actor.lives(end)
    while actor.is_gone:
        actor = _person(plan, actor.sandbox, len(actors), actor.city)
        stays_s = actor.dice.uniform(*plan.lives_s) + NEW_TO_IT_S
        actor.well, actor.closes_at = True, time.monotonic() + stays_s
        actors.append(actor)
        await actor.lives(end)


def _people(plan: Plan, sandbox: Sandbox, clock: SystemClock) -> list[Actor]:
    city = city_in_the_morning(clock.now().hour)
    return [_person(plan, sandbox, n, city) for n in range(plan.people)]


def _person(plan: Plan, sandbox: Sandbox, n: int, city: str) -> Actor:
    dice = random.Random(f"{plan.seed}:{n}")  # noqa: S311
    return Actor(sandbox, sandbox.person(FIRST_CHAT + n), dice, city, plan.rests_s)


async def _as_they_were(
    url: str, content: Path, actors: list[Actor], clock: SystemClock, plan: Plan
) -> None:
    """Most people are known already, with a plan of which the first messages are due at once."""
    database = await Database.open(url)
    try:
        practice = Practice(database, load(content), FALLBACK_COUNTRY)
        for each in actors[: -len(actors) // 4]:
            await _joined(practice, each, clock, plan)
    finally:
        await database.close()


async def _joined(practice: Practice, actor: Actor, clock: SystemClock, plan: Plan) -> None:
    await actor.person.start()
    now, actor.massaged_at = clock.now(), time.monotonic()
    within_s = max(5, min(plan.seconds * 0.8, FIRST_PLAN_S))
    actor.well = actor.person.chat_id % 3 != 0
    if actor.person.chat_id % 3 == 1:
        stays_s = min(actor.dice.uniform(*FIRST_LEAVE_S), plan.seconds / 3)
        actor.closes_at, within_s = time.monotonic() + stays_s, stays_s + STILL_DUE_S
    chat_id = ChatId(actor.person.chat_id)
    person = await joining.join(practice, chat_id, language="en", now=now)
    zone = places.zone_of(actor.city)
    assert zone is not None
    await joining.set_zone(practice, person.id, zone, now)
    await joining.settle_in(practice, person.id, now)
    await massages.log(practice, person.id, at=now, pain_before=5, new_pain=False, now=now)
    actor.joined = True
    table = occurrences
    of_person = select(table.c.id, table.c.kind).where(table.c.person_id == person.id)
    async with practice.database.transaction() as tx:
        rows = (await tx.execute(of_person.order_by(table.c.due_at).limit(AT_FIRST))).all()
        for row in rows:
            due_at = now + timedelta(seconds=actor.dice.uniform(3, within_s))
            late = due_at + timedelta(minutes=90) if row.kind in NUDGES else None
            moved = update(table).where(table.c.id == row.id)
            await tx.execute(moved.values(due_at=due_at, expires_at=late))
        await plan_occurrences(
            tx,
            person_id=person.id,
            chat_id=chat_id,
            session_id=None,
            escalation_id=None,
            plan_version=0,
            messages=_put_off(now, plan.seconds, actor.dice),
        )


def _put_off(now: datetime, seconds: float, dice: random.Random) -> list[PlannedMessage]:
    """Nudges that the person has put off, one after the other to the end: no plan that is laid
    out anew takes these away, so there is always one that a kill may hit.
    """
    # A person's plan is shown in one message, which has room for so many and no more.
    apart_s = max(PUT_OFF_S, seconds / MOST_PUT_OFF)
    times = [
        now + timedelta(seconds=n * apart_s + dice.uniform(0, apart_s))
        for n in range(math.ceil(seconds / apart_s))
    ]
    return [
        PlannedMessage(
            kind=Kind.HYDRATION,
            item=LATER_ITEM,
            sequence=FIRST_PUT_OFF + n,
            due_at=at,
            expires_at=at + timedelta(minutes=90),
        )
        for n, at in enumerate(times)
    ]


async def _settle(
    driven: Machine,
    sandbox: Sandbox,
    actors: list[Actor],
    url: str,
    plan: Plan,
    offset: float,
) -> None:
    """A good day at last: nobody does anything new, and the bot catches up."""
    sandbox.faults.clear()
    for each in actors:
        await each.comes_back()
    await driven.ensure_up()
    database = await _looked_at(url)
    try:
        until = time.monotonic() + plan.settle_s
        while time.monotonic() < until:
            await asyncio.sleep(1)
            await driven.ensure_up()
            if sandbox.pending == 0 and await _caught_up(
                database, offset, all_of_it=plan.counts_seconds
            ):
                return
    finally:
        await database.close()


async def _looked_at(url: str) -> Database:
    """The bot's database, to read from beside it; a busy one is asked again."""
    for _ in range(LOOKS):
        try:
            return await Database.open(url, as_it_is=True)
        except DatabaseError:
            await asyncio.sleep(1)
    return await Database.open(url, as_it_is=True)


async def _caught_up(database: Database, offset: float, *, all_of_it: bool) -> bool:
    """Whether every update is handled; `all_of_it`: also nothing is late, no lease is out and no
    repeat is to come.
    """
    books = await read_books(database, offset)
    now = time.monotonic()
    open_ = [
        each
        for each in books.occurrences
        if (each["state"] == "leased" and each["leased_until"] > now - HOPELESS_S)
        or (each["state"] == "planned" and (each["due_at"] <= now or each["repeat"]))
    ]
    handled = all(each["state"] == "done" for each in books.inbox.values())
    return handled and not (open_ and all_of_it)


async def _books(url: str, offset: float) -> Books:
    database = await _looked_at(url)
    try:
        return await read_books(database, offset)
    finally:
        await database.close()


def _balanced(driven: Machine, sandbox: Sandbox, plan: Plan, books: Books, seen: Witness) -> Ledger:
    promises = PROMISES if plan.counts_seconds else WITHOUT_SECONDS
    ledger = balance(books, seen, promises)
    slow = [each for each in driven.exits if each[0] == "term" and _is_bad_end(each, plan)]
    ledger.broken += [f"SIGTERM ended with {code} after {took:.1f} s" for _, code, took in slow]
    ledger.figures["ended alone"] = sum(how == "alone" for how, *_ in driven.exits)
    refused = {
        f"{each.method}: {each.description}"
        for each in sandbox.refused
        # An update taken up again after a crash draws what stands there already.
        if not (each.description or "").startswith("Bad Request: message is not modified")
    }
    ledger.broken += [f"Telegram would refuse {each}" for each in sorted(refused)]
    return ledger


def _is_bad_end(end: tuple[str, int, float], plan: Plan) -> bool:
    _, code, took_s = end
    return code != 0 or (plan.counts_seconds and took_s > plan.stops_s)


def witness(driven: Machine, sandbox: Sandbox, actors: list[Actor], offset: float) -> Witness:
    """All that was seen from outside."""
    now = time.monotonic()
    calls = list(sandbox.world.calls)
    messages = {
        (chat.chat_id, message.message_id): float(message.body["date"]) - offset
        for chat in sandbox.world.chats.values()
        for message in chat.messages.values()
        if message.from_bot
    }
    return Witness(
        attempts=attempts_in(calls, offset),
        messages=messages,
        updates=range(FIRST_UPDATE_ID, sandbox.world.updates.next_id),
        answered=answered_in(calls, offset),
        told=[told for each in actors for told in each.told],
        silences={each.person.chat_id: each.silences for each in actors},
        up=[(began, ended or now) for began, ended in driven.up],
        deaths=[ended for _, ended in driven.up if ended is not None],
        spells=driven.spells,
        starving=driven.starving,
        ended=now,
    )
