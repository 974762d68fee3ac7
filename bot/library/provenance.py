"""Where the things the bot says come from: what they rest on, and who has reviewed them.

A review is of single entries. Where a message is made of several, it counts as reviewed only if
each of them is, as of the oldest of their reviews.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.care.rules import Symptom, parts_of
from bot.library.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from bot.care.model import Level
    from bot.care.rules import Rule
    from bot.library import entries
    from bot.library.library import Library
    from bot.library.text import GuideText, Language

MOST_NAMED = 2  # rules behind one verdict


@dataclass(frozen=True, slots=True)
class Cited:
    """A source as people are told of it; `evidence` and `year` where they are stated."""

    title: str
    year: int | None
    evidence: entries.Evidence | None


@dataclass(frozen=True, slots=True)
class Review:
    """The clinician who has reviewed an entry, and the day."""

    by: str
    on: date


@dataclass(frozen=True, slots=True)
class Grounds:
    """What something rests on; `review` is None until a clinician has reviewed all of it."""

    cited: tuple[Cited, ...]
    review: Review | None


Origins = dict[str, dict[str, Grounds]]  # by section of a file, then by id


def review_of(entry: entries.Reviewed) -> Review | None:
    """The review an entry states."""
    if entry.reviewed_by is None or entry.reviewed_on is None:
        return None
    return Review(entry.reviewed_by, entry.reviewed_on)


def collect(files: Mapping[str, Any], rules: Sequence[Rule]) -> Origins:
    """The grounds of every entry of the language-neutral files, by section and id.

    A list of ticks that names no source rests on the rules that look at its options.
    """
    plan: entries.PlanFile = files["plan"]
    questions: entries.QuestionsFile = files["questions"]
    levels = files["rules"].defaults.get("levels")
    origins: Origins = {
        "rules": {each.id: _grounds(each) for each in files["rules"].rules},
        "levels": {each.id: _grounds(each, levels) for each in files["rules"].levels},
        "items": {each.id: _grounds(each, plan.defaults.get(each.kind)) for each in plan.items},
        "kinds": {kind: Grounds((_cited(each),), None) for kind, each in plan.defaults.items()},
        "exercises": {each.id: _grounds(each) for each in files["exercises"].exercises},
        "profile": {},
        "check_in": {},
    }
    for_profile, for_check_in = (
        questions.defaults.get("profile"),
        questions.defaults.get("check_in"),
    )
    of_rules = origins["rules"]
    for each in questions.profile:
        origins["profile"][each.id] = _asked(each, for_profile, rules, of_rules)
    for each in questions.check_in:
        origins["check_in"][each.id] = _asked(each, for_check_in, rules, of_rules)
    return origins


def _asked(
    entry: entries.QuestionEntry,
    default: entries.Basis | None,
    rules: Sequence[Rule],
    of_rules: Mapping[str, Grounds],
) -> Grounds:
    looking = _looking_at(entry, rules) if entry.kind == "ticks" and entry.source is None else ()
    if not looking:
        return _grounds(entry, default)
    behind = [of_rules[each.id] for each in _highest_first(looking)]
    return Grounds(_first_cited(behind), review_of(entry))


def _looking_at(entry: entries.QuestionEntry, rules: Sequence[Rule]) -> tuple[Rule, ...]:
    options = set(entry.options or ())
    return tuple(
        rule
        for rule in rules
        if rule.id in options
        or any(isinstance(part, Symptom) and part.id in options for part in parts_of(rule.when))
    )


def _highest_first(rules: Iterable[Rule]) -> list[Rule]:
    return sorted(rules, key=lambda rule: -rule.level)


def _grounds(
    entry: entries.Sourced | entries.Resting, default: entries.Basis | None = None
) -> Grounds:
    if entry.source is not None:
        return Grounds((_cite(entry.source, entry.evidence),), review_of(entry))
    return Grounds((_cited(default),) if default else (), review_of(entry))


def _cited(basis: entries.Basis) -> Cited:
    return _cite(basis.source, basis.evidence)


def _cite(source: entries.Source, evidence: entries.Evidence | None) -> Cited:
    return Cited(source.short or source.title, source.year, evidence)


def _first_cited(grounds: Iterable[Grounds]) -> tuple[Cited, ...]:
    every = dict.fromkeys(cited for each in grounds for cited in each.cited)
    return tuple(every)[:MOST_NAMED]


def _whole(reviews: Iterable[Review | None]) -> Review | None:
    """The oldest of the reviews; None if one of them is still to come."""
    found = list(reviews)
    every = [each for each in found if each is not None]
    return min(every, key=lambda each: each.on) if every and len(every) == len(found) else None


def of_verdict(library: Library, level: Level, reasons: Sequence[str]) -> Grounds:
    """What advice rests on: the two highest of the rules that fired, else the level itself.

    Reasons this content does not know any more are left out.
    """
    origins = library.origins
    fired = [rule for rule in library.rules.rules if rule.id in reasons]
    named = [origins["rules"][each.id] for each in _highest_first(fired)[:MOST_NAMED]]
    of_level = origins["levels"][level.id]
    cited = _first_cited(named) or of_level.cited
    return Grounds(cited, _whole(each.review for each in (*named, of_level)))


def of_question(library: Library, question_id: str) -> Grounds | None:
    """What a question of the profile or a check-in rests on; None for an unknown one."""
    origins = library.origins
    return origins["check_in"].get(question_id) or origins["profile"].get(question_id)


def of_nudge(
    library: Library, language: Language, kind: str, item: str, exercise: str | None
) -> Grounds | None:
    """What a nudge rests on: its exercise, else its line of the plan; None for an unknown one.

    One that was put off is no line of the plan, and rests on what its kind does. Its wording is
    reviewed in each language by itself.
    """
    origins = library.origins
    planned = origins["items"].get(item) or origins["kinds"].get(kind)
    shown = origins["exercises"].get(exercise) if exercise else planned
    if shown is None:
        return None
    parts = (shown.review, planned.review if planned else None, language.nudge_reviews.get(kind))
    return Grounds(shown.cited, _whole(parts))


def of_guide(guide: GuideText) -> Grounds:
    """What a guide rests on, in its own words: titles with their years."""
    evidence = [guide.evidence] + [None] * len(guide.source)
    named = zip(guide.source[:MOST_NAMED], evidence, strict=False)
    return Grounds(tuple(Cited(title, None, each) for title, each in named), guide.review)


def unsourced(library: Library, name: str) -> Iterator[Problem]:
    """Entries of the content folder `name` that say nothing of where they come from."""
    for file, sections in (("rules", ("levels",)), ("plan", ("items",)),
                           ("questions", ("profile", "check_in"))):  # fmt: skip
        document = library.documents[f"{name}/{file}.yaml"]
        for section in sections:
            for index, (entry, grounds) in enumerate(library.origins[section].items()):
                if not grounds.cited:
                    text = f'"{entry}" has no source, and defaults has none for it. Add one.'
                    yield Problem(document.where((section, index)), text)
