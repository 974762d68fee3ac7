"""The pictures of the exercises speak one visual language and carry nothing but lines."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from bot.library.loader import default_folder

if TYPE_CHECKING:
    from pathlib import Path

    from bot.library.library import Library

PICTURES = sorted((default_folder() / "pictures").glob("*.svg"))
SVG = "{http://www.w3.org/2000/svg}"
VIEW_BOX = "0 0 640 400"
STROKE_WIDTHS = {"3", "7", "8"}  # things and faces, bodies, arrows
HEAD_RADIUS = "24"
PARTS = {"svg", "title", "desc", "g", "path", "rect", "circle"}
LARGEST = 12_000  # bytes

each_picture = pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.stem)


def elements(path: Path) -> list[ElementTree.Element]:
    return list(ElementTree.parse(path).iter())  # noqa: S314 - our own files


def test_every_exercise_has_its_picture(shipped: Library) -> None:
    drawn = {path.stem for path in PICTURES}

    assert set(shipped.exercises) - drawn == set()


@each_picture
def test_a_picture_says_what_it_shows(path: Path) -> None:
    root = elements(path)[0]

    assert root.get("viewBox") == VIEW_BOX
    for name in ("title", "desc"):
        assert (root.findtext(SVG + name) or "").strip(), name


@each_picture
def test_a_picture_shows_a_person_on_a_card_and_a_movement(path: Path) -> None:
    drawn = elements(path)

    assert {"card", "body", "arrow"} <= {element.get("id") for element in drawn}
    heads = [element for element in drawn if element.get("class") == "head"]
    assert {element.get("r") for element in heads} == {HEAD_RADIUS}


@each_picture
def test_all_pictures_are_drawn_with_the_same_pens(path: Path) -> None:
    pens = {element.get("stroke-width") for element in elements(path)} - {None}

    assert pens <= STROKE_WIDTHS


@each_picture
def test_a_picture_holds_shapes_only_and_fetches_nothing(path: Path) -> None:
    drawn = elements(path)

    assert {element.tag.removeprefix(SVG) for element in drawn} <= PARTS
    assert [name for element in drawn for name in element.keys() if "href" in name] == []  # noqa: SIM118
    assert "url(" not in path.read_text(encoding="utf-8")
    assert path.stat().st_size < LARGEST
