from __future__ import annotations

import pytest

from bot.care.model import Change, CheckIn, Profile
from bot.care.progress import improved, ready_for_strengthening
from tests.care.rulebook import START


@pytest.mark.parametrize(
    ("baseline", "pain", "better"),
    [
        (10, 8, True),
        (10, 9, False),
        (7, 5, True),
        (7, 6, False),
        (4, 3, False),
        (3, 2, True),
        (2, 1, True),
        (1, 1, False),
        (1, 0, True),
        (0, 0, False),
        (None, 0, False),
        (8, None, False),
    ],
)
def test_two_points_or_thirty_percent_is_better(
    baseline: int | None, pain: int | None, *, better: bool
) -> None:
    profile = Profile(baseline_pain=baseline)

    assert improved(profile, CheckIn(at=START, pain=pain)) is better


@pytest.mark.parametrize("change", ["better", "much_better"])
def test_the_persons_own_word_is_enough(change: Change) -> None:
    assert improved(Profile(baseline_pain=3), CheckIn(at=START, change=change, pain=9))


def test_silence_is_never_an_improvement() -> None:
    assert not improved(Profile(baseline_pain=9), CheckIn(at=START))


@pytest.mark.parametrize(
    ("changes", "ready"),
    [
        ((), False),
        (("better",), False),
        (("better", "much_better"), True),
        (("much_better", "same"), False),
        (("same", "better"), False),
        (("worse", "better", "better"), True),
        (("better", "better", "worse"), False),
        ((None, "better", None, "better", None), True),
    ],
)
def test_strengthening_starts_with_the_second_good_answer_in_a_row(
    changes: tuple[Change | None, ...], *, ready: bool
) -> None:
    checkins = [CheckIn(at=START, change=change) for change in changes]

    assert ready_for_strengthening(checkins) is ready
