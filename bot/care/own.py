"""A person's own exercises: how one is read from what they typed, and how a plan calls it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NewType

OwnExerciseId = NewType("OwnExerciseId", int)

MOST = 3  # a person
LONGEST = 500  # characters, name and all
LONGEST_NAME = 50  # characters, so that it fits into a button
SUBJECT = "own:"  # no exercise of the content can be called so: their ids have no colon


@dataclass(frozen=True, slots=True)
class OwnWords:
    """An exercise in the person's words: plain text, never HTML."""

    name: str
    how: str


@dataclass(frozen=True, slots=True)
class OwnExercise:
    """One that is kept."""

    id: OwnExerciseId
    words: OwnWords


def read(typed: str) -> OwnWords | None:
    """The name from the first line, and how to do it from those below.

    None where a part is missing or too long: one line alone is more likely something the person
    wants to say than an exercise.
    """
    first, _, rest = typed.strip().partition("\n")
    name, how = first.strip(), rest.strip()
    if not name or not how or len(typed.strip()) > LONGEST or len(name) > LONGEST_NAME:
        return None
    return OwnWords(name, how)


def subject_of(own_id: OwnExerciseId) -> str:
    """How a planned message names it."""
    return f"{SUBJECT}{own_id}"


def id_in(subject: str | None) -> OwnExerciseId | None:
    """The exercise of a person's own that a planned message names, None for any other."""
    if subject is None or not subject.startswith(SUBJECT):
        return None
    return OwnExerciseId(int(subject.removeprefix(SUBJECT)))
