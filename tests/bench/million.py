"""million: a million messages still to come."""

from __future__ import annotations

import asyncio
import statistics
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from telegram.ext import Application, ContextTypes

from bot.delivery.clock import SystemClock
from tests.bench import apart, house
from tests.bench.apart import TOKEN
from tests.bench.meter import memory_mb
from tests.bench.noop import StockNoRequest, cut_the_line
from tests.bench.report import Report

if TYPE_CHECKING:
    from tests.bench.house import Places

EACH = 50
LOOKS = 100


async def ours(url: str) -> dict[str, Any]:
    """Start, see that nothing is due, and go on looking."""
    cut_the_line()
    begun = time.monotonic()
    app = await house.build(url, "http://127.0.0.1:1/bot")
    await app.bot.initialize()
    ready = asyncio.Event()
    app.courier.idle.append(lambda _: ready.set())
    running = asyncio.create_task(app.courier.run())
    await ready.wait()
    ready_s = time.monotonic() - begun
    held_mb = memory_mb()
    took = []
    for _ in range(LOOKS):
        ready.clear()
        begun = time.monotonic()
        app.courier.wake()
        await ready.wait()
        took.append(time.monotonic() - begun)
    await app.courier.stop()
    await running
    await app.database.close()
    return {"ready_s": ready_s, "memory_mb": held_mb, "look_ms": statistics.median(took) * 1000}


async def memory(count: int) -> dict[str, Any]:
    """PTB's JobQueue, which must be given every reminder anew at each start."""
    builder = Application.builder().token(TOKEN).updater(None)
    application = builder.request(StockNoRequest()).get_updates_request(StockNoRequest()).build()
    jobs = application.job_queue
    assert jobs is not None

    async def callback(_: ContextTypes.DEFAULT_TYPE) -> None:
        raise AssertionError

    await jobs.start()
    before_mb, begun = memory_mb(), time.monotonic()
    at = SystemClock().now() + timedelta(days=1)
    for number in range(count):
        jobs.run_once(callback, at + timedelta(seconds=number), data=number)
    took_s = time.monotonic() - begun
    grown_mb = memory_mb() - before_mb
    await jobs.stop(wait=False)
    return {"ready_s": took_s, "grown_mb": grown_mb}


def million(places: Places, *, quick: bool) -> None:
    """An empty database and a full one in turn; the peer with a fraction of it."""
    count = 10_000 if quick else 1_000_000
    rounds = places.times(5, quick=quick)
    peer_count = count // 50
    report = Report(
        "million",
        f"a process started on a SQLite database with {count:,} messages to come, and on an empty "
        f"one. Peer: PTB JobQueue given {peer_count:,} jobs, its figures multiplied up.",
    )
    empty, full = places.fresh("sqlite"), places.fresh("sqlite")
    later = SystemClock().now() + timedelta(days=1)
    asyncio.run(house.seed(empty, persons=count // EACH))
    asyncio.run(house.seed(full, persons=count // EACH, each=EACH, due_at=later))
    runs: dict[str, list[dict[str, Any]]] = {"empty": [], "full": [], "memory": []}
    for _ in range(rounds):
        runs["empty"].append(apart.run("tests.bench.million:ours", url=empty))
        runs["full"].append(apart.run("tests.bench.million:ours", url=full))
        runs["memory"].append(apart.run("tests.bench.million:memory", count=peer_count))
    report.samples = cast("dict[str, object]", runs)
    times = count / peer_count
    ready, start = _median(runs["full"], "ready_s"), _median(runs["memory"], "ready_s") * times
    report.add("start of JobQueue, to ours", f"{start / ready:,.0f} x")
    report.at_most("start to ready, over an empty one", _over(runs, "ready_s"), 1, " s")
    report.at_most("memory, over an empty one", _over(runs, "memory_mb"), 10, " MB")
    report.at_most("a wake-up with nothing due", _median(runs["full"], "look_ms"), 5, " ms")
    report.at_most("on disk, a message", (_size(full) - _size(empty)) / count, 250, " bytes")
    report.add("start to ready", f"{ready:.2f} s")
    grown = _median(runs["memory"], "grown_mb") * times
    report.add("JobQueue: start, memory", f"{start:,.0f} s, {grown:,.0f} MB")
    report.show()


def _median(runs: list[dict[str, Any]], what: str) -> float:
    return float(statistics.median(run[what] for run in runs))


def _over(runs: dict[str, list[dict[str, Any]]], what: str) -> float:
    pairs = zip(runs["full"], runs["empty"], strict=True)
    return float(statistics.median(full[what] - empty[what] for full, empty in pairs))


def _size(url: str) -> int:
    return Path(url.removeprefix("sqlite:///")).stat().st_size
