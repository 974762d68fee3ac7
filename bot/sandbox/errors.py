"""How a call of the Bot API, or a finger on the phone, is refused."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """An answer `{"ok": false}` of the Bot API.

    `defect` says whether the call itself was wrong (it then stands in
    `Sandbox.refused`), or whether the world was: a blocked bot, a second
    poller, a callback that grew old.
    """

    def __init__(
        self,
        code: int,
        description: str,
        *,
        parameters: dict[str, Any] | None = None,
        defect: bool = False,
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters
        self.defect = defect


class PersonError(Exception):
    """Something a phone would not let its owner do; the message says why."""


def bad_request(reason: str, *, defect: bool = True) -> ApiError:
    """400 with Telegram's prefix; `defect=False` for what is nobody's mistake."""
    return ApiError(400, f"Bad Request: {reason}", defect=defect)


def forbidden(reason: str) -> ApiError:
    """403: the person does not want, or can no longer have, this bot."""
    return ApiError(403, f"Forbidden: {reason}")


def conflict(reason: str) -> ApiError:
    """409: two ways of fetching updates at once."""
    return ApiError(409, f"Conflict: {reason}")
