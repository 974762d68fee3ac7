"""Words no text may use: claims that can't be kept, and illnesses named after an answer.

The bot is self-care support, not a medical device (clinical reference, introduction). English
words are refused in every language; a translation adds its own in language.yaml.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.library.markup import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

_UNSEEN = ("Mn", "Cf", "Me")  # categories: accents, what has no shape, what encloses
_BEFORE = r"(?<!\w)(?:(?:un|in|non|mis|mal|pre|over|under|auto|self|bio|tele|re-|co-)-?)?"

# Each in whatever form: detection, undetected, self-monitoring, misdiagnosed, mistreats, curative.
CLAIMS = re.compile(
    rf"{_BEFORE}(?:"
    r"detect\w*|monitor\w*|diagnos\w*|treat(?!y\b|ies\b|ise|ed\s+yourself\s+to)\w*"
    r"|cur(?:e|es|ed|er|ers|ing|able|ability|ative|atives|ation|eless)\b"
    r")|(?<!\w)lactic\b|\w*toxin\w*|(?<!\w)detox\w*",
    re.IGNORECASE,
)

ILLNESSES = re.compile(
    r"(?<!\w)(?:"
    r"sciatica|cauda equina|stroke|heart attack|angina|thrombos[ei]s|dvt|blood clots?|clots?"
    r"|(?:pulmonary )?embolism|fractur\w*|broken (?:bones?|back|spine)|infection|sepsis|discitis"
    r"|osteomyelitis|meningitis|pneumonia|cancers?|tumou?rs?|metasta\w*|leuk(?:a)?emia|lymphoma"
    r"|myeloma|aneurysms?|h(?:a)?emorrhag\w*|internal bleeding|concussion|stenosis"
    r"|(?:slipped|herniated|prolapsed|bulging) dis[ck]s?|herniat\w*|arthritis|osteoarthritis"
    r"|spondyl\w*|myelopathy|radiculopathy|neuropathy|osteoporosis|multiple sclerosis|ms"
    r"|parkinson\w*|diabetes|shingles|kidney stones?|nerve damage|trapped nerve|pinched nerve"
    r"|ha?ematoma|phlebitis|cellulitis|migraine|flu|covid\w*|preeclampsia|miscarriage"
    r")(?!\w)",
    re.IGNORECASE,
)


def claims(text: str, refused: Iterable[str] = ()) -> list[str]:
    """The claims a text makes; `refused` adds words, and beginnings of words such as `curar*`."""
    bare = _bare(text)
    found = [match[0] for match in CLAIMS.finditer(bare)]
    for word in refused:
        found += [match[0] for match in _refusal(word).finditer(bare)]
    return found


@lru_cache(maxsize=1024)  # the same few words are looked for in every text
def _refusal(word: str) -> re.Pattern[str]:
    stem = re.escape(_bare(word.rstrip("*")))
    ending = r"\w*" if word.endswith("*") else r"(?!\w)"
    return re.compile(rf"(?<!\w){stem}{ending}")


def illnesses(text: str) -> list[str]:
    """The illnesses a text names."""
    return [match[0] for match in ILLNESSES.finditer(_bare(text))]


def _bare(text: str) -> str:
    """As a reader sees it: no tags, accents, invisible characters or look-alike letter forms."""
    shown = plain(text)
    if shown.isascii():
        return shown.casefold()
    decomposed = unicodedata.normalize("NFKD", shown).casefold()
    unseen = [each for each in set(decomposed) if unicodedata.category(each) in _UNSEEN]
    return decomposed.translate(dict.fromkeys(map(ord, unseen)))
