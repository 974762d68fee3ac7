"""Everyone whose plan is proved: few enough to lay out every plan, and leaving nobody out.

A profile matters to a plan only through the fluid limit and through the groups that plan.yaml
names (whom an exercise does not suit changes which one comes, not when), and a zone only through
the changes of its clock (`zones`).
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import time, timedelta
from typing import TYPE_CHECKING

from bot.care.model import Preferences, Profile, QuietHours
from bot.care.plan import PlanRequest, Sent, Slots, lay_out
from bot.care.timing import resolve
from bot.library.proof.zones import places

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.library.library import Library
    from bot.library.proof.zones import Place

NIGHT_OWL = Preferences(
    quiet=QuietHours(start=time(0), end=time(0)), morning=time(2, 30), evening=time(23, 30)
)
EARLY_TO_BED = Preferences(quiet=QuietHours(start=time(19), end=time(10)), morning=time(7))
ONE_SLOT = Preferences(morning=time(12), evening=time(12))
PREFERENCES = (Preferences(), NIGHT_OWL, EARLY_TO_BED, ONE_SLOT)
TIMES = (time(0, 30), time(2, 30), time(9), time(14), time(20, 30), time(23, 45))
# Where the clock changes: at night with and without quiet hours, by day, and into the night.
AROUND_CHANGES = (
    (time(2, 30), NIGHT_OWL),
    (time(9), Preferences()),
    (time(21), EARLY_TO_BED),
    (time(23, 45), NIGHT_OWL),
)


def requests(library: Library) -> Iterator[PlanRequest]:
    """Everyone on a steady clock, then the busiest profile wherever clocks change."""
    steady, *changing = places()
    *others, busiest = profiles(library)
    for preferences, at in itertools.product(PREFERENCES, TIMES):
        for profile in others:
            yield request_at(steady, at, profile, preferences)
        fresh = request_at(steady, at, busiest, preferences)
        yield fresh
        yield replace(fresh, now=fresh.session_at + timedelta(hours=30))  # told a day late
        yield _second(fresh, library)
    for place, (at, preferences) in itertools.product(changing, AROUND_CHANGES):
        yield request_at(place, at, busiest, preferences)


def profiles(library: Library) -> list[Profile]:
    """Those a plan tells apart, the one with most messages last."""
    groups = [each.daily_both_for for each in library.plan.items if isinstance(each, Slots)]
    in_groups = [Profile(sex=each.sex, age=each.age) for each in groups if each is not None]
    return [Profile(), Profile(conditions=frozenset({"fluid_limit"})), *in_groups]


def request_at(place: Place, at: time, profile: Profile, preferences: Preferences) -> PlanRequest:
    """The plan of a massage at this local time, laid out at once."""
    session_at = resolve(place.day, at, place.zone)
    return PlanRequest(
        session_at=session_at,
        now=session_at,
        zone=place.zone,
        profile=profile,
        preferences=preferences,
    )


def _second(request: PlanRequest, library: Library) -> PlanRequest:
    """The same massage two days and a bit after another one, whose messages count."""
    before = request.session_at - timedelta(days=2, hours=5)
    earlier = lay_out(replace(request, session_at=before, now=before), library.plan)
    sent = (
        Sent(
            kind=each.kind,
            at=each.due_at,
            item=each.item,
            sequence=each.sequence,
            of_this_session=False,
        )
        for each in earlier
        if each.due_at <= request.now
    )
    return replace(request, sent=tuple(sent))
