"""Each language's texts against Telegram's limits and the words that are refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.library.claims import claims, illnesses
from bot.library.errors import Problem
from bot.library.library import FALLBACK_LANGUAGE
from bot.library.markup import Html, length, plain
from bot.library.speech import said
from bot.library.text import ADVICE_LIMIT, MESSAGE_LIMIT, bullets

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.library.library import Library
    from bot.library.strictyaml import Document, Step
    from bot.library.text import Language

CAPTION = 1000  # of Telegram's 1024, for the numbering of the steps
LABEL = 64  # what Telegram's clients still show of a button
SENSIBLE_LABEL = 40
NUMBERS_LEFT = 200  # characters that a country's numbers may add to a text
LIMITS = {  # by the beginning of a message's id; Bot API
    "button.": SENSIBLE_LABEL,
    "toast.": 200,
    "command.": 256,
    "identity.short": 120,
    "identity.description": 512,
}
UNASKED_MESSAGES = ("go_on.ask", "escalation.lifted", "interview.again")
# English words that tell a bystander at a locked screen what the message is about.
HEALTH = re.compile(
    r"\b(?:pains?|hurts?|aches?|sore|symptoms?|numb\w*|tingling|bladder|bowels?|blood|spine"
    r"|injur\w*|ill(?:ness)?|medic\w*|doctors?|hospital|ambulance|emergency|massages?|pregnan\w*"
    r"|your back|danger|health\w*|water\s+retention|cancer)\b",
    re.IGNORECASE,
)
TOLD_IN = ("conditions", "cleared")  # where the person is asked about illnesses by name


def text_faults(library: Library) -> Iterator[Problem]:
    """Texts that may not be said, or that Telegram would refuse."""
    for language in library.languages.values():
        for name, document in library.documents.items():
            folder, _, file = name.rpartition("/")
            if folder.endswith(f"/{language.code}"):
                yield from _refused(document, file.removesuffix(".yaml"), language, library)
        yield from _lengths(language, _Files(library, language.code), library)
        yield from _unasked(language, _Files(library, language.code), library)
        yield from _doses(language, _Files(library, language.code), library)
        yield from _own_words(language, _Files(library, language.code))


def text_warnings(library: Library) -> Iterator[Problem]:
    """What an author should know: long buttons, and translations of an older English."""
    english = library.languages[FALLBACK_LANGUAGE]
    for language in library.languages.values():
        files = _Files(library, language.code)
        for where, label in _labels(language, files):
            if length(label) > SENSIBLE_LABEL:
                text = f"this button is over {SENSIBLE_LABEL} characters; phones cut it off."
                yield Problem(where, text)
        if language is not english and language.translates != english.version:
            was = language.translates or "no stated version"
            text = f"translates {was} of English, which is at {english.version} now."
            yield Problem(files.where("language", "translates"), text)


def readme_faults(path: Path) -> Iterator[Problem]:
    """Claims in the README, if there is one beside the content."""
    if not path.is_file():
        return
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        for claim in claims(line):
            yield Problem(f"{path.name}:{number}:1", _claim(claim))


class _Files:
    """Where a language's texts stand."""

    def __init__(self, library: Library, code: str) -> None:
        self.documents = {
            name.rpartition("/")[2].removesuffix(".yaml"): document
            for name, document in library.documents.items()
            if name.split("/")[-2] == code
        }

    def where(self, file: str, *path: Step) -> str:
        """ "file:line:column" of a text."""
        return self.documents[file].where(path)


def _claim(word: str) -> str:
    return f'"{word}" claims what this bot does not do. Say what the person can do instead.'


def _refused(
    document: Document, file: str, language: Language, library: Library
) -> Iterator[Problem]:
    """Claims anywhere, and illnesses in whatever may follow an answer."""
    if file == "phrases":  # what people type, not what is said
        return
    for path, text in said(document):
        for word in claims(text, language.refused_words):
            yield Problem(document.where(path), _claim(word))
        if file == "guides" or _is_told(file, path, library):
            continue
        for word in illnesses(text):
            said_so = f'"{word}" names an illness. Name the person\'s own answer instead.'
            yield Problem(document.where(path), said_so)


def _is_told(file: str, path: tuple[Step, ...], library: Library) -> bool:
    """Whether the text repeats a condition that the person is asked for by its name."""
    if file == "questions":
        return path[0] in TOLD_IN
    return file == "escalations" and len(path) > 1 and path[1] in library.profile_reasons


