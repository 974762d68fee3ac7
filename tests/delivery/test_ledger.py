"""Group commit: together when it works, alone when it does not."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from bot.delivery.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.store.database import Database, Transaction


class Counted:
    """The database, and how many of its transactions were committed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.commits = 0

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        async with self._database.transaction() as tx:
            yield tx
        self.commits += 1


async def test_fifty_writes_at_once_share_a_few_commits(database: Database) -> None:
    counted = Counted(database)
    ledger = Ledger(counted)  # type: ignore[arg-type]

    async def write(tx: Transaction) -> int:
        return 1

    assert sum(await asyncio.gather(*(ledger.record(write, row=1) for _ in range(50)))) == 50
    assert counted.commits <= 3


async def test_a_write_that_fails_fails_alone(database: Database) -> None:
    ledger = Ledger(database)

    async def good(tx: Transaction) -> str:
        return "kept"

    async def bad(tx: Transaction) -> str:
        raise LookupError("broken")

    results = await asyncio.gather(
        *(ledger.record(write, row=1) for write in (good, bad, good)), return_exceptions=True
    )

    assert results[0] == results[2] == "kept"
    assert isinstance(results[1], LookupError)


async def test_a_write_goes_through_though_its_caller_was_cancelled(database: Database) -> None:
    ledger = Ledger(database)
    written: list[str] = []

    async def write(tx: Transaction) -> None:
        await asyncio.sleep(0.02)
        written.append("written")

    caller = asyncio.create_task(ledger.record(write, row=1))
    await asyncio.sleep(0.01)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller

    await ledger.flush()

    assert written == ["written"]
