"""plan: a massage logged, with everything that follows from it."""

from __future__ import annotations

import asyncio
import statistics
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import create_engine

from bot.care.model import PersonId
from bot.delivery.clock import SystemClock
from bot.library.loader import default_folder, load
from bot.service import massages
from bot.service.practice import Practice
from bot.store.database import Database
from tests.bench import apart, house
from tests.bench.burst import fire
from tests.bench.report import Report, median_ratio, percentile

if TYPE_CHECKING:
    from tests.bench.house import Places

CROWD = 100


async def ours(url: str, count: int) -> dict[str, Any]:
    """Log a massage for one person after the other, then for a hundred at once."""
    await house.seed(url, persons=count + CROWD)
    practice = Practice(await Database.open(url), load(default_folder()), "GB")
    now = SystemClock().now()

    async def log(person: int) -> int:
        logged = await massages.log(
            practice, PersonId(person), at=now, pain_before=6, new_pain=False, now=now
        )
        return len(logged.plan)

    took = []
    planned = 0
    for person in range(1, count + 1):
        begun = time.monotonic()
        planned = await log(person)
        took.append(time.monotonic() - begun)
    begun = time.monotonic()
    await asyncio.gather(*(log(count + n) for n in range(1, CROWD + 1)))
    crowd_s = time.monotonic() - begun
    await practice.database.close()
    return {
        "planned": planned,
        "median_ms": statistics.median(took) * 1000,
        "p95_ms": percentile(took, 95) * 1000,
        "crowd_s": crowd_s,
    }


async def store(url: str, count: int, planned: int) -> dict[str, Any]:
    """The same number of jobs a person, added to APScheduler's SQLAlchemyJobStore."""
    jobs = SQLAlchemyJobStore(engine=create_engine(url))
    scheduler = AsyncIOScheduler(jobstores={"default": jobs}, timezone="UTC")
    scheduler.start()
    at = SystemClock().now() + timedelta(days=1)
    took = []
    for _ in range(count):
        begun = time.monotonic()
        for number in range(planned):
            scheduler.add_job(fire, "date", run_date=at, args=[number])
        took.append(time.monotonic() - begun)
    scheduler.shutdown(wait=False)
    return {"median_ms": statistics.median(took) * 1000}


def plan(places: Places, *, quick: bool) -> None:
    """Ours on both databases, the peer in turn."""
    count = 10 if quick else 100
    rounds = places.times(3, quick=quick)
    report = Report(
        "plan",
        "a massage logged and its whole plan committed: judged, laid out in local time, kept. "
        "Peer: as many jobs added to APScheduler's SQLAlchemyJobStore on SQLite as shipped.",
    )
    runs: dict[str, list[dict[str, Any]]] = {"sqlite": [], "postgresql": [], "store": []}
    for _ in range(rounds):
        for kind in ("sqlite", "postgresql"):
            told = apart.run("tests.bench.plan:ours", url=places.fresh(kind), count=count)
            runs[kind].append(told)
        runs["store"].append(
            apart.run(
                "tests.bench.plan:store",
                url=places.fresh("sqlite"),
                count=3,
                planned=runs["sqlite"][-1]["planned"],
            )
        )
    report.samples = cast("dict[str, object]", runs)
    pairs = list(zip(_all(runs["sqlite"]), _all(runs["store"]), strict=True))
    report.add("one job a reminder, to ours", f"{median_ratio(pairs):,.0f} x")
    for kind in ("sqlite", "postgresql"):
        report.at_most(f"{kind}: median", statistics.median(_all(runs[kind])), 10, " ms")
        crowd = statistics.median(run["crowd_s"] for run in runs[kind])
        report.at_most(f"{kind}: {CROWD} people at once", crowd, 1, " s")
    report.add("messages in a plan", str(runs["sqlite"][-1]["planned"]))
    report.add("peer, median", f"{statistics.median(_all(runs['store'])):,.0f} ms")
    report.show()


def _all(runs: list[dict[str, Any]]) -> list[float]:
    return [run["median_ms"] for run in runs]
