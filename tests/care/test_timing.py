from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care.model import Preferences, QuietHours
from bot.care.timing import (
    ALIKE,
    COMMON_ZONES,
    end_of_quiet,
    is_quiet,
    is_zone,
    local,
    next_quiet,
    next_wall,
    offset_zone_guess,
    resolve,
    snooze_options,
    start_of_next_day,
)

HOUR = timedelta(hours=1)
BERLIN = "Europe/Berlin"
ZONES = sorted(name for name in available_timezones() if "/" in name)

zones = st.sampled_from(ZONES)
minutes = st.integers(0, 8 * 365 * 24 * 60).map(lambda count: timedelta(minutes=count))
instants = minutes.map(lambda after: datetime(2024, 1, 1, tzinfo=UTC) + after)
days = st.dates(date(2024, 1, 1), date(2031, 12, 31))
walls = st.builds(time, st.integers(0, 23), st.integers(0, 59))
quiets = st.builds(QuietHours, start=walls, end=walls)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def changes_of(zone: str, year: int) -> list[datetime]:
    """The hours of a year in which the clock is put forward or back."""
    step, found = timedelta(days=1), []
    at = utc(year, 1, 1)
    tz = ZoneInfo(zone)
    while at.year == year:
        if at.astimezone(tz).utcoffset() != (at + step).astimezone(tz).utcoffset():
            low, high = at, at + step
            while high - low > timedelta(minutes=1):
                middle = low + (high - low) / 2
                same = middle.astimezone(tz).utcoffset() == low.astimezone(tz).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            found.append(high.replace(second=0, microsecond=0))
        at += step
    return found


CHANGES = [(zone, at) for zone in ZONES for at in changes_of(zone, 2026)]


def test_a_skipped_time_moves_forward_by_the_gap() -> None:
    at = resolve(date(2026, 3, 29), time(2, 30), BERLIN)

    assert local(at, BERLIN).time() == time(3, 30)


def test_of_a_time_shown_twice_the_first_counts() -> None:
    assert resolve(date(2026, 10, 25), time(2, 30), BERLIN) == utc(2026, 10, 25, 0, 30)


def test_a_slot_keeps_its_wall_time_over_a_change_of_the_clock() -> None:
    before = resolve(date(2026, 3, 28), time(8, 30), BERLIN)
    after = resolve(date(2026, 3, 29), time(8, 30), BERLIN)

    assert after - before == 23 * HOUR


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(ZoneInfoNotFoundError):
        resolve(date(2026, 1, 1), time(8), "Europe/Atlantis")


@given(days, walls, zones)
def test_resolve_shows_the_wanted_time_or_one_later_by_a_gap(
    day: date, wall: time, zone: str
) -> None:
    wanted = datetime.combine(day, wall)
    shown = local(resolve(day, wall, zone), zone).replace(tzinfo=None)

    assert shown == wanted or timedelta(0) < shown - wanted <= 24 * HOUR


def test_in_every_zone_a_skipped_time_moves_forward_and_a_repeated_one_is_the_first() -> None:
    assert len(CHANGES) > 200
    for zone, change in CHANGES:
        tz = ZoneInfo(zone)
        before = (change - timedelta(minutes=2)).astimezone(tz).utcoffset()
        after = (change + timedelta(minutes=2)).astimezone(tz).utcoffset()
        assert before is not None
        assert after is not None
        inside = (change + before).replace(tzinfo=None) + abs(after - before) / 2
        if after < before:
            inside -= abs(after - before)

        at = resolve(inside.date(), inside.time(), zone)

        assert at == inside.replace(tzinfo=UTC) - before, zone
        if after > before:
            assert local(at, zone).replace(tzinfo=None) == inside + (after - before), zone
        else:
            assert local(at, zone).replace(tzinfo=None) == inside, zone


@pytest.mark.parametrize(
    ("wall", "quiet"),
    [
        (time(20, 59, 59), False),
        (time(21), True),
        (time(0), True),
        (time(7, 59, 59), True),
        (time(8), False),
    ],
)
def test_quiet_hours_hold_their_start_but_not_their_end(wall: time, *, quiet: bool) -> None:
    at = resolve(date(2026, 6, 1), wall, BERLIN)

    assert is_quiet(at, BERLIN, QuietHours()) is quiet


