"""Server-sent events: the chat as it happens, for one open page."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import orjson

from bot.sandbox import views
from bot.sandbox.methods.identity import commands_for, in_language

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.sandbox.model import Chat, Json
    from bot.sandbox.state import World

#: How often the page is told the time, if it moved, and what is planned and in which language
#: the bot speaks, if that changed.
TICK_S = 1.0
KEEP_ALIVE_TICKS = 15


async def chat_events(world: World, chat: Chat) -> AsyncIterator[bytes]:
    """The state first, then every change, until the page or the sandbox closes."""
    queue: asyncio.Queue[tuple[str, Any] | None] = asyncio.Queue()
    chat.listeners.add(queue)
    try:
        state = await page_state(world, chat)
        told = {name: state[name] for name in ("clock", "upcoming", "language")}
        yield _event("state", state)
        quiet_ticks = 0
        while not world.closing:
            try:
                item = await asyncio.wait_for(queue.get(), TICK_S)
            except TimeoutError:
                quiet_ticks += 1
                item = ("clock", None)
            if item is None:
                return
            if item[0] != "clock":
                yield _event(*item)
                continue
            for name, data in (await _time(world, chat)).items():
                if told.get(name) != data:
                    told[name] = data
                    yield _event(name, data)
            if quiet_ticks >= KEEP_ALIVE_TICKS:
                quiet_ticks = 0
                yield b": still here\n\n"
    finally:
        chat.listeners.discard(queue)


async def page_state(world: World, chat: Chat) -> Json:
    """Everything the page shows when it opens."""
    return {
        **page_identity(world, chat),
        "blocked": chat.blocked,
        "messages": [
            views.page_message(world, chat, message)
            for message in chat.messages.values()
            if not message.deleted
        ],
        "reply_keyboard": views.page_keyboard(chat.reply_keyboard),
        **await _time(world, chat),
    }


def page_identity(world: World, chat: Chat) -> Json:
    """Who talks here: the bot in the words of the phone's language, and the person."""
    language = chat.language_code[:2]
    return {
        "bot": {
            "name": in_language(world.bot.names, language),
            "username": world.bot.username,
            "description": in_language(world.bot.descriptions, language),
            "commands": commands_for(world, chat),
        },
        "person": {
            "id": chat.chat_id,
            "first_name": chat.name,
            "language_code": chat.language_code,
        },
    }


async def _time(world: World, chat: Chat) -> Json:
    conductor = world.conductor
    if conductor is None:
        return {"clock": None, "upcoming": [], "language": None}
    clock = {
        "now": conductor.now().isoformat(),
        "zone": await conductor.local_zone(chat.chat_id),
        "rate": conductor.rate(),
    }
    return {
        "clock": clock,
        "upcoming": await conductor.upcoming(chat.chat_id),
        "language": await conductor.language(chat.chat_id, chat.language_code),
    }


def _event(name: str, data: Any) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (name.encode(), orjson.dumps(data))
