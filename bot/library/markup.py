"""Texts for Telegram: HTML that is safe to join, templates with placeholders, and their checks.

Telegram's HTML (Bot API, "Formatting options") is held to the few tags the texts need.
"""

from __future__ import annotations

import html
import re
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

TAGS = frozenset({"b", "i", "u", "s", "a", "code", "blockquote"})
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)")
_MARK = re.compile(r"<[^<>]*>?")
_TAG = re.compile(r"<(?P<close>/?)(?P<name>[a-z][a-z0-9-]*)(?P<rest>(?: [^<>]*)?)>")
_HREF = re.compile(r' href="(?:https://[^"\s]+|\{[a-z_]+\})"')
_FIELD = re.compile(r"[a-z][a-z0-9_]*")


def escaped(text: str) -> str:
    """Plain text as HTML. Apostrophes stay: no attribute here is in single quotes."""
    return html.escape(text, quote=False).replace('"', "&quot;")


class Html(str):
    """Text that is HTML already and goes into other texts as it is; any other str is escaped."""

    __slots__ = ()

    @classmethod
    def of(cls, value: object) -> Html:
        """The value as HTML: itself if it is HTML, else its text, escaped."""
        return value if isinstance(value, Html) else cls(escaped(str(value)))

    @classmethod
    def joined(cls, parts: Iterable[object], between: str = "\n") -> Html:
        """The parts as HTML, one after the other."""
        return cls(between.join(cls.of(part) for part in parts))


@dataclass(frozen=True, slots=True)
class Template:
    """An HTML text with {placeholders}: odd parts are their names, even ones are text."""

    parts: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Template:
        """Take a text apart. Raises ValueError for a malformed placeholder."""
        return cls(tuple(_parts(text)))

    @property
    def placeholders(self) -> frozenset[str]:
        """The names that `fill` must be given."""
        return frozenset(self.parts[1::2])

    def fill(self, values: Mapping[str, object]) -> Html:
        """The text with each placeholder's value; a value that is not Html is escaped.

        Raises KeyError for a missing value; values without a placeholder are ignored.
        """
        if len(self.parts) == 1:
            return Html(self.parts[0])
        written = [Html.of(values[name]) for name in self.parts[1::2]]
        pairs = zip(self.parts[::2], [*written, ""], strict=True)
        return Html("".join(literal + value for literal, value in pairs))


def _parts(text: str) -> Iterator[str]:
    """Text, name, text, ..., text."""
    pending = ""
    try:
        pieces = list(string.Formatter().parse(text))
    except ValueError as error:
        raise ValueError(
            f"{error}. Write a brace that is meant as one twice, {{{{ or }}}}"
        ) from None
    for literal, name, form, conversion in pieces:
        pending += literal
        if name is None:
            continue
        if form or conversion or not _FIELD.fullmatch(name):
            raise ValueError(f"{{{name}}} is not a placeholder such as {{count}}")
        yield pending
        yield name
        pending = ""
    yield pending


def faults(text: str) -> list[str]:
    """What is wrong with a text as Telegram HTML; empty when it is fine."""
    wrong: list[str] = []
    still_open: list[str] = []
    for match in _MARK.finditer(text):
        tag = _TAG.fullmatch(match[0])
        if tag is None:
            wrong.append('"<" begins no tag. Write "&lt;"')
        elif tag["close"]:
            wrong.extend(_closed(tag["name"], still_open))
        else:
            wrong.extend(_opened(tag["name"], tag["rest"], still_open))
    wrong.extend(f"<{name}> is never closed" for name in still_open)
    if _ENTITY.search(text):
        wrong.append('"&" stands alone. Write "&amp;"')
    return wrong


def _opened(name: str, rest: str, still_open: list[str]) -> list[str]:
    if name not in TAGS:
        known = ", ".join(sorted(TAGS))
        return [f'<{name}> is not one of the tags {known}. For "<" itself write "&lt;"']
    still_open.append(name)
    if name == "a":
        return [] if _HREF.fullmatch(rest) else ['a link reads <a href="https://...">']
    return [f"<{name}> has attributes. Remove them"] if rest else []


def _closed(name: str, still_open: list[str]) -> list[str]:
    if still_open and still_open[-1] == name:
        still_open.pop()
        return []
    expected = f"</{still_open[-1]}>" if still_open else "no closing tag"
    return [f"</{name}> stands where {expected} was expected"]


def plain(text: str) -> str:
    """An HTML text for a button or a toast, where Telegram reads no HTML."""
    return html.unescape(_TAG.sub("", text))


def length(text: str) -> int:
    """How long Telegram counts an HTML text: in UTF-16 units, after its tags are read."""
    return len(plain(text).encode("utf-16-le")) // 2
