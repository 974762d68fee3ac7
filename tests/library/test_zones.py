"""The classes of zones that plans are proved on hold every zone there is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from bot.library.zones import LOOK, YEARS, changes_of, class_of, places

HOUR = timedelta(hours=1)


def offsets(zone: str) -> list[tuple[datetime, timedelta | None]]:
    """The offset of a zone at every sixth hour of the years looked at."""
    clock, at = ZoneInfo(zone), datetime(YEARS[0], 1, 1, tzinfo=UTC)
    found = []
    while at.year < YEARS[1]:
        found.append((at, at.astimezone(clock).utcoffset()))
        at += 6 * HOUR
    return found


def test_no_zone_changes_its_clock_and_changes_it_back_between_two_looks() -> None:
    """Weekly looks find as many changes as six-hourly ones."""
    for zone in available_timezones():
        seen = offsets(zone)
        counted = sum(one[1] != other[1] for one, other in pairwise(seen))

        assert len(changes_of(zone)) == counted, zone
        assert all(later.at - sooner.at > LOOK for sooner, later in pairwise(changes_of(zone)))


def test_a_change_is_found_to_the_minute() -> None:
    spring = changes_of("Europe/Berlin")[0]

    assert spring.at == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert spring.local == datetime(2026, 3, 29, 2)  # noqa: DTZ001 - a wall time
    assert spring.by == HOUR


def test_every_zone_with_a_change_is_in_a_class_that_is_tried() -> None:
    tried = {class_of(place.day, changes_of(place.zone)) for place in places()}

    for zone in available_timezones():
        for change in changes_of(zone):
            assert class_of(change.local.date(), changes_of(zone)) in tried, zone
            assert class_of(change.local.date() - timedelta(days=1), changes_of(zone)) in tried
    assert class_of(date(2026, 6, 1), []) in tried
