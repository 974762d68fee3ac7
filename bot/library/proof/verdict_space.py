"""The cases on which verdicts are proved: few enough to judge them all, and leaving none out.

Why few are enough. A verdict is the highest level of the rules that fire, and a rule sees a case
only through the conditions it is made of, whether a doctor has cleared it, whether the pain got
worse, and whether the check-in is complete. So cases in which the same conditions of a rule hold
are one case to it; and since rules meet in nothing but that maximum, what one rule looks at need
not be crossed with what another one does, only with each symptom that may be ticked beside it.
Which conditions hold is not worked out here: `triage.judge` is asked, with a rule for each.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from bot.care.model import Case, CheckIn, Level
from bot.care.rules import (
    AgeIs,
    All,
    Any,
    AreaIs,
    ChangeIs,
    HasCondition,
    LevelPolicy,
    OnsetIs,
    PainAtLeast,
    PreviousChangeIs,
    RecentFall,
    Rule,
    Rules,
    Symptom,
    WindowClosed,
    parts_of,
)
from bot.care.triage import WORSE, judge
from bot.library.coverage import symptoms_of
from bot.library.proof.circumstances import TIMES, Moment, circumstances, subsets, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.care.rules import When
    from bot.library.library import Library


def with_symptom(case: Case, symptom: str | None) -> Case:
    """The same case with one symptom more."""
    if symptom is None:
        return case
    *before, last = case.checkins
    return replace(case, checkins=(*before, replace(last, symptoms=last.symptoms | {symptom})))


class Space:
    """The cases of a library's rules and questions."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.rules = library.rules
        self.symptoms = symptoms_of(library.questions)
        self._every_answer_levels: dict[tuple[str, ...], Level] = {}

    @cached_property
    def moments(self) -> tuple[Moment, ...]:
        """The moments that any rule tells apart, for a profile of which nothing is known."""
        atoms = [each for each in _atoms(self.rules.rules) if isinstance(each, TIMES)]
        return _moments(tuple(atoms))

    @cached_property
    def pains(self) -> tuple[int | None, ...]:
        """No answer, both ends of the scale, each pain that rules look for and the one below."""
        asked = {each.points for each in _atoms(self.rules.rules) if isinstance(each, PainAtLeast)}
        near = {0, 10}.union(*({points - 1, points} for points in asked))
        return (None, *sorted(near.intersection(range(11))))

    def every_answer_level(self, reasons: tuple[str, ...]) -> Level:
        """The level that the rules judged after every answer give, of those that fired."""
        known = self._every_answer_levels.get(reasons)
        if known is None:
            rules = [self.rules.rule(each) for each in reasons]
            levels = (rule.level for rule in rules if not rule.whole_check_in)
            known = self._every_answer_levels[reasons] = max(levels, default=Level.SELF_CARE)
        return known


@lru_cache(maxsize=1024)  # asked for by more than one proof, and most rules are the same again
def of_rule(rule: Rule) -> tuple[Case, ...]:
    """One case for each combination of what this rule looks at."""
    return tuple(_of_rule(rule))


def _of_rule(rule: Rule) -> Iterator[Case]:
    atoms = _atoms([rule])
    clearings: list[frozenset[str]] = [frozenset()]
    if rule.clearable:
        atoms.append(ChangeIs(WORSE))
        clearings.append(frozenset({rule.id}))
    named = [each.id for each in atoms if isinstance(each, Symptom)]
    for around, answered, ticked, cleared, complete in itertools.product(
        _told_apart(circumstances(atoms), _apart_from_words(atoms)),
        _told_apart(words(atoms), _of_words(atoms)),
        subsets(named),
        clearings,
        (False, True),
    ):
        said, profile = answered.checkins[-1], around.profile
        checkin = replace(said, symptoms=ticked, complete=complete)
        told = replace(profile, baseline_pain=answered.profile.baseline_pain, cleared=cleared)
        yield replace(around, profile=told, checkins=(*around.checkins[:-1], checkin))


@lru_cache(maxsize=64)
def _moments(atoms: tuple[When, ...]) -> tuple[Moment, ...]:
    """Only one kind of condition looks at the check-in before, and at nothing else."""
    before = [each for each in atoms if isinstance(each, PreviousChangeIs)]
    since = [each for each in atoms if each not in before]
    massages = _told_apart(circumstances(since), [*since, WindowClosed()])
    earlier = _told_apart(circumstances(before), before)
    return tuple(
        Moment(case.sessions, _previous(other))
        for case, other in itertools.product(massages, earlier)
    )


def _told_apart(cases: Iterable[Case], atoms: Sequence[When]) -> list[Case]:
    """The first case of each kind, as the real judge tells them apart by these conditions."""
    probes = Rules(
        tuple(
            Rule(f"condition_{number}", Level.SELF_CARE, atom, whole_check_in=True)
            for number, atom in enumerate(atoms)
        ),
        {level: LevelPolicy(level) for level in Level},
    )
    kinds: dict[tuple[str, ...], Case] = {}
    for case in cases:
        kinds.setdefault(judge(case, probes).reasons, case)
    return list(kinds.values())


def _atoms(rules: Iterable[Rule]) -> list[When]:
    """The conditions that rules are made of, each once."""
    parts = (part for rule in rules for part in parts_of(rule.when))
    return list(dict.fromkeys(part for part in parts if not isinstance(part, All | Any)))


def _of_words(atoms: Iterable[When]) -> list[When]:
    return [each for each in atoms if _looks_at_words(each)]


def _apart_from_words(atoms: Iterable[When]) -> list[When]:
    return [each for each in atoms if not (_looks_at_words(each) or isinstance(each, Symptom))]


def _looks_at_words(atom: When) -> bool:
    return not isinstance(atom, (*TIMES, Symptom, HasCondition, RecentFall, AgeIs, OnsetIs, AreaIs))


def _previous(case: Case) -> CheckIn | None:
    return case.checkins[-2] if len(case.checkins) > 1 else None
