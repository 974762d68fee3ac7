"""The bot's share of Telegram's patience: send slots that all processes take from one row."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select, update

from bot.store.columns import EPOCH
from bot.store.tables import budget as table

if TYPE_CHECKING:
    from bot.store.transaction import Transaction

SECOND_US = 1_000_000
MICROSECOND = timedelta(microseconds=1)
# Slots further ahead than this were not reserved: the clock has been set back since.
FURTHEST = timedelta(minutes=1)
# A pause is shared for so long at most. One that ends later was noted by a clock that is ahead.
LONGEST_PAUSE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Reservation:
    """`count` send slots, the first at `first` and the others `interval` apart."""

    first: datetime
    count: int
    interval: timedelta

    @property
    def slots(self) -> tuple[datetime, ...]:
        """The instant of each slot, earliest first."""
        return tuple(self.first + n * self.interval for n in range(self.count))


async def reserve(tx: Transaction, *, now: datetime, per_second: float, wanted: int) -> Reservation:
    """Take the next `wanted` slots, for nobody else to use.

    Slots stand evenly, so that no second holds more than `per_second` of them, whoever took
    them. After a pause the first one is not before its end.
    """
    row = (await tx.execute(select(table).with_for_update())).one()
    paused_until = row.paused_until if row.paused_until <= now + LONGEST_PAUSE else now
    interval = math.ceil(SECOND_US / per_second) * MICROSECOND
    free = EPOCH + row.next_us * MICROSECOND
    if free > max(now, paused_until) + FURTHEST:
        free = now
    first = max(now, free, paused_until)
    following = (first + wanted * interval - EPOCH) // MICROSECOND
    await tx.execute(update(table).values(next_us=following))
    return Reservation(first, wanted, interval)


async def pause_until(tx: Transaction, until: datetime, *, now: datetime) -> None:
    """Telegram wants silence from the whole bot: no slot before `until`.

    For longer than `LONGEST_PAUSE` only this process keeps it; the others hear so themselves.
    """
    longest = now + LONGEST_PAUSE
    until = min(until, longest)
    shorter_or_wrong = or_(table.c.paused_until < until, table.c.paused_until > longest)
    await tx.execute(
        update(table).where(and_(table.c.id == 1, shorter_or_wrong)).values(paused_until=until)
    )
