"""What is wrong with the content, where, and what its author can do about it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.errors import AftercareError

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. `where` is "file:line:column", or a file alone when it is missing."""

    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.text}"


class ContentError(AftercareError):
    """The content cannot be used. `problems` holds everything found, not only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(dict.fromkeys(problems), key=_position))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def _position(problem: Problem) -> tuple[str, list[int]]:
    file, *numbers = problem.where.split(":")
    return file, [int(number) for number in numbers if number.isdecimal()]


def hint(wrong: str, known: Iterable[str]) -> str:
    """' Did you mean "x"?' when a known word is near, else nothing."""
    close = difflib.get_close_matches(wrong, sorted(known), n=1)
    return f' Did you mean "{close[0]}"?' if close else ""


def listed(words: Iterable[str], most: int = 12) -> str:
    """The words with commas; the end of a long list is left out."""
    every = list(words)
    return ", ".join(every[:most]) + (", …" if len(every) > most else "")
