"""Text with entities as Telegram keeps it: offsets in UTF-16 code units."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from typing import Any

from bot.sandbox.errors import bad_request

Entity = dict[str, Any]

#: Outer entities first where two begin at the same place.
ORDER = [
    "blockquote",
    "expandable_blockquote",
    "text_link",
    "text_mention",
    "date_time",
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "pre",
    "code",
    "custom_emoji",
    "mention",
    "hashtag",
    "cashtag",
    "bot_command",
    "url",
    "email",
    "phone_number",
]
NEEDS = {
    "text_link": "url",
    "text_mention": "user",
    "custom_emoji": "custom_emoji_id",
    "date_time": "unix_time",
}
FOUND_BY_TELEGRAM = (
    ("bot_command", re.compile(r"(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?(?![\w/])")),
    ("url", re.compile(r"(?<![\w@.])(?:https?://|www\.)[^\s<>\"]*[^\s<>\".,;:!?)\]]")),
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("mention", re.compile(r"(?<![\w@/.])@[A-Za-z]\w{3,31}")),
    ("hashtag", re.compile(r"(?<!\w)#(?=\w*[^\W\d_])\w{1,255}")),
)
DATE_TIME_FORMAT = re.compile(r"r|w?[dD]?[tT]?")

_TAGS = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "spoiler": "tg-spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}


@dataclass(frozen=True, slots=True)
class Formatted:
    """Plain text and what is bold, linked or quoted in it."""

    text: str = ""
    entities: list[Entity] = field(default_factory=list)


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units: an emoji outside the basic plane counts two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def settle(text: str, entities: list[Entity]) -> Formatted:
    """The text as Telegram stores it: no carriage returns, trimmed, entities in order.

    Leading blanks go up to the first entity, trailing ones always; links,
    commands and mentions are found as Telegram finds them.
    """
    first = min((entity["offset"] for entity in entities), default=utf16_length(text))
    leading = min(len(text) - len(text.lstrip(" \n\t")), first)
    text = text.rstrip(" \n\t")[leading:]
    end = utf16_length(text)
    kept = []
    for entity in entities:
        start = entity["offset"] - leading
        length = min(start + entity["length"], end) - start
        if length > 0:
            kept.append({**entity, "offset": start, "length": length})
    kept += _found(text, kept)
    return Formatted(text, _in_order(kept))


def check_entities(text: str, entities: list[Entity]) -> list[Entity]:
    """Entities that came ready-made, refused with `ApiError` 400 when they do not fit."""
    end = utf16_length(text)
    encoded = text.encode("utf-16-le")
    for entity in entities:
        kind, start = entity["type"], entity["offset"]
        stop = start + entity["length"]
        if kind not in ORDER:
            raise bad_request(f'can\'t parse MessageEntity: unsupported type "{kind}" specified')
        if NEEDS.get(kind, "type") not in entity:
            raise bad_request(f'can\'t parse MessageEntity: "{kind}" needs "{NEEDS[kind]}"')
        if start < 0 or entity["length"] <= 0 or stop > end:
            raise bad_request(
                f"entity beginning at UTF-16 offset {start} ends after the end of the text "
                f"at UTF-16 offset {stop}"
            )
        if _inside_pair(encoded, start) or _inside_pair(encoded, stop):
            raise bad_request(
                f"entity beginning at UTF-16 offset {start} ends in a middle of a UTF-16 symbol"
            )
        if kind == "date_time":
            check_date_time_format(entity.get("date_time_format", ""))
    return entities


def check_date_time_format(value: str) -> None:
    """Refuse what is not `r` or `w?[dD]?[tT]?` (Bot API, date-time entity formatting)."""
    if not DATE_TIME_FORMAT.fullmatch(value):
        raise bad_request(f'can\'t parse entities: invalid date-time format "{value}" specified')


def to_html(formatted: Formatted) -> str:
    """The text as Telegram's HTML; entities Telegram finds by itself stay plain."""
    units = formatted.text.encode("utf-16-le")
    marks: dict[int, list[str]] = {}
    for entity in formatted.entities:
        opening, closing = _tag(entity)
        if opening:
            marks.setdefault(entity["offset"], []).append(opening)
            marks.setdefault(entity["offset"] + entity["length"], []).insert(0, closing)
    pieces: list[str] = []
    last = 0
    for at in sorted(marks):
        pieces += [_plain(units, last, at), *marks[at]]
        last = at
    return "".join([*pieces, _plain(units, last, len(units) // 2)])


def _tag(entity: Entity) -> tuple[str, str]:
    kind = entity["type"]
    if kind in _TAGS:
        if kind == "pre" and "language" in entity:
            language = escape(entity["language"])
            return f'<pre><code class="language-{language}">', "</code></pre>"
        return f"<{_TAGS[kind]}>", f"</{_TAGS[kind]}>"
    if kind == "expandable_blockquote":
        return "<blockquote expandable>", "</blockquote>"
    if kind == "text_link":
        return f'<a href="{escape(entity["url"])}">', "</a>"
    if kind == "text_mention":
        return f'<a href="tg://user?id={entity["user"]["id"]}">', "</a>"
    if kind == "date_time":
        shown = entity.get("date_time_format")
        shape = f' format="{escape(shown)}"' if shown else ""
        return f'<tg-time unix="{entity["unix_time"]}"{shape}>', "</tg-time>"
    return "", ""


def _plain(units: bytes, start: int, stop: int) -> str:
    return escape(units[start * 2 : stop * 2].decode("utf-16-le"), quote=False)


def _inside_pair(units: bytes, at: int) -> bool:
    """Whether a UTF-16 offset falls between the two halves of one character."""
    return 0xDC <= units[at * 2 + 1] <= 0xDF if at * 2 + 1 < len(units) else False


def _in_order(entities: list[Entity]) -> list[Entity]:
    return sorted(
        entities, key=lambda one: (one["offset"], -one["length"], ORDER.index(one["type"]))
    )


def _found(text: str, entities: list[Entity]) -> list[Entity]:
    found: list[Entity] = []
    closed = [one for one in entities if one["type"] in {"pre", "code", "text_link", "date_time"}]
    for kind, pattern in FOUND_BY_TELEGRAM:
        for match in pattern.finditer(text):
            start = utf16_length(text[: match.start()])
            stop = start + utf16_length(match.group())
            taken = any(
                one["offset"] < stop and start < one["offset"] + one["length"]
                for one in [*closed, *found]
            )
            if not taken:
                found.append({"type": kind, "offset": start, "length": stop - start})
    return found