def test_quiet_hours_can_lie_within_one_day() -> None:
    siesta = QuietHours(start=time(13), end=time(15))

    assert is_quiet(utc(2026, 6, 1, 12), BERLIN, siesta)
    assert not is_quiet(utc(2026, 6, 1, 13), BERLIN, siesta)
    assert not is_quiet(utc(2026, 6, 1, 22), BERLIN, siesta)


def test_equal_ends_mean_no_quiet_hours() -> None:
    never = QuietHours(start=time(8), end=time(8))
    at = resolve(date(2026, 6, 1), time(8), BERLIN)

    assert not is_quiet(at, BERLIN, never)
    assert next_quiet(at, BERLIN, never) is None


def test_the_end_of_quiet_is_next_morning_across_a_change_of_the_clock() -> None:
    evening = resolve(date(2026, 3, 28), time(22), BERLIN)

    end = end_of_quiet(evening, BERLIN, QuietHours())

    assert end == resolve(date(2026, 3, 29), time(8), BERLIN)
    assert end - evening == 9 * HOUR


def test_an_hour_shown_twice_is_quiet_twice() -> None:
    quiet = QuietHours(start=time(21), end=time(2, 30))
    second_time = utc(2026, 10, 25, 1, 15)  # 02:15, an hour after 02:15

    assert is_quiet(second_time, BERLIN, quiet)
    assert end_of_quiet(second_time, BERLIN, quiet) == utc(2026, 10, 25, 1, 30)


def test_quiet_hours_that_begin_in_an_hour_shown_twice_begin_twice() -> None:
    quiet = QuietHours(start=time(2, 30), end=time(8))
    first, second = utc(2026, 10, 25, 0, 30), utc(2026, 10, 25, 1, 30)

    assert next_quiet(first - HOUR, BERLIN, quiet) == first
    assert next_quiet(first, BERLIN, quiet) == second


@given(instants, zones, quiets)
def test_the_end_of_quiet_is_awake_and_within_two_days(
    at: datetime, zone: str, quiet: QuietHours
) -> None:
    end = end_of_quiet(at, zone, quiet)

    assert not is_quiet(end, zone, quiet)
    assert at <= end <= at + 50 * HOUR
    assert (end == at) is not is_quiet(at, zone, quiet)


@given(st.sampled_from(CHANGES), st.integers(-600, 600), quiets)
def test_the_end_of_quiet_is_awake_around_every_change_of_the_clock(
    change: tuple[str, datetime], minutes: int, quiet: QuietHours
) -> None:
    zone, at = change[0], change[1] + timedelta(minutes=minutes)

    end = end_of_quiet(at, zone, quiet)

    assert end >= at
    assert not is_quiet(end, zone, quiet)


@given(st.sampled_from(CHANGES), st.integers(-3000, 3000), walls)
def test_the_next_wall_time_is_later_and_at_most_a_long_day_away(
    change: tuple[str, datetime], minutes: int, wall: time
) -> None:
    zone, at = change[0], change[1] + timedelta(minutes=minutes)

    following = next_wall(at, wall, zone)

    assert timedelta(0) < following - at <= 26 * HOUR


def test_the_next_wall_time_is_strictly_after() -> None:
    at = resolve(date(2026, 6, 1), time(8, 30), BERLIN)

    assert next_wall(at, time(8, 30), BERLIN) == at + 24 * HOUR
    assert next_wall(at - timedelta(seconds=1), time(8, 30), BERLIN) == at


@given(instants, zones)
def test_the_next_day_starts_on_the_next_date(at: datetime, zone: str) -> None:
    following = start_of_next_day(at, zone)

    assert local(following, zone).date() > local(at, zone).date()
    assert following > at


def snoozes(hour: int, minute: int = 0, **preferences: time) -> dict[str, str]:
    now = resolve(date(2026, 6, 1), time(hour, minute), BERLIN)
    options = snooze_options(now, BERLIN, Preferences(**preferences))  # type: ignore[arg-type]
    return {option.id: f"{local(option.at, BERLIN):%d %H:%M}" for option in options}


