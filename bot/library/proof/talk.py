"""Nothing the plan sends contradicts an open escalation.

While a level of doctor or higher is open, the plan still sends the nudges that level does not
pause, and the check-ins; beside them stand the escalation's own words. None of these may speak of
another massage, and no nudge of a stretch where stretches are paused. A language names the words
it does that with (`another_massage` and `stretching` in language.yaml). Texts that speak of
another massage in order to hold it back are declared by id, once for all languages
(`says_to_wait` in rules.yaml); nothing else is let through.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.care.model import NUDGES, Kind, Level
from bot.library.errors import Problem, hint
from bot.library.markup import plain
from bot.library.proof.levels import HOLDS_BACK
from bot.library.speech import said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.library.library import Library
    from bot.library.strictyaml import Document, Step

CHECK_INS = frozenset({"early", "full"})  # what the plan asks
UNASKED = ("go_on.ask", "interview.again")
# What an open escalation answers with, beside the words of its level.
ANSWERS = (
    "escalation.beside",
    "escalation.seen_question",
    "escalation.seen_wait_reply",
    "escalation.still_stands",
    "interview.above_stands",
    "pause.escalation",
)
WORDS = ("another_massage", "stretching")


@dataclass(frozen=True, slots=True)
class _Text:
    """A text that can reach a person, by the id it is declared with, and where it stands."""

    id: str
    where: str
    words: str
    nudge: bool = False


def talk_faults(library: Library, name: str) -> Iterator[Problem]:
    """Texts that could contradict an open escalation, and declarations that mean nothing."""
    waits = _declared(library.documents[f"{name}/rules.yaml"])
    speaking: set[str] = set()
    known: set[str] = set()
    for code in library.languages:
        shelf = _Shelf(library, name, code)
        for level, held_back in HOLDS_BACK.items():
            for text in shelf.reaching(level):
                known.add(text.id)
                found = shelf.another_massage.search(text.words)
                if found:
                    speaking.add(text.id)
                if found and text.id not in waits:
                    yield Problem(text.where, _another(found[0], level, text.id))
                found = shelf.stretching.search(text.words) if text.nudge else None
                if found and Kind.STRETCH in held_back:
                    yield Problem(text.where, _stretch(found[0], level))
    yield from _idle(waits, known, speaking)


def talk_warnings(library: Library, name: str) -> Iterator[Problem]:
    """Languages that do not say which words to look for."""
    for code in library.languages:
        document = library.documents[f"{name}/{code}/language.yaml"]
        missing = [key for key in WORDS if not _words(document, key)]
        if missing:
            text = (
                f"add {' and '.join(missing)}: without these words nobody can tell whether a "
                "message contradicts open advice."
            )
            yield Problem(document.where(()), text)


def _another(found: str, level: Level, text_id: str) -> str:
    return (
        f'"{found}" can reach somebody whose {level.id} advice is still open. Say it without '
        f"another massage; if it says to wait with it, add {text_id} to says_to_wait in rules.yaml."
    )


def _stretch(found: str, level: Level) -> str:
    return f'"{found}" can reach somebody whose {level.id} advice pauses stretches. Reword it.'


def _declared(document: Document) -> dict[str, str]:
    """The ids in says_to_wait, and where each stands."""
    value = document.value if isinstance(document.value, dict) else {}
    ids = value.get("says_to_wait")
    listed = ids if isinstance(ids, list) else []
    return {str(each): document.where(("says_to_wait", n)) for n, each in enumerate(listed)}


def _idle(waits: dict[str, str], known: set[str], speaking: set[str]) -> Iterator[Problem]:
    for text_id, where in waits.items():
        if text_id not in known:
            text = f'no text that an escalation can meet is called "{text_id}".'
            yield Problem(where, f"{text} Mend the id.{hint(text_id, known)}")
        elif text_id not in speaking:
            yield Problem(where, f'"{text_id}" says nothing of another massage. Remove it.')


def _words(document: Document, key: str) -> list[str]:
    value = document.value if isinstance(document.value, dict) else {}
    words = value.get(key)
    return [str(each) for each in words] if isinstance(words, list) else []


def _pattern(words: list[str]) -> re.Pattern[str]:
    """Any of the words or phrases; `*` stands for any ending. Without words nothing matches."""
    written = (
        r"\s+".join(re.escape(part).replace(r"\*", r"\w*") for part in each.split())
        for each in words
    )
    return re.compile(rf"(?<!\w)(?:{'|'.join(written)})(?!\w)" if words else r"(?!)", re.IGNORECASE)


_FILES = ("nudges", "exercises", "questions", "messages", "escalations")


class _Shelf:
    """The texts of one language that can reach a person while a level is open."""

    def __init__(self, library: Library, name: str, code: str) -> None:
        self.library = library
        self.base = f"{name}/{code}"
        language = library.documents[f"{self.base}/language.yaml"]
        self.said = {
            file: list(said(library.documents[f"{self.base}/{file}.yaml"])) for file in _FILES
        }
        self.another_massage, self.stretching = (_pattern(_words(language, key)) for key in WORDS)

    def reaching(self, level: Level) -> Iterator[_Text]:
        """Nudges that are not paused, check-ins, and the words of the escalation itself."""
        policy = self.library.rules.levels[level]
        # A kind that the level forbids is told where the level is (levels), once.
        for kind in sorted(NUDGES - policy.pauses - HOLDS_BACK[level]):
            yield from self._texts("nudges", (kind.value,), nudge=True)
        for question in self.library.questions:
            if question.interviews & CHECK_INS:
                yield from self._texts("questions", (question.id,))
        for message_id in (*UNASKED, *ANSWERS, f"today.open_{level.id}"):
            yield from self._texts("messages", (message_id,))
        yield from self._of_escalation(level)

    def _of_escalation(self, level: Level) -> Iterator[_Text]:
        for text in self._texts("escalations", ("levels", level.id)):
            released = level is Level.DOCTOR and text.id.endswith(".stopped")
            if not released:  # "it has stopped" lifts a doctor's advice
                yield text
        for rule in self.library.rules.rules:
            under = () if rule.level >= Level.DOCTOR else ("now",)
            yield from self._texts("escalations", ("reasons", rule.id, *under))

    def _texts(self, file: str, under: tuple[Step, ...], *, nudge: bool = False) -> Iterator[_Text]:
        document = self.library.documents[f"{self.base}/{file}.yaml"]
        for path, words in self.said[file]:
            if path[: len(under)] == under:
                steps = [str(step) for step in path if isinstance(step, str)]
                text_id = ".".join([*([] if file == "messages" else [file]), *steps])
                yield _Text(text_id, document.where(path), plain(words), nudge)
