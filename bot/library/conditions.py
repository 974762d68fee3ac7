"""A rule's condition in the everyday words of a language, and the questions it looks at.

The answers are called by their buttons; the words between them are English, for an author.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.care import rules as care
from bot.library.markup import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.care.questions import Question
    from bot.care.rules import When
    from bot.library.library import Library
    from bot.library.text import Language

MASSAGES = "massages"  # what is looked at without being asked: the massages that were logged

# The question of the profile that each of these parts of a rule looks at.
_OF_PROFILE = {
    care.HasCondition: "conditions",
    care.RecentFall: "recent_fall",
    care.AgeIs: "age",
    care.OnsetIs: "onset",
    care.AreaIs: "area",
}


def in_words(when: When, library: Library, language: Language) -> str:
    """What a rule fires on, as one phrase; an inner list of alternatives is in brackets."""
    match when:
        case care.All(parts):
            return " and ".join(_inner(each, library, language) for each in parts)
        case care.Any(parts):
            return " or ".join(_inner(each, library, language) for each in parts)
        case care.NotImproved():
            return "no better: neither the change, nor the pain by 2 points or 30 % since the start"
        case care.HoursAtLeast(hours):
            return f"{span(hours)} or more since the latest massage"
        case care.SessionsExactly(count):
            return f"exactly {count} massages so far"
        case care.WindowClosed():
            return (
                "the time to see a benefit is over (third massage for a new pain in one place, "
                "else 28 days)"
            )
        case care.PainAtLeast(points):
            return f"{_short('pain', language)}: {points} or more"
        case care.PreviousChangeIs(ids, hours):
            said = _either(ids, "change", library, language)
            return f"the check-in before, {span(hours)} or more earlier, said: {said}"
    return _answers(when, library, language)


def _answers(when: When, library: Library, language: Language) -> str:
    """The part of a rule that is an answer, by its button."""
    match when:
        case care.Symptom(symptom):
            return _either({symptom}, question_of(symptom, library), library, language)
        case care.HasCondition(condition):
            return _either({condition}, "conditions", library, language)
        case care.RecentFall():
            return f"{_short('recent_fall', language)}: yes"
        case care.ChangeIs(ids):
            return _either(ids, "change", library, language)
        case care.AgeIs(ids) | care.OnsetIs(ids) | care.AreaIs(ids):
            question = _OF_PROFILE[type(when)]
            said = _either(ids, question, library, language)
            return f"{_short(question, language)}: {said}"
    raise TypeError(f"no words for {type(when).__name__}")


def _inner(when: When, library: Library, language: Language) -> str:
    said = in_words(when, library, language)
    return f"({said})" if isinstance(when, care.All | care.Any) else said


def span(hours: float) -> str:
    """Hours as people say them: minutes below one, days from two days on."""
    if hours < 1:
        return f"{hours * 60:g} min"
    return f"{hours / 24:g} days" if hours >= 48 and hours % 24 == 0 else f"{hours:g} h"


def looks_at(when: When, library: Library) -> tuple[str, ...]:
    """The ids of the questions a rule looks at, in their order, then `MASSAGES` if it does."""
    found = {each for part in care.parts_of(when) for each in _looks_at(part, library)}
    asked = [question.id for question in library.questions]
    return tuple(each for each in (*asked, MASSAGES) if each in found)


def _looks_at(part: When, library: Library) -> Iterator[str]:
    match part:
        case care.Symptom(symptom):
            yield question_of(symptom, library)
        case care.ChangeIs() | care.PreviousChangeIs():
            yield "change"
        case care.PainAtLeast():
            yield "pain"
        case care.NotImproved():
            yield from ("change", "pain")
        case care.HoursAtLeast() | care.SessionsExactly():
            yield MASSAGES
        case care.WindowClosed():  # clinical reference, section 3: it depends on these
            yield from ("onset", "area", MASSAGES)
        case _ if type(part) in _OF_PROFILE:
            yield _OF_PROFILE[type(part)]


def question_of(symptom: str, library: Library) -> str:
    """The check-in question that has this symptom; KeyError where none has."""
    for question in library.questions:
        if is_of_check_in(question) and symptom in question.options:
            return question.id
    raise KeyError(symptom)


def is_of_check_in(question: Question) -> bool:
    """Whether a check-in asks it, rather than the profile."""
    return "profile" not in question.interviews


def _either(ids: Iterable[str], question_id: str, library: Library, language: Language) -> str:
    wanted = frozenset(ids)
    question = next(each for each in library.questions if each.id == question_id)
    options = language.question(question_id).options
    return " or ".join(plain(options[each].label) for each in question.options if each in wanted)


def _short(question_id: str, language: Language) -> str:
    return plain(language.question(question_id).short)