def _lengths(language: Language, files: _Files, library: Library) -> Iterator[Problem]:
    for where, label in _labels(language, files):
        yield from _over(label, LABEL, where, "a button")
    for message_id, message in language.messages.items():
        limit = next((LIMITS[each] for each in LIMITS if message_id.startswith(each)), None)
        for form in message.forms.values():
            text = form.fill(dict.fromkeys(form.placeholders, ""))
            room = MESSAGE_LIMIT - NUMBERS_LEFT * len(form.placeholders)
            where = files.where("messages", message_id)
            yield from _over(text, limit or room, where, "this message")
    for question in library.questions:
        words = language.question(question.id)
        phrases = bullets(words.options[option].phrase for option in question.options)
        where = files.where("questions", question.id, "prompt")
        body = Html.joined([words.prompt, phrases])
        yield from _over(body, MESSAGE_LIMIT - NUMBERS_LEFT, where, "the question with its options")
    yield from _long_lengths(language, files, library)


def _long_lengths(language: Language, files: _Files, library: Library) -> Iterator[Problem]:
    """Rendered texts: advice with every reason there is, exercises, pages of guides."""
    every_reason = [rule.id for rule in library.rules.rules]
    numbers = {"emergency": "1" * NUMBERS_LEFT, "advice_line": "1" * NUMBERS_LEFT}
    for level_id in language.escalations:
        text = language.advice(level_id, every_reason, **numbers)
        where = files.where("escalations", "levels", level_id, "body")
        yield from _over(text, ADVICE_LIMIT, where, "the advice with its reasons")
    for exercise_id, words in language.exercises.items():
        parts = [words.name, words.position, *words.steps, words.dose, words.easier, words.stop]
        where = files.where("exercises", exercise_id)
        yield from _over(Html.joined(parts), CAPTION, where, "this exercise")
    for number, guide in enumerate(language.guides):
        for page, text in enumerate(guide.pages):
            where = files.where("guides", number, "pages", page)
            yield from _over(text, MESSAGE_LIMIT - 2 * NUMBERS_LEFT, where, "this page")


def _labels(language: Language, files: _Files) -> Iterator[tuple[str, str]]:
    """Every text that is a button, and where it stands."""
    for question_id, question in language.questions.items():
        for option, words in question.options.items():
            where = files.where("questions", question_id, "options", option, "label")
            yield where, words.label
        yield files.where("questions", question_id, "none"), question.none
        yield files.where("questions", question_id, "done"), question.done
    for number, guide in enumerate(language.guides):
        yield files.where("guides", number, "title"), guide.title


def _over(text: str, limit: int, where: str, what: str) -> Iterator[Problem]:
    has = length(text)
    if has > limit:
        yield Problem(where, f"{what} is {has} characters long; at most {limit} fit. Shorten it.")


def _unasked(language: Language, files: _Files, library: Library) -> Iterator[Problem]:
    """Health words in the first line of what arrives unasked, on a screen others may see."""
    if language.code != FALLBACK_LANGUAGE:
        return
    for where, text in _unasked_texts(language, files, library):
        found = HEALTH.search(plain(text).strip().partition("\n")[0])
        if found:
            said_so = f'the first line says "{found[0]}" on a locked screen. Move it further down.'
            yield Problem(where, said_so)


def _unasked_texts(
    language: Language, files: _Files, library: Library
) -> Iterator[tuple[str, str]]:
    for kind, wordings in language.nudge_wordings.items():
        for index, text in enumerate(wordings):
            yield files.where("nudges", kind, index), text
    for level_id, words in language.escalations.items():
        for index, follow_up in enumerate(words.follow_ups):
            where = files.where("escalations", "levels", level_id, "follow_up", index)
            yield where, follow_up.fill(dict.fromkeys(follow_up.placeholders, "…"))
    for interview in ("early", "full"):
        first = next(each for each in library.questions if interview in each.interviews)
        yield files.where("questions", first.id, "prompt"), language.question(first.id).prompt
    for message_id in UNASKED_MESSAGES:
        for form in (
            language.messages[message_id].forms.values() if message_id in language.messages else ()
        ):
            yield (
                files.where("messages", message_id),
                form.fill(dict.fromkeys(form.placeholders, "…")),
            )


def _doses(language: Language, files: _Files, library: Library) -> Iterator[Problem]:
    """Seconds and repeats are said as exercises.yaml has them, in figures."""
    for exercise_id, entry in library.exercises.items():
        words = language.exercise(exercise_id)
        figures = set(re.findall(r"\d+", " ".join([words.dose, *words.steps])))
        missing = [str(n) for n in (*(entry.hold_s or ()), *entry.repeats) if str(n) not in figures]
        if missing:
            text = (
                f"exercises.yaml says {', '.join(missing)} here, and the words do not. Align them."
            )
            yield Problem(files.where("exercises", exercise_id, "dose"), text)


def _own_words(language: Language, files: _Files) -> Iterator[Problem]:
    if language.code != FALLBACK_LANGUAGE and not language.refused_words:
        text = "add refused_words: its words for detect, monitor, diagnose, treat and cure."
        yield Problem(files.where("language"), text)
