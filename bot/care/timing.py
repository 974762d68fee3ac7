"""Local time: the only module that turns wall times into instants and back.

Instants are aware datetimes in UTC. Zones are IANA names; an unknown one raises
`zoneinfo.ZoneInfoNotFoundError`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

if TYPE_CHECKING:
    from bot.care.model import Preferences, QuietHours

DAY = timedelta(days=1)
EVENING_AHEAD = timedelta(minutes=30)
GUESS_WITHIN_MINUTES = 20
GUESSES = 8

# One zone per set of rules in force, the ones most people live in first.
COMMON_ZONES = (
    "America/New_York",
    "Europe/London",
    "Europe/Berlin",
    "America/Chicago",
    "America/Los_Angeles",
    "Asia/Kolkata",
    "Asia/Shanghai",
    "America/Denver",
    "Australia/Sydney",
    "America/Sao_Paulo",
    "Asia/Tokyo",
    "America/Mexico_City",
    "Europe/Istanbul",
    "Asia/Jakarta",
    "Africa/Lagos",
    "Asia/Karachi",
    "Asia/Dhaka",
    "Africa/Cairo",
    "Africa/Johannesburg",
    "Asia/Tehran",
    "Europe/Athens",
    "America/Bogota",
    "America/Phoenix",
    "America/Halifax",
    "America/Anchorage",
    "Pacific/Honolulu",
    "America/St_Johns",
    "America/Santiago",
    "America/Caracas",
    "Africa/Casablanca",
    "Africa/Abidjan",
    "Atlantic/Azores",
    "Atlantic/Cape_Verde",
    "Asia/Jerusalem",
    "Asia/Dubai",
    "Asia/Kabul",
    "Asia/Kathmandu",
    "Asia/Yangon",
    "Australia/Darwin",
    "Australia/Adelaide",
    "Australia/Brisbane",
    "Pacific/Guadalcanal",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Tongatapu",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Pacific/Fiji",
    "America/Nuuk",
    "America/Noronha",
    "Australia/Lord_Howe",
    "Pacific/Norfolk",
    "Pacific/Easter",
    "Pacific/Gambier",
    "Pacific/Marquesas",
    "Australia/Eucla",
)

# Well-known places that keep the same clock as one above, to be offered beside it.
ALIKE = {
    "America/New_York": ("America/Toronto",),
    "Europe/London": ("Europe/Dublin", "Europe/Lisbon"),
    "Europe/Berlin": ("Europe/Paris", "Europe/Madrid", "Europe/Rome"),
    "America/Los_Angeles": ("America/Vancouver",),
    "Asia/Shanghai": ("Asia/Singapore", "Asia/Manila", "Australia/Perth"),
    "America/Sao_Paulo": ("America/Argentina/Buenos_Aires",),
    "Asia/Tokyo": ("Asia/Seoul",),
    "Europe/Istanbul": ("Europe/Moscow", "Asia/Riyadh", "Africa/Nairobi"),
    "Asia/Jakarta": ("Asia/Bangkok",),
    "America/Bogota": ("America/Lima",),
    "America/Caracas": ("America/La_Paz",),
}


@lru_cache(maxsize=4096)  # a plan asks for the same few wall times again and again
def resolve(local_date: date, wall: time, zone: str) -> datetime:
    """The instant at which the clock in this zone shows `wall` on that day.

    A time the clock skips moves forward by the length of the gap; of a time it shows twice, the
    first counts.
    """
    # fold=0 reads a gap with the offset before it, which is just that move forward.
    wanted = datetime.combine(local_date, wall.replace(fold=0, tzinfo=None))
    return wanted.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def local(instant: datetime, zone: str) -> datetime:
    """The instant as the clock in this zone shows it."""
    return instant.astimezone(ZoneInfo(zone))


def is_quiet(instant: datetime, zone: str, quiet: QuietHours) -> bool:
    """Whether the clock in this zone shows a quiet time; the start is quiet, the end is not.

    It is the clock on the wall that counts, also on days that skip or repeat an hour.
    """
    wall = local(instant, zone).time()
    if quiet.start <= quiet.end:
        return quiet.start <= wall < quiet.end
    return wall >= quiet.start or wall < quiet.end


def end_of_quiet(instant: datetime, zone: str, quiet: QuietHours) -> datetime:
    """The instant itself when it is not quiet, else the end of the quiet hours it lies in.

    Where the clock skips that end, it moves forward like any wall time.
    """
    while is_quiet(instant, zone, quiet):
        instant = _next_showing(instant, quiet.end, zone)
    return instant


def next_wall(instant: datetime, wall: time, zone: str) -> datetime:
    """The first `resolve`d time of this wall time strictly after the instant."""
    today = local(instant, zone).date()
    days = (today + offset * DAY for offset in range(-1, 4))
    return next(at for at in (resolve(day, wall, zone) for day in days) if at > instant)


def next_quiet(instant: datetime, zone: str, quiet: QuietHours) -> datetime | None:
    """When quiet hours next begin after the instant, never later; None where there are none.

    Where the clock skips or repeats that time, the earliest reading counts.
    """
    if quiet.start == quiet.end:
        return None
    return _next_showing(instant, quiet.start, zone)


def start_of_next_day(instant: datetime, zone: str) -> datetime:
    """The first instant of the next local calendar day."""
    return resolve(local(instant, zone).date() + DAY, time(), zone)


@dataclass(frozen=True, slots=True)
class Snooze:
    """One way to be reminded later; `id` is 10m, 1h, evening or tomorrow."""

    id: str
    at: datetime


def snooze_options(now: datetime, zone: str, preferences: Preferences) -> tuple[Snooze, ...]:
    """When a nudge can be had again: never in quiet hours, the evening only while ahead.

    `tomorrow` is tomorrow's morning slot, or the end of quiet hours if it lies in them, so that
    one option always remains.
    """
    quiet = preferences.quiet
    today = local(now, zone).date()
    evening = resolve(today, preferences.evening, zone)
    options = [Snooze("10m", now + timedelta(minutes=10)), Snooze("1h", now + timedelta(hours=1))]
    if evening - now > EVENING_AHEAD:
        options.append(Snooze("evening", evening))
    tomorrow = resolve(today + DAY, preferences.morning, zone)
    kept = [option for option in options if not is_quiet(option.at, zone, quiet)]
    return (*kept, Snooze("tomorrow", end_of_quiet(tomorrow, zone, quiet)))


def offset_zone_guess(now: datetime, wall_now: time) -> tuple[str, ...]:
    """Common zones whose clocks show about this time now, the likeliest first, eight at most.

    For "what time is it for you?": within 20 minutes, since people round. A place beside one that
    keeps the same clock never pushes out a clock that has rules of its own.
    """
    said = wall_now.hour * 60 + wall_now.minute

    def minutes_off(zone: str) -> int:
        shown = local(now, zone)
        ahead = (shown.hour * 60 + shown.minute - said) % (24 * 60)
        return min(ahead, 24 * 60 - ahead)

    near = [zone for zone in COMMON_ZONES if minutes_off(zone) <= GUESS_WITHIN_MINUTES][:GUESSES]
    beside = [(zone, each) for zone in near for each in ALIKE.get(zone, ())]
    fitting = beside[: GUESSES - len(near)]
    return tuple(
        each for zone in near for each in (zone, *(other for of, other in fitting if of == zone))
    )


def is_zone(name: str) -> bool:
    """Whether this is the IANA name of a place's zone, such as Europe/Berlin, or UTC."""
    return name in _zone_names()


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(name for name in available_timezones() if "/" in name or name == "UTC")


def _next_showing(instant: datetime, wall: time, zone: str) -> datetime:
    """The next time the clock may show `wall`, also the second time on a day that repeats it."""
    today = local(instant, zone).date()
    days = (today + offset * DAY for offset in range(-1, 4))
    return next(at for day in days for at in _showings(day, wall, zone) if at > instant)


@lru_cache(maxsize=4096)
def _showings(local_date: date, wall: time, zone: str) -> tuple[datetime, ...]:
    """The instants at which the clock may show `wall` on that day, earliest first."""
    place = ZoneInfo(zone)
    read = (datetime.combine(local_date, wall.replace(fold=fold), place) for fold in (0, 1))
    return tuple(sorted({each.astimezone(UTC) for each in read}))
