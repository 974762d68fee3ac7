"""What most methods need: the chat, the text, the file, the message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.entities import Formatted, check_entities, settle, utf16_length
from bot.sandbox.errors import bad_request, forbidden
from bot.sandbox.keyboards import check_markup, inline_only
from bot.sandbox.markup import parse_html
from bot.sandbox.spec import Upload

if TYPE_CHECKING:
    from bot.sandbox.entities import Entity
    from bot.sandbox.model import Chat, Json, Message, StoredFile
    from bot.sandbox.spec import Params
    from bot.sandbox.state import World

MAX_TEXT = 4096
MAX_CAPTION = 1024


def chat_of(world: World, params: Params) -> Chat:
    """The chat a call is for. Raises `ApiError` when the bot may not write there."""
    if "chat_id" not in params:
        raise bad_request("chat_id is empty")
    chat = world.chats.get(params["chat_id"])
    if chat is None:
        raise bad_request("chat not found")
    if chat.deactivated:
        raise forbidden("user is deactivated")
    if chat.blocked:
        raise forbidden("bot was blocked by the user")
    if chat.kind == "private" and not chat.started:
        raise forbidden("bot can't initiate conversation with a user")
    return chat


def message_in(chat: Chat, message_id: int | None, verb: str) -> Message:
    """A message of the chat that is still there. Raises "message to `verb` not found"."""
    if message_id is None:
        raise bad_request("message identifier is not specified")
    message = chat.messages.get(message_id)
    if message is None or message.deleted:
        raise bad_request(f"message to {verb} not found")
    return message


def text_fields(world: World, params: Params) -> Json:
    """`text` and `entities` of a Message from a call's parameters."""
    formatted = _formatted(world, params, "text", "entities")
    if not formatted.text:
        raise bad_request("message text is empty")
    if utf16_length(formatted.text) > MAX_TEXT:
        raise bad_request("message is too long")
    return _with_entities("text", "entities", formatted)


def caption_fields(world: World, params: Params | Json) -> Json:
    """`caption` and `caption_entities` of a Message from a call's parameters."""
    formatted = _formatted(world, params, "caption", "caption_entities")
    if utf16_length(formatted.text) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    return _with_entities("caption", "caption_entities", formatted) if formatted.text else {}


def _with_entities(name: str, entities_name: str, formatted: Formatted) -> Json:
    fields: Json = {name: formatted.text}
    return {**fields, entities_name: formatted.entities} if formatted.entities else fields


def _formatted(world: World, params: Params | Json, name: str, entities_name: str) -> Formatted:
    text: str = params.get(name, "")
    mode = params.get("parse_mode", "").lower()
    if mode == "html":
        plain, entities = parse_html(text)
    elif mode in {"markdown", "markdownv2"}:
        raise bad_request(f'the sandbox does not play parse_mode "{params["parse_mode"]}"')
    elif mode:
        raise bad_request("unsupported parse_mode")
    else:
        plain = text
        entities = check_entities(text, params.get(entities_name, []))
    return settle(plain, _with_users(world, entities))


def _with_users(world: World, entities: list[Entity]) -> list[Entity]:
    """Mentions of people the bot knows get their User; the others vanish, as in Telegram."""
    known: list[Entity] = []
    for entity in entities:
        if entity["type"] == "text_mention":
            chat = world.chats.get(entity["user"]["id"])
            if chat is None or chat.kind != "private":
                continue
            entity = {**entity, "user": chat.as_user()}  # noqa: PLW2901 - a copy with one change
        known.append(entity)
    return known


def file_of(world: World, params: Params, value: Any, *, kind: str) -> StoredFile:
    """The file a parameter means: an upload, `attach://part`, or a known file_id."""
    if isinstance(value, str) and value.startswith("attach://"):
        part = value.removeprefix("attach://")
        if part not in params.uploads:
            raise bad_request(f'attached file "{part}" not found')
        value = params.uploads[part]
    if isinstance(value, Upload):
        return world.uploads.add(value, kind=kind)
    stored = world.uploads.get(value)
    if stored is None:
        if value.startswith(("http://", "https://")):
            raise bad_request("the sandbox does not fetch files from the web")
        raise bad_request("wrong file identifier/HTTP URL specified")
    if not stored.path.startswith(f"{kind}s/"):
        raise bad_request("type of file mismatch")
    return stored


def photo_sizes(stored: StoredFile) -> list[Json]:
    """The PhotoSize list of a Message; the sandbox keeps one size."""
    return [
        {
            "file_id": stored.file_id,
            "file_unique_id": stored.unique_id,
            "width": stored.width,
            "height": stored.height,
            "file_size": stored.size,
        }
    ]


def document_object(stored: StoredFile) -> Json:
    """The Document of a Message."""
    return {
        "file_id": stored.file_id,
        "file_unique_id": stored.unique_id,
        "file_name": stored.name,
        "mime_type": stored.mime_type,
        "file_size": stored.size,
    }


def deliver_message(world: World, chat: Chat, params: Params, content: Json) -> Message:
    """Put a bot's message into a chat with what every send method shares.

    Raises `ApiError` 400 for a bad keyboard or a message to reply to that is not there.
    """
    markup = params.get("reply_markup")
    check_markup(markup)
    content = {**content, **_reply(chat, params.get("reply_parameters"))}
    if inline := inline_only(markup):
        content["reply_markup"] = inline
    if params.get("protect_content"):
        content["has_protected_content"] = True
    message = world.post(
        chat,
        world.bot.as_user(),
        content,
        silent=params.get("disable_notification", False),
        frozen=markup is not None and "inline_keyboard" not in markup,
        reply_keyboard=markup if markup and "keyboard" in markup else None,
    )
    if message.reply_keyboard is not None:
        world.show_keyboard(chat, message.reply_keyboard)
    elif markup and "remove_keyboard" in markup:
        world.show_keyboard(chat, None)
    return message


def _reply(chat: Chat, reply: Json | None) -> Json:
    if reply is None:
        return {}
    replied = chat.messages.get(reply["message_id"])
    if replied is None or replied.deleted:
        if reply.get("allow_sending_without_reply"):
            return {}
        raise bad_request("message to be replied not found")
    shown = {name: value for name, value in replied.body.items() if name != "reply_to_message"}
    return {"reply_to_message": shown}
