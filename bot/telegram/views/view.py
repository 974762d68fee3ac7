"""What a message looks like, and the buttons that many of them share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from babel.dates import format_date, format_skeleton
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from bot.care import timing
from bot.library.markup import Html, plain
from bot.telegram.callbacks import encode

if TYPE_CHECKING:
    from datetime import datetime, time

    from bot.library.pictures import Picture
    from bot.library.text import Language

Keyboard = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove
Row = Sequence[InlineKeyboardButton]
PlainButton = Mapping[str, str]
CLOCK = "%H:%M"


@dataclass(frozen=True, slots=True)
class View:
    """A message: Telegram HTML, a keyboard under it, and a drawing above it."""

    text: str
    keyboard: Keyboard | None = None
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class PlainKeyboard:
    """An inline keyboard as Telegram's JSON has it.

    For what goes to thousands in the same second: the library's objects for four buttons cost
    more than all the rest of such a message.
    """

    rows: tuple[tuple[PlainButton, ...], ...]

    def to_dict(self) -> dict[str, object]:
        """The same as the library's keyboards give."""
        return {"inline_keyboard": self.rows}


@dataclass(frozen=True, slots=True)
class PlainView:
    """A message for thousands: a `View` without the library's objects."""

    text: str
    keyboard: PlainKeyboard
    picture: Picture | None = None


def button(
    text: str, action: str, *arguments: str | int, style: str | None = None
) -> InlineKeyboardButton:
    """An inline button; its label carries the meaning, `style` only colours it."""
    return InlineKeyboardButton(plain(text), callback_data=encode(action, *arguments), style=style)


def keyboard(rows: Iterable[Row]) -> InlineKeyboardMarkup:
    """An inline keyboard of these rows, empty ones left out."""
    return InlineKeyboardMarkup([list(row) for row in rows if row])


def in_rows(buttons: Sequence[InlineKeyboardButton], width: int) -> list[Row]:
    """Buttons laid out `width` to a row."""
    return [buttons[start : start + width] for start in range(0, len(buttons), width)]


def wrong_row(language: Language, *about: str | int) -> Row:
    """The way to say, from anywhere, that something is wrong.

    `about` is for /why alone: what the message above the button says, such as its interview.
    """
    label = language.say("button.wrong")
    return [button(label, "worse", *about)] if about else _wrong_row(label)


@cache
def _wrong_row(label: str) -> Row:
    """Made once a language: it stands under nearly every message."""
    return (button(label, "worse"),)


def wall(value: time) -> str:
    """A wall time as people read it."""
    return value.strftime(CLOCK)


def day(instant: datetime, zone: str, language: Language) -> str:
    """The local day of an instant, such as "Tue 24 Nov", in the person's language."""
    return str(
        format_skeleton("MMMEd", timing.local(instant, zone), locale=language.locale)
        or format_date(timing.local(instant, zone), locale=language.locale)
    )


def moment(instant: datetime, zone: str, language: Language) -> Html:
    """An instant as local day and time; Telegram shows it in the reader's own zone."""
    shown = f"{day(instant, zone, language)}, {wall(timing.local(instant, zone).time())}"
    unix = int(instant.timestamp())
    return Html(f'<tg-time unix="{unix}" format="wDt">{Html.of(shown)}</tg-time>')


def timed(instant: datetime, zone: str, language: Language, what: str) -> Html:
    """When and what, on one line."""
    return Html(f"{moment(instant, zone, language)} – {Html.of(what)}")


def bullets(lines: Iterable[str]) -> Html:
    """A list, one line each; lines that are not Html are escaped."""
    return Html.joined(Html(f"• {Html.of(line)}") for line in lines)
