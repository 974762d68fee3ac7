"""workers: one, two and four processes on one PostgreSQL."""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import func, select

from bot.care.model import OccurrenceState
from bot.delivery.clock import SystemClock
from bot.store import queue
from bot.store.database import Database
from bot.store.tables import occurrences
from tests.bench import apart, house
from tests.bench.noop import NoRequest, cut_the_line
from tests.bench.report import ARTIFACTS, Report, median_ratio

if TYPE_CHECKING:
    from tests.bench.house import Places

PROCESSES = (1, 2, 4)
BATCH = 1000
LEAD_S = 6.0
PEER = Path(__file__).with_name("pgqueuer_peer.py")
MINUTE = timedelta(minutes=1)


async def bare(url: str, start_at: float, owner: str) -> dict[str, Any]:
    """The table alone: leased and acknowledged in batches, nothing composed. Which ids, when."""
    database = await Database.open(url)
    await asyncio.sleep(max(0.0, start_at - time.monotonic()))
    taken: list[int] = []
    while True:
        now = SystemClock().now()
        async with database.transaction() as tx:
            leased = await queue.lease(tx, owner=owner, now=now, until=now + MINUTE, limit=BATCH)
        if not leased:
            break
        receipts = [queue.Receipt(each.id, 1, now) for each in leased]
        async with database.transaction() as tx:
            sent = await queue.acknowledge_all(tx, receipts, owner=owner)
        taken += sorted(sent)
    end = time.monotonic()
    await database.close()
    return {"taken": taken, "end": end}


async def whole(url: str, start_at: float, owner: str) -> dict[str, Any]:
    """The product's courier, composing everything, with a line that says yes at once."""
    cut_the_line()
    app = await house.build(url, "http://127.0.0.1:1/bot", per_second=100_000)
    await app.bot.initialize()
    NoRequest.calls = 0
    await asyncio.sleep(max(0.0, start_at - time.monotonic()))
    await app.courier.drain()
    end = time.monotonic()
    await app.bot.shutdown()
    await app.database.close()
    return {"calls": NoRequest.calls, "end": end}


def workers(places: Places, *, quick: bool) -> None:
    """Ours and pgqueuer in turn, with the same numbers of processes."""
    count = 2_000 if quick else 100_000
    rounds = places.times(3, quick=quick)
    python = _venv()
    report = Report(
        "workers",
        f"{count:,} due messages on one PostgreSQL (fsync off, for all), nothing sent. 'Queue': "
        f"leased and acknowledged in batches of {BATCH:,}; 'courier': the whole way of the "
        "product, with the words composed for each person. Peer: pgqueuer with asyncpg, the same "
        "batch, an entrypoint that does nothing.",
    )
    runs: dict[str, list[float]] = {}
    wrong: Counter[str] = Counter()
    for _ in range(rounds):
        for number in PROCESSES:
            peer = _peer(python, places.fresh("postgresql"), number, count)
            runs.setdefault(f"pgqueuer {number}", []).append(peer)
            for way in ("bare", "whole"):
                rate = _ours(places, way, number, count, wrong)
                runs.setdefault(f"{way} {number}", []).append(rate)
    report.samples = {"rates": runs, "wrong": dict(wrong)}
    report.at_most("duplicates and losses", sum(wrong.values()), 0)
    for number in PROCESSES:
        for way, name, line in (("bare", "queue", 3.0), ("whole", "courier", None)):
            pairs = list(zip(runs[f"pgqueuer {number}"], runs[f"{way} {number}"], strict=True))
            what = f"{name}, to pgqueuer, {number} processes"
            if line is None:
                report.add(what, f"{median_ratio(pairs):.2f} x")
            else:
                report.at_least(what, median_ratio(pairs), line, " x")
    for name, rates in runs.items():
        report.add(f"{name} processes", f"{statistics.median(rates):,.0f}/s")
    report.show()


def _ours(places: Places, way: str, number: int, count: int, wrong: Counter[str]) -> float:
    url = places.fresh("postgresql")
    asyncio.run(house.seed(url, persons=count, each=1))
    start_at = time.monotonic() + LEAD_S
    running = [
        apart.begin(f"tests.bench.workers:{way}", url=url, start_at=start_at, owner=f"{n}")
        for n in range(number)
    ]
    found = [each.end() for each in running]
    if way == "bare":
        taken = Counter(one for each in found for one in each["taken"])
        wrong["twice"] += sum(times - 1 for times in taken.values())
        wrong["lost"] += count - len(taken)
    else:
        wrong["twice"] += max(0, sum(each["calls"] for each in found) - count)
        wrong["lost"] += count - asyncio.run(_sent(url))
    return float(count / (max(each["end"] for each in found) - start_at))


async def _sent(url: str) -> int:
    database = await Database.open(url)
    async with database.reading() as tx:
        statement = select(func.count()).where(occurrences.c.state == OccurrenceState.SENT)
        sent: int = (await tx.execute(statement)).scalar_one()
    await database.close()
    return sent


def _peer(python: Path, url: str, number: int, count: int) -> float:
    dsn = url.replace("postgresql+psycopg://", "postgresql://")

    def command(*arguments: str) -> list[str]:
        return [str(python), str(PEER), dsn, *arguments]

    subprocess.run(command("fill", str(count)), check=True)
    start_at = time.monotonic() + LEAD_S
    running = [
        subprocess.Popen(command("work", str(start_at), str(BATCH)), stdout=subprocess.PIPE)
        for _ in range(number)
    ]
    told = [orjson.loads(each.communicate(timeout=600)[0].splitlines()[-1]) for each in running]
    assert sum(each["done"] for each in told) == count
    return float(count / (max(each["end"] for each in told if each["done"]) - start_at))


def _venv() -> Path:
    """The Python of an environment of its own for the peer, made at the first run."""
    folder = ARTIFACTS / "bench-venv"
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        install = [str(python), "-m", "pip", "install", "-q", "pgqueuer==1.6.0", "asyncpg==0.32.0"]
        subprocess.run(install, check=True)
        (folder / "ready").touch()
    return python
