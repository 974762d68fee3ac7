"""Reads one language's folder into a Language, or says what is wrong with its files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, get_args

from babel import Locale, UnknownLocaleError
from pydantic import BaseModel

from bot.care.freetext import Phrasebook
from bot.library import wording
from bot.library.entries import NudgeKind
from bot.library.errors import ContentError, Problem, hint, listed
from bot.library.markup import Html, Template, faults
from bot.library.provenance import review_of
from bot.library.strictyaml import Document, Step, Value, read
from bot.library.text import (
    EscalationText,
    ExerciseText,
    GuideText,
    Language,
    Message,
    OptionText,
    QuestionText,
    ReasonText,
)
from bot.library.validation import shaped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

Shape = TypeVar("Shape", bound=BaseModel)

# Each file: its shape, and the field that holds it whole (None: the shape's fields are its keys).
FILES: Mapping[str, tuple[type[BaseModel], str | None]] = {
    "language": (wording.LanguageFile, None),
    "messages": (wording.MessagesFile, "messages"),
    "questions": (wording.QuestionsWordsFile, "questions"),
    "escalations": (wording.EscalationsFile, None),
    "exercises": (wording.ExercisesWordsFile, "exercises"),
    "guides": (wording.GuidesFile, "guides"),
    "nudges": (wording.NudgesFile, None),
    "phrases": (wording.PhrasesFile, "phrases"),
}
NUMBERS = frozenset({"emergency", "advice_line"})
GIVEN = {  # what the program fills in, by part of an escalation
    "body": NUMBERS | {"reasons", "tell"},
    "not_yet": NUMBERS,
    "helped": NUMBERS,
    "stopped": NUMBERS,
    "follow_up": NUMBERS,
}
NOT_SAID = frozenset({"id", "source", "evidence", "reviewed_by", "reviewed_on", "review_by",
                      "reviews", "refused_words", "another_massage", "stretching"})  # fmt: skip


def read_language(folder: Path, code: str, name: str, documents: dict[str, Document]) -> Language:
    """The language in `folder`, whose files errors call `name`/...; adds to `documents`.

    Raises ContentError with every problem of every file.
    """
    problems: list[Problem] = []
    shapes: dict[str, Any] = {}
    for file, (shape, root) in FILES.items():
        called = f"{name}/{file}.yaml"
        try:
            document = read(folder / f"{file}.yaml", called)
            shapes[file] = shaped(document, shape, root=root)
        except ContentError as error:
            problems.extend(error.problems)
            continue
        documents[called] = document
        problems.extend(_text_faults(document, file))
    problems.extend(_code_faults(code, f"{name}/language.yaml:1:1"))
    if problems:
        raise ContentError(problems)
    return _language(code, shapes)


def said(document: Document) -> Iterator[tuple[tuple[Step, ...], str]]:
    """Every text of a language's file that people may read, and its path in the file."""
    yield from _said(document.value, ())


def _said(value: Value, path: tuple[Step, ...]) -> Iterator[tuple[tuple[Step, ...], str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _said(each, (*path, index))
    elif isinstance(value, dict):
        for key, each in value.items():
            if key not in NOT_SAID:
                yield from _said(each, (*path, key))


def _code_faults(code: str, where: str) -> Iterator[Problem]:
    try:
        Locale.parse(code, sep="-")
    except (UnknownLocaleError, ValueError):
        text = f'"{code}" is no language CLDR knows. Name the folder like en, es or pt-BR.'
        yield Problem(where, text)


def _text_faults(document: Document, file: str) -> Iterator[Problem]:
    """Broken markup and misplaced placeholders. Phrases are typed by people, not shown."""
    if file == "phrases":
        return
    for path, text in said(document):
        where = document.where(path)
        for fault in faults(text):
            yield Problem(where, f"{fault}.")
        try:
            names = Template.of(text).placeholders
        except ValueError as error:
            yield Problem(where, f"{error}.")
            continue
        if file != "messages":
            yield from _misplaced(names, _given(file, path), where)


def _given(file: str, path: tuple[Step, ...]) -> frozenset[str]:
    if file == "escalations" and len(path) > 2 and path[0] == "levels":
        return GIVEN.get(str(path[2]), frozenset())
    return frozenset()


def _misplaced(names: frozenset[str], given: frozenset[str], where: str) -> Iterator[Problem]:
    for wrong in sorted(names - given):
        known = f"Known here: {listed(sorted(given))}." if given else "None is filled in here."
        yield Problem(where, f"{{{wrong}}} is not filled in here. {known}{hint(wrong, given)}")


def _language(code: str, shapes: dict[str, Any]) -> Language:
    about: wording.LanguageFile = shapes["language"]
    escalations: wording.EscalationsFile = shapes["escalations"]
    return Language(
        code=code,
        name=about.name,
        version=about.version,
        translates=about.translates,
        refused_words=tuple(about.refused_words),
        messages={key: _message(each) for key, each in shapes["messages"].messages.items()},
        questions={key: _question(each) for key, each in shapes["questions"].questions.items()},
        escalations={key: _escalation(each) for key, each in escalations.levels.items()},
        reasons={
            key: ReasonText(_html(each.reported), _html(each.tell), _html(each.now))
            for key, each in escalations.reasons.items()
        },
        exercises={key: _exercise(each) for key, each in shapes["exercises"].exercises.items()},
        guides=tuple(_guide(each) for each in shapes["guides"].guides),
        nudge_wordings=_nudges(shapes["nudges"]),
        nudge_reviews={
            kind: review
            for kind, each in shapes["nudges"].reviews.items()
            if (review := review_of(each)) is not None
        },
        phrases=Phrasebook({key: tuple(each) for key, each in shapes["phrases"].phrases.items()}),
    )


def _html(text: str | None) -> Html:
    return Template.of(text or "").fill({})


def _message(entry: str | wording.Plural) -> Message:
    if isinstance(entry, str):
        return Message({"other": Template.of(entry)}, is_plural=False)
    forms = entry.model_dump(exclude_none=True)
    return Message({key: Template.of(each) for key, each in forms.items()}, is_plural=True)


def _question(words: wording.QuestionWords) -> QuestionText:
    options = {
        option: OptionText(
            label=_html(each.label),
            phrase=_html(each.phrase or each.label),
            reported=_html(each.reported or each.label),
        )
        for option, each in words.options.items()
    }
    prompt, short = _html(words.prompt), _html(words.short)
    return QuestionText(prompt, short, options, _html(words.none), _html(words.done))


def _escalation(words: wording.LevelWords) -> EscalationText:
    parts = {
        part: Template.of(text)
        for part in ("body", "not_yet", "helped", "stopped")
        if (text := getattr(words, part)) is not None
    }
    follow_ups = [Template.of(text) for text in words.follow_up]
    return EscalationText(_html(words.title), _html(words.again), parts, follow_ups)


def _exercise(words: wording.ExerciseWords) -> ExerciseText:
    return ExerciseText(
        name=_html(words.name),
        position=_html(words.position),
        steps=tuple(_html(step) for step in words.steps),
        dose=_html(words.dose),
        easier=_html(words.easier),
        stop=_html(words.stop),
    )


def _guide(words: wording.GuideWords) -> GuideText:
    pages = tuple(_html(page) for page in words.pages)
    return GuideText(
        words.id,
        _html(words.title),
        pages,
        tuple(words.source),
        words.checked,
        words.evidence,
        review_of(words),
    )


def _nudges(words: wording.NudgesFile) -> dict[str, tuple[Html, ...]]:
    kinds = get_args(NudgeKind)
    return {kind: tuple(_html(text) for text in getattr(words, kind)) for kind in kinds}
