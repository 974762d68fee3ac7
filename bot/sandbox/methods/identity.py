"""Methods about the bot itself: name, descriptions, commands, menu; and about a chat."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.sandbox.entities import utf16_length
from bot.sandbox.errors import bad_request
from bot.sandbox.methods.common import chat_of

if TYPE_CHECKING:
    from bot.sandbox.model import Chat, Json
    from bot.sandbox.spec import Params
    from bot.sandbox.state import World

MAX_NAME = 64
MAX_DESCRIPTION = 512
MAX_SHORT_DESCRIPTION = 120
MAX_COMMANDS = 100
MAX_COMMAND_DESCRIPTION = 256
COMMAND = re.compile(r"[a-z0-9_]{1,32}")
SCOPES_WITH_CHAT = {"chat", "chat_administrators", "chat_member"}
SCOPES = {
    "default",
    "all_private_chats",
    "all_group_chats",
    "all_chat_administrators",
    *SCOPES_WITH_CHAT,
}


def get_me(world: World, params: Params) -> Json:  # noqa: ARG001 - every method takes both
    """The bot as a User."""
    return {
        **world.bot.as_user(),
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def get_chat(world: World, params: Params) -> Json:
    """What Telegram tells of a chat."""
    chat = chat_of(world, params)
    full: Json = {
        **chat.as_chat(),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(
            (
                "unlimited_gifts",
                "limited_gifts",
                "unique_gifts",
                "premium_subscription",
                "gifts_from_channels",
            ),
            False,
        ),
    }
    if chat.pinned:
        full["pinned_message"] = chat.messages[chat.pinned[-1]].body
    return full


def _language(params: Params) -> str:
    code: str = params.get("language_code", "")
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise bad_request("LANGUAGE_CODE_INVALID")
    return code


def _say(
    world: World, texts: dict[str, str], params: Params, name: str, *, limit: int, error: str
) -> bool:
    """Set or, when empty, remove a text in one language."""
    text: str = params.get(name, "")
    if utf16_length(text) > limit:
        raise bad_request(error)
    code = _language(params)
    if text:
        texts[code] = text
    else:
        texts.pop(code, None)
    world.save_bot()
    return True


def set_my_name(world: World, params: Params) -> bool:
    """Up to 64 characters; the name for all languages can't be taken away."""
    if not params.get("name") and not params.get("language_code"):
        raise bad_request("BOT_TITLE_INVALID")
    names = world.bot.names
    return _say(world, names, params, "name", limit=MAX_NAME, error="BOT_TITLE_INVALID")


def get_my_name(world: World, params: Params) -> Json:
    """In this language, or the one for all."""
    return {"name": in_language(world.bot.names, _language(params))}


def set_my_description(world: World, params: Params) -> bool:
    """What an empty chat shows, up to 512 characters."""
    texts, error = world.bot.descriptions, "BOT_DESCRIPTION_INVALID"
    return _say(world, texts, params, "description", limit=MAX_DESCRIPTION, error=error)


def get_my_description(world: World, params: Params) -> Json:
    """In this language, or the one for all."""
    return {"description": in_language(world.bot.descriptions, _language(params))}


def set_my_short_description(world: World, params: Params) -> bool:
    """What the profile shows, up to 120 characters."""
    texts, error = world.bot.short_descriptions, "BOT_SHORT_DESCRIPTION_INVALID"
    limit = MAX_SHORT_DESCRIPTION
    return _say(world, texts, params, "short_description", limit=limit, error=error)


def get_my_short_description(world: World, params: Params) -> Json:
    """In this language, or the one for all."""
    texts = world.bot.short_descriptions
    return {"short_description": in_language(texts, _language(params))}


def in_language(texts: dict[str, str], code: str) -> str:
    """The text for a language, else the one for all, else nothing."""
    return texts.get(code) or texts.get("", "")


def set_my_commands(world: World, params: Params) -> bool:
    """Up to 100 commands of a scope and language."""
    commands = params["commands"]
    if len(commands) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not COMMAND.fullmatch(command["command"]):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= utf16_length(command["description"]) <= MAX_COMMAND_DESCRIPTION:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    world.bot.commands[_scope(params)] = commands
    _commands_changed(world)
    return True


def delete_my_commands(world: World, params: Params) -> bool:
    """Forget the commands of a scope and language."""
    world.bot.commands.pop(_scope(params), None)
    _commands_changed(world)
    return True


def get_my_commands(world: World, params: Params) -> list[Json]:
    """Exactly those set for this scope and language."""
    return world.bot.commands.get(_scope(params), [])


def _scope(params: Params) -> str:
    scope = params.get("scope", {"type": "default"})
    if scope["type"] not in SCOPES or (scope["type"] in SCOPES_WITH_CHAT) != ("chat_id" in scope):
        raise bad_request("can't parse BotCommandScope")
    chat = f":{scope['chat_id']}" if "chat_id" in scope else ""
    user = f":{scope['user_id']}" if "user_id" in scope else ""
    return f"{scope['type']}{chat}{user}|{_language(params)}"


def commands_for(world: World, chat: Chat) -> list[Json]:
    """The commands a person is shown: the narrowest scope first, own language before any."""
    for scope in (f"chat:{chat.chat_id}", "all_private_chats", "default"):
        for code in (chat.language_code[:2], ""):
            if found := world.bot.commands.get(f"{scope}|{code}"):
                return found
    return []


def _commands_changed(world: World) -> None:
    world.save_bot()
    for chat in world.chats.values():
        if chat.listeners:
            world.publish(chat, "commands", commands_for(world, chat))


def set_chat_menu_button(world: World, params: Params) -> bool:
    """The button beside the text field, of one chat or of all."""
    button = params.get("menu_button", {"type": "default"})
    if "chat_id" in params:
        chat = chat_of(world, params)
        chat.menu_button = None if button["type"] == "default" else button
        world.save_chat(chat)
    else:
        world.bot.menu_button = button
        world.save_bot()
    return True


def get_chat_menu_button(world: World, params: Params) -> Json:
    """Of one chat, or the one of all."""
    if "chat_id" in params:
        return chat_of(world, params).menu_button or world.bot.menu_button
    return world.bot.menu_button
