"""Telegram's side of a webhook: people tap "Done", at a steady rate or as fast as it is taken."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

import orjson

BOT = {"id": 12345678, "is_bot": True, "first_name": "Sink", "username": "sink_bot"}
AGAIN_S = 0.05  # a bot that is just starting turns updates away; Telegram brings them again
UPDATE_ID = 700_000_000


def update(number: int, chat: int) -> bytes:
    """The tap on "Done" under nudge `number`, as Telegram writes it."""
    person = {"id": chat, "is_bot": False, "first_name": "Someone", "language_code": "en"}
    labels = {"Done": f"v1:n:{number}:done", "Later": f"v1:n:{number}:later"}
    buttons = [{"text": text, "callback_data": data} for text, data in labels.items()]
    message = {
        "message_id": 1000 + number,
        "from": BOT,
        "chat": {"id": chat, "first_name": "Someone", "type": "private"},
        "date": 1_700_000_000,
        "text": "Time for some water. A glass now, sip by sip, is enough for this hour.",
        "reply_markup": {"inline_keyboard": [buttons]},
    }
    query = {
        "id": str(4_000_000_000_000 + number),
        "from": person,
        "message": message,
        "chat_instance": "-4000000000000000",
        "data": labels["Done"],
    }
    return orjson.dumps({"update_id": UPDATE_ID + number, "callback_query": query})


@dataclass(slots=True)
class Door:
    """The webhook, and when each tap was brought and when it was confirmed."""

    port: int
    secret: str
    brought: dict[int, float] = field(default_factory=dict)
    confirmed: dict[int, float] = field(default_factory=dict)
    refused: int = 0

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection, once somebody listens."""
        while True:
            try:
                return await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                await asyncio.sleep(0.05)

    async def bring(
        self, way: tuple[asyncio.StreamReader, asyncio.StreamWriter], chat: int, body: bytes
    ) -> None:
        """Bring one update, and again while it is refused, until it is confirmed."""
        reader, writer = way
        head = (
            "POST /hook HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
            f"X-Telegram-Bot-Api-Secret-Token: {self.secret}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self.brought[chat] = time.monotonic()
        while not await self._ask(reader, writer, head.encode() + body):
            self.refused += 1
            await asyncio.sleep(AGAIN_S)
        self.confirmed[chat] = time.monotonic()

    @staticmethod
    async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, call: bytes) -> bool:
        writer.write(call)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = [
            int(line.split(b":")[1])
            for line in answer.lower().split(b"\r\n")
            if line.startswith(b"content-length:")
        ]
        if length and length[0]:
            await reader.readexactly(length[0])
        return b" 200 " in answer.split(b"\r\n", 1)[0]


async def knock(
    port: int, secret: str, first_chat: int, first: int, count: int, per_second: float, ways: int
) -> dict[str, Any]:
    """Bring `count` taps over so many connections; `per_second` 0: each way as fast as it goes."""
    door = Door(port, secret)
    taps = iter(
        [(first_chat + n, update(n + 1, first_chat + n)) for n in range(first, first + count)]
    )
    connections = [await door.connect() for _ in range(ways)]
    begun = time.monotonic()
    taken = 0

    async def work(way: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> None:
        nonlocal taken
        for chat, body in taps:
            at = begun + taken / per_second if per_second else 0.0
            taken += 1
            if (wait_s := at - time.monotonic()) > 0:
                await asyncio.sleep(wait_s)
            await door.bring(way, chat, body)

    await asyncio.gather(*(work(way) for way in connections))
    return {
        "brought": sorted(door.brought.items()),
        "confirmed": sorted(door.confirmed.items()),
        "refused": door.refused,
        "begun": begun,
    }
