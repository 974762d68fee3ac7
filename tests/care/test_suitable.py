"""Who is spared which exercise, and what comes in its place."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care.model import Kind, Preferences, Profile
from bot.care.plan import PlanRequest, lay_out
from bot.care.suitable import Avoid, Concern, concerns, suited, turns
from bot.library.loader import default_folder, load

if TYPE_CHECKING:
    from bot.library.library import Library

NOW = datetime(2026, 3, 10, 10, tzinfo=UTC)
EVERYONE = [
    frozenset(held)
    for count in range(len(get_args(Concern)) + 1)
    for held in itertools.combinations(get_args(Concern), count)
]
OLD: frozenset[Concern] = frozenset({"60_plus"})


@pytest.fixture(scope="module")
def library() -> Library:
    return load(default_folder())


def someone(held: frozenset[Concern]) -> Profile:
    return Profile(
        conditions=frozenset(each for each in ("osteoporosis", "pregnant") if each in held),
        recent_fall=True if "recent_fall" in held else None,
        age="60_plus" if "60_plus" in held else None,
    )


@pytest.mark.parametrize("held", EVERYONE, ids=lambda held: "+".join(sorted(held)) or "nobody")
def test_whoever_one_is_no_exercise_comes_that_says_to_avoid_it(
    library: Library, held: frozenset[Concern]
) -> None:
    request = PlanRequest(
        session_at=NOW,
        now=NOW,
        zone="Europe/London",
        profile=someone(held),
        preferences=Preferences(),
        strengthening=True,
    )

    plan = lay_out(request, library.plan)

    assert concerns(request.profile) == held
    chosen = [each.subject for each in plan if each.kind in (Kind.STRETCH, Kind.STRENGTHENING)]
    assert len(set(chosen)) >= 8
    for subject in chosen:
        assert subject is not None
        assert not [each for each in library.exercises[subject].avoid if each.when in held]


@pytest.mark.parametrize("held", EVERYONE, ids=lambda held: "+".join(sorted(held)) or "nobody")
def test_every_group_keeps_its_turn_and_nothing_comes_twice_in_a_row_in_it(
    library: Library, held: frozenset[Concern]
) -> None:
    for group in (*library.plan.rotation, library.plan.strengthening):
        line = turns(group, held, library.plan.avoid)

        assert set(line) <= set(group)
        assert set(line) == {suited(each, held, library.plan.avoid) for each in group}
        assert len(line) == 1 or all(a != b for a, b in pairwise([*line, line[0]]))


def test_whoever_told_nothing_gets_all_exercises(library: Library) -> None:
    for group in (*library.plan.rotation, library.plan.strengthening):
        assert turns(group, concerns(Profile(recent_fall=False)), library.plan.avoid) == group


def test_what_comes_instead_is_looked_at_in_the_same_way() -> None:
    swaps = {
        "fold": (Avoid("pregnant", "bend"),),
        "bend": (Avoid("osteoporosis", "cat"),),
    }

    assert suited("fold", frozenset({"pregnant"}), swaps) == "bend"
    assert suited("fold", frozenset({"pregnant", "osteoporosis"}), swaps) == "cat"
    assert suited("fold", frozenset({"osteoporosis"}), swaps) == "fold"


def test_of_two_reasons_the_first_that_fits_counts() -> None:
    swaps = {"step": (Avoid("pregnant", "table"), Avoid("60_plus", "chair"))}

    assert suited("step", frozenset({"pregnant", "60_plus"}), swaps) == "table"
    assert suited("step", OLD, swaps) == "chair"


def test_a_circle_leads_to_nothing_and_does_not_hang() -> None:
    swaps = {"a": (Avoid("60_plus", "b"),), "b": (Avoid("60_plus", "a"),)}

    assert suited("a", OLD, swaps) is None
    assert turns(["a", "b", "c"], OLD, swaps) == ("c",)


@given(
    st.permutations(["a", "b", "c", "d", "e"]),
    st.dictionaries(st.sampled_from("abcde"), st.sampled_from("abcde"), max_size=4),
)
def test_a_swap_never_makes_an_exercise_come_twice_in_one_round(
    group: list[str], instead: dict[str, str]
) -> None:
    swaps = {each: (Avoid("60_plus", other),) for each, other in instead.items()}

    line = turns(group, OLD, swaps)

    assert len(set(line)) == len(line)
    assert set(line) <= set(group) - set(swaps)
    assert set(group) - set(swaps) <= set(line)
