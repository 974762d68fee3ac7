"""The rules against the table of the clinical reference, and against what questions ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.care.rules import Symptom, parts_of
from bot.library.coverage import symptoms_of
from bot.library.errors import Problem, hint
from bot.library.proof.reference import CLEARABLE, LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.care.rules import Rule
    from bot.library.library import Library


def rule_faults(library: Library, name: str) -> Iterator[Problem]:
    """Rules that differ from the table, or look at what no question asks."""
    document = library.documents[f"{name}/rules.yaml"]
    own = [rule.id for rule in library.rules.rules]
    for rule_id in LEVELS:
        if rule_id not in own:
            text = f'the rule "{rule_id}" of the clinical reference is missing. Add it.'
            yield Problem(document.where(("rules",)), text)
    if own != sorted(own, key=_rank):
        text = "the rules stand in another order than in the clinical reference. Sort them."
        yield Problem(document.where(("rules",)), text)
    symptoms = symptoms_of(library.questions)
    for index, rule in enumerate(library.rules.rules):
        for text in (*_rule_faults(rule), *_unasked(rule, symptoms)):
            yield Problem(document.where(("rules", index)), text)


def _rank(rule_id: str) -> int:
    return list(LEVELS).index(rule_id) if rule_id in LEVELS else len(LEVELS)


def _rule_faults(rule: Rule) -> Iterator[str]:
    if rule.id not in LEVELS:
        yield f'"{rule.id}" is no rule of the clinical reference.{hint(rule.id, LEVELS)}'
        return
    expected = LEVELS[rule.id]
    if rule.level.id != expected:
        yield f'"{rule.id}" gives {rule.level.id}, the clinical reference {expected}.'
    if rule.clearable != (rule.id in CLEARABLE):
        should = "can" if rule.id in CLEARABLE else "can't"
        yield f'"{rule.id}" {should} be cleared, says the clinical reference.'


def _unasked(rule: Rule, symptoms: tuple[str, ...]) -> Iterator[str]:
    for part in parts_of(rule.when):
        if isinstance(part, Symptom) and part.id not in symptoms:
            yield f'no check-in asks for the symptom "{part.id}".{hint(part.id, symptoms)}'
