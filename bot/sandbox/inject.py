"""Updates from outside the private chats: groups, channels, anything Telegram can send."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.model import Chat, Message

if TYPE_CHECKING:
    from bot.sandbox.model import Json
    from bot.sandbox.state import World

NEW_MESSAGES = {"message", "channel_post"}


def take_in(world: World, update: Json) -> int:
    """Queue a raw update; its chat becomes one the bot can write to.

    Returns the update id. Raises `ValueError` for what is no update.
    """
    update_id = world.updates.add_raw(update, world.bot.allowed_updates)
    for kind, payload in update.items():
        described = payload.get("chat") if isinstance(payload, dict) else None
        if described is not None:
            chat = _chat(world, described)
            if kind in NEW_MESSAGES and "message_id" in payload:
                _store(world, chat, payload)
    return update_id


def _chat(world: World, described: Json) -> Chat:
    chat = world.chats.get(described["id"])
    if chat is None:
        name = described.get("title") or described.get("first_name") or "?"
        chat = Chat(described["id"], kind=described["type"], name=name)
        world.chats[chat.chat_id] = chat
    chat.started = True
    world.save_chat(chat)
    return chat


def _store(world: World, chat: Chat, body: Json) -> None:
    message = Message(body)
    chat.last_message_id = max(chat.last_message_id, message.message_id)
    chat.messages[message.message_id] = message
    world.save_chat(chat)
    world.update_message(chat, message)
