"""The rules written twice, by different means, must say the same of any case."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care.model import Case, Change, CheckIn, Profile
from bot.care.triage import judge
from tests.care import naive
from tests.care.casebook import Expected, read
from tests.care.random_cases import CLEARABLE, LIMITS, some_cases
from tests.care.rulebook import RULES, hours

if TYPE_CHECKING:
    from collections.abc import Iterator


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
