"""Telegram was away for long and is back: who waits for an answer does not wait much longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.delivery.clerk import Clerk
from tests.journeys.harness import PLANNED, walking

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


async def test_an_answer_comes_within_ten_seconds_of_the_end_of_a_long_outage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits_s: list[float] = []

    async def rest(_: Clerk, wait_s: float) -> None:
        waits_s.append(wait_s)

    monkeypatch.setattr(Clerk, "rest", rest)
    async with walking(tmp_path, *PLANNED) as walk:
        walk.tryout.sandbox.faults.add("sendMessage", answer="502", times=20)
        waits_s.clear()

        answer = await walk.says("I can't feel my legs")

    assert len(waits_s) == 20
    assert max(waits_s) <= 10
    assert "999" in answer.text
