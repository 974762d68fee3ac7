"""Typed words that may raise a level: never a verdict, never lowering anything.

A hit only makes the bot ask its question at once. There is no logic for "not": in a trial such
rules silenced "not numb but tingling a lot" (clinical reference, section 5).
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

TYPO_FROM_LENGTH = 5
TYPO_TO_LENGTH = 30
EXTRA_WORDS = 2
APOSTROPHES = frozenset("'’‘ʼ`´＇")


@dataclass(frozen=True)
class Phrasebook:
    """For each symptom the phrases people type for it, in one language."""

    phrases: Mapping[str, tuple[str, ...]]

    @cached_property
    def sequences(self) -> Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]:
        """By the first word of a phrase: the symptoms it may mean, and all its words."""
        found: defaultdict[str, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
        for symptom, phrases in self.phrases.items():
            for words in filter(None, map(_words, phrases)):
                found[words[0]].append((symptom, words))
        return {first: tuple(phrases) for first, phrases in found.items()}

    @cached_property
    def spellings(self) -> Mapping[str, frozenset[str]]:
        """From a word, or a long word short of any one letter, to the words of the book."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for word in {
            word for each in self.sequences.values() for _, words in each for word in words
        }:
            for spelling in _spellings(word):
                found[spelling].add(word)
        return {spelling: frozenset(words) for spelling, words in found.items()}


def scan(text: str, phrasebook: Phrasebook) -> tuple[str, ...]:
    """The symptoms whose phrases occur in the text, in the order of the book.

    Case, accents, apostrophes and punctuation don't matter, nor does one slip in a word of five
    letters or more, nor up to two extra words inside a phrase.
    """
    typed = _words(text)
    meant = {word: _meant(word, phrasebook) for word in set(typed)}
    positions: defaultdict[str, list[int]] = defaultdict(list)
    for position, word in enumerate(typed):
        for known in meant[word]:
            positions[known].append(position)
    hits = {
        symptom
        for first in positions
        for symptom, words in phrasebook.sequences.get(first, ())
        if _occurs(words, positions)
    }
    return tuple(symptom for symptom in phrasebook.phrases if symptom in hits)


def _occurs(words: tuple[str, ...], positions: Mapping[str, list[int]]) -> bool:
    """Whether the words stand in this order, with few others between them."""
    if not all(word in positions for word in words):
        return False
    places = [frozenset(positions[word]) for word in words[1:]]
    return any(_follows(start, places) for start in positions[words[0]])


def _follows(start: int, places: Iterable[frozenset[int]]) -> bool:
    at, extra = start, EXTRA_WORDS
    for place in places:
        skipped = next((skip for skip in range(extra + 1) if at + 1 + skip in place), None)
        if skipped is None:
            return False
        at, extra = at + 1 + skipped, extra - skipped
    return True


def _words(text: str) -> tuple[str, ...]:
    """The text's words, folded: no case, no accents, no apostrophes."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    kept = (
        char if char.isalnum() else " "
        for char in plain
        if char not in APOSTROPHES and not unicodedata.combining(char)
    )
    return tuple("".join(kept).split())


def _meant(word: str, phrasebook: Phrasebook) -> set[str]:
    """The words of the book that this typed word may be."""
    spellings = phrasebook.spellings
    candidates = {known for each in _spellings(word) for known in spellings.get(each, ())}
    return {known for known in candidates if known == word or _one_slip(word, known)}


def _spellings(word: str) -> Iterator[str]:
    yield word
    # One letter less than the shortest word that bears a slip: "numbnes" for "numbness".
    if TYPO_FROM_LENGTH - 1 <= len(word) <= TYPO_TO_LENGTH:
        for index in range(len(word)):
            yield word[:index] + word[index + 1 :]


def _one_slip(typed: str, known: str) -> bool:
    """Whether one letter is missing, extra, wrong or swapped, in a word long enough for it.

    A wrong first letter makes another word ("never" is no fever, a towel no bowel).
    """
    if len(known) < TYPO_FROM_LENGTH:
        return False
    shorter, longer = sorted((typed, known), key=len)
    if len(longer) - len(shorter) > 1:
        return False
    same = next((i for i, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b), None)
    if same is None:
        return True
    if len(shorter) < len(longer):
        return shorter[same:] == longer[same + 1 :]
    if same == 0 and shorter[1:] == longer[1:]:
        return False
    swapped = shorter[:same] + shorter[same + 1 : same + 2] + shorter[same] + shorter[same + 2 :]
    return swapped == longer or shorter[same + 1 :] == longer[same + 1 :]
