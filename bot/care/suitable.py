"""Which exercise comes in place of one that does not suit a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bot.care.model import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.care.model import Profile

Concern = Literal["osteoporosis", "pregnant", "recent_fall", "60_plus"]


@dataclass(frozen=True, slots=True)
class Avoid:
    """For whom an exercise is left out, and the id of the one that comes instead."""

    when: Concern
    instead: str


def concerns(profile: Profile) -> frozenset[Concern]:
    """What the person told that an exercise may be left out for; nothing said is no concern."""
    told: dict[Concern, bool] = {
        "osteoporosis": "osteoporosis" in profile.conditions,
        "pregnant": "pregnant" in profile.conditions,
        "recent_fall": profile.recent_fall is True,
        "60_plus": profile.age == "60_plus",
    }
    return frozenset(concern for concern, holds in told.items() if holds)


def may_get(kind: Kind, profile: Profile) -> bool:
    """Whether nudges of this kind are for this person: no water with a limit on drinking.

    Source: clinical reference, section 6.
    """
    return kind is not Kind.HYDRATION or "fluid_limit" not in profile.conditions


def suited(
    exercise: str, held: frozenset[Concern], avoided: Mapping[str, tuple[Avoid, ...]]
) -> str | None:
    """The exercise itself, or what comes in its place, which is looked at in the same way.

    None where that leads round in a circle; the library refuses such content.
    """
    seen: set[str] = set()
    while exercise not in seen:
        seen.add(exercise)
        instead = [each.instead for each in avoided.get(exercise, ()) if each.when in held]
        if not instead:
            return exercise
        exercise = instead[0]
    return None


def turns(
    exercises: Iterable[str],
    held: frozenset[Concern],
    avoided: Mapping[str, tuple[Avoid, ...]],
) -> tuple[str, ...]:
    """The exercises that take turns for this person, each one once.

    What comes in place of another takes over its turn and gives up its own, so that it does not
    come twice in a row while there is another.
    """
    found = (suited(each, held, avoided) for each in exercises)
    return tuple(dict.fromkeys(each for each in found if each is not None))
