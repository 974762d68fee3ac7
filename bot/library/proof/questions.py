"""Questions that would lose an answer, hide a danger sign, or not fit into a button.

Danger signs are asked of everyone every time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from bot.care import model
from bot.care.rules import Symptom, parts_of
from bot.library.coverage import symptoms_of
from bot.library.errors import Problem, hint
from bot.library.proof.reference import danger_signs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.care.questions import Question
    from bot.library.library import Library

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
    for symptom in danger_signs(library):
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
    signs = set(danger_signs(library)).intersection(question.options)
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
