"""What is too long for Telegram only once it is filled in is found before anybody needs it."""

from __future__ import annotations

import ast
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import bot.telegram
from bot.library.loader import default_folder, load
from bot.library.markup import Html, Template
from bot.library.text import Message
from bot.telegram import lengths
from bot.telegram.fullest import TOASTS, messages

if TYPE_CHECKING:
    from bot.library.library import Library
    from bot.library.text import Language

HANDLERS = Path(bot.telegram.__file__).parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(default_folder(), tmp_path / "content"))


def rename(folder: Path, old: str, new: str) -> None:
    for path in folder.glob("*/messages.yaml"):
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")


def toasted() -> set[str]:
    """The ids of all texts that a handler shows as a toast, read from the code."""
    found: set[str] = set()
    for path in [*HANDLERS.glob("*.py"), *HANDLERS.glob("handlers/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "toast":
                strings = [each for each in ast.walk(node) if isinstance(each, ast.Constant)]
                found |= {each.value for each in strings if isinstance(each.value, str)}
    return found


def test_every_toast_is_held_to_the_length_of_a_toast() -> None:
    assert toasted() - set(TOASTS) == set()
    assert {"nudge.done_reply", "nudge.skip_reply"} < set(TOASTS)  # put together by the handler


def said(library: Library, language: Language) -> list[str]:
    changed = replace(library, languages={language.code: language})
    return [each.text for each in lengths.length_faults(changed, "content")]


def with_message(language: Language, message_id: str, text: str) -> Language:
    changed = Message({"other": Template.of(text)}, is_plural=False)
    return replace(language, messages={**language.messages, message_id: changed})


def test_what_ships_is_short_enough_in_every_language(shipped: Library) -> None:
    assert list(lengths.length_faults(shipped, "content")) == []


@pytest.mark.parametrize(
    ("message_id", "text", "told"),
    [
        ("numbers.any_emergency", "call " * 700 + "{numbers}", "with every reason can be"),
        ("nudge.closed", "x" * 201, "can be 201 characters long; at most 200 fit"),
        ("zone.placeholder", "x" * 65, "at most 64 fit"),
        ("identity.short", "x" * 121, "at most 120 fit"),
        ("session.plan", "x" * 3900, "the plan of four weeks can be"),
        ("escalation.helped", "x" * 65, "needs 1 to 64 characters"),
        ("freetext.yes", "x" * 40 + "{label}", "of the question about typed words needs 1 to 64"),
        ("zone.kept", "{zoen}", "{zoen} is not filled in here"),
        ("today.coming", "{emergency}", "{emergency} is not filled in here"),
    ],
)
def test_a_text_that_is_too_long_once_filled_in_is_found(
    shipped: Library, english: Language, message_id: str, text: str, told: str
) -> None:
    found = said(shipped, with_message(english, message_id, text))

    assert any(told in each for each in found), found


def test_an_id_too_long_for_a_button_is_found(shipped: Library, english: Language) -> None:
    long = "x" * 60
    guide = replace(english.guides[0], id=long, title=Html("Long"))

    found = said(shipped, replace(english, guides=(guide, *english.guides[1:])))

    assert any("callback data is over 64 bytes" in each for each in found), found


def test_a_text_that_the_program_needs_and_no_language_has_is_told(folder: Path) -> None:
    rename(folder, "numbers.any_advice:", "numbers.some_advice:")

    found = list(lengths.length_faults(load(folder), "content"))

    assert {each.text for each in found} == {
        'there is no text for "numbers.any_advice", which the program says. Add it.'
    }
    assert all(re.fullmatch(r"content/\w\w/messages\.yaml:\d+:\d+", each.where) for each in found)


def test_the_longest_messages_hold_the_longest_values(shipped: Library, english: Language) -> None:
    texts = [made.make().text for made in messages(shipped, english)]

    assert any("work in many countries" in each for each in texts)
    every = [english.reason(rule.id).reported for rule in shipped.rules.rules]
    assert any(all(each in text for each in every) for text in texts)
