"""From a place to its time zone."""

from __future__ import annotations

import pytest

from bot.telegram.places import LONGEST_NAME, zone_at, zone_of


@pytest.mark.parametrize(
    ("latitude", "longitude", "zone"),
    [
        (52.52, 13.40, "Europe/Berlin"),
        (51.51, -0.13, "Europe/London"),
        (40.71, -74.01, "America/New_York"),
        (-33.87, 151.21, "Australia/Sydney"),
        (27.72, 85.32, "Asia/Kathmandu"),
    ],
)
def test_a_shared_place_has_its_zone(latitude: float, longitude: float, zone: str) -> None:
    assert zone_at(latitude, longitude) == zone


@pytest.mark.parametrize(("latitude", "longitude"), [(0, -30), (30, -45), (-40, -120)])
def test_the_open_sea_has_no_zone_that_people_keep(latitude: float, longitude: float) -> None:
    assert zone_at(latitude, longitude) is None


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Berlin", "Europe/Berlin"),
        ("berlin, germany", "Europe/Berlin"),
        ("  MÜNCHEN ", "Europe/Berlin"),
        ("Munich", "Europe/Berlin"),
        ("Москва", "Europe/Moscow"),
        ("東京", "Asia/Tokyo"),
        ("America/Denver", "America/Denver"),
        ("UTC", "UTC"),
    ],
)
def test_a_city_or_a_zone_is_known_as_it_is_typed(typed: str, zone: str) -> None:
    assert zone_of(typed) == zone


@pytest.mark.parametrize(("city", "zone"), [("London", "Europe/London"), ("Paris", "Europe/Paris")])
def test_of_several_cities_of_one_name_the_largest_counts(city: str, zone: str) -> None:
    assert zone_of(city) == zone


@pytest.mark.parametrize("typed", ["", "nowhere at all", "Mars/Base", "18:45", ", France"])
def test_what_is_no_place_has_no_zone(typed: str) -> None:
    assert zone_of(typed) is None


def test_a_novel_is_no_city() -> None:
    assert zone_of("Berlin," + "x" * LONGEST_NAME) is None
