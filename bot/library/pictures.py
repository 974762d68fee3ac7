"""The line drawings of the exercises: SVG in the content, PNG on the phone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import resvg_py

from bot.library.errors import ContentError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from bot.library.entries import ExerciseEntry
    from bot.library.strictyaml import Document

FOLDER = "pictures"
WIDTH = 960  # pixels: as wide as most phones; drawing holds up everything else for some 30 ms
KEPT = 64  # rendered pictures held in memory, some tens of kilobytes each


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing, by the id that exercises name it with."""

    id: str
    svg: str

    @property
    def key(self) -> str:
        """Changes whenever what a phone would show changes."""
        return _key(self.svg)

    def png(self) -> bytes:
        """The drawing as a PNG `WIDTH` pixels wide."""
        return _rendered(self.svg)


@cache
def _key(svg: str) -> str:
    return hashlib.sha256(f"{WIDTH} {svg}".encode()).hexdigest()[:16]


@lru_cache(maxsize=KEPT)
def _rendered(svg: str) -> bytes:
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, width=WIDTH, skip_system_fonts=True))


def read_pictures(
    folder: Path, exercises: Iterable[ExerciseEntry], document: Document
) -> Mapping[str, Picture]:
    """The drawings that exercises name, from `folder`/pictures.

    Raises ContentError for each one that is missing, at the line that names it, and for each that
    is no SVG, at its own.
    """
    pictures: dict[str, Picture] = {}
    problems: list[Problem] = []
    for index, exercise in enumerate(exercises):
        if exercise.picture is None or exercise.picture in pictures:
            continue
        path = folder / FOLDER / f"{exercise.picture}.svg"
        name = f"{folder.name}/{FOLDER}/{path.name}"
        try:
            picture = Picture(exercise.picture, path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            where = document.where(("exercises", index, "picture"))
            text = f"{name} is missing or is not UTF-8 text. Add it, or leave out picture."
            problems.append(Problem(where, text))
            continue
        problems.extend(_faults(picture, name))
        pictures[picture.id] = picture
    if problems:
        raise ContentError(problems)
    return pictures


def _faults(picture: Picture, name: str) -> Iterator[Problem]:
    try:
        # Our own content, read once at the start; entities are refused before they can grow.
        if "<!ENTITY" in picture.svg or "<!DOCTYPE" in picture.svg:
            yield Problem(f"{name}:1:1", "holds a DOCTYPE. Save it as plain SVG.")
            return
        root = ElementTree.fromstring(picture.svg)  # noqa: S314
    except ElementTree.ParseError as error:
        line, column = error.position
        yield Problem(f"{name}:{line}:{column + 1}", "is not XML here. Save it as plain SVG.")
        return
    if root.tag.rpartition("}")[2] != "svg" or "viewBox" not in root.attrib:
        yield Problem(f"{name}:1:1", "is no SVG with a viewBox. Save it as plain SVG.")
