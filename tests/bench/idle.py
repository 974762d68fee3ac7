"""idle: an hour in which nothing is due."""

from __future__ import annotations

import asyncio
import statistics
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from telegram import Update
from telegram.ext import Application, ContextTypes

from bot.delivery import courier, receiver, scheduler
from bot.delivery.clock import SystemClock
from tests.bench import apart, house
from tests.bench.apart import TOKEN
from tests.bench.meter import cpu_s, memory_mb
from tests.bench.report import Report, median_ratio

if TYPE_CHECKING:
    from tests.bench.house import Places

HOUR_S = 3600.0


async def _hour(fast: float) -> dict[str, Any]:
    """Processor time of an hour that passes `fast` times as quickly, and memory at its parts."""
    await asyncio.sleep(HOUR_S / fast / 6)  # what starting costs is no part of it
    begun = cpu_s()
    memory = [memory_mb()]
    for _ in range(6):
        await asyncio.sleep(HOUR_S / fast / 6)
        memory.append(memory_mb())
    return {
        "core_percent": (cpu_s() - begun) / HOUR_S * 100,
        "grown_mb": memory[-1] - memory[0],
        "memory_mb": memory[-1],
    }


async def ours(url: str, api_url: str, fast: float) -> dict[str, Any]:
    """The whole product, long polling; every wait of its own is shortened by `fast`."""
    scheduler.TICK_S /= fast  # type: ignore[assignment]
    scheduler.MAINTENANCE_S /= fast  # type: ignore[assignment]
    courier.LONGEST_REST_S /= fast
    app = await house.build(url, api_url)
    await app.start()
    told = await _hour(fast)
    await app.stop()
    return told | {"long_poll_s": receiver.LONG_POLL_S}


async def stock(api_url: str, fast: float) -> dict[str, Any]:
    """PTB's own loop: long polling, and one job far off."""
    application = Application.builder().token(TOKEN).base_url(api_url).build()

    async def never(_: ContextTypes.DEFAULT_TYPE) -> None:
        raise AssertionError

    assert application.job_queue is not None
    assert application.updater is not None
    async with application:
        application.job_queue.run_once(never, timedelta(days=1))
        await application.updater.start_polling(
            timeout=timedelta(seconds=25), allowed_updates=Update.ALL_TYPES
        )
        await application.start()
        told = await _hour(fast)
        await application.updater.stop()
        await application.stop()
    return told


def idle(places: Places, *, quick: bool) -> None:
    """Ours and the peer in turn."""
    fast = 720.0 if quick else 60.0
    rounds = places.times(2, quick=quick)
    report = Report(
        "idle",
        f"an hour of nothing due, {fast:g} times as fast: every tick, round of housekeeping and "
        "long poll an hour has; 50,000 messages wait for tomorrow (SQLite). Peer: PTB's "
        "Application with one job.",
    )
    url = places.fresh("sqlite")
    later = SystemClock().now() + timedelta(days=1)
    asyncio.run(house.seed(url, persons=1000, each=5 if quick else 50, due_at=later))
    runs: dict[str, list[dict[str, Any]]] = {"ours": [], "stock": []}
    with apart.sink() as sink:
        for _ in range(rounds):
            for name, arguments in (("ours", {"url": url}), ("stock", {})):
                sink.set(delay_ms=0, fast=fast)
                told = apart.run(
                    f"tests.bench.idle:{name}", api_url=sink.api_url, fast=fast, **arguments
                )
                runs[name].append(told)
    report.samples = cast("dict[str, object]", runs)
    pairs = [(b["core_percent"], a["core_percent"]) for a, b in zip(*runs.values(), strict=True)]
    report.add("processor time, to the peer", f"{median_ratio(pairs):.2f} x")
    mine = statistics.median(run["core_percent"] for run in runs["ours"])
    report.at_most("of a core", mine, 0.5, " %")
    grown = statistics.median(run["grown_mb"] for run in runs["ours"])
    report.at_most("memory grown in the hour", grown, 1, " MB")
    theirs = statistics.median(run["core_percent"] for run in runs["stock"])
    report.add("peer, of a core", f"{theirs:.3g} %")
    report.show()
