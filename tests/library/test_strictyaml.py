from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.library.errors import ContentError
from bot.library.strictyaml import parse, read

if TYPE_CHECKING:
    from pathlib import Path


def refusal(text: str) -> str:
    with pytest.raises(ContentError) as caught:
        parse(text, "a.yaml")
    return str(caught.value)


@pytest.mark.parametrize("word", ["no", "yes", "on", "off", "y", "N", "NO", "12:30", "2024-01-31"])
def test_words_that_yaml_1_1_would_change_stay_text(word: str) -> None:
    assert parse(f"a: {word}", "a.yaml").value == {"a": word}


@pytest.mark.parametrize("number", ["061", "000", "1_000", "0x1f", "0o17", "1e3", ".5", ".inf"])
def test_a_telephone_number_is_not_made_into_another_number(number: str) -> None:
    assert parse(f"a: {number}", "a.yaml").value == {"a": number}


def test_numbers_truth_values_and_nothing_are_what_they_look_like() -> None:
    text = "a: 12\nb: -3\nc: 1.5\nd: true\ne: False\nf: null\ng:\nh: ~\ni: ''\nj: '12'"

    assert parse(text, "a.yaml").value == {
        "a": 12, "b": -3, "c": 1.5, "d": True, "e": False,
        "f": None, "g": None, "h": None, "i": "", "j": "12",
    }  # fmt: skip


def test_every_value_and_key_knows_its_line_and_column() -> None:
    document = parse("a:\n  - b: x\n    c: y\n", "a.yaml")

    assert document.where(("a", 0, "c")) == "a.yaml:3:8"
    assert document.where(("a", 0, "c"), key=True) == "a.yaml:3:5"
    assert document.where(("a", 0, "missing")) == "a.yaml:2:5"


def test_a_key_that_stands_twice_is_named_with_both_lines() -> None:
    assert refusal("a: 1\nb: 2\na: 3") == (
        'a.yaml:3:1: "a" is already there, in line 1. Keep one of them.'
    )


def test_every_repeated_key_is_told_not_only_the_first() -> None:
    said = refusal("a: 1\na: 2\nb: 1\nb: 2")

    assert "a.yaml:2:1" in said
    assert "a.yaml:4:1" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &x [1]\nb: *x", "a.yaml:2:4: aliases"),
        ("a: !!python/object/apply:os.system [ls]", "a.yaml:1:4: tags"),
        ("a: !binary x", "a.yaml:1:4: tags"),
        ("a: 1\n---\nb: 2", "a.yaml:2:1: a second document"),
        ("", "a.yaml:1:1: the file is empty"),
        ("# only a comment\n", "a.yaml:1:1: the file is empty"),
        ("a: [1, 2\nb: 3", "a.yaml:2:2: is not YAML"),
        ("a: b: c", "a.yaml:1:5: is not YAML"),
        ("a:\n\t- b", "a.yaml:2:1: is not YAML"),
        ("ok: 1\na: \x00", "a.yaml:2:4: holds the control character 0x0"),
        ("1: x", "a.yaml:1:1: the key 1 is not text. Put it in quotes."),
        ("null: x", "a.yaml:1:1: the key null is not text"),
        ("? [a]\n: b", "a.yaml:1:3: a key is a word"),
        ("[" * 200, "is nested more than"),
    ],
)
def test_a_trap_is_refused_with_its_place(text: str, said: str) -> None:
    assert said in refusal(text)


def test_a_bomb_of_aliases_is_refused_at_once() -> None:
    layers = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    layers += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]

    assert "aliases" in refusal("\n".join(layers))


def test_a_file_that_is_missing_or_not_utf8_is_told_by_name(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes("a: é".encode("latin-1"))

    with pytest.raises(ContentError, match=r"gone\.yaml: the file is missing"):
        read(tmp_path / "gone.yaml", "gone.yaml")
    with pytest.raises(ContentError, match=r"latin\.yaml: the file is not UTF-8"):
        read(tmp_path / "latin.yaml", "latin.yaml")


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbfa: 1")

    assert read(tmp_path / "a.yaml", "a.yaml").value == {"a": 1}
