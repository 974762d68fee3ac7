"""The person's phone: what it shows, and the Bot API as far as a chat needs it, in this process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
from telegram.request import BaseRequest, RequestData

from bot.telegram.callbacks import Callback, decode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from telegram._utils.types import ODVInput

OK = 200


@dataclass(slots=True)
class Button:
    """An inline button: its label, and what a tap says."""

    label: str
    data: str

    @property
    def callback(self) -> Callback:
        """What a tap says, taken apart."""
        callback = decode(self.data)
        assert callback is not None, self.data
        return callback


@dataclass(slots=True)
class Note:
    """A message on the phone as it stands now, in Telegram's HTML.

    `asked` stays once it was a question of a check-in, whatever it is redrawn into.
    """

    id: int
    text: str
    buttons: list[Button]
    asked: bool = False

    def button(self, action: str, *arguments: str | int) -> Button | None:
        """The button that does this, its first arguments being these."""
        wanted = tuple(map(str, arguments))
        for each in self.buttons:
            callback = each.callback
            if callback.action == action and callback.arguments[: len(wanted)] == wanted:
                return each
        return None


@dataclass(slots=True)
class Phone(BaseRequest):
    """Every message by its id. `fresh` holds what came since it was last looked at.

    `toast` is what the latest tap was answered with, above the chat.
    """

    messages: dict[int, Note] = field(default_factory=dict)
    fresh: list[Note] = field(default_factory=list)
    toast: str | None = None

    def receive(self, text: str, keyboard: Mapping[str, Any] | None) -> Note:
        """A new message; `keyboard` as the Bot API writes it."""
        note = self._show(len(self.messages) + 1, text, keyboard)
        self.fresh.append(note)
        return note

    def look(self) -> list[Note]:
        """What came since the last look, as it stands now."""
        seen, self.fresh = self.fresh, []
        return seen

    def newest(self, action: str, *arguments: str | int) -> tuple[Note, Button] | None:
        """The newest message with a button that does this, and the button."""
        for note in self._newest_first():
            button = note.button(action, *arguments)
            if button is not None:
                return note, button
        return None

    def _newest_first(self) -> Iterator[Note]:
        return reversed(self.messages.values())

    def _show(self, message_id: int, text: str, keyboard: Mapping[str, Any] | None) -> Note:
        rows = (keyboard or {}).get("inline_keyboard", [])
        buttons = [Button(each["text"], each["callback_data"]) for row in rows for each in row]
        note = self.messages.setdefault(message_id, Note(message_id, text, buttons))
        note.text, note.buttons = text, buttons
        note.asked = note.asked or note.button("a") is not None
        return note

    @property
    def read_timeout(self) -> float | None:
        """There is nothing to wait for."""
        return None

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(
        self,
        url: str,
        method: str,  # noqa: ARG002
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
    ) -> tuple[int, bytes]:
        """Do at once what the Bot API would; KeyError for a method that no chat needs."""
        parameters = request_data.parameters if request_data else {}
        result = self._answer(url.rpartition("/")[2], parameters)
        return OK, orjson.dumps({"ok": True, "result": result})

    def _answer(self, method: str, parameters: Mapping[str, Any]) -> object:
        match method:
            case "answerCallbackQuery":
                self.toast = parameters.get("text")
                return True
            case "sendMessage":
                note = self.receive(parameters["text"], parameters.get("reply_markup"))
            case "editMessageText":
                message_id = parameters["message_id"]
                note = self._show(message_id, parameters["text"], parameters.get("reply_markup"))
            case "editMessageReplyMarkup":
                note = self.messages[parameters["message_id"]]
                note.buttons = []
            case _:
                raise KeyError(method)
        chat = {"id": parameters["chat_id"], "type": "private"}
        return {"message_id": note.id, "date": 0, "chat": chat, "text": note.text}
