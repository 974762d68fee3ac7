"""Keyboards under a message, and the big one at the bottom, held to Telegram's limits."""

from __future__ import annotations

import re
from typing import Any

from bot.sandbox.entities import utf16_length
from bot.sandbox.errors import bad_request

MAX_BUTTONS = 100
MAX_BUTTONS_A_ROW = 8
MAX_CALLBACK_BYTES = 64
MAX_COPY_TEXT = 256
MAX_PLACEHOLDER = 64
STYLES = {"danger", "success", "primary"}
NOT_ACTIONS = {"text", "style", "icon_custom_emoji_id"}

_URL = re.compile(r"(?i)(https?://[^\s/]+\.[^\s]+|https?://localhost\S*|tg://\S+)")

Rows = list[list[dict[str, Any]]]


def check_markup(markup: dict[str, Any] | None) -> None:
    """Refuse a `reply_markup` Telegram would refuse, with `ApiError` 400."""
    if markup is None:
        return
    if "inline_keyboard" in markup:
        _check_size(markup["inline_keyboard"])
        for button in _buttons(markup["inline_keyboard"]):
            _check_inline_button(button)
    elif "keyboard" in markup:
        _check_size(markup["keyboard"])
        if not any(True for _ in _buttons(markup["keyboard"])):
            raise bad_request("reply keyboard is empty")
        for button in _buttons(markup["keyboard"]):
            _check_look(button)
    if utf16_length(markup.get("input_field_placeholder", "")) > MAX_PLACEHOLDER:
        raise bad_request("input field placeholder is too long")


def inline_only(markup: dict[str, Any] | None) -> dict[str, Any] | None:
    """The part of a markup that a Message carries: an inline keyboard with buttons."""
    rows = [row for row in (markup or {}).get("inline_keyboard", []) if row]
    return {"inline_keyboard": rows} if rows else None


def _buttons(rows: Rows) -> list[dict[str, Any]]:
    return [button for row in rows for button in row]


def _check_size(rows: Rows) -> None:
    if len(_buttons(rows)) > MAX_BUTTONS or any(len(row) > MAX_BUTTONS_A_ROW for row in rows):
        raise bad_request("REPLY_MARKUP_TOO_LONG")


def _check_look(button: dict[str, Any]) -> None:
    if not button["text"].strip():
        raise bad_request("can't parse keyboard button: text must be non-empty")
    if "style" in button and button["style"] not in STYLES:
        raise bad_request(f'can\'t parse keyboard button: unknown style "{button["style"]}"')


def _check_inline_button(button: dict[str, Any]) -> None:
    _check_look(button)
    actions = [name for name in button if name not in NOT_ACTIONS]
    if not actions:
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if len(actions) > 1:
        named = ", ".join(actions)
        raise bad_request(f"can't parse inline keyboard button: more than one action ({named})")
    if "callback_data" in button:
        size = len(button["callback_data"].encode())
        if not 1 <= size <= MAX_CALLBACK_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
    if "url" in button and not _URL.fullmatch(button["url"]):
        url = button["url"]
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    copied = button.get("copy_text", {}).get("text", "-")
    if not 1 <= utf16_length(copied) <= MAX_COPY_TEXT:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")
