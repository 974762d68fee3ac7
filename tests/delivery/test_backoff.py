import random

from bot.delivery.backoff import Backoff


def test_each_wait_is_at_most_twice_the_one_before_and_never_over_the_ceiling(
    dice: random.Random,
) -> None:
    backoff = Backoff(first_s=1, most_s=8, dice=dice)

    for failures, ceiling_s in ((1, 1), (2, 2), (3, 4), (4, 8), (5, 8), (500, 8)):
        assert ceiling_s / 2 <= backoff.wait_s(failures) <= ceiling_s


def test_two_who_fail_together_do_not_come_back_together(dice: random.Random) -> None:
    backoff = Backoff(dice=dice)

    assert backoff.wait_s(5) != backoff.wait_s(5)
