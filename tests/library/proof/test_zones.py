"""The classes of zones that plans are proved on hold every zone there is."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from itertools import pairwise
from operator import ne
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from bot.library.proof.zones import LOOK, YEARS, changes_of, class_of, places

HOUR = timedelta(hours=1)
BEGIN, END = (datetime(year, 1, 1, tzinfo=UTC) for year in YEARS)
EVERY_SIXTH_HOUR = [BEGIN + number * 6 * HOUR for number in range((END - BEGIN) // (6 * HOUR))]


def rules(zone: str) -> bytes:
    """The file of a zone: those of the same rules, such as aliases, need one look."""
    for folder in zoneinfo.TZPATH:
        path = Path(folder, zone)
        if path.is_file():
            return path.read_bytes()
    return resources.files("tzdata.zoneinfo").joinpath(*zone.split("/")).read_bytes()


def test_no_zone_changes_its_clock_and_changes_it_back_between_two_looks() -> None:
    """Weekly looks find as many changes as six-hourly ones."""
    counted: dict[bytes, int] = {}
    for zone in available_timezones():
        same = rules(zone)
        if same not in counted:
            clock = ZoneInfo(zone)
            seen = [at.astimezone(clock).utcoffset() for at in EVERY_SIXTH_HOUR]
            counted[same] = sum(map(ne, seen, seen[1:]))

        assert len(changes_of(zone)) == counted[same], zone
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
