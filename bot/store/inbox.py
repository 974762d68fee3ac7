"""Telegram's updates, from the moment they are received until they are dealt with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam, case, delete, null, select, update

from bot.store.tables import PENDING
from bot.store.tables import inbox as table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from bot.care.model import ChatId
    from bot.store.transaction import Transaction


DONE = (
    update(table)
    .where(table.c.update_id == bindparam("of"), PENDING)
    .values(state="done", closed_at=bindparam("at"), payload=null(), chat_id=null(), reason=null())
)
BEGUN = "begun"
ITEM = (
    table.c.update_id,
    table.c.chat_id,
    table.c.payload,
    case((table.c.reason == BEGUN, table.c.attempts), else_=0),
    table.c.received_at,
)


@dataclass(frozen=True, slots=True)
class InboxItem:
    """An update that waits: its JSON as Telegram sent it, how often its handling was begun and
    did not end, since when.
    """

    update_id: int
    chat_id: ChatId | None
    payload: bytes
    begun: int
    received_at: datetime


class Waiting(NamedTuple):
    """An update that waits, without what it says."""

    update_id: int
    chat_id: ChatId | None


@dataclass(frozen=True, slots=True)
class Arrival:
    """An update that has come in: its JSON as Telegram sent it, and when it came."""

    update_id: int
    chat_id: ChatId | None
    payload: bytes
    at: datetime


async def receive(tx: Transaction, arrivals: Sequence[Arrival]) -> frozenset[int]:
    """Keep updates; the numbers of those that had not arrived before."""
    if not arrivals:
        return frozenset()
    rows = [
        {
            "update_id": each.update_id,
            "chat_id": each.chat_id,
            "payload": each.payload,
            "state": "pending",
            "attempts": 0,
            "received_at": each.at,
        }
        for each in arrivals
    ]
    statement = tx.insert_new(table).returning(table.c.update_id)
    return frozenset((await tx.execute(statement, rows)).scalars())


async def waiting(
    tx: Transaction, *, after: int, before: datetime | None = None, limit: int
) -> tuple[Waiting, ...]:
    """The first updates not yet dealt with, in Telegram's order, whose number is above `after`;
    with `before`, those received before that instant.
    """
    statement = (
        select(table.c.update_id, table.c.chat_id)
        .where(PENDING, table.c.update_id > after)
        .order_by(table.c.update_id)
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(table.c.received_at < before)
    return tuple(Waiting(*row) for row in await tx.execute(statement))


async def of_chat(
    tx: Transaction, chat_id: ChatId | None, *, first: int, limit: int
) -> tuple[InboxItem, ...]:
    """A chat's first updates not yet dealt with, in Telegram's order, from this number on."""
    theirs = table.c.chat_id.is_not_distinct_from(chat_id)
    statement = (
        select(*ITEM)
        .where(PENDING, theirs, table.c.update_id >= first)
        .order_by(table.c.update_id)
        .limit(limit)
    )
    return tuple(InboxItem(*row) for row in await tx.execute(statement))


async def done(tx: Transaction, handled: Sequence[tuple[int, datetime]]) -> None:
    """These updates were dealt with, each at its instant: what they said is removed, their
    numbers stay for a while.
    """
    if handled:
        rows = [{"of": update_id, "at": at} for update_id, at in sorted(handled)]
        await tx.execute(DONE, rows)


async def begin(tx: Transaction, update_id: int) -> bool:
    """Note that the handling begins, once more; False where the update is closed already.

    The note stays where a run dies over it: its number is how often that has happened in a row.
    """
    counted = case((table.c.reason == BEGUN, table.c.attempts + 1), else_=1)
    statement = update(table).where(table.c.update_id == update_id, PENDING)
    return (await tx.execute(statement.values(attempts=counted, reason=BEGUN))).rowcount > 0


async def put_back(tx: Transaction, update_ids: Iterable[int]) -> None:
    """Take back the latest note of each: it ended, though not well, and nobody died over it."""
    statement = (
        update(table)
        .where(table.c.update_id == bindparam("of"), PENDING, table.c.reason == BEGUN)
        .values(attempts=table.c.attempts - 1)
    )
    await tx.execute(statement, [{"of": update_id} for update_id in update_ids])


async def count(tx: Transaction, update_id: int, *, reason: str, defects: int) -> None:
    """It could not be dealt with, for this reason, so many times by now."""
    await _close(tx, update_id, reason=reason, attempts=defects)


async def fail(tx: Transaction, update_id: int, *, reason: str, at: datetime) -> None:
    """It cannot be dealt with: kept with its reason until it is pruned."""
    await _close(tx, update_id, state="failed", closed_at=at, reason=reason)


async def _close(tx: Transaction, update_id: int, **values: Any) -> None:
    await tx.execute(update(table).where(table.c.update_id == update_id, PENDING).values(**values))


async def prune(tx: Transaction, *, before: datetime) -> int:
    """Forget the updates closed before this instant; returns how many."""
    return (await tx.execute(delete(table).where(table.c.closed_at < before))).rowcount
