"""One message to one chat, and what each answer of Telegram means for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from telegram import Bot, InlineKeyboardMarkup, InputFile
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from bot.care.model import Occurrence, OccurrenceState
from bot.delivery.transport import UnsentError, post

if TYPE_CHECKING:
    from bot.care.model import ChatId

# What Telegram says, with 400, of a chat that is no more; compared in lower case.
GONE_WORDS = ("chat not found", "user not found", "peer_id_invalid", "input_user_deactivated")
# What it says, with 400, of a file id that is not, or no longer, its own.
FORGOTTEN_WORDS = ("file identifier", "file_id", "file reference")
HTML = ParseMode.HTML.value
FLOOD_WORDS = "too many requests"  # a 429 that names no time comes as a plain NetworkError


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture, and what Telegram calls it where it holds it already.

    `draw` makes its PNG, beside the event loop because that takes milliseconds.
    """

    key: str
    draw: Callable[[], bytes]
    file_id: str | None = None


@dataclass(frozen=True, slots=True)
class Parcel:
    """What to send: HTML text, which is the caption where there is a photo. `silent`: no sound.

    The keyboard is an inline one, as Telegram's JSON has it.
    """

    text: str
    keyboard: Mapping[str, Any] | None = None
    photo: Photo | None = None
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Drop:
    """Not worth sending any more: EXPIRED or CANCELLED, and why in a few words."""

    state: Literal[OccurrenceState.EXPIRED, OccurrenceState.CANCELLED]
    reason: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Not now: back into the queue, due at `until`."""

    until: datetime
    reason: str


Compose = Callable[[Sequence[Occurrence], datetime], Awaitable[Sequence[Parcel | Drop | Wait]]]
"""What each of these says at this instant, in their order; they are nudges, or it is one alone.

It reads and decides; it changes nothing. Where it fails, each is asked for alone.
"""


@dataclass(frozen=True, slots=True)
class Sent:
    """Telegram said yes; `file_id` is what it calls the photo that went with it."""

    message_id: int
    file_id: str | None = None


@dataclass(frozen=True, slots=True)
class NotSent:
    """Certainly not sent, and worth trying again.

    `retry_after_s` is Telegram's own word (429). `scope` tells whether only this chat is held up
    or every message of the bot (no connection, a refused token).
    """

    retry_after_s: float | None
    scope: Literal["chat", "bot"]
    reason: str


@dataclass(frozen=True, slots=True)
class Uncertain:
    """It may or may not have arrived.

    `unanswered`: for want of Telegram's own answer, and many such in a row are an outage.
    """

    reason: str
    unanswered: bool = False


@dataclass(frozen=True, slots=True)
class Gone:
    """The person blocked the bot, or the account is closed."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Telegram will never take this message: a defect of ours."""

    reason: str


Outcome = Sent | NotSent | Uncertain | Gone | Refused


async def send(bot: Bot, chat_id: ChatId, parcel: Parcel) -> Outcome:
    """Send `parcel` once and say what became of it; raises nothing of Telegram's.

    5xx, a read time-out and a broken connection are uncertain: sendMessage has no idempotency
    key, and Telegram may have acted before the answer was lost.
    """
    try:
        message = await _post(bot, chat_id, parcel)
    except TelegramError as error:
        return outcome_of(error)
    try:
        photo = message.get("photo")
        return Sent(int(message["message_id"]), str(photo[-1]["file_id"]) if photo else None)
    except (AttributeError, KeyError, IndexError, TypeError, ValueError):
        return Uncertain("an answer that is no message")


async def _post(bot: Bot, chat_id: ChatId, parcel: Parcel) -> Any:
    """The message as Telegram's JSON shows it.

    Of all that only two fields are wanted: making objects of the rest, as the library does, costs
    more than the sending.
    """
    photo = parcel.photo
    if photo is None:
        words = {"text": parcel.text, "link_preview_options": {"is_disabled": True}}
        return await post(bot, "sendMessage", _parameters(chat_id, parcel) | words)
    if photo.file_id is not None:
        known = {"photo": photo.file_id, "caption": parcel.text}
        try:
            return await post(bot, "sendPhoto", _parameters(chat_id, parcel) | known)
        except BadRequest as error:
            if not any(each in error.message.lower() for each in FORGOTTEN_WORDS):
                raise
    return await _upload(bot, chat_id, parcel, photo)


def _parameters(chat_id: ChatId, parcel: Parcel) -> dict[str, Any]:
    parameters: dict[str, Any] = {"chat_id": chat_id, "parse_mode": HTML}
    if parcel.keyboard is not None:
        parameters["reply_markup"] = parcel.keyboard
    if parcel.silent:
        parameters["disable_notification"] = True
    return parameters


async def _upload(bot: Bot, chat_id: ChatId, parcel: Parcel, photo: Photo) -> Any:
    png = await asyncio.to_thread(photo.draw)
    keyboard = parcel.keyboard
    message = await bot.send_photo(
        chat_id,
        InputFile(png, f"{photo.key}.png"),
        caption=parcel.text,
        parse_mode=HTML,
        reply_markup=None
        if keyboard is None
        else InlineKeyboardMarkup.de_json(dict(keyboard), bot),
        disable_notification=parcel.silent,
    )
    return message.to_dict()


def outcome_of(error: TelegramError) -> Outcome:
    """What an error of Telegram or of the way there means for the message."""
    words = error.message.lower()
    match error:
        case RetryAfter():
            return NotSent(retry_after_s(error), "chat", "429")
        case UnsentError():
            return NotSent(None, "bot", error.message)
        case InvalidToken():
            return NotSent(None, "bot", "Telegram refuses the token")
        case Forbidden():
            return Gone(error.message)
        case BadRequest() if any(gone in words for gone in GONE_WORDS):
            return Gone(error.message)
        case BadRequest() | ChatMigrated():
            return Refused(error.message)
    if words.startswith(FLOOD_WORDS):
        return NotSent(1.0, "chat", "429")
    return Uncertain(error.message, unanswered=True)


def retry_after_s(error: RetryAfter) -> float:
    """The pause Telegram asks for, in seconds."""
    pause = error.retry_after
    return pause.total_seconds() if isinstance(pause, timedelta) else float(pause)
