from __future__ import annotations

import pytest

from bot.care.model import Case, CheckIn, Level, Profile
from bot.care.rules import All, Any, LevelPolicy, NotImproved, Rule, Rules, Symptom
from bot.care.triage import judge
from tests.care.rulebook import EMERGENCY_SIGNS, RULES, START

POLICIES = {level: LevelPolicy(level) for level in Level}


def test_the_table_has_its_thirty_two_rules_and_levels_only_fall() -> None:
    levels = [rule.level for rule in RULES.rules]

    assert len(levels) == 32
    assert levels == sorted(levels, reverse=True)


def test_a_rule_of_either_of_two_symptoms_fires_for_each_and_one_of_both_for_both() -> None:
    sore, dizzy = Symptom("sore"), Symptom("dizzy")
    either = Rule("either", Level.DOCTOR, All((Any((sore, dizzy)), Any((dizzy, sore)))))
    both = Rule("both", Level.DOCTOR, All((All((sore,)), dizzy)))
    rules = Rules((either, both), POLICIES)

    def fired(*symptoms: str) -> tuple[str, ...]:
        told = CheckIn(at=START, symptoms=frozenset(symptoms))
        return judge(Case(profile=Profile(), sessions=(), checkins=(told,)), rules).reasons

    assert fired("sore") == fired("dizzy") == ("either",)
    assert fired("sore", "dizzy") == ("either", "both")
    assert fired("fever") == fired() == ()


def test_a_repeated_rule_is_refused() -> None:
    twice = (Rule("sore", Level.THERAPIST, Symptom("sore")),) * 2

    with pytest.raises(ValueError, match="rules repeat: sore"):
        Rules(twice, POLICIES)


def test_a_level_without_its_policy_is_refused() -> None:
    with pytest.raises(ValueError, match="levels without a policy: therapist, doctor"):
        Rules(
            (),
            {
                Level.SELF_CARE: POLICIES[Level.SELF_CARE],
                Level.URGENT: POLICIES[Level.URGENT],
                Level.EMERGENCY: POLICIES[Level.EMERGENCY],
            },
        )


def test_a_rule_over_a_missing_improvement_must_wait_for_the_whole_check_in() -> None:
    hasty = Rule("hasty", Level.DOCTOR, All((Symptom("sore"), NotImproved())))

    with pytest.raises(ValueError, match="'hasty' must wait"):
        Rules((hasty,), POLICIES)


def test_reasons_come_in_table_order_once_each_and_unknown_ones_go() -> None:
    assert RULES.in_order(["sore", "fever", "sore", "of_an_older_version"]) == ("fever", "sore")


def test_an_unknown_rule_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        RULES.rule("of_an_older_version")


def test_the_emergency_signs_are_those_that_alone_mean_emergency() -> None:
    assert RULES.signs(Level.EMERGENCY) == set(EMERGENCY_SIGNS)
