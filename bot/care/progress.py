"""Whether somebody gets better."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.care.model import CheckIn, Profile

BETTER = frozenset({"better", "much_better"})


def improved(profile: Profile, checkin: CheckIn) -> bool:
    """Whether the person is better by the consensus for low back pain.

    Two points on the 0-10 scale or 30 % of the baseline (Ostelo 2008), or the person's own word.
    An unanswered question is never an improvement.
    """
    if checkin.change in BETTER:
        return True
    baseline, pain = profile.baseline_pain, checkin.pain
    if not baseline or pain is None:
        return False
    return pain <= baseline - 2 or 10 * pain <= 7 * baseline


def ready_for_strengthening(checkins: Sequence[CheckIn]) -> bool:
    """Whether the latest two check-ins that tell a change, oldest first, were both better.

    Source: clinical reference, section 6, after the article's "as you feel better". Check-ins
    without an answer to `change` (the early one, unanswered ones) neither help nor hinder.
    """
    changes = [checkin.change for checkin in checkins if checkin.change is not None]
    return len(changes) >= 2 and BETTER.issuperset(changes[-2:])
