"""Callback data: `v1:action:argument:...`, at most Telegram's 64 bytes.

Arguments are ids and numbers, never what a person typed. Who may use a button is checked where
its use case loads the row; whether it is stale, too.
"""

from __future__ import annotations

from dataclasses import dataclass

VERSION = "v1"
LIMIT = 64  # bytes, Bot API: InlineKeyboardButton.callback_data
HIGHEST = 2**63  # what a database takes for an id


@dataclass(frozen=True, slots=True)
class Callback:
    """One tapped button: what it does, and with what."""

    action: str
    arguments: tuple[str, ...]

    def number(self, index: int) -> int:
        """The argument at `index` as a number; ValueError where it is none of ours."""
        number = int(self.word(index))
        if not 0 <= number < HIGHEST:
            raise ValueError(f"{self.action}: no id or time is {number}")
        return number

    def word(self, index: int) -> str:
        """The argument at `index`; ValueError where there is none."""
        if index >= len(self.arguments):
            raise ValueError(f"{self.action} has no argument {index}")
        return self.arguments[index]


def encode(action: str, *arguments: str | int) -> str:
    """Callback data for a button; ValueError when it is over Telegram's limit."""
    data = ":".join([VERSION, action, *(str(each) for each in arguments)])
    if len(data.encode()) > LIMIT:
        raise ValueError(f"callback data is over {LIMIT} bytes: {data}")
    return data


def decode(data: str) -> Callback | None:
    """What a tapped button said; None for data of another version or of no form of ours."""
    version, _, rest = data.partition(":")
    if version != VERSION or not rest:
        return None
    action, *arguments = rest.split(":")
    return Callback(action, tuple(arguments))
