"""Who avoids which exercise, and groups of a clinic's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.care.suitable import Avoid
from bot.library.loader import load
from tests.library.test_load import line_of, refusal

if TYPE_CHECKING:
    from pathlib import Path

    from bot.library.library import Library
    from tests.library.conftest import Edit


def avoiding(folder: Path, exercise: str, *swaps: str) -> int:
    """Give an exercise these swaps in place of its own; the line of the first comes back."""
    path = folder / "exercises.yaml"
    head, mark, rest = path.read_text(encoding="utf-8").partition(f"    picture: {exercise}\n")
    assert mark, exercise
    own, begin, others = rest.partition("  - id: ")
    lines = "".join(f'      - {{{swap}, why: "Because."}}\n' for swap in swaps)
    text = f"{head}{mark}    avoid:\n{lines}{begin}{others}"
    path.write_text(text, encoding="utf-8")
    assert "kind:" not in own
    return f"{head}{mark}    avoid:\n".count("\n") + 1


def test_who_avoids_an_exercise_is_read_with_what_comes_instead(shipped: Library) -> None:
    swaps = shipped.plan.avoid["low_back_knees_to_chest"]

    assert swaps[0] == Avoid("osteoporosis", "low_back_cat_cow")
    assert all(entry.why for each in shipped.exercises.values() for entry in each.avoid)


@pytest.mark.parametrize(
    ("exercise", "swap", "said"),
    [
        ("chest_wall", "when: pregnant, instead: chest_lyin", 'Did you mean "chest_lying"?'),
        ("chest_wall", "when: pregnant, instead: bridge", "is strengthening, this one stretch"),
        ("chest_wall", "when: pregnant, instead: hamstring_seated", "belongs to hamstrings"),
        ("bridge", "when: pregnant, instead: chest_wall", "is stretch, this one strengthening"),
        ("chest_wall", "when: pregnant, instead: chest_wall", "leads round in a circle"),
    ],
)
def test_a_swap_to_something_else_is_refused_with_its_place(
    folder: Path, exercise: str, swap: str, said: str
) -> None:
    line = avoiding(folder, exercise, swap)

    [problem] = refusal(folder)

    column = len("      - {when: pregnant, instead: ") + 1
    assert problem.startswith(f"content/exercises.yaml:{line}:{column}: ")
    assert said in problem


def test_a_circle_of_swaps_is_refused_for_whom_it_is_one(folder: Path) -> None:
    avoiding(folder, "low_back_cat_cow", "when: 60_plus, instead: low_back_childs_pose")

    problems = refusal(folder)

    assert all("round in a circle" in each for each in problems)
    assert any("for osteoporosis and 60_plus" in each for each in problems)


@pytest.mark.parametrize(
    ("swaps", "said"),
    [
        (["when: ill, instead: chest_lying"], "is not one of: osteoporosis, pregnant"),
        (
            ["when: 60_plus, instead: chest_lying", "when: 60_plus, instead: chest_doorway"],
            '"60_plus" stands here twice',
        ),
    ],
)
def test_for_whom_is_one_of_four_words_each_once(folder: Path, swaps: list[str], said: str) -> None:
    line = avoiding(folder, "chest_wall", *swaps)

    [problem] = refusal(folder)

    assert problem.startswith(f"content/exercises.yaml:{line + len(swaps) - 1}:")
    assert said in problem


OWN = """  - id: neck_turns
    kind: stretch
    group: neck
    position: sitting
    repeats: [5, 8]
    sides: 2
    source: {title: "Our practice's leaflet", year: 2026, where: "leaflet 3"}
    evidence: custom
    known: "What we teach our own patients; not studied by itself."
"""
OWN_WORDS = """
neck_turns:
  name: Neck turns
  position: Sitting tall.
  steps: [Look straight ahead., Turn your head slowly to one side., Come back and change sides.]
  dose: 5 to 8 times on each side.
  easier: Turn less far.
  stop: Stop if it hurts.
"""


def with_own_exercise(folder: Path) -> None:
    words = [(f"{code}/exercises.yaml", OWN_WORDS) for code in ("en", "es")]
    for file, text in (("exercises.yaml", OWN), *words):
        path = folder / file
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_a_clinic_adds_an_exercise_and_a_group_of_its_own_in_yaml_alone(
    folder: Path, edit: Edit
) -> None:
    with_own_exercise(folder)
    edit("plan.yaml", "chest, low_back]", "chest, low_back, neck]")

    library = load(folder)

    assert library.plan.rotation[-1] == ("neck_turns",)
    assert library.language("en").exercise("neck_turns").name == "Neck turns"


def test_a_stretch_whose_group_never_has_a_turn_is_refused(folder: Path) -> None:
    with_own_exercise(folder)

    [problem] = refusal(folder)

    line = line_of(folder, "exercises.yaml", "group: neck")
    assert problem.startswith(f"content/exercises.yaml:{line}:")
    assert '"neck" has no turn in the rotation of plan.yaml' in problem
