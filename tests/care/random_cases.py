"""Random cases: much is answered at once, and often just about at a limit."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, get_args

from bot.care.model import Age, Area, Case, Change, CheckIn, Condition, Onset, Profile, Sex
from tests.care.rulebook import SYMPTOMS, hours

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

CLEARABLE = (
    "leg_pain",
    "arm_pain",
    "numb_tingling",
    "cancer",
    "pregnant",
    "fall_risk",
    "no_improvement",
)
A_MOMENT = (-0.1, -1 / 60, -1 / 3_600_000_000, 0.0, 0.0, 1 / 3_600_000_000, 0.1)  # hours
LIMITS = (24, 72, 672)


# The short window needs one answer of each of two questions; half of the people give both.
ONSETS = (*("under_6_weeks",) * 4, None, *get_args(Onset))
AREAS = (*("one_place",) * 4, None, *get_args(Area))
CONDITIONS = (*get_args(Condition), *("blood_thinners",) * 3)
CHANGES = (None, *get_args(Change), "worse", "much_worse")
TICKABLE = (*SYMPTOMS, *("big_bruise",) * 5)
PAINS = (None, *range(11))


def some_of(ids: Sequence[str], most: int, random: Random) -> frozenset[str]:
    return frozenset(random.choice(ids) for _ in range(random.randint(0, most)))


def a_profile(random: Random) -> Profile:
    cleared = random.choice((frozenset(), frozenset(CLEARABLE), some_of(CLEARABLE, 5, random)))
    return Profile(
        onset=random.choice(ONSETS),
        area=random.choice(AREAS),
        age=random.choice((None, *get_args(Age))),
        sex=random.choice((None, *get_args(Sex))),
        baseline_pain=random.choice(PAINS),
        recent_fall=random.choice((None, False, True, True)),
        conditions=some_of(CONDITIONS, 3, random),  # type: ignore[arg-type]
        cleared=cleared,
    )


def a_check_in(at: datetime, random: Random) -> CheckIn:
    return CheckIn(
        at=at,
        pain=random.choice(PAINS),
        change=random.choice(CHANGES),
        symptoms=some_of(TICKABLE, 3, random),
        complete=random.random() < 2 / 3,
    )


def just_about_a_limit(random: Random) -> timedelta:
    return timedelta(hours=random.choice(LIMITS)) + timedelta(hours=random.choice(A_MOMENT))


def a_while(random: Random) -> timedelta:
    if random.random() < 1 / 2:
        return just_about_a_limit(random)
    return timedelta(hours=random.randint(0, 300))


def a_case(random: Random) -> Case:
    """Up to five massages and four check-ins; the last one often just about at a limit."""
    sessions = [hours(0)] if random.randint(0, 9) else []
    for _ in range(random.randint(0, 4) if sessions else 0):
        sessions.append(sessions[-1] + a_while(random))
    told: list[CheckIn] = []
    for _ in range(random.randint(0, 3)):
        mark = random.choice([*sessions, hours(0)])
        told.append(a_check_in(mark + a_while(random), random))
    told.sort(key=lambda each: each.at)
    if random.randint(0, 9):
        marks = [*sessions[:1], *sessions[-1:], *(each.at for each in told[-1:])] or [hours(0)]
        told.append(a_check_in(random.choice(marks) + just_about_a_limit(random), random))
        told.sort(key=lambda each: each.at)
    return Case(profile=a_profile(random), sessions=tuple(sessions), checkins=tuple(told))


def some_cases(seed: int, count: int) -> list[Case]:
    random = Random(seed)  # noqa: S311 - cases, not secrets
    return [a_case(random) for _ in range(count)]
