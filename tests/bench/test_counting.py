"""What the benchmarks count by."""

from __future__ import annotations

from tests.bench.report import median_ratio, percentile
from tests.bench.sink import most_in_a_second


def test_a_window_of_one_second_may_begin_at_any_instant() -> None:
    evenly = [n / 32 for n in range(96)]

    assert most_in_a_second(evenly) == 32
    assert most_in_a_second([*evenly, 2.97, 2.98]) == 34
    assert most_in_a_second([0.0, 0.999, 1.0]) == 2
    assert most_in_a_second([]) == 0


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([5, 1, 3], 50) == 3
    assert percentile(range(1000), 99) == 990
    assert percentile([], 99) == 0


def test_a_ratio_is_taken_pair_by_pair() -> None:
    assert median_ratio([(1, 2), (10, 30), (5, 5)]) == 2
