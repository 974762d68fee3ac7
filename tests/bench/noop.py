"""A line to Telegram that says yes at once, for what is measured without sending."""

from __future__ import annotations

import time
from typing import Any

from telegram.request import BaseRequest

from bot import app
from bot.delivery.transport import AiohttpRequest

YES = (
    b'{"ok":true,"result":{"message_id":1,"date":1700000000,"id":12345678,"is_bot":true,'
    b'"first_name":"Sink","username":"sink_bot","chat":{"id":1,"type":"private"},'
    b'"photo":[{"file_id":"x","file_unique_id":"x","width":9,"height":9}]}}'
)


class NoRequest(AiohttpRequest):
    """Answers without a network; keeps when it was first asked, and how often."""

    first: float | None = None
    calls: int = 0

    async def do_request(self, *_: Any, **__: Any) -> tuple[int, bytes]:
        """Yes."""
        NoRequest.calls += 1
        if NoRequest.first is None:
            NoRequest.first = time.monotonic()
        return 200, YES


class StockNoRequest(BaseRequest):
    """The same for PTB's own parts."""

    @property
    def read_timeout(self) -> float | None:
        """None."""
        return None

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(self, *_: Any, **__: Any) -> tuple[int, bytes]:
        """Yes."""
        return 200, YES


def cut_the_line() -> None:
    """From here on, what `app.build` makes sends nothing."""
    vars(app)["AiohttpRequest"] = NoRequest
