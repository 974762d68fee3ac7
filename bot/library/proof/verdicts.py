"""Whatever else is answered: a danger sign gives its level, and no answer ever lowers one.

Three claims about every case there is (`verdict_space` says why these cases stand for all), each
judged by `triage.judge` itself:

- a symptom alone gives its level, unless a doctor has cleared it and the pain did not get worse;
- one symptom more never lowers the level;
- one more answer never lowers the level of the rules that are judged after every answer.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from bot.care import model
from bot.care.model import Case, Level, Profile, Verdict
from bot.care.rules import Rules, Symptom
from bot.care.triage import WORSE, judge
from bot.library.errors import Problem
from bot.library.proof.circumstances import CHANGES, NOBODY, PAINS, case_of
from bot.library.proof.verdict_space import Space, of_rule, with_symptom

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bot.care.rules import Rule
    from bot.library.library import Library
    from bot.library.proof.circumstances import Moment


@dataclass(frozen=True, slots=True)
class _Fall:
    """A case whose level is lower than it must be: `rule` should have kept it up."""

    rule: str
    text: str


def verdict_faults(
    library: Library, name: str, table: Mapping[str, Level], clearable: Iterable[str]
) -> Iterator[Problem]:
    """Symptoms that do not always give their level, and answers that lower one.

    `table` holds the level of each rule of the clinical reference, `clearable` those that a
    doctor can clear; a symptom of the same id must give that level. One fault a rule is told.
    """
    space = Space(library)
    levels = _symptom_levels(space, table)
    falls = itertools.chain(
        _beside_each_rule(space, levels, frozenset(clearable)),
        _over_all_words(space, levels, frozenset(clearable)),
    )
    document = library.documents[f"{name}/rules.yaml"]
    own = [rule.id for rule in library.rules.rules]
    told: set[str] = set()
    for fall in falls:
        if fall.rule not in told:
            told.add(fall.rule)
            path = ("rules", own.index(fall.rule), "when") if fall.rule in own else ("rules",)
            yield Problem(document.where(path), fall.text)


def _symptom_levels(space: Space, table: Mapping[str, Level]) -> dict[str, Level]:
    """What each symptom must give: by the reference, and by a rule of its own beside it."""
    levels = {symptom: table[symptom] for symptom in space.symptoms if symptom in table}
    for rule in space.rules.rules:
        if isinstance(rule.when, Symptom):
            symptom = rule.when.id
            levels[symptom] = max(rule.level, levels.get(symptom, rule.level))
    return levels


def _beside_each_rule(
    space: Space, levels: Mapping[str, Level], clearable: frozenset[str]
) -> Iterator[_Fall]:
    """Each symptom beside everything that any one rule looks at."""
    for rule in space.rules.rules:
        alone = Rules((rule,), space.rules.levels)
        for case in of_rule(rule):
            before = judge(case, space.rules)
            if judge(case, alone).reasons and before.level < rule.level:
                yield _Fall(rule.id, _said(case, f'"{rule.id}" fires', rule.level, before))
            for symptom in space.symptoms:
                more = with_symptom(case, symptom)
                after = judge(more, space.rules)
                yield from _lowered(more, symptom, before, after, space.rules)
                yield from _below(more, symptom, after, levels, clearable)


def _over_all_words(
    space: Space, levels: Mapping[str, Level], clearable: frozenset[str]
) -> Iterator[_Fall]:
    """Each symptom with each change and pain, at every moment that rules tell apart.

    Every pain where nothing else is known, and where everything is told; at the moments between
    those two the pains that rules tell apart, and their neighbours.
    """
    everything = Profile(
        onset="under_6_weeks",
        area="one_place",
        age="60_plus",
        baseline_pain=5,
        recent_fall=True,
        conditions=frozenset(get_args(model.Condition)),
        cleared=frozenset(rule.id for rule in space.rules.rules),
    )
    yield from _words_at(space, NOBODY, space.moments[0], PAINS, levels, clearable)
    yield from _words_at(space, everything, space.moments[-1], PAINS, levels, clearable)
    for moment in space.moments[1:]:
        yield from _words_at(space, NOBODY, moment, space.pains, levels, clearable)


def _words_at(
    space: Space,
    profile: Profile,
    moment: Moment,
    pains: Sequence[int | None],
    levels: Mapping[str, Level],
    clearable: frozenset[str],
) -> Iterator[_Fall]:
    verdicts: dict[tuple[str | None, int | None, str | None], Verdict] = {}
    for change, pain, symptom in itertools.product(CHANGES, pains, (None, *space.symptoms)):
        ticked = frozenset() if symptom is None else frozenset({symptom})
        case = case_of(profile, moment, pain=pain, change=change, symptoms=ticked)
        verdict = verdicts[symptom, pain, change] = judge(case, space.rules)
        if symptom is not None:
            yield from _lowered(case, symptom, verdicts[None, pain, change], verdict, space.rules)
            yield from _below(case, symptom, verdict, levels, clearable)
        # The unanswered ones come first, so that they are there to be compared with.
        for fewer in ((symptom, None, change), (symptom, pain, None), (None, pain, change)):
            yield from _went_down(case, verdicts[fewer], verdict, space)


def _below(
    case: Case,
    symptom: str,
    verdict: Verdict,
    levels: Mapping[str, Level],
    clearable: frozenset[str],
) -> Iterator[_Fall]:
    """A symptom that did not give its level."""
    least = levels.get(symptom)
    cleared = symptom in clearable and symptom in case.profile.cleared
    if least is None or (cleared and case.checkins[-1].change not in WORSE):
        return
    if verdict.level < least:
        yield _Fall(symptom, _said(case, f'"{symptom}" alone', least, verdict))


def _lowered(
    case: Case, symptom: str, before: Verdict, after: Verdict, rules: Rules
) -> Iterator[_Fall]:
    """A level that one symptom more brought down."""
    if after.level < before.level:
        text = _said(case, f'the answers before "{symptom}" was ticked', before.level, after)
        yield _Fall(_highest(before.reasons, rules).id, text)


def _went_down(case: Case, before: Verdict, after: Verdict, space: Space) -> Iterator[_Fall]:
    """A level of the every-answer rules that one answer more brought down."""
    was = space.every_answer_level(before.reasons)
    if space.every_answer_level(after.reasons) < was:
        at_once = [each for each in before.reasons if not space.rules.rule(each).whole_check_in]
        lost = _highest(at_once, space.rules)
        yield _Fall(lost.id, _said(case, "one answer fewer", was, after))


def _highest(reasons: Iterable[str], rules: Rules) -> Rule:
    return max((rules.rule(each) for each in reasons), key=lambda rule: rule.level)


def _said(case: Case, what: str, least: Level, verdict: Verdict) -> str:
    return (
        f"{what} must give {least.id} whatever else is answered, but a case gives "
        f"{verdict.level.id}: {describe(case)}. Let the rule ask for less."
    )


def describe(case: Case) -> str:
    """A case in one line, for whoever mends the rule: what was answered, and when."""
    checkin, profile = case.checkins[-1], case.profile
    past = [at for at in case.sessions if at <= checkin.at]
    facts = {
        "symptoms": " and ".join(sorted(checkin.symptoms)) or "none",
        "pain": "no answer" if checkin.pain is None else checkin.pain,
        "change": checkin.change or "no answer",
        "since the massage": checkin.at - max(past) if past else None,
        "massages": len(past) or None,
        "onset": profile.onset,
        "area": profile.area,
        "age": profile.age,
        "conditions": " and ".join(sorted(profile.conditions)) or None,
        "recent fall": "yes" if profile.recent_fall else None,
        "cleared": " and ".join(sorted(profile.cleared)) or None,
        "check-in": None if checkin.complete else "not finished",
    }
    return ", ".join(f"{fact}: {value}" for fact, value in facts.items() if value is not None)
