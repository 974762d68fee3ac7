"""Profiles, moments and answers that conditions tell apart: each boundary, and both sides of it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar, get_args

from bot.care import model
from bot.care.model import Case, CheckIn, Profile
from bot.care.rules import (
    AgeIs,
    AreaIs,
    HasCondition,
    HoursAtLeast,
    NotImproved,
    OnsetIs,
    PreviousChangeIs,
    RecentFall,
    SessionsExactly,
    WindowClosed,
)
from bot.care.triage import LONG_WINDOW, SHORT_WINDOW_SESSIONS, WINDOW_LOOKED_AT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.care.rules import When

Item = TypeVar("Item", bound=str)

ASKED_AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
NEAR = timedelta(seconds=1)  # just below and just above a boundary
PAINS = (None, *range(11))
CHANGES = (None, *get_args(model.Change))
NOBODY = Profile()


TIMES = (HoursAtLeast, SessionsExactly, WindowClosed, PreviousChangeIs)


@dataclass(frozen=True, slots=True)
class Moment:
    """When a check-in is judged: its massages, oldest first, and the check-in before it."""

    sessions: tuple[datetime, ...] = ()
    previous: CheckIn | None = None


def case_of(
    profile: Profile,
    moment: Moment,
    *,
    pain: int | None = None,
    change: model.Change | None = None,
    symptoms: frozenset[str] = frozenset(),
    complete: bool = True,
) -> Case:
    """The case of one check-in, judged at `ASKED_AT`."""
    checkin = CheckIn(at=ASKED_AT, pain=pain, change=change, symptoms=symptoms, complete=complete)
    before = () if moment.previous is None else (moment.previous,)
    return Case(profile=profile, sessions=moment.sessions, checkins=(*before, checkin))


def words(atoms: Iterable[When]) -> Iterator[Case]:
    """Every pain and change, and every baseline where an improvement is looked at."""
    baselines = PAINS if any(isinstance(each, NotImproved) for each in atoms) else (None,)
    for pain, change, baseline in itertools.product(PAINS, CHANGES, baselines):
        yield case_of(Profile(baseline_pain=baseline), Moment(), pain=pain, change=change)


def circumstances(atoms: Sequence[When]) -> Iterator[Case]:
    """Every profile at every moment, as far as these conditions tell them apart."""
    for profile, moment in itertools.product(_profiles(atoms), list(_moments(atoms))):
        yield case_of(profile, moment)


def _profiles(atoms: Sequence[When]) -> Iterator[Profile]:
    """Every profile, as far as these conditions look at one."""

    def looked_at(*conditions: type) -> bool:
        return any(isinstance(each, conditions) for each in atoms)

    ages = (None, *get_args(model.Age)) if looked_at(AgeIs) else (None,)
    onsets = (None, *get_args(model.Onset)) if looked_at(OnsetIs, WindowClosed) else (None,)
    areas = (None, *get_args(model.Area)) if looked_at(AreaIs, WindowClosed) else (None,)
    falls = (None, False, True) if looked_at(RecentFall) else (None,)
    named = {each.id for each in atoms if isinstance(each, HasCondition)}
    conditions = [each for each in get_args(model.Condition) if each in named]
    for age, onset, area, fall, held in itertools.product(
        ages, onsets, areas, falls, subsets(conditions)
    ):
        yield Profile(age=age, onset=onset, area=area, recent_fall=fall, conditions=held)


def _moments(atoms: Sequence[When]) -> Iterator[Moment]:
    """Moments at, just below and just above every boundary of these conditions."""
    if not any(isinstance(each, TIMES) for each in atoms):
        yield Moment()
        return
    hours = {timedelta(hours=each.hours) for each in atoms if isinstance(each, HoursAtLeast)}
    since = [timedelta(), *_around(hours | {WINDOW_LOOKED_AT, LONG_WINDOW})]
    counts = {each.count for each in atoms if isinstance(each, SessionsExactly)}
    most = max(counts | {SHORT_WINDOW_SESSIONS}) + 1
    befores = [each for each in atoms if isinstance(each, PreviousChangeIs)]
    for previous in _previous_check_ins(befores):
        yield Moment((), previous)
        for count, last, first in itertools.product(
            range(1, most + 1), since, _around({LONG_WINDOW})
        ):
            yield Moment(_sessions(count, last, first), previous)


def _around(boundaries: Iterable[timedelta]) -> list[timedelta]:
    zero = timedelta()
    near = {each + step for each in boundaries for step in (-NEAR, zero, NEAR)}
    return sorted(each for each in near if each > zero)


def _sessions(count: int, last: timedelta, first: timedelta) -> tuple[datetime, ...]:
    """So many massages, the latest `last` before the check-in, the first `first` where it fits."""
    if count == 1 or first <= last:
        return tuple(ASKED_AT - last - NEAR * back for back in reversed(range(count)))
    between = (first - last) / (count - 1)
    return tuple(ASKED_AT - last - between * back for back in reversed(range(count)))


def _previous_check_ins(befores: Iterable[PreviousChangeIs]) -> list[CheckIn | None]:
    gaps = _around({timedelta(hours=each.hours_before) for each in befores})
    return [
        None,
        *(CheckIn(at=ASKED_AT - gap, change=change) for gap in gaps for change in CHANGES),
    ]


def subsets(items: list[Item]) -> list[frozenset[Item]]:
    """Every choice of some of these, the empty one first."""
    sizes = range(len(items) + 1)
    return [frozenset(each) for size in sizes for each in itertools.combinations(items, size)]