def test_at_noon_everything_can_be_chosen() -> None:
    assert snoozes(12) == {
        "10m": "01 12:10",
        "1h": "01 13:00",
        "evening": "01 18:30",
        "tomorrow": "02 08:30",
    }


def test_the_evening_is_offered_only_while_more_than_half_an_hour_ahead() -> None:
    assert "evening" in snoozes(17, 59)
    assert "evening" not in snoozes(18, 0)


def test_late_in_the_evening_only_tomorrow_is_left() -> None:
    assert list(snoozes(20, 30)) == ["10m", "tomorrow"]
    assert list(snoozes(20, 55)) == ["tomorrow"]


def test_a_morning_slot_in_quiet_hours_waits_for_their_end() -> None:
    assert snoozes(12, morning=time(6))["tomorrow"] == "02 08:00"


@given(instants, zones, quiets, walls, walls)
def test_no_snooze_ends_in_quiet_hours(
    now: datetime, zone: str, quiet: QuietHours, morning: time, evening: time
) -> None:
    preferences = Preferences(quiet=quiet, morning=morning, evening=evening)

    options = snooze_options(now, zone, preferences)

    assert options[-1].id == "tomorrow"
    for option in options:
        assert option.at > now
        assert not is_quiet(option.at, zone, quiet)


def test_a_wall_time_leads_to_the_zones_that_show_it() -> None:
    now = utc(2026, 6, 1, 12)

    assert offset_zone_guess(now, time(8, 5))[0] == "America/New_York"
    assert offset_zone_guess(now, time(17, 30)) == ("Asia/Kolkata", "Asia/Kathmandu")
    assert "Pacific/Auckland" in offset_zone_guess(now, time(0, 10))


@given(instants, walls)
def test_every_guess_shows_about_the_time_that_was_said(now: datetime, wall: time) -> None:
    guesses = offset_zone_guess(now, wall)

    assert len(guesses) <= 8
    for zone in guesses:
        shown = local(now, zone)
        off = abs(shown.hour * 60 + shown.minute - wall.hour * 60 - wall.minute)
        assert min(off, 24 * 60 - off) <= 20


def test_each_common_zone_has_its_own_rules() -> None:
    def rules(zone: str) -> tuple[timedelta | None, ...]:
        each_day = (utc(2026, 1, 1, 12) + timedelta(days=day) for day in range(365))
        return tuple(at.astimezone(ZoneInfo(zone)).utcoffset() for at in each_day)

    assert len({rules(zone) for zone in COMMON_ZONES}) == len(COMMON_ZONES)


def test_a_place_offered_beside_another_keeps_the_same_clock_all_year() -> None:
    year = [utc(2026, 1, 1, 12) + timedelta(days=day) for day in range(365)]

    for zone, places in ALIKE.items():
        assert zone in COMMON_ZONES
        for place in places:
            assert [local(at, place).utcoffset() for at in year] == [
                local(at, zone).utcoffset() for at in year
            ]


@given(instants, walls)
def test_no_place_beside_another_pushes_out_a_clock_of_its_own(now: datetime, wall: time) -> None:
    def off(zone: str) -> int:
        shown = local(now, zone)
        ahead = (shown.hour * 60 + shown.minute - wall.hour * 60 - wall.minute) % (24 * 60)
        return min(ahead, 24 * 60 - ahead)

    own = [zone for zone in COMMON_ZONES if off(zone) <= 20]

    assert set(own[:8]) <= set(offset_zone_guess(now, wall))


def test_a_clock_in_western_europe_finds_its_big_cities() -> None:
    now = utc(2026, 3, 10, 10)

    assert offset_zone_guess(now, time(10))[:3] == (
        "Europe/London",
        "Europe/Dublin",
        "Europe/Lisbon",
    )
    assert {"Europe/Madrid", "Europe/Rome"} < set(offset_zone_guess(now, time(11)))


def test_zones_are_iana_names_of_places() -> None:
    beside = (place for places in ALIKE.values() for place in places)
    assert all(is_zone(zone) for zone in (*COMMON_ZONES, *beside, "UTC"))
    assert not any(is_zone(name) for name in ("EST5EDT", "CET", "Berlin", "../etc/passwd", ""))
