"""Which ids have no words (a gap: the bot would fail while it speaks), and the other way round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.care.model import Level
from bot.library.errors import Problem, hint
from bot.library.library import FALLBACK_LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bot.care.questions import Question
    from bot.library.library import Library
    from bot.library.strictyaml import Document, Step
    from bot.library.text import Language

ESCALATING = frozenset({"emergency", "urgent", "doctor"})
ANSWERS = ("not_yet", "helped", "stopped")


def gaps(library: Library) -> Iterator[Problem]:
    """Every text that is missing in a language."""
    for code in library.languages:
        yield from _Shelf(library, code).gaps()


def orphans(library: Library) -> Iterator[Problem]:
    """Every text whose id nothing uses, and placeholders that differ from the English ones."""
    for code in library.languages:
        yield from _Shelf(library, code).orphans()


class _Shelf:
    """One language beside the ids it must have words for."""

    def __init__(self, library: Library, code: str) -> None:
        self.library = library
        self.language: Language = library.languages[code]
        self.english = library.languages[FALLBACK_LANGUAGE]
        self.documents: Mapping[str, Document] = {
            name.removesuffix(".yaml").rpartition("/")[2]: document
            for name, document in library.documents.items()
            if name.split("/")[-2] == code
        }

    def gaps(self) -> Iterator[Problem]:
        """Texts that are missing."""
        yield from self._missing("messages", (), self.english.messages, self.language.messages)
        yield from self._unspoken_questions()
        yield from self._unspoken_levels()
        rules = [rule.id for rule in self.library.rules.rules]
        yield from self._missing("escalations", ("reasons",), rules, self.language.reasons)
        yield from self._unspoken_meanwhile()
        exercises = self.library.exercises
        yield from self._missing("exercises", (), exercises, self.language.exercises)
        guides = [guide.id for guide in self.english.guides]
        own = [guide.id for guide in self.language.guides]
        yield from self._missing("guides", (), guides, own)

    def orphans(self) -> Iterator[Problem]:
        """Texts without a use."""
        yield from self._unused("messages", (), self.language.messages, self.english.messages)
        questions = {question.id: question for question in self.library.questions}
        yield from self._unused("questions", (), self.language.questions, questions)
        for question_id, text in self.language.questions.items():
            if question_id in questions:
                options = questions[question_id].options
                path = (question_id, "options")
                yield from self._unused("questions", path, text.options, options)
        levels = [level.id for level in Level]
        yield from self._unused("escalations", ("levels",), self.language.escalations, levels)
        rules = [rule.id for rule in self.library.rules.rules]
        yield from self._unused("escalations", ("reasons",), self.language.reasons, rules)
        exercises = self.library.exercises
        yield from self._unused("exercises", (), self.language.exercises, exercises)
        symptoms = symptoms_of(self.library.questions)
        yield from self._unused("phrases", (), self.language.phrases.phrases, symptoms)
        yield from self._differing_placeholders()

    def _unspoken_questions(self) -> Iterator[Problem]:
        questions = self.library.questions
        own = self.language.questions
        yield from self._missing("questions", (), [each.id for each in questions], own)
        for question in questions:
            if question.id not in own:
                continue
            text = own[question.id]
            path = (question.id, "options")
            yield from self._missing("questions", path, question.options, text.options)
            needed = ("short", "none", "done") if question.kind == "ticks" else ("short",)
            given = [part for part in needed if getattr(text, part)]
            yield from self._missing("questions", (question.id,), needed, given)

    def _unspoken_levels(self) -> Iterator[Problem]:
        own = self.language.escalations
        yield from self._missing("escalations", ("levels",), [each.id for each in Level], own)
        for level_id in ESCALATING & own.keys():
            text = own[level_id]
            given = {
                **dict.fromkeys(text.parts),
                "follow_up": text.follow_ups,
                "again": text.again,
            }
            has = [part for part, words in given.items() if words is None or len(words)]
            path = ("levels", level_id)
            yield from self._missing("escalations", path, (*ANSWERS, "follow_up", "again"), has)

    def _unspoken_meanwhile(self) -> Iterator[Problem]:
        """What to do meanwhile, where English says it."""
        for reason_id, text in self.language.reasons.items():
            english = self.english.reasons.get(reason_id)
            if english is not None and english.now and not text.now:
                yield from self._missing("escalations", ("reasons", reason_id), ["now"], ())

    def _differing_placeholders(self) -> Iterator[Problem]:
        document = self.documents["messages"]
        for message_id, english in self.english.messages.items():
            own = self.language.messages[message_id]
            where = document.where((message_id,))
            if own.placeholders != english.placeholders:
                names = ", ".join(sorted(english.placeholders)) or "none"
                yield Problem(
                    where, f'"{message_id}" has other placeholders than English: {names}.'
                )
            if own.is_plural:
                wanted = set(self.language.locale.plural_form.tags) | {"other"}
                lacking = sorted(wanted - own.forms.keys())
                if lacking:
                    text = f'"{message_id}" has no plural for: {", ".join(lacking)}. Add it.'
                    yield Problem(where, text)

    def _missing(
        self, file: str, path: tuple[Step, ...], wanted: Iterable[str], own: Iterable[str]
    ) -> Iterator[Problem]:
        have = set(own)
        for each in wanted:
            if each not in have:
                text = f'there is no text for "{each}". Add it.{hint(each, have)}'
                yield Problem(self.documents[file].where(path), text)

    def _unused(
        self, file: str, path: tuple[Step, ...], own: Iterable[str], known: Iterable[str]
    ) -> Iterator[Problem]:
        ids = set(known)
        for each in own:
            if each not in ids:
                where = self.documents[file].where((*path, each), key=True)
                text = f'nothing uses "{each}". Remove it or mend the id.{hint(each, ids)}'
                yield Problem(where, text)


def symptoms_of(questions: Iterable[Question]) -> tuple[str, ...]:
    """The symptoms a check-in can tick, in the order they are asked."""
    return tuple(
        option
        for question in questions
        if question.kind == "ticks" and "profile" not in question.interviews
        for option in question.options
    )
