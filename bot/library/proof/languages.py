"""Each language has what English has: the same ids, placeholders and buttons.

`coverage` compares the ids; here stands what lies within them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.library.errors import Problem, hint, listed
from bot.library.library import FALLBACK_LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from bot.library.library import Library
    from bot.library.markup import Template
    from bot.library.strictyaml import Step
    from bot.library.text import EscalationText


def language_faults(library: Library, name: str, signs: Collection[str]) -> Iterator[Problem]:
    """Where a language differs from English, or can't take in one of these danger signs."""
    for code in library.languages:
        shelf = _Shelf(library, name, code)
        yield from shelf.placeholders()
        yield from shelf.guides()
        yield from shelf.buttons()
        yield from shelf.deaf_to(signs)


class _Shelf:
    """One language beside the English one."""

    def __init__(self, library: Library, name: str, code: str) -> None:
        self.library = library
        self.base = f"{name}/{code}"
        self.language = library.languages[code]
        self.english = library.languages[FALLBACK_LANGUAGE]

    def where(self, file: str, *path: Step) -> str:
        """ "file:line:column" of a text."""
        return self.library.documents[f"{self.base}/{file}.yaml"].where(path)

    def placeholders(self) -> Iterator[Problem]:
        """Values that English gives in the words of a level, and this language does not."""
        for level_id, english in self.english.escalations.items():
            own = self.language.escalations.get(level_id)
            if own is None:
                continue
            for part, place, template in _parts(own):
                wanted = _in_all(each for name, _, each in _parts(english) if name == part)
                lost = sorted(wanted - template.placeholders)
                if lost:
                    names = listed(f"{{{each}}}" for each in lost)
                    where = self.where("escalations", "levels", level_id, *place)
                    yield Problem(where, f"English says {names} here. Put it in.")

    def guides(self) -> Iterator[Problem]:
        """Guides that English does not have, so that no list or button leads to them alike."""
        ids = [guide.id for guide in self.english.guides]
        for index, guide in enumerate(self.language.guides):
            if guide.id not in ids:
                text = f'English has no guide "{guide.id}". Mend the id, or remove the guide.'
                where = self.where("guides", index, "id")
                yield Problem(where, f"{text}{hint(guide.id, ids)}")

    def buttons(self) -> Iterator[Problem]:
        """Two buttons of one question that read the same; a tap could mean either."""
        for question_id, question in self.language.questions.items():
            labels: dict[tuple[str, ...], str] = {
                ("options", option, "label"): str(words.label)
                for option, words in question.options.items()
            }
            if question.none:
                labels |= {("none",): str(question.none), ("done",): str(question.done)}
            first: dict[str, tuple[str, ...]] = {}
            for place, label in labels.items():
                plainly = label.strip().casefold()
                if plainly in first:
                    other = first[plainly][1:2] or first[plainly]
                    text = f'this button reads like that of "{other[0]}". Word one differently.'
                    yield Problem(self.where("questions", question_id, *place), text)
                first.setdefault(plainly, place)

    def deaf_to(self, signs: Collection[str]) -> Iterator[Problem]:
        """Danger signs that no typed words bring up (clinical reference, section 5)."""
        phrases = self.language.phrases.phrases
        for sign in sorted(signs):
            if not phrases.get(sign):
                text = f'no phrase leads to "{sign}": add what people type for it.'
                yield Problem(self.where("phrases"), text)


def _parts(text: EscalationText) -> Iterator[tuple[str, tuple[Step, ...], Template]]:
    for part, template in text.parts.items():
        yield part, (part,), template
    for index, template in enumerate(text.follow_ups):
        yield "follow_up", ("follow_up", index), template


def _in_all(templates: Iterable[Template]) -> frozenset[str]:
    """The placeholders that every one of these has."""
    found = [template.placeholders for template in templates]
    return frozenset.intersection(*found) if found else frozenset()
