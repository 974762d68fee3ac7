"""burst: ten thousand messages due in the same second."""

from __future__ import annotations

import asyncio
import statistics
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import create_engine, text, update
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.ext import Application, ContextTypes

from bot.delivery.clock import SystemClock
from bot.delivery.queue import Queue
from bot.store.database import Database
from bot.store.tables import occurrences
from tests.bench import apart, house
from tests.bench.apart import TOKEN
from tests.bench.meter import Meter
from tests.bench.noop import NoRequest, StockNoRequest, cut_the_line
from tests.bench.report import Report, median_ratio, percentile

if TYPE_CHECKING:
    from bot.care.model import Occurrence
    from tests.bench.house import Places

LEAD_S = 3.0
SETTLED_S = 60.0
SILENT_MS = 1e9
_ended: list[float] = []  # CLOCK_MONOTONIC, when each message was through


async def ours(url: str, count: int) -> dict[str, Any]:
    """The product with its alarm, asleep until the second comes."""
    cut_the_line()
    await house.seed(url, persons=count, each=1)
    acknowledged = Queue.acknowledge

    async def noted(self: Queue, occurrence: Occurrence, message_id: int) -> bool:
        yes = await acknowledged(self, occurrence, message_id)
        _ended.append(time.monotonic())
        return yes

    Queue.acknowledge = noted  # type: ignore[method-assign]
    database = await Database.open(url)
    due_at = SystemClock().now() + timedelta(seconds=LEAD_S)
    due = time.monotonic() + LEAD_S
    async with database.transaction() as tx:
        await tx.execute(update(occurrences).values(due_at=due_at))
    await database.close()
    app = await house.build(url, "http://127.0.0.1:1/bot", per_second=100_000)
    await app.bot.initialize()
    NoRequest.first = None
    running = asyncio.create_task(app.courier.run())
    app.alarm.start()
    told = await _watched(due, count)
    await app.alarm.stop()
    await app.courier.stop()
    await running
    await app.database.close()
    assert NoRequest.first is not None
    return told | {"first_ms": (NoRequest.first - due) * 1000}


async def store(url: str, count: int, *, wal: bool) -> dict[str, Any]:
    """APScheduler with its SQLAlchemyJobStore, one job a reminder, told to drop none."""
    engine = create_engine(url)
    jobs = SQLAlchemyJobStore(engine=engine)
    scheduler = AsyncIOScheduler(
        jobstores={"default": jobs}, job_defaults={"misfire_grace_time": None}, timezone="UTC"
    )
    with engine.connect() as connection:
        connection.execute(text(f"PRAGMA journal_mode={'WAL' if wal else 'DELETE'}"))
        connection.execute(text("PRAGMA synchronous=OFF"))  # while they are laid in
    scheduler.start(paused=True)
    at = SystemClock().now() + timedelta(seconds=LEAD_S + count / 300)
    due = time.monotonic() + LEAD_S + count / 300
    for number in range(count):
        scheduler.add_job(fire, "date", run_date=at, args=[number])
    with engine.connect() as connection:
        connection.execute(text("PRAGMA synchronous=FULL"))
    late_s = time.monotonic() + 1.0 - due
    if late_s > 0:
        raise RuntimeError(f"laying in took {late_s:.0f} s too long")
    scheduler.resume()
    told = await _watched(due, count)
    scheduler.shutdown(wait=False)
    return told


async def memory(count: int) -> dict[str, Any]:
    """PTB's JobQueue, one job a reminder, in memory only."""
    builder = Application.builder().token(TOKEN).updater(None)
    application = builder.request(StockNoRequest()).get_updates_request(StockNoRequest()).build()
    jobs = application.job_queue
    assert jobs is not None

    async def callback(context: ContextTypes.DEFAULT_TYPE) -> None:
        assert context.job is not None
        await fire(cast("int", context.job.data))

    await jobs.start()
    at = SystemClock().now() + timedelta(seconds=LEAD_S + count / 2000)
    due = time.monotonic() + LEAD_S + count / 2000
    for number in range(count):
        jobs.run_once(callback, at, data=number, job_kwargs={"misfire_grace_time": None})
    told = await _watched(due, count)
    await jobs.stop(wait=False)
    return told


