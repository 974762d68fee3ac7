"""What was planned and will not come: taken back with a reason, or left out of a new layout."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.care.model import NUDGES, Kind, Level
from bot.store import occurrences

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from bot.care.model import PersonId
    from bot.store.transaction import Transaction

MOST = 500
LAID_OUT_ANEW = "laid out anew"
# Planned again elsewhere, or no longer needed: no loss to tell.
NO_LOSS = {LAID_OUT_ANEW, "answered"}

HELD_BACK = {level.id: f"held back by {level.id} advice" for level in Level}

Loss = tuple[Kind, str, str, int]
Key = tuple[str, int]


@dataclass(slots=True)
class Losses:
    """Remembers what was planned and what was taken back, to tell what is new."""

    _withdrawn: Counter[tuple[Kind, str, str]] = field(default_factory=Counter)
    _planned: dict[Key, tuple[Kind, datetime]] = field(default_factory=dict)

    async def look(
        self, tx: Transaction, person_id: PersonId, now: datetime, *, replaced: bool
    ) -> list[Loss]:
        """Kind, item, reason and how many since the last look.

        With `replaced` a new massage has taken the place of the plan before it.
        """
        withdrawn = Counter(await occurrences.withdrawn(tx, person_id))
        upcoming = await occurrences.upcoming(tx, person_id, limit=MOST)
        planned = {
            (each.message.item, each.message.sequence): (each.message.kind, each.message.due_at)
            for each in upcoming
        }
        new = withdrawn - self._withdrawn
        told = [
            (kind, item, HELD_BACK.get(reason, reason), count)
            for (kind, item, reason), count in new.items()
            if reason not in NO_LOSS
        ]
        if not replaced:
            told += self._left_out(planned, {item for _, item, _, _ in told}, now)
        self._withdrawn, self._planned = withdrawn, planned
        return told

    def _left_out(
        self, planned: dict[Key, tuple[Kind, datetime]], known: set[str], now: datetime
    ) -> Iterator[Loss]:
        lost = Counter(
            (kind, key[0])
            for key, (kind, due_at) in self._planned.items()
            if key not in planned and due_at > now and kind in NUDGES and key[0] not in known
        )
        for (kind, item), count in lost.items():
            yield kind, item, "no room in the new layout", count
