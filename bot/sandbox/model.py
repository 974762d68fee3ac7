"""What the sandbox's Telegram remembers: chats, messages, taps, files, the bot itself."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from datetime import datetime

Json = dict[str, Any]

#: What a chat keeps only while the process lives.
_UNSAVED = {"messages", "journal", "listeners"}


@dataclass(slots=True)
class Message:
    """One message; `body` is the Message object of the Bot API."""

    body: Json
    silent: bool = False
    #: Sent with a keyboard that is not inline: Telegram refuses to edit it.
    frozen: bool = False
    reply_keyboard: Json | None = None
    reaction: str | None = None
    deleted: bool = False

    @property
    def message_id(self) -> int:
        """Its number within the chat."""
        return int(self.body["message_id"])

    @property
    def from_bot(self) -> bool:
        """Whether the bot wrote it."""
        return bool(self.body.get("from", {}).get("is_bot"))

    def row(self) -> Json:
        """What is kept on disk."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(slots=True)
class Chat:
    """A private chat with one person, or a group or channel the bot was told of."""

    chat_id: int
    kind: str = "private"
    name: str = "Anna"
    language_code: str = "en"
    started: bool = False
    blocked: bool = False
    deactivated: bool = False
    last_message_id: int = 0
    reply_keyboard: Json | None = None
    pinned: list[int] = field(default_factory=list)
    menu_button: Json | None = None
    messages: dict[int, Message] = field(default_factory=dict)
    #: Ids of the bot's messages in the order they came or changed.
    journal: list[int] = field(default_factory=list)
    listeners: set[asyncio.Queue[tuple[str, Any] | None]] = field(default_factory=set)

    def row(self) -> Json:
        """What is kept on disk (messages have rows of their own)."""
        return {
            name: getattr(self, name) for name in self.__dataclass_fields__ if name not in _UNSAVED
        }

    def as_chat(self) -> Json:
        """The Chat object of the Bot API."""
        named = "first_name" if self.kind == "private" else "title"
        return {"id": self.chat_id, "type": self.kind, named: self.name}

    def as_user(self) -> Json:
        """The User object of the person in a private chat."""
        return {
            "id": self.chat_id,
            "is_bot": False,
            "first_name": self.name,
            "language_code": self.language_code,
        }


@dataclass(slots=True)
class Query:
    """One tap on an inline button, until and after the bot answered it."""

    query_id: str
    chat_id: int
    at: datetime
    answered: bool = False
    text: str | None = None
    alert: bool = False


@dataclass(slots=True)
class StoredFile:
    """An uploaded file; its bytes lie in `content`, or in the data folder."""

    file_id: str
    unique_id: str
    path: str
    name: str
    mime_type: str
    size: int
    width: int = 0
    height: int = 0
    content: bytes | None = None


@dataclass(slots=True)
class BotSelf:
    """What the bot told Telegram about itself; texts by language ("" for all others)."""

    bot_id: int
    username: str
    names: dict[str, str]
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    #: "scope|language" -> commands.
    commands: dict[str, list[Json]] = field(default_factory=dict)
    menu_button: Json = field(default_factory=lambda: {"type": "commands"})
    webhook: Json | None = None
    allowed_updates: list[str] | None = None

    def row(self) -> Json:
        """What is kept on disk."""
        return asdict(self)

    def as_user(self) -> Json:
        """The User object that stands in the bot's messages."""
        return {
            "id": self.bot_id,
            "is_bot": True,
            "first_name": self.names[""],
            "username": self.username,
        }


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the Bot API as it was answered; `fault` names an injected one."""

    at: datetime
    method: str
    params: Json
    ok: bool
    error_code: int | None = None
    description: str | None = None
    fault: str | None = None


#: How many calls are remembered before the oldest is dropped.
CALLS_KEPT = 100_000


def call_log() -> deque[Call]:
    """A log of calls with bounded memory."""
    return deque(maxlen=CALLS_KEPT)
