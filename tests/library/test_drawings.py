"""Drawings: found where exercises name them, refused where they are none, drawn as PNG."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.library.errors import ContentError
from bot.library.loader import load
from bot.library.pictures import WIDTH, Picture

if TYPE_CHECKING:
    from pathlib import Path

    from tests.library.conftest import Edit

SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><path d="M0 0h4v4z"/></svg>'


@pytest.fixture
def drawing(folder: Path, edit: Edit) -> Path:
    """The file of a drawing that one exercise names; not there yet."""
    edit("exercises.yaml", "    picture: hamstring_strap\n", "    picture: x\n")
    path = folder / "pictures/x.svg"
    path.parent.mkdir(exist_ok=True)
    return path


def problems(folder: Path) -> list[str]:
    with pytest.raises(ContentError) as caught:
        load(folder)
    return [str(each) for each in caught.value.problems]


def test_an_exercise_has_the_drawing_it_names(folder: Path, drawing: Path) -> None:
    drawing.write_text(SQUARE)

    library = load(folder)

    assert library.picture_of("hamstring_strap") == Picture("x", SQUARE)
    assert library.picture_of("no_such_exercise") is None
    assert library.picture_of(None) is None


def test_a_drawing_that_is_missing_is_told_where_it_is_named(folder: Path, drawing: Path) -> None:
    [problem] = problems(folder)

    line = problem.split(":")[1]
    assert problem.startswith("content/exercises.yaml:")
    assert "content/pictures/x.svg is missing" in problem
    assert "picture: x" in (folder / "exercises.yaml").read_text().splitlines()[int(line) - 1]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("<svg viewBox='0 0 1 1'>\n<g></svg>", "2:"),
        ("<html/>", "1:1"),
        ("<svg/>", "1:1"),
        ("<!DOCTYPE svg>" + SQUARE, "1:1"),
    ],
    ids=["broken", "no svg", "no size", "a document type"],
)
def test_what_is_no_drawing_is_told_at_its_place(
    folder: Path, drawing: Path, text: str, place: str
) -> None:
    drawing.write_text(text)

    [problem] = problems(folder)

    assert problem.startswith(f"content/pictures/x.svg:{place}")


def test_a_drawing_becomes_a_png_as_wide_as_telegram_shows() -> None:
    png = Picture("x", SQUARE).png()

    assert png.startswith(b"\x89PNG")
    assert int.from_bytes(png[16:20]) == int.from_bytes(png[20:24]) == WIDTH


def test_another_drawing_has_another_key() -> None:
    assert Picture("x", SQUARE).key == Picture("y", SQUARE).key
    assert Picture("x", SQUARE).key != Picture("x", SQUARE.replace("v4", "v3")).key
