"""What the shipped content says, against the clinical reference written a second time by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.library.cases import triage
from bot.library.loader import default_folder, load
from tests.care.casebook import FOLDER
from tests.care.planbook import PLAN
from tests.care.rulebook import RULES

if TYPE_CHECKING:
    from pathlib import Path

    from bot.library.library import Library

FILES = sorted(FOLDER.glob("*.yaml"))


@pytest.fixture(scope="module")
def library() -> Library:
    return load(default_folder())


def test_the_shipped_rules_say_what_the_reference_says(library: Library) -> None:
    assert library.rules == RULES


def test_the_shipped_plan_says_what_the_reference_says(library: Library) -> None:
    assert library.plan.items == PLAN.items
    assert library.plan.caps == PLAN.caps


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_shipped_rules_give_the_verdicts_a_clinician_expects(
    library: Library, path: Path
) -> None:
    judged = list(triage(path, library))

    assert judged
    assert [each for each in judged if each.expected is None or not each.agrees] == []
