"""What keeps exercises.yaml from being used: swaps that lead nowhere, groups without a turn."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from bot.care.suitable import Avoid, suited
from bot.library.entries import CONCERNS
from bot.library.errors import Problem, hint

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from bot.library.entries import AvoidEntry, ExerciseEntry
    from bot.library.strictyaml import Document

COMBINATIONS = tuple(
    frozenset(held)
    for count in range(len(CONCERNS) + 1)
    for held in itertools.combinations(CONCERNS, count)
)


def avoided(exercises: Sequence[ExerciseEntry]) -> Mapping[str, tuple[Avoid, ...]]:
    """By exercise, for whom it is left out and what comes instead."""
    return {
        entry.id: tuple(Avoid(each.when, each.instead) for each in entry.avoid)
        for entry in exercises
        if entry.avoid
    }


def exercise_problems(
    exercises: Sequence[ExerciseEntry], rotation: Collection[str], document: Document
) -> Iterator[Problem]:
    """Stretches whose group never has a turn, and swaps that do not end at a suitable exercise."""
    by_id = {entry.id: entry for entry in exercises}
    bad_swaps: list[Problem] = []
    for index, entry in enumerate(exercises):
        if entry.kind == "stretch" and entry.group not in rotation:
            text = f'"{entry.group}" has no turn in the rotation of plan.yaml. Add it there.'
            yield Problem(document.where(("exercises", index, "group")), text)
        for number, avoid in enumerate(entry.avoid):
            where = document.where(("exercises", index, "avoid", number, "instead"))
            bad_swaps += [Problem(where, text) for text in _bad_swap(entry, avoid, by_id)]
        bad_swaps += _twice(entry, index, document)
    yield from bad_swaps
    if not bad_swaps:
        yield from _circles(exercises, document)


def _bad_swap(
    entry: ExerciseEntry, avoid: AvoidEntry, by_id: Mapping[str, ExerciseEntry]
) -> Iterator[str]:
    other = by_id.get(avoid.instead)
    if other is None:
        yield f'no exercise has the id "{avoid.instead}".{hint(avoid.instead, by_id)}'
    elif other.kind != entry.kind:
        yield f'"{avoid.instead}" is {other.kind}, this one {entry.kind}. Name one of its kind.'
    elif entry.kind == "stretch" and other.group != entry.group:
        own = f"this one to {entry.group}. Name a stretch of its group."
        yield f'"{avoid.instead}" belongs to {other.group}, {own}'


def _twice(entry: ExerciseEntry, index: int, document: Document) -> Iterator[Problem]:
    whens = [each.when for each in entry.avoid]
    for number, when in enumerate(whens):
        if when in whens[:number]:
            where = document.where(("exercises", index, "avoid", number, "when"))
            yield Problem(where, f'"{when}" stands here twice. Keep one of them.')


def _circles(exercises: Sequence[ExerciseEntry], document: Document) -> Iterator[Problem]:
    """Exercises that, for some combination of concerns, lead to none that suits."""
    swaps = avoided(exercises)
    for index, entry in enumerate(exercises):
        stuck = (held for held in COMBINATIONS if suited(entry.id, held, swaps) is None)
        held = next(stuck, None)
        if held is None:
            continue
        number = next(n for n, each in enumerate(entry.avoid) if each.when in held)
        where = document.where(("exercises", index, "avoid", number, "instead"))
        told = " and ".join(concern for concern in CONCERNS if concern in held)
        text = f"for {told} this leads round in a circle. Name one that suits them."
        yield Problem(where, text)
