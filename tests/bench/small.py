"""Small ones: the longest free text, a lease before a long queue, all checks of the content."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
from datetime import timedelta
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING

from bot.care.freetext import scan
from bot.library.loader import default_folder, load
from bot.library.proof.content import check
from bot.store import queue
from bot.store.database import Database
from bot.telegram.lengths import length_faults
from tests.bench.report import Report, median_ratio
from tests.store.makers import HOUR, MINUTE, NOW, make_person, message, plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bench.house import Places

ROUNDS = 15
BATCH = 100
DUE = ROUNDS * BATCH + BATCH
WAITING = 100_000
PROOFS = 3
PROOF_S = 10  # of one processor, whatever else the machine does
LONGEST = 4096  # characters, Bot API: Message.text


def _tell(
    name: str, measured: str, first: str, second: str, pairs: list[tuple[float, float]]
) -> None:
    """Both medians in milliseconds, and the median of the ratios second to first."""
    found = Report(name, measured, samples={"pairs_s": pairs})
    ones, others = zip(*pairs, strict=True)
    found.add(f"{second}, to {first}", f"{median_ratio(pairs):.2f} x")
    found.add(first, f"{statistics.median(ones) * 1000:.2f} ms")
    found.add(second, f"{statistics.median(others) * 1000:.2f} ms")
    found.show()


def free_text(places: Places, *, quick: bool) -> None:
    """The longest message a person can send, against an ordinary one."""
    phrases = load(default_folder()).language("en").phrases
    scan("warm up", phrases)
    ordinary, longest = "my back is a bit stiff today", "my leg went 😀 nmub again " * 170

    def took(text: str) -> float:
        begun = perf_counter()
        scan(text, phrases)
        return perf_counter() - begun

    pairs = [(took(ordinary), took(longest[:LONGEST])) for _ in range(ROUNDS)]
    _tell(
        "free_text",
        "phrases looked for in what a person typed.",
        "an ordinary message",
        "4,096 characters",
        pairs,
    )


async def _filled(folder: Path, name: str, waiting: int) -> Database:
    database = await Database.open(f"sqlite:///{folder / name}.db")
    person = await make_person(database)
    await plan(database, person, *(message(sequence=n) for n in range(DUE)))
    later = (message(sequence=DUE + n, due_in=HOUR + timedelta(seconds=n)) for n in range(waiting))
    await plan(database, person, *later)
    return database


async def _take(database: Database) -> float:
    begun = perf_counter()
    async with database.transaction() as tx:
        leased = await queue.lease(tx, owner="one", now=NOW, until=NOW + MINUTE, limit=BATCH)
    receipts = [queue.Receipt(each.id, 1, NOW) for each in leased]
    async with database.transaction() as tx:
        await queue.acknowledge_all(tx, receipts, owner="one")
    return perf_counter() - begun


async def _lease(waiting: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        small = await _filled(Path(folder), "small", 0)
        large = await _filled(Path(folder), "large", waiting)
        for each in (small, large):
            await _take(each)
        pairs = [(await _take(small), await _take(large)) for _ in range(ROUNDS)]
        _tell(
            "lease",
            f"{BATCH} due messages leased and acknowledged, on SQLite.",
            "of a short queue",
            f"with {waiting:,} more waiting",
            pairs,
        )
        await small.close()
        await large.close()


def lease(places: Places, *, quick: bool) -> None:
    """A batch leased and acknowledged, alone and in front of a long queue (SQLite)."""
    asyncio.run(_lease(1_000 if quick else WAITING))


def proof(places: Places, *, quick: bool) -> None:
    """All of `aftercare check`, against reading the same content; it must stay below its bound."""
    folder = default_folder()
    load(folder)

    def took(work: Callable[[], object]) -> float:
        begun = process_time()
        work()
        return process_time() - begun

    def checked() -> None:
        check(folder, also=length_faults)

    times = 1 if quick else PROOFS
    pairs = [(took(partial(load, folder)), took(checked)) for _ in range(times)]
    _tell("proof", "all of `aftercare check`.", "reading the content", "checking it", pairs)
    if min(check_s for _, check_s in pairs) > PROOF_S:
        raise SystemExit(f"aftercare check takes over {PROOF_S} s of one processor")
