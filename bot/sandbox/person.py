"""A person for tests: does what a phone can do, and looks at the chat."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sandbox.phone import Phone
from bot.sandbox.views import ChatMessage, chat_message

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.model import Chat, Query
    from bot.sandbox.state import World

START_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")
#: The smallest picture there is: one grey pixel.
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)
SHOWN_ON_TIMEOUT = 5


@dataclass(frozen=True, slots=True)
class Toast:
    """What an answered tap shows: a line at the bottom, or an alert to dismiss."""

    text: str
    alert: bool = False


class Person:
    """One human and their private chat with the bot.

    Acts raise `PersonError` when a phone would not allow them.
    """

    def __init__(self, world: World, chat: Chat) -> None:
        self._world = world
        self._chat = chat
        self.phone = Phone(world, chat)
        self._read = len(chat.journal)

    @property
    def chat_id(self) -> int:
        """The id of the chat, which is the person's user id."""
        return self._chat.chat_id

    @property
    def first_name(self) -> str:
        """As the bot is told it."""
        return self._chat.name

    @property
    def messages(self) -> list[ChatMessage]:
        """What stands in the chat now, oldest first; deleted messages are gone."""
        return [one for one in self.history if not one.deleted]

    @property
    def history(self) -> list[ChatMessage]:
        """Every message ever, the deleted ones marked."""
        return [chat_message(one) for one in self._chat.messages.values()]

    @property
    def from_bot(self) -> list[ChatMessage]:
        """What the bot wrote, as it stands now."""
        return [one for one in self.messages if one.sender == "bot"]

    @property
    def reply_keyboard(self) -> list[list[str]] | None:
        """Labels of the keyboard at the bottom of the chat."""
        keyboard = self._chat.reply_keyboard
        if keyboard is None:
            return None
        return [[one["text"] for one in row] for row in keyboard["keyboard"]]

    def message(self, message_id: int) -> ChatMessage:
        """One message as it stands now. Raises `KeyError` when it never was."""
        return chat_message(self._chat.messages[message_id])

    async def start(self, payload: str | None = None) -> int:
        """Press Start, or open a link with a `payload` of up to 64 of A-Z a-z 0-9 _ -.

        Returns the message id. Raises `ValueError` for a payload a link can't carry.
        """
        if payload is not None and not START_PAYLOAD.fullmatch(payload):
            raise ValueError(f"a start link can't carry {payload!r}")
        return self.phone.say(f"/start {payload}" if payload else "/start")

    async def send(self, text: str, *, reply_to: int | None = None) -> int:
        """Send a text; returns its message id."""
        return self.phone.say(text, reply_to=reply_to)

    async def send_location(self, latitude: float, longitude: float) -> int:
        """Share a place, in degrees; returns the message id."""
        return self.phone.share_location(latitude, longitude)

    async def send_photo(self, content: bytes = PIXEL, *, caption: str = "") -> int:
        """Send a picture; returns the message id."""
        return self.phone.send_photo(content, caption=caption)

    async def send_document(
        self, name: str, content: bytes, *, mime_type: str = "application/octet-stream"
    ) -> int:
        """Send a file; returns the message id."""
        return self.phone.send_document(name, content, mime_type=mime_type)

    async def send_sticker(self) -> int:
        """Send a sticker; returns the message id."""
        return self.phone.send_sticker()

    async def send_voice(self) -> int:
        """Send a voice message; returns the message id."""
        return self.phone.send_voice()

    async def send_contact(self) -> int:
        """Share one's telephone number; returns the message id."""
        return self.phone.share_contact()

    async def edit(self, message_id: int, text: str) -> None:
        """Change one of one's own texts."""
        self.phone.edit(message_id, text)

    async def tap(
        self, message_id: int, button: str, *, stale: bool = False, timeout_s: float = 10.0
    ) -> Toast | None:
        """Press the button with this callback data or label and wait for the bot's answer.

        Returns the toast, or None when the bot answered without words. `stale`
        sends `button` as callback data even if no such button is there now.
        Raises `LookupError` when it isn't there, `TimeoutError` when the bot
        left the tap without an answer for `timeout_s` real seconds.
        """
        query = self.press(message_id, button, stale=stale)
        if not await self._world.changed.wait_until(lambda: query.answered, timeout_s):
            raise TimeoutError(f"the bot did not answer the tap on {button!r} in {timeout_s} s")
        return Toast(query.text, query.alert) if query.text else None

    def press(self, message_id: int, button: str, *, stale: bool = False) -> Query:
        """Press a button without waiting for an answer; see `tap`."""
        if stale:
            return self.phone.tap(message_id, button, stale=True)
        found = self.message(message_id).button(button)
        if found.data is None:
            raise LookupError(f"the button {button!r} opens something and sends nothing")
        return self.phone.tap(message_id, found.data)

    async def block(self) -> None:
        """Stop the bot."""
        self.phone.block()

    async def unblock(self) -> None:
        """Let it write again."""
        self.phone.unblock()

    async def deactivate(self) -> None:
        """Delete the Telegram account."""
        self.phone.deactivate()

    async def speak(self, language_code: str) -> None:
        """Change the phone's language."""
        self.phone.speak(language_code)

    async def expect(
        self, predicate: Callable[[ChatMessage], object] | str = "", *, timeout_s: float = 5.0
    ) -> ChatMessage:
        """The next message of the bot, new or edited, that satisfies the predicate.

        "Next" counts from the last one `expect` returned, so nothing that came
        in between is missed; a string asks for a text that contains it.
        Raises `TimeoutError`, showing what the bot did say, after `timeout_s` real seconds.
        """
        wanted = (lambda one: predicate in one.text) if isinstance(predicate, str) else predicate
        found: list[ChatMessage] = []

        def arrived() -> bool:
            for at in range(self._read, len(self._chat.journal)):
                message = self.message(self._chat.journal[at])
                if not message.deleted and wanted(message):
                    self._read = at + 1
                    found.append(message)
                    return True
            return False

        if not await self._world.changed.wait_until(arrived, timeout_s):
            last = [one.text for one in self.from_bot[-SHOWN_ON_TIMEOUT:]]
            raise TimeoutError(f"nothing that fits from the bot in {timeout_s} s; last: {last}")
        return found[0]

    def catch_up(self) -> None:
        """Let `expect` pass over everything the bot said until now."""
        self._read = len(self._chat.journal)
