"""`aftercare stats`: how the bot is doing, from its database alone, on one screen."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group
from rich.table import Table

from bot.care.model import Kind, Level, OccurrenceState, Status
from bot.store import figures, holding
from bot.store.database import Database

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import TextIO

LATE = timedelta(minutes=1)
A_DAY = timedelta(hours=24)
ENDINGS = {
    OccurrenceState.SENT: "sent",
    OccurrenceState.UNCERTAIN: "uncertain",
    OccurrenceState.FAILED: "failed",
    OccurrenceState.EXPIRED: "expired",
}
ESCALATED = (Level.EMERGENCY, Level.URGENT, Level.DOCTOR)


@dataclass(frozen=True, slots=True)
class Stats:
    """Everything that is shown, as of `at`."""

    at: datetime
    people: Mapping[Status, int]
    depths: figures.Depths
    late: Mapping[Kind, int]
    ended: tuple[figures.Ended, ...]
    held_since: datetime | None


async def read(database_url: str, now: datetime) -> Stats:
    """Count in one snapshot, beside a bot that runs. Raises DatabaseError."""
    database = await Database.open(database_url, as_it_is=True)
    try:
        async with database.reading() as tx:
            return Stats(
                at=now,
                people=await figures.people_by_status(tx),
                depths=await figures.depths(tx, now),
                late=await figures.due_before(tx, now - LATE),
                ended=await figures.ended_since(tx, now - A_DAY),
                held_since=await holding.since(tx),
            )
    finally:
        await database.close()


def show(stats: Stats, file: TextIO) -> None:
    """Print them; in colour and boxes only where `file` is a terminal that can."""
    Console(file=file, highlight=False).print(Group(_facts(stats), _messages(stats), _why(stats)))


def _facts(stats: Stats) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    people = [f"{stats.people.get(each, 0)} {each.value}" for each in Status]
    escalations = [f"{stats.depths.escalations.get(each, 0)} {each.id}" for each in ESCALATED]
    rows = {
        "People": ", ".join(people),
        "Open escalations": ", ".join(escalations),
        "Updates waiting": str(stats.depths.inbox),
        "Oldest due": _ago(stats.depths.oldest_due_at, stats.at),
        "Held": _held(stats),
    }
    for name, value in rows.items():
        table.add_row(name, value)
    return table


def _held(stats: Stats) -> str:
    if stats.held_since is None:
        return "no"
    return f"since {stats.held_since:%Y-%m-%d %H:%M} UTC; `aftercare release` lets it go"


def _ago(instant: datetime | None, now: datetime) -> str:
    if instant is None:
        return "nothing is due"
    seconds = max(0, int((now - instant).total_seconds()))
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length} {unit} ago"
    return f"{seconds} s ago"


def _messages(stats: Stats) -> Table:
    """A line a kind: what waits now, and what became of the last 24 hours."""
    ended: Counter[tuple[Kind, OccurrenceState]] = Counter()
    for each in stats.ended:
        ended[each.kind, each.state] += each.count
    table = Table("Messages", "due", "late", *ENDINGS.values(), box=SIMPLE_HEAD)
    table.caption = "late: by over a minute; sent to expired: in the last 24 hours"
    for column in table.columns[1:]:
        column.justify = "right"
    for kind in Kind:
        counts = [stats.depths.due.get(kind, 0), stats.late.get(kind, 0)]
        counts += [ended[kind, state] for state in ENDINGS]
        table.add_row(kind.value, *map(str, counts))
    return table


def _why(stats: Stats) -> Table:
    """Why messages expired, where any did."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for each in stats.ended:
        if each.state is OccurrenceState.EXPIRED:
            table.add_row(f"expired: {each.count} {each.kind.value}", each.reason or "")
    return table
