"""Holding the queue after a restore, and letting it go: an operator's word, kept in the database.

A restored database does not know what was sent after the backup. So nothing but messages about
safety leaves until an operator has looked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.store import figures
from bot.store import holding as table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.care.model import Kind
    from bot.store.database import Database


@dataclass(frozen=True, slots=True)
class Hold:
    """What a hold did: nudges that will not come, and messages that will say "again"."""

    expired: int
    doubted: int


async def hold(database: Database, now: datetime) -> Hold:
    """Hold the queue. Whatever was due by `now` is taken as perhaps sent: nudges expire, check-ins
    will be asked once more, and messages about safety go at once, all in words that bear it.
    """
    async with database.transaction() as tx:
        await table.begin(tx, now)
        return Hold(*await table.doubt_what_is_past(tx, now))


async def release(database: Database, now: datetime) -> Mapping[Kind, int] | None:
    """Hold it no longer; how many messages of each kind are due now. None where it was not held."""
    async with database.transaction() as tx:
        if await table.since(tx) is None:
            return None
        await table.end(tx)
        return await figures.due_before(tx, now)


async def held_since(database: Database) -> datetime | None:
    """Since when the queue is held; None where it is not."""
    async with database.reading() as tx:
        return await table.since(tx)
