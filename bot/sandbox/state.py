"""The whole state of one sandbox, and the few ways in which it changes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.sandbox import views
from bot.sandbox.disk import Disk, Memory
from bot.sandbox.faults import Faults
from bot.sandbox.model import BotSelf, Call, Chat, Json, Message, Query, call_log
from bot.sandbox.signal import Signal
from bot.sandbox.updates import Updates
from bot.sandbox.uploads import Uploads

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from bot.sandbox.conductor import Conductor
    from bot.sandbox.disk import Keeper

#: How long a tap can be answered, in sandbox time.
QUERY_LIFE = timedelta(minutes=15)
QUERIES_KEPT = 10_000


class World:
    """Chats, updates, files and the bot's own data; all changes come through here."""

    def __init__(self, now: Callable[[], datetime], bot: BotSelf, data: Path | None) -> None:
        self.now = now
        self.keeper: Keeper = Disk(data) if data else Memory()
        self.changed = Signal()
        self.faults = Faults()
        self.conductor: Conductor | None = None
        self.closing = False
        self.bot = next((BotSelf(**row) for row in self.keeper.load("bot")), bot)
        self.updates = Updates(self.keeper, self.changed, self.faults)
        self.uploads = Uploads(self.keeper, data / "files" if data else None)
        self.chats = {row["chat_id"]: Chat(**row) for row in self.keeper.load("chat")}
        for row in self.keeper.load("message"):
            chat = self.chats[row.pop("chat_id")]
            message = Message(**row)
            chat.messages[message.message_id] = message
            if message.from_bot:
                chat.journal.append(message.message_id)
        self.queries: dict[str, Query] = {}
        self.calls: deque[Call] = call_log()
        self.refused: deque[Call] = call_log()

    def unix(self) -> int:
        """The sandbox's now in whole seconds since 1970."""
        return int(self.now().timestamp())

    def person(self, chat_id: int, *, name: str, language_code: str) -> Chat:
        """The private chat with a person; made, not yet started, when new."""
        chat = self.chats.get(chat_id)
        if chat is None:
            chat = Chat(chat_id, name=name, language_code=language_code)
            self.chats[chat_id] = chat
            self.save_chat(chat)
        return chat

    def save_chat(self, chat: Chat) -> None:
        """Keep the chat's own data and tell who waits."""
        self.keeper.save("chat", str(chat.chat_id), chat.row())
        self.changed.notify()

    def save_bot(self) -> None:
        """Keep what the bot said about itself."""
        self.keeper.save("bot", "self", self.bot.row())
        self.changed.notify()

    def post(self, chat: Chat, sender: Json, content: Json, **marks: Any) -> Message:
        """Add a message to a chat; `marks` are fields of `Message` beside the body."""
        chat.last_message_id += 1
        body = {
            "message_id": chat.last_message_id,
            "from": sender,
            "chat": chat.as_chat(),
            "date": self.unix(),
            **content,
        }
        message = Message(body, **marks)
        chat.messages[message.message_id] = message
        self.save_chat(chat)
        self.update_message(chat, message)
        return message

    def update_message(self, chat: Chat, message: Message) -> None:
        """Keep a new or changed message and show it to who watches the chat."""
        if message.from_bot:
            chat.journal.append(message.message_id)
        key = f"{chat.chat_id}:{message.message_id}"
        self.keeper.save("message", key, {"chat_id": chat.chat_id, **message.row()})
        if message.deleted:
            self.publish(chat, "deleted", {"message_id": message.message_id})
        elif chat.listeners:
            self.publish(chat, "message", views.page_message(self, chat, message))
        self.changed.notify()

    def show_keyboard(self, chat: Chat, keyboard: Json | None) -> None:
        """Put up, or take away, the keyboard at the bottom of a chat."""
        if keyboard == chat.reply_keyboard:
            return
        chat.reply_keyboard = keyboard
        self.save_chat(chat)
        self.publish(chat, "keyboard", views.page_keyboard(keyboard))

    def publish(self, chat: Chat, event: str, data: Any) -> None:
        """Send an event to every open page of a chat, and wake who waits."""
        for listener in chat.listeners:
            listener.put_nowait((event, data))
        self.changed.notify()

    def deliver(self, kind: str, payload: Json) -> int:
        """Queue an update for the bot; returns its id."""
        return self.updates.add(kind, payload, self.bot.allowed_updates)

    def ask(self, chat: Chat) -> Query:
        """A new callback query of a tap in a chat."""
        query = Query(f"{chat.chat_id}{self.updates.next_id}", chat.chat_id, self.now())
        self.queries[query.query_id] = query
        if len(self.queries) > QUERIES_KEPT:
            del self.queries[next(iter(self.queries))]
        return query

    def open_query(self, query_id: str) -> Query | None:
        """The query, if it can still be answered."""
        query = self.queries.get(query_id)
        if query is None or query.answered or self.now() - query.at > QUERY_LIFE:
            return None
        return query

    def close(self) -> None:
        """Let every wait end: long polls, open pages, slow answers."""
        self.closing = True
        self.updates.close()
        for chat in self.chats.values():
            for listener in chat.listeners:
                listener.put_nowait(None)
        self.changed.notify()
