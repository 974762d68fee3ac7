"""Telegram's updates, from the moment they are received until they are dealt with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, null, select, update

from bot.store.tables import PENDING
from bot.store.tables import inbox as table

if TYPE_CHECKING:
    from datetime import datetime

    from bot.care.model import ChatId
    from bot.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class InboxItem:
    """An update that waits: its JSON as Telegram sent it, how often it was tried, since when."""

    update_id: int
    chat_id: ChatId | None
    payload: bytes
    attempts: int
    received_at: datetime


async def receive(
    tx: Transaction, *, update_id: int, chat_id: ChatId | None, payload: bytes, at: datetime
) -> bool:
    """Keep an update; False where it arrived before."""
    statement = tx.insert_new(table).values(
        update_id=update_id,
        chat_id=chat_id,
        payload=payload,
        state="pending",
        attempts=0,
        received_at=at,
    )
    return (await tx.execute(statement)).rowcount == 1


async def pending(tx: Transaction, *, limit: int) -> tuple[InboxItem, ...]:
    """The oldest updates not yet dealt with, in Telegram's order."""
    columns = ("update_id", "chat_id", "payload", "attempts", "received_at")
    statement = (
        select(*(table.c[name] for name in columns))
        .where(PENDING)
        .order_by(table.c.update_id)
        .limit(limit)
    )
    return tuple(InboxItem(*row) for row in await tx.execute(statement))


async def done(tx: Transaction, update_id: int, at: datetime) -> None:
    """The update was dealt with: what it said is removed, its number stays for a while."""
    await _close(
        tx, update_id, state="done", closed_at=at, payload=null(), chat_id=null(), reason=null()
    )


async def retry(tx: Transaction, update_id: int, *, reason: str, attempts: int) -> None:
    """It could not be dealt with yet, after so many attempts."""
    await _close(tx, update_id, reason=reason, attempts=attempts)


async def fail(tx: Transaction, update_id: int, *, reason: str, at: datetime) -> None:
    """It cannot be dealt with: kept with its reason until it is pruned."""
    await _close(tx, update_id, state="failed", closed_at=at, reason=reason)


async def _close(tx: Transaction, update_id: int, **values: Any) -> None:
    await tx.execute(update(table).where(table.c.update_id == update_id, PENDING).values(**values))


async def prune(tx: Transaction, *, before: datetime) -> int:
    """Forget the updates closed before this instant; returns how many."""
    return (await tx.execute(delete(table).where(table.c.closed_at < before))).rowcount
