"""The hold: a note in the database that nothing but safety may leave until someone says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update

from bot.care.model import NUDGES, OccurrenceState
from bot.store import facts
from bot.store.columns import from_ms, to_ms
from bot.store.occurrences import PRIORITIES
from bot.store.tables import PLANNED
from bot.store.tables import occurrences as table

if TYPE_CHECKING:
    from datetime import datetime

    from bot.store.transaction import Transaction

HELD_SINCE = "held_since"  # milliseconds since 1970


async def since(tx: Transaction) -> datetime | None:
    """Since when the queue is held; None where it is not."""
    kept = await facts.get(tx, HELD_SINCE)
    return from_ms(kept) if isinstance(kept, int) else None


async def begin(tx: Transaction, now: datetime) -> None:
    """Hold the queue, from `now` on."""
    await facts.set(tx, HELD_SINCE, to_ms(now))


async def end(tx: Transaction) -> None:
    """Hold it no longer."""
    await facts.set(tx, HELD_SINCE, None)


async def doubt_what_is_past(tx: Transaction, now: datetime) -> tuple[int, int]:
    """What was due by `now` may have been sent already: nudges expire, the rest says "again".

    Returns how many of each.
    """
    past = (PLANNED, table.c.priority.in_(PRIORITIES), table.c.due_at <= now)
    nudges = (
        update(table)
        .where(*past, table.c.kind.in_(NUDGES))
        .values(state=OccurrenceState.EXPIRED, reason="held")
    )
    expired = (await tx.execute(nudges)).rowcount
    doubted = (await tx.execute(update(table).where(*past).values(repeat=True))).rowcount
    return expired, doubted
