"""Whatever is done to the queue in whatever order: it holds what the naive queue holds."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import (
    run_state_machine_as_test,
)

from bot.store import engines
from bot.store.database import Database
from tests.store.queue_machine import QueueMachine

if TYPE_CHECKING:
    import pytest


def test_the_queue_does_what_a_naive_queue_does(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The power stays on, so no commit need wait for the disk.
    unsynced = (*engines.PRAGMAS, "synchronous=OFF")
    monkeypatch.setattr(engines, "PRAGMAS", unsynced)
    with asyncio.Runner() as runner:
        database = runner.run(Database.open(database_url, inline=True))
        try:
            run_state_machine_as_test(
                lambda: QueueMachine(runner, database),  # type: ignore[arg-type]
                settings=settings(
                    max_examples=12 if database.dialect == "sqlite" else 5,
                    stateful_step_count=40,
                    deadline=None,
                    phases=[Phase.reuse, Phase.generate],  # to shrink one takes minutes
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            runner.run(database.close())
