"""The whole content as values: what is decided, and what is said in each language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.care.rules import HasCondition, parts_of
from bot.library.text import Language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.care.plan import PlanContent
    from bot.care.questions import Question
    from bot.care.rules import Rules
    from bot.library.entries import ExerciseEntry
    from bot.library.pictures import Picture
    from bot.library.provenance import Grounds
    from bot.library.strictyaml import Document

__all__ = ["Advice", "Country", "Language", "Library"]

FALLBACK_LANGUAGE = "en"
FALLBACK_COUNTRY = "default"


@dataclass(frozen=True, slots=True)
class Advice:
    """A public line that gives medical advice."""

    name: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """Whom to call in a country; `code` is "default" where the country is not known."""

    code: str
    emergency: tuple[str, ...]
    advice: Advice | None
    find_doctor: str | None
    checked: int

    @property
    def is_known(self) -> bool:
        """Whether these numbers are the country's own, not the ones that work in many."""
        return self.code != FALLBACK_COUNTRY


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """All content. `documents` are the read files by the name that errors call them by.

    `origins` says what each entry rests on, by section of its file and id.
    """

    rules: Rules
    plan: PlanContent
    questions: tuple[Question, ...]
    exercises: Mapping[str, ExerciseEntry]
    countries: Mapping[str, Country]
    languages: Mapping[str, Language]
    pictures: Mapping[str, Picture]
    documents: Mapping[str, Document]
    origins: Mapping[str, Mapping[str, Grounds]]

    def language(self, code: str | None, fallback: str = FALLBACK_LANGUAGE) -> Language:
        """The language of a code such as "es-MX", or its base, or the fallback, or English."""
        for wanted in (code, fallback):
            parts = (wanted or "").replace("_", "-").split("-")
            for length in range(len(parts), 0, -1):
                found = self.languages.get("-".join(parts[:length]))
                if found is not None:
                    return found
        return self.languages[FALLBACK_LANGUAGE]

    def country(self, code: str | None) -> Country:
        """Whom to call in a country (ISO 3166-1 alpha-2), or what works in many countries."""
        return self.countries.get((code or "").upper(), self.countries[FALLBACK_COUNTRY])

    def picture_of(self, exercise_id: str | None) -> Picture | None:
        """The drawing of an exercise, where it has one."""
        exercise = self.exercises.get(exercise_id or "")
        return self.pictures[exercise.picture] if exercise and exercise.picture else None

    @property
    def profile_reasons(self) -> frozenset[str]:
        """The rules that look at a health condition the person told of."""
        return frozenset(
            rule.id
            for rule in self.rules.rules
            if any(isinstance(part, HasCondition) for part in parts_of(rule.when))
        )

    def where(self, item_id: str) -> str | None:
        """ "content/plan.yaml:12": where a rule, plan item, question or exercise is defined.

        A follow-up and a reminder stand where their level and check-in do. None if unknown.
        """
        wanted = item_id.removesuffix("_reminder").removeprefix("follow_up_")
        for document in self.documents.values():
            for path, (line, _) in document.places.items():
                if path[-1:] == ("id",) and _at(document, path) == wanted:
                    return f"{document.name}:{line}"
        return None


def _at(document: Document, path: tuple[str | int, ...]) -> object:
    value: Any = document.value
    for step in path:
        value = value[step]
    return value
