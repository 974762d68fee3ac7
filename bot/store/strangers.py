"""Scheduled messages of a kind this version does not know.

A newer version, tried and given up again, may have left some. They fail alone, with the reason,
and stand in no other message's way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from sqlalchemy import Text, type_coerce, update

from bot.care.model import OccurrenceState
from bot.store.occurrences import KINDS
from bot.store.tables import occurrences as table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import RowMapping

    from bot.store.transaction import Transaction

KIND = type_coerce(table.c.kind, Text).label("kind")
"""A kind as the word it is."""
COLUMNS = [KIND if each is table.c.kind else each for each in table.c]

log = structlog.get_logger(__name__)


def known(rows: Iterable[RowMapping]) -> list[RowMapping]:
    """The rows of kinds there are; the rows are of `COLUMNS`."""
    return [row for row in rows if row["kind"] in KINDS]


async def set_aside(tx: Transaction, rows: Iterable[RowMapping]) -> None:
    """End those of other kinds, which nobody here can compose."""
    for row in rows:
        if row["kind"] in KINDS:
            continue
        log.error("unknown_kind", occurrence=row["id"], kind=row["kind"])
        statement = (
            update(table)
            .where(table.c.id == row["id"])
            .values(
                state=OccurrenceState.FAILED,
                owner=None,
                leased_until=None,
                reason=f"this version knows no kind {row['kind']!r}",
            )
        )
        await tx.execute(statement)