async def fire(number: int) -> None:
    """A reminder as people write it: the words, the buttons, and here nothing is sent."""
    labels = ("done", "later", "skip")
    InlineKeyboardMarkup(
        [[InlineKeyboardButton(each, callback_data=f"n:{number}:{each}") for each in labels]]
    )
    await asyncio.sleep(0)
    _ended.append(time.monotonic())


async def _watched(due: float, count: int) -> dict[str, Any]:
    """Wait until all are through, or nothing more comes."""
    await asyncio.sleep(max(0.0, due - time.monotonic() - 0.2))
    async with Meter() as meter:
        while len(_ended) < count and time.monotonic() < due + SETTLED_S:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    late = [at - due for at in _ended]
    return {
        "through": len(_ended),
        "p50_ms": percentile(late, 50) * 1000,
        "p99_ms": percentile(late, 99) * 1000 if len(late) == count else SILENT_MS,
        "stall_ms": meter.stall_s * 1000,
        "cpu_s": meter.cpu_s,
    }


def burst(places: Places, *, quick: bool) -> None:
    """Ours on SQLite and PostgreSQL, and three peers, in turn."""
    count = 500 if quick else 10_000
    rounds = places.times(3, quick=quick)
    report = Report(
        "burst",
        f"{count:,} messages due in the same second, sent nowhere, until composed and "
        "acknowledged (the peers make words and buttons, and read no person). Peers: APScheduler "
        "with SQLAlchemyJobStore on SQLite as shipped and with WAL, misfires allowed; PTB "
        "JobQueue in memory. One process each.",
    )
    for _ in range(rounds):
        for kind in ("sqlite", "postgresql"):
            told = apart.run("tests.bench.burst:ours", url=places.fresh(kind), count=count)
            _keep(report, f"ours {kind}", told)
        for name, wal in (("store", False), ("store wal", True)):
            url = places.fresh("sqlite")
            told = apart.run("tests.bench.burst:store", url=url, count=count, wal=wal)
            _keep(report, name, told)
        _keep(report, "memory", apart.run("tests.bench.burst:memory", count=count))
    _tell(report)
    report.show()


def _keep(report: Report, name: str, told: dict[str, Any]) -> None:
    cast("list[Any]", report.samples.setdefault(name, [])).append(told)


def _each(report: Report, name: str, what: str) -> list[float]:
    return [run[what] for run in cast("list[dict[str, float]]", report.samples[name])]


def _tell(report: Report) -> None:
    mine = _each(report, "ours sqlite", "p99_ms")
    for name, peer, line in (
        ("store", "SQLAlchemyJobStore as shipped", 20.0),
        ("store wal", "SQLAlchemyJobStore on WAL", 5.0),
        ("memory", "JobQueue in memory", 1.0),
    ):
        pairs = list(zip(mine, _each(report, name, "p99_ms"), strict=True))
        report.at_least(f"p99 lateness of {peer}, to ours", median_ratio(pairs), line, " x")
    for kind in ("sqlite", "postgresql"):
        name = f"ours {kind}"
        report.at_most(f"{kind}: first send", _median(report, name, "first_ms"), 20, " ms")
        stall = _median(report, name, "stall_ms")
        report.at_most(f"{kind}: longest stall of the loop", stall, 100, " ms")
        report.add(f"{kind}: p99 lateness", f"{_median(report, name, 'p99_ms'):,.0f} ms")
    for name in ("store", "store wal", "memory"):
        late, stall = _median(report, name, "p99_ms"), _median(report, name, "stall_ms")
        report.add(f"{name}: p99 lateness, longest stall", f"{late:,.0f} ms, {stall:,.0f} ms")


def _median(report: Report, name: str, what: str) -> float:
    return statistics.median(_each(report, name, what))
