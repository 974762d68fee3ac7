"""What made-up people live through, line by line, against what was read and kept.

`--update-timelines` renews what is kept; read the difference before you commit it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.library.loader import default_folder, load
from bot.library.personas import read_persona
from bot.simulation import simulate

if TYPE_CHECKING:
    from bot.library.library import Library

PERSONAS = Path(__file__).parents[1] / "personas"


@pytest.fixture(scope="module")
def shipped() -> Library:
    return load(default_folder())


@pytest.mark.parametrize("name", sorted(each.stem for each in PERSONAS.glob("*.yaml")))
async def test_a_person_lives_through_what_was_kept(
    name: str, shipped: Library, request: pytest.FixtureRequest
) -> None:
    kept = PERSONAS / f"{name}.txt"
    persona = read_persona(PERSONAS / f"{name}.yaml", shipped)

    lived = "\n".join(await simulate(persona, shipped)) + "\n"

    if request.config.getoption("--update-timelines"):
        kept.write_text(lived, encoding="utf-8")
    assert lived.splitlines() == kept.read_text(encoding="utf-8").splitlines()


def test_every_timeline_has_its_person() -> None:
    assert {each.stem for each in PERSONAS.glob("*.txt")} == {
        each.stem for each in PERSONAS.glob("*.yaml")
    }
