"""Every way in which the clocks of the world change around a massage, each once.

A plan sees a zone only through the offset of its clock at one moment or another, and looks at no
year and no day of the week. So two massages at the same local time are the same to it when the
clock changes by the same amount at the same local time so many days later, or not at all. All
zones there are fall into a few dozen such classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

YEARS = (2026, 2028)  # from the first day of the one to that of the other
LOOK = timedelta(days=7)  # no zone changes its clock and changes it back between two looks
DAY = timedelta(days=1)
PLAN = timedelta(days=31)  # a plan's 28 days, with a day at each end to spare
DAYS_BEFORE = (0, 1, 3, 7)  # of the change; a plan is fullest on its first days


@dataclass(frozen=True, slots=True)
class Change:
    """A zone's clock goes from one offset to another."""

    zone: str
    at: datetime
    before: timedelta
    by: timedelta

    @property
    def local(self) -> datetime:
        """What the clock shows at that moment, before it is changed."""
        return (self.at + self.before).replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class Place:
    """A zone and a day to have a massage on."""

    zone: str
    day: date


@cache
def places() -> tuple[Place, ...]:
    """One place for each class: first a clock that never changes, then those that do."""
    steady = Place("UTC", date(YEARS[0], 6, 1))
    classes: dict[tuple[tuple[int, int], ...], Place] = {(): steady}
    for zone in sorted(available_timezones()):
        changes = changes_of(zone)
        for change in changes:
            for days in DAYS_BEFORE:
                day = (change.local - days * DAY).date()
                classes.setdefault(class_of(day, changes), Place(zone, day))
    return tuple(classes.values())


def class_of(day: date, changes: list[Change]) -> tuple[tuple[int, int], ...]:
    """Minutes from the beginning of the day to each change that a plan meets, and by how many."""
    begins = datetime.combine(day, time())
    minute = timedelta(minutes=1)
    return tuple(
        ((each.local - begins) // minute, each.by // minute)
        for each in changes
        if -DAY <= each.local - begins < PLAN
    )


@cache
def changes_of(zone: str) -> list[Change]:
    """All changes of a zone's clock in the years looked at."""
    clock = ZoneInfo(zone)
    begin, end = (datetime(year, 1, 1, tzinfo=UTC) for year in YEARS)
    looks = [begin + number * LOOK for number in range((end - begin) // LOOK + 1)]
    seen = [(at, _offset(clock, at)) for at in looks]
    return [
        _found(zone, clock, earlier, later)
        for (earlier, before), (later, after) in pairwise(seen)
        if before != after
    ]


def _found(zone: str, clock: ZoneInfo, earlier: datetime, later: datetime) -> Change:
    """The change between two looks, to the minute."""
    before = _offset(clock, earlier)
    while later - earlier > timedelta(minutes=1):
        minutes = (later - earlier) // timedelta(minutes=2)
        middle = earlier + timedelta(minutes=minutes)
        if _offset(clock, middle) == before:
            earlier = middle
        else:
            later = middle
    return Change(zone, later, before, _offset(clock, later) - before)


def _offset(clock: ZoneInfo, at: datetime) -> timedelta:
    offset = at.astimezone(clock).utcoffset()
    assert offset is not None
    return offset
