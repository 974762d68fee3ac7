"""YAML without its traps, and with the line of every value.

Scalars follow the core schema of YAML 1.2 (section 10.3.2), narrowed: `no`, `on`, `12:30` and
`2024-01-31` are text, and so is a number with a leading zero (`061` is a phone number). Refused
with a line and column: duplicate keys, anchors and aliases, tags, several documents, keys that are
not text, and nesting or files beyond any use.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import yaml

from bot.library.errors import ContentError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

Value: TypeAlias = "str | int | float | bool | list[Value] | dict[str, Value] | None"
Step: TypeAlias = "str | int"
Place: TypeAlias = tuple[int, int]  # line and column, from 1

DEEPEST = 20
LARGEST = 2_000_000  # characters

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C parser is ten times faster
_WORDS: Mapping[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+")


@dataclass(frozen=True, slots=True)
class Document:
    """A file as plain values; `places` and `keys` tell where each value and key stands."""

    name: str
    value: Value
    places: Mapping[tuple[Step, ...], Place]
    keys: Mapping[tuple[Step, ...], Place]

    def where(self, path: tuple[Step, ...], *, key: bool = False) -> str:
        """ "file:line:column" of what stands at the path, or of the nearest thing around it."""
        marks = self.keys if key else self.places
        while path and path not in marks:
            path, marks = path[:-1], self.places
        line, column = marks.get(path, (1, 1))
        return f"{self.name}:{line}:{column}"

    def line(self, path: tuple[Step, ...]) -> int:
        """The line of what stands at the path."""
        return self.places.get(path, (1, 1))[0]


def read(path: Path, name: str) -> Document:
    """Read a YAML file; `name` is how errors call it. Raises ContentError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ContentError([Problem(name, "the file is missing. Add it.")]) from None
    except UnicodeDecodeError as error:
        text = f"the file is not UTF-8 (byte {error.start}). Save it as UTF-8."
        raise ContentError([Problem(name, text)]) from None
    except OSError as error:
        raise ContentError([Problem(name, f"cannot be read: {error.strerror}.")]) from None
    return parse(text, name)


def parse(text: str, name: str) -> Document:
    """Parse YAML text strictly. Raises ContentError with every problem that can be told."""
    if len(text) > LARGEST:
        raise ContentError([Problem(name, f"the file is larger than {LARGEST:,} characters.")])
    control = _CONTROL.search(text)
    if control:
        before = text[: control.start()]
        where = f"{name}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"
        said = f"holds the control character {ord(control[0]):#04x}. Remove it."
        raise ContentError([Problem(where, said)])
    builder = _Builder(name)
    try:
        value = builder.document(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        raise ContentError([Problem(where, _plainly(error))]) from None
    except yaml.YAMLError as error:
        raise ContentError([Problem(name, f"is not YAML: {_first_line(str(error))}.")]) from None
    if builder.problems:
        raise ContentError(builder.problems)
    return Document(name, value, builder.places, builder.keys)


def _plainly(error: yaml.MarkedYAMLError) -> str:
    said = error.problem or error.context or "something is wrong here"
    advice = " Check the indentation, and put text with a colon, # or quote mark in quotes."
    if "\\t" in said:
        advice = " Indent with spaces, not with tabs."
    return f"is not YAML: {_first_line(said)}.{advice}"


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0].rstrip(".") if text.strip() else "unreadable"


@dataclass(slots=True)
class _Builder:
    """Turns the parser's events into values; PyYAML's own constructors are never used."""

    name: str
    problems: list[Problem] = field(default_factory=list)
    places: dict[tuple[Step, ...], Place] = field(default_factory=dict)
    keys: dict[tuple[Step, ...], Place] = field(default_factory=dict)

    def document(self, events: Iterator[yaml.Event]) -> Value:
        """The value of the only document."""
        value: Value = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse(event, "a second document begins here. Keep one in each file.")
                    break
            elif isinstance(event, yaml.NodeEvent):
                value = self._node(event, events, ())
        if documents == 0:
            self.problems.append(Problem(f"{self.name}:1:1", "the file is empty."))
        return value

    def _node(
        self, event: yaml.Event, events: Iterator[yaml.Event], path: tuple[Step, ...]
    ) -> Value:
        self.places[path] = _place(event)
        if isinstance(event, yaml.AliasEvent):
            self._refuse(event, "aliases (*name) are not used here. Write the value out.")
            return None
        if getattr(event, "anchor", None) is not None:
            self._refuse(event, "anchors (&name) are not used here. Write each value out.")
        tag = getattr(event, "tag", None)
        if tag is not None and tag != "!":
            self._refuse(event, f"tags ({tag}) are not used here. Remove it.")
        if len(path) > DEEPEST:
            text = f"is nested more than {DEEPEST} deep."
            raise ContentError([Problem(self._where(event), text)])
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(events, path)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(events, path)
        return _scalar(event) if isinstance(event, yaml.ScalarEvent) else None

    def _sequence(self, events: Iterator[yaml.Event], path: tuple[Step, ...]) -> Value:
        values: list[Value] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            values.append(self._node(event, events, (*path, len(values))))
        return values

    def _mapping(self, events: Iterator[yaml.Event], path: tuple[Step, ...]) -> Value:
        values: dict[str, Value] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._key(event, events, path)
            if key in values:
                first = self.keys[(*path, key)][0]
                self._refuse(event, f'"{key}" is already there, in line {first}. Keep one of them.')
            else:
                self.keys[(*path, key)] = _place(event)
            values[key] = self._node(next(events), events, (*path, key))
        return values

    def _key(self, event: yaml.Event, events: Iterator[yaml.Event], path: tuple[Step, ...]) -> str:
        """A key as text. Numbers make fine ids when they are quoted."""
        if not isinstance(event, yaml.ScalarEvent):
            self._node(event, events, (*path, "?"))
            self._refuse(event, "a key is a word, not a list or a mapping.")
            return "?"
        if event.anchor is not None or event.tag is not None:
            self._refuse(event, "a key is a word, without anchor or tag.")
        if not isinstance(_scalar(event), str):
            key = event.value or "(empty)"
            self._refuse(event, f"the key {key} is not text. Put it in quotes.")
        return str(event.value)

    def _refuse(self, event: yaml.Event, text: str) -> None:
        self.problems.append(Problem(self._where(event), text))

    def _where(self, event: yaml.Event) -> str:
        line, column = _place(event)
        return f"{self.name}:{line}:{column}"


def _place(event: yaml.Event) -> Place:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _scalar(event: yaml.ScalarEvent) -> Value:
    text = str(event.value)
    if event.style:  # quoted or a block: text, whatever it looks like
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
