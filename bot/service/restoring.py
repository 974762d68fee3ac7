"""Putting a backup in the place of the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.service import holding
from bot.store import copies
from bot.store.database import Database

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Restored:
    """Where the replaced database is kept, if there was one, and what the hold did."""

    kept_aside: Path | None
    hold: holding.Hold


async def restore(target: Path, source: Path, now: datetime) -> Restored:
    """Replace the SQLite database `target` by the backup `source`, held.

    1. the backup is one of this program's databases, and sound
    2. nobody has the database open
    3. a copy of the backup is brought to this program's version, or is refused as newer
    4. the copy is held: what was due by `now` may have been sent since the backup
    5. only then it takes the place, and what stood there gets another name

    Raises DatabaseError; then everything is as it was.
    """
    with copies.in_place_of(target, source) as prepared:
        database = await Database.open(f"sqlite:///{prepared}")
        try:
            done = await holding.hold(database, now)
        finally:
            await database.close()
        aside = copies.kept_aside(target)
    return Restored(aside, done)
