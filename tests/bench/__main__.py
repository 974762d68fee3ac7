"""Runs the benchmarks and prints a table: medians, and the ratio pair by pair."""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
from datetime import timedelta
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING

from bot.care.freetext import scan
from bot.library.loader import default_folder, load
from bot.library.proof import check
from bot.store import queue
from bot.store.database import Database
from bot.telegram import lengths
from tests.store.makers import HOUR, MINUTE, NOW, make_person, message, plan

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 15
BATCH = 100
DUE = ROUNDS * BATCH + BATCH
WAITING = 100_000
LONGEST = 4096  # characters, Bot API: Message.text
PROOFS = 3
PROOF_S = 10  # of one processor, whatever else the machine does


def report(name: str, first: str, second: str, pairs: list[tuple[float, float]]) -> None:
    """One line: both medians in milliseconds, and the median of the ratios second to first."""
    ones, others = zip(*pairs, strict=True)
    ratio = statistics.median(other / one for one, other in pairs)
    print(
        f"{name:<9} {first}: {statistics.median(ones) * 1000:.2f} ms   "
        f"{second}: {statistics.median(others) * 1000:.2f} ms   ratio {ratio:.2f}"
    )


def free_text() -> None:
    """The longest message a person can send, against an ordinary one."""
    phrases = load(default_folder()).language("en").phrases
    scan("warm up", phrases)
    ordinary, longest = "my back is a bit stiff today", "my leg went 😀 nmub again " * 170

    def took(text: str) -> float:
        begun = perf_counter()
        scan(text, phrases)
        return perf_counter() - begun

    pairs = [(took(ordinary), took(longest[:LONGEST])) for _ in range(ROUNDS)]
    report("free_text", "ordinary message", "4,096 characters", pairs)


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


async def _lease() -> None:
    with tempfile.TemporaryDirectory() as folder:
        small = await _filled(Path(folder), "small", 0)
        large = await _filled(Path(folder), "large", WAITING)
        for each in (small, large):
            await _take(each)
        pairs = [(await _take(small), await _take(large)) for _ in range(ROUNDS)]
        report("lease", "100 of a short queue", f"100 with {WAITING:,} waiting", pairs)
        await small.close()
        await large.close()


def lease() -> None:
    """A batch leased and acknowledged, alone and in front of a long queue (SQLite)."""
    asyncio.run(_lease())


def proof() -> None:
    """All of `aftercare check`, against reading the same content; it must stay below its bound."""
    folder = default_folder()
    load(folder)

    def took(work: Callable[[], object]) -> float:
        begun = process_time()
        work()
        return process_time() - begun

    def checked() -> None:
        check(folder)
        lengths.check(folder)

    pairs = [(took(partial(load, folder)), took(checked)) for _ in range(PROOFS)]
    report("proof", "reading the content", "checking it", pairs)
    if min(check_s for _, check_s in pairs) > PROOF_S:
        raise SystemExit(f"aftercare check takes over {PROOF_S} s of one processor")


BENCHMARKS: dict[str, Callable[[], None]] = {
    "free_text": free_text,
    "lease": lease,
    "proof": proof,
}


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all; 2 for a name there is none of."""
    unknown = sorted(set(names) - set(BENCHMARKS))
    if unknown:
        print(f"no benchmark {unknown[0]}; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    for name in names or BENCHMARKS:
        BENCHMARKS[name]()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
