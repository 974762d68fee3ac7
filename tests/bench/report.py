"""What a benchmark found: ratios first, a table on stdout, and the whole as JSON."""

from __future__ import annotations

import platform
import statistics
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Sequence

ARTIFACTS = Path(__file__).parents[1] / "artifacts"


@dataclass(slots=True)
class Row:
    """One finding. `wanted` is the line it should reach, `reached` whether it does."""

    what: str
    figure: str
    wanted: str = ""
    reached: bool | None = None


@dataclass(slots=True)
class Report:
    """The findings of a benchmark; `measured` says what was run against what."""

    name: str
    measured: str
    rows: list[Row] = field(default_factory=list)
    samples: dict[str, object] = field(default_factory=dict)

    def add(self, what: str, figure: str, *, wanted: str = "", reached: bool | None = None) -> None:
        """One more line of the table."""
        self.rows.append(Row(what, figure, wanted, reached))

    def at_least(self, what: str, value: float, line: float, unit: str = "") -> None:
        """A figure that should be `line` or more."""
        self.add(what, f"{value:,.4g}{unit}", wanted=f">= {line:,g}{unit}", reached=value >= line)

    def at_most(self, what: str, value: float, line: float, unit: str = "") -> None:
        """A figure that should be `line` or less."""
        self.add(what, f"{value:,.4g}{unit}", wanted=f"<= {line:,g}{unit}", reached=value <= line)

    def show(self) -> None:
        """Print the table, and write it with every sample to tests/artifacts."""
        print(f"\n{self.name}: {self.measured}")
        widths = [max((len(str(getattr(r, part))) for r in self.rows), default=0) for part in
                  ("what", "figure", "wanted")]  # fmt: skip
        for row in self.rows:
            mark = {True: "reached", False: "MISSED", None: ""}[row.reached]
            cells = zip((row.what, row.figure, row.wanted), widths, strict=True)
            print("  " + "  ".join(f"{cell:<{width}}" for cell, width in cells) + "  " + mark)
        ARTIFACTS.mkdir(exist_ok=True)
        told = asdict(self) | {"python": platform.python_version(), "machine": platform.machine()}
        path = ARTIFACTS / f"bench-{self.name}.json"
        path.write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2))


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that so many percent of the values do not exceed; 0 without any."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def median_ratio(pairs: Sequence[tuple[float, float]]) -> float:
    """The median, pair by pair, of the second figure to the first."""
    return statistics.median(other / one for one, other in pairs)
