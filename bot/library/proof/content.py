"""Everything that can be found in a content folder: `aftercare check`.

Some of it shows by reading, the rest by trying out: verdict by verdict, plan by plan.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bot.library.coverage import orphans
from bot.library.errors import ContentError, Problem
from bot.library.loader import load
from bot.library.proof.interviews import interview_faults
from bot.library.proof.languages import language_faults
from bot.library.proof.levels import level_faults
from bot.library.proof.plans import plan_faults
from bot.library.proof.questions import question_faults
from bot.library.proof.reach import reach_faults
from bot.library.proof.reference import BY_RULE, CLEARABLE, danger_signs
from bot.library.proof.rules import rule_faults
from bot.library.proof.talk import talk_faults, talk_warnings
from bot.library.proof.texts import readme_faults, text_faults, text_warnings
from bot.library.proof.verdicts import verdict_faults
from bot.library.reviews import review_warnings, source_faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date
    from pathlib import Path

    from bot.library.library import Library

    Faults = Callable[[Library, str], Iterable[Problem]]  # by the content and its folder's name


@dataclass(frozen=True, slots=True)
class Finding:
    """One result: an error keeps the content from being used, a warning should be known."""

    severity: Literal["error", "warning"]
    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.severity}: {self.text}"


def check(folder: Path, today: date | None = None, *, also: Faults | None = None) -> list[Finding]:
    """Everything found in a content folder, and claims in the README beside it; errors first.

    What is tried out, verdict by verdict and plan by plan, waits until the rest has no error. Of
    reviews that are due it can only tell with `today`. `also` finds what can't be known here.
    """
    try:
        library = load(folder)
    except ContentError as error:
        return _findings(error.problems, ())
    read = ContentError(_faults_read(library, folder)).problems
    tried = () if read else ContentError(_faults_tried(library, folder.name)).problems
    more = ContentError(also(library, folder.name)).problems if also else ()
    warnings = [
        *text_warnings(library),
        *talk_warnings(library, folder.name),
        *review_warnings(library, today),
    ]
    if read:
        text = "verdicts and plans were not tried out yet; they are once there is no error above."
        warnings.append(Problem(folder.name, text))
    return _findings([*read, *tried, *more], warnings)


def _findings(errors: Iterable[Problem], warnings: Iterable[Problem]) -> list[Finding]:
    return [
        *(Finding("error", each.where, each.text) for each in errors),
        *(Finding("warning", each.where, each.text) for each in warnings),
    ]


def _faults_tried(library: Library, name: str) -> Iterator[Problem]:
    """What shows when the rules judge and the plan is laid out, over all there is to try."""
    yield from verdict_faults(library, name, BY_RULE, CLEARABLE)
    yield from plan_faults(library, name)


def _faults_read(library: Library, folder: Path) -> Iterator[Problem]:
    """What shows by reading."""
    return itertools.chain(
        rule_faults(library, folder.name),
        reach_faults(library, folder.name),
        question_faults(library, folder.name),
        interview_faults(library, folder.name, danger_signs(library)),
        level_faults(library, folder.name),
        talk_faults(library, folder.name),
        orphans(library),
        language_faults(library, folder.name, danger_signs(library)),
        text_faults(library),
        source_faults(library),
        readme_faults(folder.parent / "README.md"),
    )
