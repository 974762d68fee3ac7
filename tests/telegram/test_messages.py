"""Every message that is said exists, every one that exists is said, and none lacks a value.

Read from the code itself: the id of a message is a string, or an f-string whose gaps are filled
with words of the code (kinds, levels, fields).
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest

import bot
from bot.care.model import Kind, Level
from bot.library.entries import Evidence
from bot.telegram.router import COMMANDS
from bot.telegram.views.settings import CHOICES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.library.text import Language

ROOT = Path(bot.__file__).parent
SPEAKING = ("telegram", "service", "app.py", "tryout.py", "checkup.py", "cli.py")
# What `**name` at a call of `say` fills in.
SPREAD = {
    "numbers": {"emergency", "advice_line", "country", "doctor_link"},
    "turn.numbers()": {"emergency", "advice_line", "country", "doctor_link"},
    "times": set(CHOICES),
}
SNOOZES = ("10m", "1h", "evening", "tomorrow", "when", "quiet")


@dataclass(frozen=True)
class Said:
    """One call of `say`: where, the ids it may name as patterns, and the values it gives."""

    where: str
    ids: tuple[str, ...]
    values: frozenset[str]


def trees() -> Iterator[tuple[str, ast.Module]]:
    for name in SPEAKING:
        place = ROOT / name
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def words() -> set[str]:
    """What may fill a gap: any word the code knows."""
    known = {each.value for each in Kind} | {each.id for each in Level} | set(SNOOZES)
    known |= set(get_args(Evidence))
    for _, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                known |= {node.value} if re.fullmatch("[a-z0-9_]+", node.value) else set()
    return known


GAP = f"(?:{'|'.join(sorted(words()))})"


def patterns(node: ast.AST) -> Iterator[str]:
    """The ids an expression can be, as patterns; parts of f-strings are no ids themselves."""
    if isinstance(node, ast.JoinedStr):
        yield "".join(
            re.escape(part.value)
            if isinstance(part, ast.Constant) and isinstance(part.value, str)
            else GAP
            for part in node.values
        )
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield re.escape(node.value)
    elif isinstance(node, ast.IfExp):  # what is tested is no id
        yield from patterns(node.body)
        yield from patterns(node.orelse)
    else:
        for child in ast.iter_child_nodes(node):
            yield from patterns(child)


def is_say(node: ast.AST) -> bool:
    """A call of `turn.say` or `language.say`; a level's own words have parts, not ids."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "say"
        and isinstance(node.func.value, ast.Name | ast.Attribute)
    )


def said() -> list[Said]:
    found = []
    for name, tree in trees():
        for node in ast.walk(tree):
            if not is_say(node):
                continue
            assert isinstance(node, ast.Call)
            values: set[str] = set()
            for each in node.keywords:
                values |= {each.arg} if each.arg else SPREAD.get(ast.unparse(each.value), set())
            ids = () if isinstance(node.args[0], ast.Subscript) else tuple(patterns(node.args[0]))
            found.append(Said(f"{name}:{node.lineno}", ids, frozenset(values)))
    return found


SAID = said()


EXACT = {each for call in SAID for each in call.ids if GAP not in each}


def matching(language: Language, pattern: str) -> list[str]:
    return [each for each in language.messages if re.fullmatch(pattern, each)]


def test_the_code_was_read() -> None:
    assert len(SAID) > 100


@pytest.mark.parametrize("call", SAID, ids=lambda each: each.where)
def test_what_is_said_exists_and_has_all_its_values(call: Said, english: Language) -> None:
    for pattern in call.ids:
        found = matching(english, pattern)

        assert found, f"{call.where}: no message {pattern}"
        for message_id in found:
            if GAP in pattern and re.escape(message_id) in EXACT:
                continue  # said by its own name elsewhere
            missing = english.messages[message_id].placeholders - call.values
            assert not missing, f"{call.where}: {message_id} wants {missing}"


def test_every_message_is_said_somewhere(english: Language) -> None:
    used: set[str] = set()
    for _, tree in trees():
        for pattern in {each for node in ast.walk(tree) for each in patterns(node)}:
            used.update(matching(english, pattern) if "." in pattern else ())

    assert sorted(set(english.messages) - used) == []


@pytest.mark.parametrize(
    "message_id",
    [
        *(f"kind.{each.value}" for each in Kind),
        *(f"command.{each}" for each in COMMANDS),
        *(f"nudge.later_{each}" for each in SNOOZES),
        *(f"today.open_{each.id}" for each in Level if each >= Level.DOCTOR),
        *(f"report.level_{each.id}" for each in Level if each >= Level.DOCTOR),
        *(f"freetext.advice_{each.id}" for each in Level if each >= Level.THERAPIST),
        *(f"settings.choose_{each}" for each in (*CHOICES, "country", "language")),
        *(f"settings.{each}" for each in (*CHOICES, "hydration_on", "stretching_off")),
        *(f"session.{each}" for each in ("morning", "afternoon", "evening")),
        *(f"escalation.{each}_reply" for each in ("seen_fine", "seen_wait")),
        *(f"nudge.{each}_reply" for each in ("done", "skip")),
    ],
)
def test_whatever_fills_the_gap_of_an_id_there_is_a_message(
    message_id: str, english: Language
) -> None:
    assert message_id in english.messages
