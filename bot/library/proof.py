"""All that can be said about the content without running the bot: `aftercare check`.

Here the rules are held to the table of the clinical reference, and the questions to the law that
danger signs are asked of everyone every time. What is proved by trying it out stands in modules
of its own: verdicts (verdicts_proof, reach_proof), interviews, levels, what may be said beside
open advice (talk_proof), plans, languages and texts.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from bot.care import model
from bot.care.model import Level
from bot.care.rules import Symptom, parts_of
from bot.library.coverage import orphans, symptoms_of
from bot.library.errors import ContentError, Problem, hint
from bot.library.interviews_proof import interview_faults
from bot.library.languages_proof import language_faults
from bot.library.levels_proof import level_faults
from bot.library.loader import load
from bot.library.plans_proof import plan_faults
from bot.library.reach_proof import reach_faults
from bot.library.reviews import review_warnings, source_faults
from bot.library.talk_proof import talk_faults, talk_warnings
from bot.library.texts_proof import readme_faults, text_faults, text_warnings
from bot.library.verdicts_proof import verdict_faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date
    from pathlib import Path

    from bot.care.questions import Question
    from bot.care.rules import Rule
    from bot.library.library import Library

    Faults = Callable[[Library, str], Iterable[Problem]]  # by the content and its folder's name

# The table of the clinical reference, section 3, in its order.
TABLE = {
    "emergency": (
        "saddle_numbness", "bladder_bowel", "both_legs", "leg_giving_way", "chest_pain",
        "stroke_signs", "major_accident",
    ),
    "urgent": (
        "fever", "calf_swelling", "weak_limb", "severe_pain", "lump_shape", "fainted",
        "weight_loss", "night_pain", "bruise_thinners", "fall_risk", "much_worse_severe",
    ),
    "doctor": (
        "leg_pain", "arm_pain", "numb_tingling", "cancer", "pregnant", "much_worse",
        "worse_twice", "no_improvement",
    ),
    "therapist": ("window_closing", "worse", "big_bruise", "sore", "dizzy", "headache"),
}  # fmt: skip
LEVELS = {rule: level for level, rules in TABLE.items() for rule in rules}
COMBINED = frozenset({"bruise_thinners", "fall_risk", "much_worse_severe"})  # more than a symptom
CLEARABLE = frozenset(
    {"fall_risk", "leg_pain", "arm_pain", "numb_tingling", "cancer", "pregnant", "no_improvement"}
)
PROFILE_OPTIONS = {
    "onset": get_args(model.Onset),
    "area": get_args(model.Area),
    "age": get_args(model.Age),
    "sex": get_args(model.Sex),
    "recent_fall": ("yes", "no"),
    "conditions": get_args(model.Condition),
}
CHECK_INS = ("early", "full", "worse")
ID_BYTES = 32  # question and option together, so that callback data stays within 64 bytes


@dataclass(frozen=True, slots=True)
class Finding:
    """One result: an error keeps the content from being used, a warning should be known."""

    severity: Literal["error", "warning"]
    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.severity}: {self.text}"


def check(folder: Path, today: date | None = None, *, also: Faults | None = None) -> list[Finding]:
    """Everything found in a content folder, and claims in the README beside it; errors first.

    What is tried out, verdict by verdict and plan by plan, waits until the rest has no error. Of
    reviews that are due it can only tell with `today`. `also` finds what can't be known here.
    """
    try:
        library = load(folder)
    except ContentError as error:
        return _findings(error.problems, ())
    read = ContentError(_faults_read(library, folder)).problems
    tried = () if read else ContentError(_faults_tried(library, folder.name)).problems
    more = ContentError(also(library, folder.name)).problems if also else ()
    warnings = [
        *text_warnings(library),
        *talk_warnings(library, folder.name),
        *review_warnings(library, today),
    ]
    if read:
        text = "verdicts and plans were not tried out yet; they are once there is no error above."
        warnings.append(Problem(folder.name, text))
    return _findings([*read, *tried, *more], warnings)


def _findings(errors: Iterable[Problem], warnings: Iterable[Problem]) -> list[Finding]:
    return [
        *(Finding("error", each.where, each.text) for each in errors),
        *(Finding("warning", each.where, each.text) for each in warnings),
    ]


def _faults_tried(library: Library, name: str) -> Iterator[Problem]:
    """What shows when the rules judge and the plan is laid out, over all there is to try."""
    yield from verdict_faults(library, name, _table(), CLEARABLE)
    yield from plan_faults(library, name)


def _faults_read(library: Library, folder: Path) -> Iterator[Problem]:
    """What shows by reading."""
    return itertools.chain(
        rule_faults(library, folder.name),
        reach_faults(library, folder.name),
        question_faults(library, folder.name),
        interview_faults(library, folder.name, _danger_signs(library)),
        level_faults(library, folder.name),
        talk_faults(library, folder.name),
        orphans(library),
        language_faults(library, folder.name, _danger_signs(library)),
        text_faults(library),
        source_faults(library),
        readme_faults(folder.parent / "README.md"),
    )


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


def question_faults(library: Library, name: str) -> Iterator[Problem]:
    """Questions that would lose an answer, hide a danger sign, or not fit into a button."""
    document = library.documents[f"{name}/questions.yaml"]
    profile = [each for each in library.questions if "profile" in each.interviews]
    check_in = [each for each in library.questions if "profile" not in each.interviews]
    for section, questions in (("profile", profile), ("check_in", check_in)):
        for index, question in enumerate(questions):
            faults = (
                *_lost_answers(question, section, library),
                *_hidden_signs(question, section, library),
                *_too_long(question),
            )
            for text in faults:
                yield Problem(document.where((section, index)), text)
    asked = {question.id for question in library.questions}
    for question_id in (*PROFILE_OPTIONS, "cleared", "change", "pain"):
        if question_id not in asked:
            yield Problem(document.where(()), f'the question "{question_id}" is missing. Add it.')
    for symptom in _danger_signs(library):
        if symptom not in symptoms_of(library.questions):
            yield Problem(document.where(("check_in",)), f'no question asks for "{symptom}".')


def _lost_answers(question: Question, section: str, library: Library) -> Iterator[str]:
    """Options that nothing in the rules or the profile knows."""
    known = PROFILE_OPTIONS.get(question.id)
    if question.id == "change":
        known = get_args(model.Change)
    elif question.id == "cleared":
        known = tuple(rule.id for rule in library.rules.rules if rule.clearable)
    elif section == "check_in" and question.kind == "ticks":
        known = tuple(_symptoms_of_rules(library))
    for option in question.options:
        if known is not None and option not in known:
            yield f'nothing is known of the option "{option}".{hint(option, known)}'


def _hidden_signs(question: Question, section: str, library: Library) -> Iterator[str]:
    """Danger signs are asked of everyone, in every check-in, and never behind a condition."""
    signs = set(_danger_signs(library)).intersection(question.options)
    if section == "profile" or not signs:
        return
    if question.ask_if is not None:
        yield f'"{question.id}" asks for danger signs, so it has no ask_if. Remove it.'
    hidden = sorted(signs.intersection(question.option_if))
    if hidden:
        yield f"danger signs are not hidden behind option_if: {', '.join(hidden)}."
    missing = [each for each in CHECK_INS if each not in question.interviews]
    if missing:
        yield f'"{question.id}" asks for danger signs: add {", ".join(missing)} to interviews.'


def _danger_signs(library: Library) -> tuple[str, ...]:
    """The symptoms that alone mean emergency or urgent, by the reference or by a rule."""
    signs = library.rules.signs(Level.EMERGENCY) | library.rules.signs(Level.URGENT)
    signs |= frozenset(TABLE["emergency"] + TABLE["urgent"]) - COMBINED
    return tuple(sorted(signs))


def _table() -> dict[str, Level]:
    return {rule: Level.from_id(level) for rule, level in LEVELS.items()}


def _symptoms_of_rules(library: Library) -> Iterator[str]:
    for rule in library.rules.rules:
        for part in parts_of(rule.when):
            if isinstance(part, Symptom):
                yield part.id


def _too_long(question: Question) -> Iterator[str]:
    for option in question.options or ("",):
        if len(question.id) + len(option) > ID_BYTES:
            said = f'"{question.id}" and its option "{option}"'
            yield f"{said} are together over {ID_BYTES} characters. Shorten an id."
