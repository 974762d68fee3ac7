"""Methods that change or remove what is already in a chat."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.sandbox.errors import bad_request
from bot.sandbox.keyboards import check_markup, inline_only
from bot.sandbox.methods.common import (
    caption_fields,
    chat_of,
    document_object,
    file_of,
    message_in,
    photo_sizes,
    text_fields,
)
from bot.sandbox.spec import spec

if TYPE_CHECKING:
    from bot.sandbox.model import Chat, Json, Message
    from bot.sandbox.spec import Params
    from bot.sandbox.state import World

#: "A message can only be deleted if it was sent less than 48 hours ago" (Bot API).
DELETABLE = timedelta(hours=48)
MAX_DELETED_AT_ONCE = 100
MEDIA = {"photo", "document"}
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly "
    "the same as a current content and reply markup of the message"
)


def edit_message_text(world: World, params: Params) -> Json:
    """New text for a text message."""
    chat, message = _editable(world, params)
    if "text" not in message.body:
        raise bad_request("there is no text in the message to edit")
    content = text_fields(world, params)
    if "link_preview_options" in params:
        content["link_preview_options"] = params["link_preview_options"]
    replaced = {"text", "entities", "link_preview_options"}
    return _change(world, chat, message, params, content, replaced)


def edit_message_caption(world: World, params: Params) -> Json:
    """A new caption for a medium, or none."""
    chat, message = _editable(world, params)
    if not MEDIA & set(message.body):
        raise bad_request("there is no caption in the message to edit")
    content = caption_fields(world, params)
    return _change(world, chat, message, params, content, {"caption", "caption_entities"})


def edit_message_media(world: World, params: Params) -> Json:
    """Another photo or document, with its own caption."""
    chat, message = _editable(world, params)
    media = params["media"]
    if media["type"] not in MEDIA:
        raise bad_request(f'the sandbox does not play media of type "{media["type"]}"')
    content = caption_fields(world, media)
    stored = file_of(world, params, media["media"], kind=media["type"])
    shown = photo_sizes(stored) if media["type"] == "photo" else document_object(stored)
    replaced = {*MEDIA, "text", "entities", "caption", "caption_entities", "link_preview_options"}
    content = {media["type"]: shown, **content}
    return _change(world, chat, message, params, content, replaced)


def edit_message_reply_markup(world: World, params: Params) -> Json:
    """Other inline buttons, or none."""
    chat, message = _editable(world, params)
    return _change(world, chat, message, params, {}, set())


def _editable(world: World, params: Params) -> tuple[Chat, Message]:
    if "inline_message_id" in params:
        raise bad_request("MESSAGE_ID_INVALID")
    chat = chat_of(world, params)
    message = message_in(chat, params.get("message_id"), "edit")
    if not message.from_bot or message.frozen:
        raise bad_request("message can't be edited")
    return chat, message


def _change(
    world: World, chat: Chat, message: Message, params: Params, content: Json, replaced: set[str]
) -> Json:
    """Swap the `replaced` fields for `content`, and the keyboard for the call's."""
    markup = params.get("reply_markup")
    check_markup(markup)
    kept = {
        key: value for key, value in message.body.items() if key not in {*replaced, "reply_markup"}
    }
    body = {**kept, **content}
    if inline := inline_only(markup):
        body["reply_markup"] = inline
    if body == message.body:
        raise bad_request(NOT_MODIFIED)
    if content or replaced:  # new buttons alone do not make a message "edited"
        body["edit_date"] = world.unix()
    message.body = body
    world.update_message(chat, message)
    return body


def delete_message(world: World, params: Params) -> bool:
    """Remove one message, the bot's or the person's, younger than 48 hours."""
    chat = chat_of(world, params)
    message = message_in(chat, params["message_id"], "delete")
    sent_at = datetime.fromtimestamp(message.body["date"], UTC)
    if world.now() - sent_at > DELETABLE:
        raise bad_request("message can't be deleted for everyone")
    _delete(world, chat, message)
    return True


def delete_messages(world: World, params: Params) -> bool:
    """Remove up to 100 messages; those that are not there are passed over."""
    chat = chat_of(world, params)
    if not 1 <= len(params["message_ids"]) <= MAX_DELETED_AT_ONCE:
        raise bad_request("message identifiers must be 1-100")
    for message_id in params["message_ids"]:
        message = chat.messages.get(message_id)
        if message is not None and not message.deleted:
            _delete(world, chat, message)
    return True


def _delete(world: World, chat: Chat, message: Message) -> None:
    message.deleted = True
    if message.message_id in chat.pinned:
        chat.pinned.remove(message.message_id)
        world.save_chat(chat)
    world.update_message(chat, message)


def set_message_reaction(world: World, params: Params) -> bool:
    """One emoji of Telegram's list on a message, or none."""
    chat = chat_of(world, params)
    message = message_in(chat, params["message_id"], "react")
    chosen = params.get("reaction", [])
    if len(chosen) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    if chosen and chosen[0].get("emoji") not in spec().reactions:
        raise bad_request("REACTION_INVALID")
    message.reaction = chosen[0]["emoji"] if chosen else None
    world.update_message(chat, message)
    return True


def pin_chat_message(world: World, params: Params) -> bool:
    """Keep a message at the top of the chat."""
    chat = chat_of(world, params)
    message = message_in(chat, params["message_id"], "pin")
    chat.pinned = [*(one for one in chat.pinned if one != message.message_id), message.message_id]
    world.save_chat(chat)
    return True


def unpin_chat_message(world: World, params: Params) -> bool:
    """Take it down again; without an id the one pinned last."""
    chat = chat_of(world, params)
    wanted = params.get("message_id", chat.pinned[-1] if chat.pinned else None)
    if wanted not in chat.pinned:
        raise bad_request("message to unpin not found")
    chat.pinned.remove(wanted)
    world.save_chat(chat)
    return True
