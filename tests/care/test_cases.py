"""A clinician's cases, and that they look at every rule from both sides."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, get_args

import pytest

from bot.care.model import Age, Area, Change, Condition, Onset, Sex
from bot.care.triage import judge
from tests.care.casebook import Expected, read
from tests.care.rulebook import RULES, SYMPTOMS

if TYPE_CHECKING:
    from bot.care.rules import Rule

CASES = read()
# These three never fire without the weaker rule that lies inside them.
COMPANIONS = {
    "bruise_thinners": {"big_bruise"},
    "much_worse_severe": {"much_worse"},
    "worse_twice": {"worse"},
}


@pytest.mark.parametrize("expected", CASES, ids=lambda each: f"{each.file}:{each.id}")
def test_the_verdict_is_what_a_clinician_expects(expected: Expected) -> None:
    verdict = judge(expected.case, RULES)

    assert (verdict.level.id, verdict.reasons) == (expected.level, expected.reasons)


def test_no_two_cases_share_an_id() -> None:
    assert [each for each, count in Counter(each.id for each in CASES).items() if count > 1] == []


@pytest.mark.parametrize("rule", RULES.rules, ids=lambda rule: rule.id)
def test_every_rule_decides_the_level_of_some_case(rule: Rule) -> None:
    highest = {
        reason
        for each in CASES
        for reason in each.reasons
        if RULES.rule(reason).level.id == each.level
    }

    assert rule.id in highest


@pytest.mark.parametrize("rule", RULES.rules, ids=lambda rule: rule.id)
def test_every_rule_is_seen_on_its_own(rule: Rule) -> None:
    alone = {rule.id} | COMPANIONS.get(rule.id, set())

    assert any(set(each.reasons) == alone for each in CASES)


def test_every_clearance_is_seen_to_silence_its_rule_and_to_give_way_when_worse() -> None:
    clearable = {rule.id for rule in RULES.rules if rule.clearable}
    silenced = {
        cleared
        for each in CASES
        for cleared in each.case.profile.cleared
        if cleared not in each.reasons
    }
    given_way = {
        cleared
        for each in CASES
        for cleared in each.case.profile.cleared
        if cleared in each.reasons
    }

    assert silenced == clearable
    assert given_way == clearable


def test_the_cases_use_only_ids_that_exist() -> None:
    for each in CASES:
        profile = each.case.profile
        assert profile.onset in (None, *get_args(Onset))
        assert profile.area in (None, *get_args(Area))
        assert profile.age in (None, *get_args(Age))
        assert profile.sex in (None, *get_args(Sex))
        assert profile.conditions <= set(get_args(Condition))
        for checkin in each.case.checkins:
            assert checkin.symptoms <= set(SYMPTOMS)
            assert checkin.change in (None, *get_args(Change))
