"""Telegram's HTML, read as Telegram's own server reads it.

The rules and the words of the errors follow `parse_html` of the Telegram
database library (td/telegram/MessageEntity.cpp) and "Formatting options" of
the Bot API. Offsets in errors are bytes of UTF-8, offsets in entities UTF-16.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.sandbox.entities import Entity, check_date_time_format, utf16_length
from bot.sandbox.errors import ApiError, bad_request

SIMPLE = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
}
SUPPORTED = {*SIMPLE, "a", "tg-emoji", "tg-time", "pre", "code", "blockquote"}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
HIGHEST_CODE_POINT = 0x10FFFF
#: Which attribute of which tag means something; all others are read and ignored.
MEANINGFUL = {
    ("a", "href"),
    ("code", "class"),
    ("span", "class"),
    ("tg-emoji", "emoji-id"),
    ("tg-time", "unix"),
    ("tg-time", "format"),
    ("blockquote", "expandable"),
}

_CHARACTER = re.compile(r"&(?:#x([0-9a-fA-F]{1,8})|#([0-9]{1,8})|(lt|gt|amp|quot)(?![a-zA-Z]));?")
_TAG_NAME = re.compile(r"[^\s>]*")
_ATTRIBUTE_NAME = re.compile(r"[^\s=>/\"']*")
_NAME_TOKEN = re.compile(r"[A-Za-z0-9.-]*")
_BLANK = re.compile(r"\s*")


@dataclass(slots=True)
class _Open:
    tag: str
    attributes: dict[str, str]
    offset: int
    begin: int


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Plain text and entities of Telegram's HTML.

    Raises `ApiError` 400 ("can't parse entities: ...") as Telegram does.
    """
    return _Reader(source).read()


def unescape(text: str) -> str:
    """Replace the character references Telegram knows; leave every other `&` alone."""
    return _CHARACTER.sub(_character, text) if "&" in text else text


def _character(match: re.Match[str]) -> str:
    hexadecimal, decimal, name = match.groups()
    if name:
        return NAMED[name]
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    if not 0 < code < HIGHEST_CODE_POINT or 0xD800 <= code <= 0xDFFF:
        return match.group()
    return chr(code)


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.pieces: list[str] = []
        self.offset = 0
        self.open: list[_Open] = []
        self.entities: list[Entity] = []

    def read(self) -> tuple[str, list[Entity]]:
        while self.at < len(self.source):
            begin = self.source.find("<", self.at)
            self._plain(self.at, len(self.source) if begin < 0 else begin)
            if begin < 0:
                break
            if self.source.startswith("/", begin + 1):
                self._end_tag(begin)
            else:
                self._start_tag(begin)
        if self.open:
            raise _wrong(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        return "".join(self.pieces), _without_nested_code(self.entities)

    def _plain(self, start: int, stop: int) -> None:
        if stop > start:
            piece = unescape(self.source[start:stop]).replace("\r", "")
            self.pieces.append(piece)
            self.offset += utf16_length(piece)

    def _bytes(self, at: int) -> int:
        return len(self.source[:at].encode())

    def _skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.source, self.at)
        assert match is not None
        self.at = match.end()
        return match.group()

    def _peek(self) -> str:
        return self.source[self.at : self.at + 1]

    def _start_tag(self, begin: int) -> None:
        self.at = begin + 1
        tag = self._skip(_TAG_NAME).lower()
        if not self._peek():
            raise _wrong(f"Unclosed start tag at byte offset {self._bytes(begin)}")
        if tag not in SUPPORTED:
            raise _wrong(f'Unsupported start tag "{tag}" at byte offset {self._bytes(begin)}')
        attributes: dict[str, str] = {}
        while self._skip(_BLANK) is not None and self._peek() != ">":
            name, value = self._attribute(tag, begin)
            if (tag, name) in MEANINGFUL:
                attributes[name] = value
        self.at += 1
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            where = self._bytes(begin)
            raise _wrong(f'Tag "span" must have class "tg-spoiler" at byte offset {where}')
        self.open.append(_Open(tag, attributes, self.offset, len(self.pieces)))

    def _attribute(self, tag: str, begin: int) -> tuple[str, str]:
        where = self._bytes(begin)
        name = self._skip(_ATTRIBUTE_NAME)
        if not name:
            if not self._peek():
                raise _wrong(f'Unclosed start tag "{tag}" at byte offset {where}')
            raise _wrong(f'Empty attribute name in the tag "{tag}" at byte offset {where}')
        self._skip(_BLANK)
        if self._peek() == "=":
            self.at += 1
            self._skip(_BLANK)
            value = self._attribute_value()
        else:
            value = ""
        if not self._peek():
            raise _wrong(f'Unclosed start tag "{tag}" at byte offset {where}')
        return name.lower(), value

    def _attribute_value(self) -> str:
        quote = self._peek()
        if quote not in {"'", '"'}:
            start = self.at
            value = self._skip(_NAME_TOKEN).lower()
            if self._peek() and not self._peek().isspace() and self._peek() != ">":
                raise _wrong(f"Unexpected end of name token at byte offset {self._bytes(start)}")
            return value
        end = self.source.find(quote, self.at + 1)
        stop = len(self.source) if end < 0 else end
        value = unescape(self.source[self.at + 1 : stop])
        self.at = stop if end < 0 else stop + 1
        return value

    def _end_tag(self, begin: int) -> None:
        where = self._bytes(begin)
        if not self.open:
            raise _wrong(f"Unexpected end tag at byte offset {where}")
        self.at = begin + 2
        tag = self._skip(_TAG_NAME).lower()
        self._skip(_BLANK)
        if self._peek() != ">":
            raise _wrong(f"Unclosed end tag at byte offset {where}")
        self.at += 1
        opened = self.open.pop()
        if tag and tag != opened.tag:
            raise _wrong(
                f'Unmatched end tag at byte offset {where}, expected "</{opened.tag}>", '
                f'found "</{tag}>"'
            )
        self._close(opened)

    def _close(self, opened: _Open) -> None:
        length = self.offset - opened.offset
        if length == 0:
            return
        inside = "".join(self.pieces[opened.begin :])
        extra = _meaning(opened, inside)
        if extra is None:
            return
        entity: Entity = {"offset": opened.offset, "length": length, **extra}
        if entity["type"] == "pre" and self.entities:
            last = self.entities[-1]
            same = (last["offset"], last["length"]) == (opened.offset, length)
            if same and last["type"] == "code":
                self.entities.pop()
                if "language" in last:
                    entity["language"] = last["language"]
        self.entities.append(entity)


