"""The shipped content, broken in many ways: each is found at its line, with what to do.

One test a way. What a content author would see is asked: `aftercare check`, both halves of it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.library.proof.content import check
from bot.telegram.lengths import length_faults
from tests.library.proof.breakages_decided import DECIDED
from tests.library.proof.breakages_said import SAID
from tests.library.proof.breaking import Breakage, translated

if TYPE_CHECKING:
    from pathlib import Path

    from bot.library.proof.content import Faults

BREAKAGES = [*DECIDED, *SAID]


def findings(folder: Path, *, also: Faults | None = None) -> list[str]:
    found = check(folder, also=also)
    return [f"{each.where}: {each.text}" for each in found if each.severity == "error"]


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda each: each.id)
def test_each_way_to_break_the_content_is_found_at_its_line(
    folder: Path, breakage: Breakage
) -> None:
    for change in breakage.breaks:
        change(folder)

    there = re.compile(rf"content/{breakage.file}:{breakage.place(folder)}:[1-9]\d*: ")

    def is_told(told: list[str]) -> bool:
        return any(there.match(each) and breakage.said in each for each in told)

    # What the first half has found, the second need not be asked for.
    told = findings(folder)
    assert is_told(told) or is_told(findings(folder, also=length_faults)), "\n".join(told)


def test_the_content_that_ships_has_nothing_to_find() -> None:
    result = CliRunner().invoke(main, ["check"])

    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("errors: 0, ")


def test_a_translation_in_the_words_of_english_has_nothing_to_find(folder: Path) -> None:
    translated(folder)

    assert findings(folder, also=length_faults) == []


def test_every_breakage_is_another_one() -> None:
    assert len({each.id for each in BREAKAGES}) == len(BREAKAGES) >= 15
