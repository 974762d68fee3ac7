"""A person's own exercise, read from what they typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care.own import (
    LONGEST,
    LONGEST_NAME,
    OwnExerciseId,
    OwnWords,
    id_in,
    read,
    subject_of,
)


def test_the_first_line_is_its_name_and_the_rest_is_how() -> None:
    typed = "  Wall slide \n\nStand with your back to the wall.\nSlide down a little.\n"

    assert read(typed) == OwnWords(
        "Wall slide", "Stand with your back to the wall.\nSlide down a little."
    )


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "\n\n",
        "Wall slide",
        "Wall slide\n  \n",
        "It hurts more today",
        "x" * (LONGEST_NAME + 1) + "\nSlowly.",
        "Wall slide\n" + "x" * LONGEST,
    ],
)
def test_what_lacks_a_part_or_is_too_long_is_no_exercise(typed: str) -> None:
    assert read(typed) is None


def test_five_hundred_characters_are_an_exercise() -> None:
    assert read("Wall slide\n" + "x" * (LONGEST - len("Wall slide\n"))) is not None


@given(st.text(max_size=LONGEST + 20))
def test_nothing_typed_breaks_the_reading_or_gets_too_long(typed: str) -> None:
    words = read(typed)

    if words is not None:
        assert 0 < len(words.name) <= LONGEST_NAME
        assert 0 < len(words.how) < LONGEST


def test_a_plan_names_it_and_no_exercise_of_the_content_is_taken_for_one() -> None:
    assert id_in(subject_of(OwnExerciseId(7))) == 7
    assert id_in("low_back_cat_cow") is None
    assert id_in(None) is None
