"""/why: where a message of the bot comes from.

A nudge or advice is known by its message's id. Questions and closing words are sent as replies
and kept by nobody; their own buttons, or the words of the answered question, say what they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.care.model import EscalationId, InterviewId
from bot.library.markup import plain
from bot.service import explaining
from bot.service.explaining import Pointer
from bot.telegram.callbacks import Callback, decode
from bot.telegram.views import why as views
from bot.telegram.views.interview import CHECK_IN
from bot.telegram.views.pages import GUIDE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from telegram import Message

    from bot.library.text import Language
    from bot.telegram.turn import Turn


async def command(turn: Turn) -> None:
    """Explain the message this one replies to, or the latest of the bot's."""
    message = turn.update.effective_message
    replied = message.reply_to_message if message else None
    if replied is not None:
        own = replied.from_user is not None and replied.from_user.id == turn.bot.id
        pointer = point(replied, turn.language) if own else None
        found = pointer and await explaining.of_message(turn.practice, turn.known.id, pointer)
    elif message is not None and message.external_reply is not None:
        found = None  # a message of another chat
    else:
        found = await explaining.of_latest(turn.practice, turn.known.id)
    await turn.send(
        views.explanation(turn.language, found) if found else views.unknown(turn.language)
    )


def point(message: Message, language: Language) -> Pointer:
    """What a message of the bot is, as far as it shows."""
    for tapped in _buttons(message):
        pointer = _by_button(message.message_id, tapped)
        if pointer is not None:
            return pointer
    return Pointer(message_id=message.message_id, question=_answered(message, language))


def _buttons(message: Message) -> Iterator[Callback]:
    rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
    for each in (button for row in rows for button in row):
        data = each.callback_data
        callback = decode(data) if isinstance(data, str) else None
        if callback is not None:
            yield callback


def _by_button(message_id: int, tapped: Callback) -> Pointer | None:
    match tapped.action, tapped.arguments:
        case (("a" | "re"), (_, question, *_)):
            number = InterviewId(tapped.number(0))
            return Pointer(message_id=message_id, interview_id=number, question=question)
        case "worse", (about, _) if about == CHECK_IN:
            return Pointer(message_id=message_id, interview_id=InterviewId(tapped.number(1)))
        case "e", (_, *_):
            return Pointer(message_id=message_id, escalation_id=EscalationId(tapped.number(0)))
        case "worse", (about, guide) if about == GUIDE:
            return Pointer(message_id=message_id, guide=guide)
        case "guides", (guide,):
            return Pointer(message_id=message_id, guide=guide)
    return None


def _answered(message: Message, language: Language) -> str | None:
    """The question that an answered prompt, long without a button, still names."""
    text = message.text or ""
    for question_id, words in language.questions.items():
        if text.startswith(f"{plain(words.short)}: "):
            return question_id
    return None
