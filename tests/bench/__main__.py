"""Runs the benchmarks: `python -m tests.bench [--quick] [--rounds N] [name ...]`."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from tests.bench import small
from tests.bench.budget import budget
from tests.bench.burst import burst
from tests.bench.house import places
from tests.bench.idle import idle
from tests.bench.million import million
from tests.bench.plan import plan
from tests.bench.reply import reply
from tests.bench.send import send
from tests.bench.workers import workers

if TYPE_CHECKING:
    from collections.abc import Callable

BENCHMARKS: dict[str, Callable[..., None]] = {
    "free_text": small.free_text,
    "lease": small.lease,
    "proof": small.proof,
    "send": send,
    "burst": burst,
    "million": million,
    "plan": plan,
    "reply": reply,
    "workers": workers,
    "budget": budget,
    "idle": idle,
}


def main(arguments: list[str]) -> int:
    """Run the named benchmarks, or all; 2 for a name there is none of."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--quick", action="store_true", help="a short smoke run, no figures")
    parser.add_argument("--rounds", type=int, help="how often to run each contender")
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(BENCHMARKS))
    asked = parser.parse_args(arguments)
    unknown = sorted(set(asked.names) - set(BENCHMARKS))
    if unknown:
        print(f"no benchmark {unknown[0]}; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    with places(asked.rounds) as where:
        for name in asked.names or BENCHMARKS:
            BENCHMARKS[name](where, quick=asked.quick)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