def _meaning(opened: _Open, inside: str) -> Entity | None:
    """Type and extra fields of the entity a closed tag makes; None where it makes none."""
    tag, attributes = opened.tag, opened.attributes
    if tag in SIMPLE:
        return {"type": SIMPLE[tag]}
    if tag == "pre":
        return {"type": "pre"}
    if tag == "code":
        language = attributes.get("class", "")
        if language.startswith("language-"):
            return {"type": "code", "language": language.removeprefix("language-")}
        return {"type": "code"}
    if tag == "blockquote":
        return {"type": "expandable_blockquote" if "expandable" in attributes else "blockquote"}
    if tag == "tg-emoji":
        return {"type": "custom_emoji", "custom_emoji_id": attributes.get("emoji-id", "")}
    if tag == "tg-time":
        return _date_time(attributes)
    return _link(attributes.get("href") or inside)


def _date_time(attributes: dict[str, str]) -> Entity:
    unix = attributes.get("unix", "")
    if not re.fullmatch(r"-?\d{1,12}", unix):
        raise _wrong(f'invalid Unix time "{unix}" specified in the tag "tg-time"')
    shown = attributes.get("format", "")
    check_date_time_format(shown)
    entity: Entity = {"type": "date_time", "unix_time": int(unix)}
    return {**entity, "date_time_format": shown} if shown else entity


def _link(url: str) -> Entity | None:
    user = re.fullmatch(r"tg://user\?id=(\d+)", url)
    if user:
        return {"type": "text_mention", "user": {"id": int(user[1])}}
    if re.match(r"(?i)(https?|tg|ton|mailto|tel):", url):
        return {"type": "text_link", "url": url}
    if re.match(r"[\w-]+(\.[\w-]+)+(/|$)", url):
        return {"type": "text_link", "url": f"http://{url}"}
    return None  # Telegram drops a link it can't read and keeps the words


def _without_nested_code(entities: list[Entity]) -> list[Entity]:
    """Drop what stands inside `pre` and `code`, and languages of inline code."""
    blocks = [one for one in entities if one["type"] in {"pre", "code"}]

    def nested(entity: Entity) -> bool:
        stop = entity["offset"] + entity["length"]
        return any(
            block is not entity
            and block["offset"] <= entity["offset"]
            and stop <= block["offset"] + block["length"]
            and (block["length"] > entity["length"] or entity not in blocks)
            for block in blocks
        )

    kept = [one for one in entities if not nested(one)]
    return [
        {key: value for key, value in one.items() if one["type"] != "code" or key != "language"}
        for one in kept
    ]


def _wrong(reason: str) -> ApiError:
    return bad_request(f"can't parse entities: {reason}")
