"""Messages as a person sees them: for the page (JSON) and for Python."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, cast

from bot.sandbox.entities import Formatted, to_html

if TYPE_CHECKING:
    from bot.sandbox.model import Chat, Json, Message
    from bot.sandbox.state import World

Kind = Literal["text", "photo", "document", "location", "sticker", "voice", "contact", "other"]
KINDS = ("text", "photo", "document", "location", "sticker", "voice", "contact")


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message."""

    text: str
    data: str | None = None
    url: str | None = None
    style: str | None = None
    copy_text: str | None = None


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message as it stands in the chat now.

    `text` is the plain text, or the caption of a medium; `html` the same with
    Telegram's tags; `reply_keyboard` the labels of a keyboard it put up.
    """

    message_id: int
    sender: Literal["bot", "person"]
    text: str
    html: str
    at: datetime
    kind: Kind = "text"
    caption: str | None = None
    buttons: list[list[Button]] = field(default_factory=list)
    reply_keyboard: list[list[str]] | None = None
    edited_at: datetime | None = None
    silent: bool = False
    reply_to: int | None = None
    reaction: str | None = None
    file_name: str | None = None
    file_id: str | None = None
    deleted: bool = False

    def button(self, wanted: str) -> Button:
        """The button with this label or callback data. Raises `LookupError` with those there."""
        everything = [button for row in self.buttons for button in row]
        for button in everything:
            if wanted in {button.text, button.data}:
                return button
        shown = ", ".join(repr(button.text) for button in everything) or "no buttons"
        raise LookupError(f"no button {wanted!r} under message {self.message_id}: {shown}")


def kind_of(body: Json) -> Kind:
    """What a Message object of the Bot API is."""
    return cast("Kind", next((kind for kind in KINDS if kind in body), "other"))


def chat_message(message: Message) -> ChatMessage:
    """A stored message for Python."""
    body = message.body
    formatted = formatted_text(body)
    file = _file_of(body)
    edited = body.get("edit_date")
    keyboard = message.reply_keyboard
    return ChatMessage(
        message_id=message.message_id,
        sender="bot" if message.from_bot else "person",
        text=formatted.text,
        html=to_html(formatted),
        at=datetime.fromtimestamp(body["date"], UTC),
        kind=kind_of(body),
        caption=body.get("caption"),
        buttons=[[Button(**_button(one)) for one in row] for row in _inline_rows(body)],
        reply_keyboard=[[one["text"] for one in row] for row in keyboard["keyboard"]]
        if keyboard
        else None,
        edited_at=datetime.fromtimestamp(edited, UTC) if edited else None,
        silent=message.silent,
        reply_to=body.get("reply_to_message", {}).get("message_id"),
        reaction=message.reaction,
        file_name=file.get("file_name") if file else None,
        file_id=file["file_id"] if file else None,
        deleted=message.deleted,
    )


def page_message(world: World, chat: Chat, message: Message) -> Json:
    """A stored message for the page."""
    body = message.body
    formatted = formatted_text(body)
    inline = [[_button(one) for one in row] for row in _inline_rows(body)]
    location = body.get("location")
    return {
        "message_id": message.message_id,
        "from": "bot" if message.from_bot else "person",
        "date": body["date"],
        "edited": "edit_date" in body,
        "silent": message.silent,
        "kind": kind_of(body),
        "text": formatted.text,
        "entities": formatted.entities,
        "file": _page_file(world, chat, body),
        "location": location
        and {"latitude": location["latitude"], "longitude": location["longitude"]},
        "buttons": inline or None,
        "reply_to": body.get("reply_to_message", {}).get("message_id"),
        "reaction": message.reaction,
    }


def page_keyboard(keyboard: Json | None) -> Json | None:
    """The keyboard at the bottom of the chat, for the page."""
    if keyboard is None:
        return None
    return {
        "rows": [[_reply_button(one) for one in row] for row in keyboard["keyboard"] if row],
        "resize": keyboard.get("resize_keyboard", False),
        "one_time": keyboard.get("one_time_keyboard", False),
        "placeholder": keyboard.get("input_field_placeholder"),
    }


def formatted_text(body: Json) -> Formatted:
    """The text or caption of a Message object with its entities."""
    if "text" in body:
        return Formatted(body["text"], body.get("entities", []))
    return Formatted(body.get("caption", ""), body.get("caption_entities", []))


def _inline_rows(body: Json) -> list[list[Json]]:
    rows: list[list[Json]] = body.get("reply_markup", {}).get("inline_keyboard", [])
    return rows


def _button(button: Json) -> Json:
    shown = {"text": button["text"], "data": button.get("callback_data"), "url": button.get("url")}
    shown["style"] = button.get("style")
    shown["copy_text"] = button.get("copy_text", {}).get("text")
    return {name: value for name, value in shown.items() if value is not None}


def _reply_button(button: Json) -> Json:
    shown = {
        "text": button["text"],
        "request_location": button.get("request_location", False),
        "request_contact": button.get("request_contact", False),
    }
    return {**shown, "style": button["style"]} if "style" in button else shown


def _file_of(body: Json) -> Json | None:
    """The largest size of a photo, or the file object of another medium."""
    if "photo" in body:
        return cast("Json", body["photo"][-1])
    kind = kind_of(body)
    return body[kind] if kind in {"document", "voice", "sticker"} else None


def _page_file(world: World, chat: Chat, body: Json) -> Json | None:
    file = _file_of(body)
    stored = world.uploads.get(file["file_id"]) if file else None
    if stored is None:
        return None
    return {
        "url": f"/person/{chat.chat_id}/file/{stored.file_id}",
        "name": stored.name,
        "size": stored.size,
        "width": stored.width,
        "height": stored.height,
    }
