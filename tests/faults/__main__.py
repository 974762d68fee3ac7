"""`python -m tests.faults`: a fault campaign, its figures and every broken promise.

Exits with 1 when a promise is broken. docs/faults.md says what each one means. With `--break NAME`
the bot is a copy broken on purpose, and 0 means that the ledger saw it.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
import tempfile
from pathlib import Path

from tests.faults.breaks import BREAKS, campaign_on
from tests.faults.campaign import Outcome, Plan, run

KINDS = ("sqlite", "postgresql")
LONG_MINUTES = 5  # else one freeze beyond a lease would be most of a campaign


def main() -> int:
    """Run a campaign on each database that was asked for."""
    reader = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    reader.add_argument("--minutes", type=float, default=2.0, help="on each database")
    reader.add_argument("--seed", type=int, default=None, help="repeats an earlier campaign")
    reader.add_argument("--database", choices=KINDS, default=None, help="both unless given")
    reader.add_argument("--people", type=int, default=12)
    reader.add_argument("--keep", type=Path, default=None, help="keep logs and evidence here")
    reader.add_argument("--break", dest="broken", choices=tuple(BREAKS), help="break the bot first")
    asked = reader.parse_args()
    seed = secrets.randbelow(1_000_000) if asked.seed is None else asked.seed
    if asked.broken is not None:
        kind = asked.database or BREAKS[asked.broken].database
        options = {"minutes": asked.minutes, "seed": seed, "database": kind, "people": asked.people}
        return campaign_on(asked.broken, *(f"--{name}={each}" for name, each in options.items()))
    broken = 0
    for kind in KINDS if asked.database is None else (asked.database,):
        plan = Plan(
            asked.minutes * 60,
            seed,
            asked.people,
            postgresql=kind == "postgresql",
            long_freezes=asked.minutes >= LONG_MINUTES,
        )
        print(f"{kind}: {asked.minutes:g} min, {asked.people} people, seed {seed}", flush=True)
        outcome = _run(plan, asked.keep / kind if asked.keep else None)
        _tell(outcome)
        broken += len(outcome.ledger.broken)
    return 1 if broken else 0


def _run(plan: Plan, keep: Path | None) -> Outcome:
    if keep is not None:
        keep.mkdir(parents=True)
        return asyncio.run(run(plan, keep))
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        return asyncio.run(run(plan, Path(folder)))


def _tell(outcome: Outcome) -> None:
    if not outcome.clocks_shifted:
        print("  clocks were not shifted: libfaketime (Debian: faketime) is not installed")
    print("  injected:")
    for what, count in sorted(outcome.injected.items()):
        print(f"    {count:6} {what}")
    print("  figures:")
    for what, count in sorted(outcome.ledger.figures.items()):
        print(f"    {count:6} {what}")
    print(f"  broken promises: {len(outcome.ledger.broken)}")
    for each in outcome.ledger.broken:
        print(f"    {each}")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
