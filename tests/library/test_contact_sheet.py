"""All drawings side by side, for people to look at: tests/artifacts/drawings.png."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from bot.library.pictures import Picture

if TYPE_CHECKING:
    from bot.library.library import Library

SHEET = Path(__file__).parents[1] / "artifacts/drawings.png"
ACROSS, WIDTH, HEIGHT, GAP = 5, 640, 400, 20


def contact_sheet(drawings: list[str]) -> str:
    """One SVG that holds these, row by row."""
    rows = -(-len(drawings) // ACROSS)
    size = (ACROSS * (WIDTH + GAP), rows * (HEIGHT + GAP))
    sheet = ElementTree.Element("svg", xmlns="http://www.w3.org/2000/svg")
    sheet.set("viewBox", f"0 0 {size[0]} {size[1]}")
    for index, drawing in enumerate(drawings):
        row, column = divmod(index, ACROSS)
        one = ElementTree.fromstring(drawing)  # noqa: S314 - our own files
        place = {"x": column * (WIDTH + GAP), "y": row * (HEIGHT + GAP)}
        for name, value in {**place, "width": WIDTH, "height": HEIGHT}.items():
            one.set(name, str(value))
        sheet.append(one)
    return ElementTree.tostring(sheet, encoding="unicode")


def test_every_exercise_has_a_drawing_and_they_make_a_contact_sheet(shipped: Library) -> None:
    undrawn = [each for each in shipped.exercises if shipped.picture_of(each) is None]
    assert undrawn == []

    drawings = [shipped.pictures[each].svg for each in sorted(shipped.pictures)]
    png = Picture("sheet", contact_sheet(drawings)).png()

    SHEET.parent.mkdir(exist_ok=True)
    SHEET.write_bytes(png)
    assert len(png) > 10_000
