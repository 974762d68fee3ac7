"""budget: three thousand messages due at once, and Telegram's 30 a second."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from telegram.error import TelegramError

from bot.care.model import PersonId
from bot.delivery.clock import SystemClock
from bot.service import answering
from tests.bench import apart, house
from tests.bench.meter import Meter
from tests.bench.report import Report, percentile
from tests.bench.sink import SENDS

if TYPE_CHECKING:
    from bot import app as product
    from tests.bench.house import Places

ANSWER_MS = 50
LIMIT = 30
IN_TROUBLE = 24  # people who tick a danger sign meanwhile
EDITS = 100


async def ours(
    url: str, api_url: str, seconds: float, first_in_trouble: int, seed: int
) -> dict[str, Any]:
    """Deliver; meanwhile people tick danger signs, and messages are edited."""
    app = await house.build(url, api_url, per_second=LIMIT)
    await app.bot.initialize()
    dice = random.Random(seed)  # noqa: S311
    async with Meter() as meter:
        running = asyncio.create_task(app.courier.run())
        app.alarm.start()
        told = await asyncio.gather(
            _trouble(app, first_in_trouble, seconds, dice), _edits(app, seconds)
        )
        await app.alarm.stop()
        await app.courier.stop()
        await running
    await app.bot.shutdown()
    await app.database.close()
    return {
        "told": told[0],
        "edit_ms": told[1],
        "stall_ms": meter.stall_s * 1000,
        "tally": dict(app.courier.tally),
    }


async def _trouble(
    app: product.App, first: int, seconds: float, dice: random.Random
) -> list[tuple[int, float]]:
    """Chat and instant of each danger sign, spread over the middle of the time."""
    told: list[tuple[int, float]] = []
    for number in range(IN_TROUBLE if first else 0):
        await asyncio.sleep(seconds * 0.8 / IN_TROUBLE * dice.uniform(0.7, 1.3))
        person = PersonId(first + number)
        now = SystemClock().now()
        turn = await answering.begin(app.practice, person, "worse", now)
        ticked_at = time.monotonic()
        await answering.answer(
            app.practice, person, turn.interview.id, "danger_now", "tick", "chest_pain", now
        )
        app.courier.wake()
        told.append((int(turn.person.chat_id), ticked_at))
    return told


async def _edits(app: product.App, seconds: float) -> list[float]:
    took: list[float] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        begun = time.monotonic()
        try:
            await app.bot.edit_message_text("Well done.", 1, 1)
        except TelegramError:
            took.append(60_000.0)
        else:
            took.append((time.monotonic() - begun) * 1000)
        await asyncio.sleep(seconds / EDITS)
    return took


def budget(places: Places, *, quick: bool) -> None:
    """One process on SQLite, two on PostgreSQL."""
    count = 120 if quick else 3_000
    rounds = places.times(2, quick=quick)
    seconds = count / 28.0 + 2.0
    report = Report(
        "budget",
        f"{count:,} nudges due at once for as many chats, a limit of {LIMIT}/s, a Bot API that "
        f"answers after {ANSWER_MS} ms and counts by its own clock; {IN_TROUBLE} people tick a "
        f"danger sign and {EDITS} messages are edited meanwhile.",
    )
    runs: dict[str, list[dict[str, Any]]] = {"sqlite": [], "two on postgresql": []}
    with apart.sink() as sink:
        for round_number in range(rounds):
            for name, kind, processes in (
                ("sqlite", "sqlite", 1),
                ("two on postgresql", "postgresql", 2),
            ):
                told = _once(places, sink, kind, processes, count, seconds, round_number)
                runs[name].append(told)
    report.samples = cast("dict[str, object]", runs)
    for name, found in runs.items():
        most = max(run["most"] for run in found)
        report.at_most(f"{name}: most sends in any second", most, LIMIT)
        closest = min(run["closest_s"] for run in found)
        report.at_least(f"{name}: closest two in one chat", closest, 1.0, " s")
        mean = statistics.median(run["mean"] for run in found)
        report.at_least(f"{name}: mean", mean, 28, "/s")
        late = statistics.median(run["escalation_p99_ms"] for run in found)
        report.at_most(f"{name}: p99 from danger sign to its message", late, 250, " ms")
        edits = statistics.median(run["edit_p99_ms"] for run in found)
        report.at_most(f"{name}: p99 of an edit, there and back", edits, 250, " ms")
        sent = min(run["nudges"] for run in found)
        report.at_least(f"{name}: nudges sent of {count:,}", sent, count)
        ours, sinks = (max(run[who] for run in found) for who in ("stall_ms", "sink_stall_ms"))
        report.add(f"{name}: longest stall, ours and the sink's", f"{ours:.0f}, {sinks:.0f} ms")
    report.show()


def _once(
    places: Places,
    sink: apart.SinkApi,
    kind: str,
    processes: int,
    count: int,
    seconds: float,
    seed: int,
) -> dict[str, Any]:
    url = places.fresh(kind)
    lead_s = 8.0
    due_at = SystemClock().now() + timedelta(seconds=lead_s)
    asyncio.run(house.seed(url, persons=count, each=1, due_at=due_at, more=IN_TROUBLE))
    sink.set(delay_ms=ANSWER_MS)
    running = [
        apart.begin(
            "tests.bench.budget:ours",
            url=url,
            api_url=sink.api_url,
            seconds=seconds + lead_s,
            first_in_trouble=0 if number else count + 1,
            seed=seed,
        )
        for number in range(processes)
    ]
    found = [each.end() for each in running]
    log = [(at, chat) for at, method, chat in sink.log() if method in SENDS]
    told = dict(found[0]["told"])
    arrived = {chat: at for at, chat in reversed(log) if chat in told}
    late = [(arrived[chat] - at) * 1000 if chat in arrived else 60_000 for chat, at in told.items()]
    nudges = [at for at, chat in log if chat not in told]
    stats = sink.stats()
    edits = [took for each in found for took in each["edit_ms"]]
    return {
        "most": stats["most_in_a_second"],
        "closest_s": stats["closest_in_a_chat_s"] or 99.0,
        "mean": (len(log) - 1) / (max(nudges) - min(nudges)),
        "escalation_p99_ms": percentile(late, 99),
        "escalations_ms": late,
        "edit_p99_ms": percentile(edits, 99),
        "nudges": len(nudges),
        "stall_ms": max(each["stall_ms"] for each in found),
        "sink_stall_ms": stats["stall_ms"],
    }
