"""The rules written twice, by different means, must say the same of any case."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.care.model import Age, Area, Case, Change, CheckIn, Condition, Onset, Profile, Sex
from bot.care.triage import judge
from tests.care import naive
from tests.care.casebook import Expected, read
from tests.care.rulebook import RULES, SYMPTOMS, hours

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def maybe(ids: tuple[str, ...]) -> st.SearchStrategy[str | None]:
    return st.none() | st.sampled_from(ids)


profiles = st.builds(
    Profile,
    # The short window needs one answer of each of two questions; half of the people give both.
    onset=st.just("under_6_weeks") | maybe(get_args(Onset)),
    area=st.just("one_place") | maybe(get_args(Area)),
    age=maybe(get_args(Age)),
    sex=maybe(get_args(Sex)),
    baseline_pain=st.none() | st.integers(0, 10),
    recent_fall=st.sampled_from((None, False, True, True)),
    conditions=st.frozensets(
        st.sampled_from((*get_args(Condition), *("blood_thinners",) * 3)), max_size=3
    ),
    cleared=st.sampled_from((frozenset(), frozenset(CLEARABLE)))
    | st.frozensets(st.sampled_from(CLEARABLE)),
)
limits = st.builds(
    lambda limit, moment: timedelta(hours=limit) + timedelta(hours=moment),
    st.sampled_from(LIMITS),
    st.sampled_from(A_MOMENT),
)
steps = limits | st.integers(0, 300).map(lambda count: timedelta(hours=count))
answers = st.fixed_dictionaries(
    {
        "pain": st.none() | st.integers(0, 10),
        "change": st.sampled_from((None, *get_args(Change), "worse", "much_worse")),
        "symptoms": st.frozensets(st.sampled_from((*SYMPTOMS, *("big_bruise",) * 5)), max_size=3),
        "complete": st.sampled_from((True, True, False)),
    }
)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Up to five massages and four check-ins; the last one often just about at a limit."""
    sessions = [hours(0)] if draw(st.integers(0, 9)) else []
    for _ in range(draw(st.integers(0, 4)) if sessions else 0):
        sessions.append(sessions[-1] + draw(steps))
    told: list[CheckIn] = []
    for _ in range(draw(st.integers(0, 3))):
        mark = draw(st.sampled_from([*sessions, hours(0)]))
        told.append(CheckIn(at=mark + draw(steps), **draw(answers)))
    told.sort(key=lambda each: each.at)
    if draw(st.integers(0, 9)):
        marks = [*sessions[:1], *sessions[-1:], *(each.at for each in told[-1:])] or [hours(0)]
        told.append(CheckIn(at=draw(st.sampled_from(marks)) + draw(limits), **draw(answers)))
        told.sort(key=lambda each: each.at)
    return Case(profile=draw(profiles), sessions=tuple(sessions), checkins=tuple(told))


def of_the_engine(case: Case) -> tuple[str, tuple[str, ...]]:
    verdict = judge(case, RULES)
    return verdict.level.id, verdict.reasons


@given(cases())
@settings(max_examples=600, suppress_health_check=[HealthCheck.too_slow])
def test_both_say_the_same_of_any_case(case: Case) -> None:
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
    drawn: list[Case] = []

    @settings(
        max_examples=1200,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(cases())
    def draw(case: Case) -> None:
        drawn.append(case)

    draw()
    return drawn


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
