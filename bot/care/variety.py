"""Which of several wordings comes next, so that nobody reads the same line again too soon."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

Line = TypeVar("Line")


def next_line(lines: Sequence[Line], shown: int) -> Line:
    """The line for someone who has had `shown` messages of this kind so far.

    They go round one after the other, so that as many in a row as there are lines all differ:
    whatever was laid out anew, put off or left out between them.
    """
    return lines[shown % len(lines)]
