"""What a person can do in the chat with the bot; each act becomes an update."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.entities import settle, utf16_length
from bot.sandbox.errors import PersonError
from bot.sandbox.methods.common import document_object, photo_sizes
from bot.sandbox.spec import Upload

if TYPE_CHECKING:
    from bot.sandbox.entities import Formatted
    from bot.sandbox.model import Chat, Json, Message, Query
    from bot.sandbox.state import World

MAX_TEXT = 4096


class Phone:
    """One person's hand on the screen. Every method raises `PersonError` when it can't be done."""

    def __init__(self, world: World, chat: Chat) -> None:
        self._world = world
        self.chat = chat

    def say(self, text: str, *, reply_to: int | None = None) -> int:
        """Send a text; returns its message id."""
        formatted = _written(text)
        content: Json = {"text": formatted.text}
        if formatted.entities:
            content["entities"] = formatted.entities
        keyboard = self.chat.reply_keyboard
        pressed = keyboard is not None and any(
            button["text"] == text for row in keyboard["keyboard"] for button in row
        )
        message_id = self._send(content, reply_to)
        if pressed and keyboard and keyboard.get("one_time_keyboard"):
            self._world.show_keyboard(self.chat, None)
        return message_id

    def share_location(self, latitude: float, longitude: float) -> int:
        """Send where one is, in degrees."""
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            raise PersonError("there is no such place")
        return self._send({"location": {"latitude": latitude, "longitude": longitude}})

    def send_photo(self, content: bytes, *, caption: str = "") -> int:
        """Send a PNG, JPEG, GIF or WebP."""
        stored = self._world.uploads.add(Upload("photo.jpg", "image/jpeg", content), kind="photo")
        written = {"caption": caption} if caption else {}
        return self._send({"photo": photo_sizes(stored), **written})

    def send_document(self, name: str, content: bytes, *, mime_type: str) -> int:
        """Send any file."""
        stored = self._world.uploads.add(Upload(name, mime_type, content), kind="document")
        return self._send({"document": document_object(stored)})

    def send_sticker(self) -> int:
        """Send a sticker with a thumb up."""
        sticker = {
            "file_id": "sandbox-sticker",
            "file_unique_id": "sandbox-sticker",
            "type": "regular",
            "width": 512,
            "height": 512,
            "is_animated": False,
            "is_video": False,
            "emoji": "👍",
        }
        return self._send({"sticker": sticker})

    def send_voice(self) -> int:
        """Send a voice message of three seconds."""
        voice = {
            "file_id": "sandbox-voice",
            "file_unique_id": "sandbox-voice",
            "duration": 3,
            "mime_type": "audio/ogg",
        }
        return self._send({"voice": voice})

    def share_contact(self) -> int:
        """Send one's own telephone number (a number reserved for fiction)."""
        contact = {
            "phone_number": "+12025550123",
            "first_name": self.chat.name,
            "user_id": self.chat.chat_id,
        }
        return self._send({"contact": contact})

    def edit(self, message_id: int, text: str) -> None:
        """Change one of one's own texts."""
        self._need_open()
        message = self._message(message_id)
        if message.from_bot or "text" not in message.body:
            raise PersonError("only one's own texts can be edited")
        formatted = _written(text)
        if formatted.text == message.body["text"]:
            raise PersonError("the text is the same")
        kept = {key: value for key, value in message.body.items() if key != "entities"}
        marks = {"entities": formatted.entities} if formatted.entities else {}
        edited = {"text": formatted.text, "edit_date": self._world.unix()}
        message.body = {**kept, **edited, **marks}
        self._world.update_message(self.chat, message)
        self._world.deliver("edited_message", message.body)

    def tap(self, message_id: int, data: str, *, stale: bool = False) -> Query:
        """Press an inline button by its callback data.

        `stale` presses it even if it is no longer there, as a finger can that
        was faster than the edit.
        """
        self._need_open()
        message = self._message(message_id)
        rows = message.body.get("reply_markup", {}).get("inline_keyboard", [])
        there = any(button.get("callback_data") == data for row in rows for button in row)
        if not (there or stale):
            raise PersonError("this button is no longer there")
        query = self._world.ask(self.chat)
        update = {
            "id": query.query_id,
            "from": self.chat.as_user(),
            "message": message.body,
            "chat_instance": str(self.chat.chat_id),
            "data": data,
        }
        self._world.deliver("callback_query", update)
        return query

    def block(self) -> None:
        """Stop the bot; it is told."""
        self._set_blocked(blocked=True)

    def unblock(self) -> None:
        """Let the bot write again; it is told."""
        self._set_blocked(blocked=False)

    def _set_blocked(self, *, blocked: bool) -> None:
        self._need_account()
        if self.chat.blocked == blocked:
            return
        before, after = self._member(), self._member(blocked=blocked)
        self.chat.blocked = blocked
        self._world.save_chat(self.chat)
        change = {
            "chat": self.chat.as_chat(),
            "from": self.chat.as_user(),
            "date": self._world.unix(),
            "old_chat_member": before,
            "new_chat_member": after,
        }
        self._world.deliver("my_chat_member", change)

    def deactivate(self) -> None:
        """Delete the account; nobody is told, sends fail from now on."""
        self.chat.deactivated = True
        self._world.save_chat(self.chat)

    def speak(self, language_code: str) -> None:
        """Set the phone's language ("en", "es", "pt-br")."""
        self.chat.language_code = language_code
        self._world.save_chat(self.chat)

    def _member(self, *, blocked: bool | None = None) -> Json:
        is_blocked = self.chat.blocked if blocked is None else blocked
        user = self._world.bot.as_user()
        if is_blocked:
            return {"status": "kicked", "user": user, "until_date": 0}
        return {"status": "member", "user": user}

    def _send(self, content: Json, reply_to: int | None = None) -> int:
        self._need_open()
        if reply_to is not None:
            replied = self._message(reply_to).body
            shown = {key: value for key, value in replied.items() if key != "reply_to_message"}
            content = {**content, "reply_to_message": shown}
        self.chat.started = True
        message = self._world.post(self.chat, self.chat.as_user(), content)
        self._world.deliver("message", message.body)
        return message.message_id

    def _message(self, message_id: int) -> Message:
        message = self.chat.messages.get(message_id)
        if message is None or message.deleted:
            raise PersonError(f"there is no message {message_id}")
        return message

    def _need_account(self) -> None:
        if self.chat.deactivated:
            raise PersonError("this account was deleted")

    def _need_open(self) -> None:
        self._need_account()
        if self.chat.blocked:
            raise PersonError("the bot is blocked: unblock it first")


def _written(text: str) -> Formatted:
    formatted = settle(text, [])
    if not formatted.text:
        raise PersonError("the text is empty")
    if utf16_length(formatted.text) > MAX_TEXT:
        raise PersonError(f"the text is longer than {MAX_TEXT} characters")
    return formatted
