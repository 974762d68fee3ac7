"""The rules written twice, by different means, must say the same of any case."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from itertools import product
from random import Random
from typing import TYPE_CHECKING, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care.model import Age, Area, Case, Change, CheckIn, Condition, Onset, Profile, Sex
from bot.care.triage import judge
from tests.care import naive
from tests.care.casebook import Expected, read
from tests.care.rulebook import RULES, SYMPTOMS, hours

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
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


def of_the_engine(case: Case) -> tuple[str, tuple[str, ...]]:
    verdict = judge(case, RULES)
    return verdict.level.id, verdict.reasons


@given(st.integers(0, 2**64))
def test_both_say_the_same_of_any_case(seed: int) -> None:
    for case in some_cases(seed, 10):
        assert of_the_engine(case) == naive.judge(case)


@pytest.mark.parametrize("expected", read(), ids=lambda each: f"{each.file}:{each.id}")
def test_the_naive_one_says_what_a_clinician_expects(expected: Expected) -> None:
    assert naive.judge(expected.case) == (expected.level, expected.reasons)


def test_both_say_the_same_at_every_baseline_and_every_pain() -> None:
    for baseline, pain, change in product(
        (None, *range(11)), (None, *range(11)), (None, *get_args(Change))
    ):
        profile = Profile(onset="under_6_weeks", area="one_place", baseline_pain=baseline)
        last = CheckIn(at=hours(168), pain=pain, change=change, complete=True)
        case = Case(profile=profile, sessions=(hours(0), hours(72), hours(144)), checkins=(last,))
        assert of_the_engine(case) == naive.judge(case)


def test_the_naive_table_of_improvements_is_two_points_or_thirty_percent() -> None:
    for baseline in range(1, 11):
        limit = max(Fraction(baseline - 2), Fraction(baseline * 70, 100))
        assert naive.IMPROVED_AT[baseline] == max(p for p in range(11) if p <= limit)


@pytest.fixture(scope="module")
def sample() -> list[Case]:
    """Random cases, the same ones at every run."""
    return some_cases(0, 4000)


def test_both_say_the_same_of_every_sampled_case(sample: list[Case]) -> None:
    assert [case for case in sample if of_the_engine(case) != naive.judge(case)] == []


def test_the_random_cases_reach_every_rule_and_every_level(sample: list[Case]) -> None:
    reached: set[str] = set()
    for case in sample:
        level, reasons = naive.judge(case)
        reached.update((level, *reasons))

    levels = {"emergency", "urgent", "doctor", "therapist", "self_care"}
    assert reached == levels | {rule.id for rule in RULES.rules}


def test_the_random_cases_stand_on_both_sides_of_every_limit(sample: list[Case]) -> None:
    sides = {side for case in sample if case.checkins for side in sides_of(case)}

    wanted = {
        ("since the latest massage", 24),
        ("since the latest massage", 72),
        ("since the first massage", 672),
        ("since the check-in before", 24),
    }
    assert sides >= {(*each, side) for each in wanted for side in ("below", "at", "above")}


def sides_of(case: Case) -> Iterator[tuple[str, int, str]]:
    """On which side of which limits the judged check-in stands, where within six minutes."""
    last = case.checkins[-1].at
    spans = {
        "since the latest massage": [each for each in case.sessions if each <= last][-1:],
        "since the first massage": list(case.sessions[:1]),
        "since the check-in before": [each.at for each in case.checkins[-2:-1]],
    }
    for what, starts in spans.items():
        for start, limit in product(starts, LIMITS):
            beyond = last - start - timedelta(hours=limit)
            if abs(beyond) <= timedelta(minutes=6):
                yield what, limit, "below" if beyond < timedelta() else "above" if beyond else "at"


def test_the_random_cases_see_every_clearance_silence_its_rule_and_give_way(
    sample: list[Case],
) -> None:
    seen: set[tuple[str, str]] = set()
    for case in sample:
        bare = replace(case, profile=replace(case.profile, cleared=frozenset()))
        fires, would_fire = set(naive.judge(case)[1]), set(naive.judge(bare)[1])
        for rule in case.profile.cleared & would_fire:
            seen.add((rule, "gives way" if rule in fires else "is silenced"))

    assert seen == set(product(CLEARABLE, ("gives way", "is silenced")))


def test_the_random_cases_leave_check_ins_unfinished_and_unanswered(sample: list[Case]) -> None:
    judged = [case.checkins[-1] for case in sample if case.checkins]

    assert {each.complete for each in judged} == {True, False}
    assert {each.pain is None for each in judged} == {True, False}
    assert {each.change is None for each in judged} == {True, False}
    assert any(not case.checkins for case in sample)
    assert any(not case.sessions and case.checkins for case in sample)
