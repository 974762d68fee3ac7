"""Which entries wait for a clinician's look: never reviewed, due again, or dated in the future.

All of it is a warning: content without a reviewer may be used, and the bot says so openly.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, get_args

from bot.library.claims import claims, illnesses
from bot.library.entries import NudgeKind
from bot.library.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.library.library import Library
    from bot.library.strictyaml import Document, Step

# The lists of entries in each file that can be reviewed; a guides.yaml is one list by itself.
SECTIONS: Mapping[str, tuple[str, ...]] = {
    "rules": ("levels", "rules"),
    "plan": ("items",),
    "questions": ("profile", "check_in"),
    "exercises": ("exercises",),
    "countries": ("countries",),
}
LANGUAGE_FILES = ("guides", "nudges")

Path = tuple["Step", ...]


def review_warnings(library: Library, today: date | None) -> Iterator[Problem]:
    """A line for each file with unreviewed entries, then each review that is due or to come.

    Without `today` nothing is said of dates.
    """
    every = [
        (document, tuple(_entries(document)))
        for name, document in library.documents.items()
        if _is_reviewed(name)
    ]
    for document, found in every:
        yield from _unreviewed(document, found)
    if today is not None:
        for document, found in every:
            for path, entry in found:
                yield from _dates(document, path, entry, today)


def source_faults(library: Library) -> Iterator[Problem]:
    """Sources that people would be told of, after an answer, by the name of an illness."""
    for name, document in library.documents.items():
        if name.count("/") == 1:
            yield from _named(document, document.value, ())


def _is_reviewed(name: str) -> bool:
    _, *middle, file = name.removesuffix(".yaml").split("/")
    return file in LANGUAGE_FILES if middle else file in SECTIONS


def _entries(document: Document) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    value: Any = document.value
    file = document.name.removesuffix(".yaml").rpartition("/")[2]
    if file == "guides":
        yield from (((index,), each) for index, each in enumerate(value))
    elif file == "nudges":
        for kind in get_args(NudgeKind):
            review = value.get("reviews", {}).get(kind)
            yield ((kind,), {}) if review is None else (("reviews", kind), review)
    else:
        for section in SECTIONS[file]:
            yield from (((section, index), each) for index, each in enumerate(value[section]))


def _unreviewed(
    document: Document, found: tuple[tuple[Path, Mapping[str, Any]], ...]
) -> Iterator[Problem]:
    waiting = [path for path, entry in found if entry.get("reviewed_by") is None]
    if waiting:
        text = f"{len(waiting)} of {len(found)} entries have no reviewed_by yet; this is the first."
        yield Problem(document.where(waiting[0]), text)


def _dates(
    document: Document, path: Path, entry: Mapping[str, Any], today: date
) -> Iterator[Problem]:
    due, reviewed = _day(entry.get("review_by")), _day(entry.get("reviewed_on"))
    if due is not None and due < today:
        text = f"was to be looked at again by {due}. Review it, and set reviewed_on and review_by."
        yield Problem(document.where((*path, "review_by")), f"{_name(path, entry)} {text}")
    if reviewed is not None and reviewed > today:
        text = f"says it was reviewed on {reviewed}, which is still to come. Mend the day."
        yield Problem(document.where((*path, "reviewed_on")), f"{_name(path, entry)} {text}")


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written is not None else None


def _name(path: Path, entry: Mapping[str, Any]) -> str:
    return f'"{entry.get("id") or entry.get("code") or path[-1]}"'


def _named(document: Document, value: Any, path: Path) -> Iterator[Problem]:
    """Every `source` with a title, at any depth."""
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from _named(document, each, (*path, index))
    elif isinstance(value, dict):
        for key, each in value.items():
            if key == "source" and isinstance(each, dict):
                yield from _refused(document, each, (*path, key))
            else:
                yield from _named(document, each, (*path, key))


def _refused(document: Document, source: Mapping[str, Any], path: Path) -> Iterator[Problem]:
    shown = "short" if source.get("short") else "title"
    for word in (*illnesses(source[shown]), *claims(source[shown])):
        text = f'/why would say "{word}" after an answer. Give the source a short without it.'
        yield Problem(document.where((*path, shown)), text)
