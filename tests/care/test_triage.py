from __future__ import annotations

from dataclasses import replace
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from bot.care.model import (
    Case,
    Change,
    CheckIn,
    Level,
    Profile,
)
from bot.care.triage import benefit_window_closed, judge
from tests.care.random_cases import some_cases
from tests.care.rulebook import RULES, START, SYMPTOMS, hours

CLEARABLE = tuple(rule.id for rule in RULES.rules if rule.clearable)


def cases() -> st.SearchStrategy[Case]:
    return st.integers(0, 2**64).map(lambda seed: some_cases(seed, 1)[0])


def with_last(case: Case, **answers: object) -> Case:
    last = replace(case.checkins[-1], **answers)  # type: ignore[arg-type]
    return replace(case, checkins=(*case.checkins[:-1], last))


def one(profile: Profile, sessions: list[float], *checkins: CheckIn) -> Case:
    return Case(
        profile=profile, sessions=tuple(hours(each) for each in sessions), checkins=checkins
    )


@given(cases())
def test_the_level_is_the_highest_of_its_reasons_and_they_stand_in_table_order(case: Case) -> None:
    verdict = judge(case, RULES)

    levels = [RULES.rule(reason).level for reason in verdict.reasons]
    assert verdict.level is max(levels, default=Level.SELF_CARE)
    assert verdict.reasons == RULES.in_order(verdict.reasons)


@given(cases().filter(lambda case: bool(case.checkins)), st.data())
def test_one_more_answer_never_lowers_the_level(case: Case, data: st.DataObject) -> None:
    before = with_last(case, complete=False, pain=None, change=None)
    answers = data.draw(
        st.permutations(
            [
                ("pain", data.draw(st.integers(0, 10))),
                ("change", data.draw(st.sampled_from(get_args(Change)))),
                (
                    "symptoms",
                    before.checkins[-1].symptoms | {data.draw(st.sampled_from(SYMPTOMS))},
                ),
            ]
        )
    )

    verdict = judge(before, RULES)
    for name, value in answers:
        before = with_last(before, **{name: value})
        after = judge(before, RULES)
        assert after.level >= verdict.level
        assert set(after.reasons) >= set(verdict.reasons)
        verdict = after


@given(cases().filter(lambda case: bool(case.checkins)))
def test_completing_a_check_in_never_lowers_the_level(case: Case) -> None:
    still_open = judge(with_last(case, complete=False), RULES)

    assert judge(with_last(case, complete=True), RULES).level >= still_open.level


@given(cases(), st.sampled_from(CLEARABLE))
def test_a_clearance_silences_only_its_own_rule(case: Case, cleared: str) -> None:
    without = replace(case, profile=replace(case.profile, cleared=frozenset()))
    once = replace(case, profile=replace(case.profile, cleared=frozenset({cleared})))

    lost = set(judge(without, RULES).reasons) - set(judge(once, RULES).reasons)

    assert lost <= {cleared}


@given(cases())
def test_an_emergency_or_urgent_symptom_counts_whatever_is_cleared(case: Case) -> None:
    everything = replace(case, profile=replace(case.profile, cleared=frozenset(CLEARABLE)))
    signs = RULES.signs(Level.EMERGENCY) | RULES.signs(Level.URGENT)
    told = case.checkins[-1].symptoms & signs if case.checkins else frozenset()

    assert told <= set(judge(everything, RULES).reasons)


def test_without_a_check_in_the_profile_speaks_alone() -> None:
    profile = Profile(recent_fall=True, age="60_plus", conditions=frozenset({"cancer", "pregnant"}))

    verdict = judge(one(profile, [0]), RULES)

    assert verdict.level is Level.URGENT
    assert verdict.reasons == ("fall_risk", "cancer", "pregnant")


def test_without_a_check_in_what_a_doctor_checked_is_silent() -> None:
    profile = Profile(conditions=frozenset({"cancer"}), cleared=frozenset({"cancer"}))

    assert judge(one(profile, []), RULES).reasons == ()


def test_a_missing_improvement_is_not_judged_between_two_answers() -> None:
    profile = Profile(onset="under_6_weeks", area="one_place", baseline_pain=6)
    half = CheckIn(at=hours(168), pain=6)

    open_one = judge(one(profile, [0, 72, 144], half), RULES)
    done = judge(one(profile, [0, 72, 144], replace(half, complete=True)), RULES)

    assert open_one.reasons == ()
    assert done.reasons == ("no_improvement",)


def test_the_window_of_a_newer_pain_in_one_place_closes_at_the_third_session() -> None:
    profile = Profile(onset="under_6_weeks", area="one_place")
    a_day_later = CheckIn(at=hours(168))

    assert benefit_window_closed(one(profile, [0, 72, 144], a_day_later))
    assert not benefit_window_closed(one(profile, [0, 144], a_day_later))
    assert not benefit_window_closed(one(profile, [0, 72, 145], a_day_later))


def test_the_window_of_every_other_pain_closes_after_four_weeks() -> None:
    for profile in (
        Profile(),
        Profile(onset="under_6_weeks"),
        Profile(area="one_place"),
        Profile(onset="under_6_weeks", area="widespread"),
        Profile(onset="over_12_weeks", area="one_place"),
    ):
        assert benefit_window_closed(one(profile, [0, 72, 144], CheckIn(at=hours(672))))
        assert not benefit_window_closed(one(profile, [0, 72, 144], CheckIn(at=hours(671.9))))


def test_no_window_closes_without_a_session_or_a_check_in() -> None:
    assert not benefit_window_closed(one(Profile(), [], CheckIn(at=hours(900))))
    assert not benefit_window_closed(one(Profile(), [0]))
    assert hours(0) == START
