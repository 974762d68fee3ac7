import math
import time
from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.clock import SteerableClock, SystemClock, after

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_the_system_clock_tells_utc_and_counts_down_to_an_instant() -> None:
    clock = SystemClock()
    now = clock.now()

    assert now.tzinfo is UTC
    assert clock.real_seconds_until(now + timedelta(seconds=10)) == pytest.approx(10, abs=0.5)
    assert clock.real_seconds_until(now - HOUR) == 0


def test_a_clock_that_stands_still_never_reaches_the_future() -> None:
    clock = SteerableClock(START, rate=0)

    time.sleep(0.01)

    assert clock.now() == START
    assert clock.real_seconds_until(START + HOUR) == math.inf
    assert clock.real_seconds_until(START) == 0


def test_at_sixty_times_the_speed_an_hour_takes_a_minute() -> None:
    clock = SteerableClock(START, rate=60)

    assert clock.real_seconds_until(START + HOUR) == pytest.approx(60, abs=0.5)

    time.sleep(0.02)

    assert clock.now() - START >= timedelta(seconds=1.2)


def test_a_jump_lands_on_the_instant_and_wakes_the_sleepers() -> None:
    clock = SteerableClock(START, rate=0)
    seen: list[datetime] = []
    clock.changed.append(lambda: seen.append(clock.now()))

    clock.jump_to(START + HOUR)

    assert clock.now() == START + HOUR
    assert seen == [START + HOUR]


def test_a_change_of_rate_keeps_the_instant_and_wakes_the_sleepers() -> None:
    clock = SteerableClock(START, rate=0)
    woken: list[float] = []
    clock.changed.append(lambda: woken.append(clock.rate))

    clock.set_rate(3600)

    assert clock.now() - START < HOUR
    assert woken == [3600]


def test_a_lease_outlasts_its_real_seconds_on_a_fast_clock_and_on_one_that_stands_still() -> None:
    fast, still = SteerableClock(START, rate=60), SteerableClock(START, rate=0)

    assert after(fast, 60) - START >= timedelta(minutes=59)
    assert after(still, 60) - START == timedelta(minutes=1)


@pytest.mark.parametrize("rate", [-1, math.inf, math.nan])
def test_a_clock_refuses_a_rate_it_cannot_run_at(rate: float) -> None:
    with pytest.raises(ValueError, match="rate"):
        SteerableClock(START, rate=rate)


def test_a_clock_refuses_a_naive_start() -> None:
    with pytest.raises(ValueError, match="aware"):
        SteerableClock(START.replace(tzinfo=None))
