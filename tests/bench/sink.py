"""A Bot API that swallows everything, in a process of its own: it answers and counts.

`python -m tests.bench.sink` prints its port. Telegram's methods stand under /bot<token>/; `/set`
takes `delay_ms` and `fast` (how much quicker than real time getUpdates waits), and begins anew;
`/stats` counts by the sink's own clock, `/log` gives each arrival as [seconds, method, chat].
Seconds are CLOCK_MONOTONIC, which every process of the machine shares.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import re
import time
from collections import Counter
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

CHAT = re.compile(rb'name="chat_id"\r\n[^\r]*?\r\n\r\n(-?\d+)|name="chat_id"\r\n\r\n(-?\d+)')
TICK_S = 0.005
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
SENDS = frozenset({"sendMessage", "sendPhoto"})
BOT = {"id": 12345678, "is_bot": True, "first_name": "Sink", "username": "sink_bot"}
PHOTO = [{"file_id": "photo-of-the-sink", "file_unique_id": "x", "width": 9, "height": 9}]


class Book:
    """What arrived."""

    def __init__(self) -> None:
        self.delay_s = 0.0
        self.fast = 1.0
        self.arrivals: list[tuple[float, str, int]] = []
        self.stall_s = 0.0  # the longest time for which it could not count

    async def watch(self) -> None:
        """Notice when the machine keeps it from counting: what came meanwhile arrives at once."""
        while True:
            before = time.monotonic()
            await asyncio.sleep(TICK_S)
            self.stall_s = max(self.stall_s, time.monotonic() - before - TICK_S)

    def stats(self) -> dict[str, Any]:
        sends = [(at, chat) for at, method, chat in self.arrivals if method in SENDS]
        seconds = Counter(int(at - sends[0][0]) for at, _ in sends) if sends else Counter()
        latest: dict[int, float] = {}
        closest = float("inf")
        for at, chat in sends:
            closest = min(closest, at - latest.get(chat, -1e9))
            latest[chat] = at
        return {
            "methods": Counter(method for _, method, _ in self.arrivals),
            "chats": len(latest),
            "most_in_a_second": most_in_a_second([at for at, _ in sends]),
            "closest_in_a_chat_s": closest if closest < 1e6 else None,
            "first": sends[0][0] if sends else None,
            "last": sends[-1][0] if sends else None,
            "stall_ms": self.stall_s * 1000,
            "seconds": [seconds[n] for n in range(max(seconds, default=-1) + 1)],
        }


def most_in_a_second(times: list[float]) -> int:
    """The most arrivals in any window of one second."""
    most = begin = 0
    for end, at in enumerate(times):
        while at - times[begin] >= 1.0:
            begin += 1
        most = max(most, end - begin + 1)
    return most


BOOK = Book()


class Connection(asyncio.Protocol):
    """Just enough HTTP/1.1 to cost little beside what is measured."""

    transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end]
            length = _length(head)
            if len(self.buffer) < end + 4 + length:
                return
            body = self.buffer[end + 4 : end + 4 + length]
            self.buffer = self.buffer[end + 4 + length :]
            self.called(head.split(b" ", 2)[1].decode(), head, body)

    def called(self, target: str, head: bytes, body: bytes) -> None:
        path = urlsplit(target).path
        if not path.startswith("/bot"):
            self.answer(_own(path, body), 0.0)
            return
        method = path.rpartition("/")[2]
        asked = _fields(head, body)
        chat = int(asked.get("chat_id") or 0)
        BOOK.arrivals.append((time.monotonic(), method, chat))
        wait_s = BOOK.delay_s
        if method == "getUpdates":
            query = parse_qs(urlsplit(target).query)
            wait_s = float(asked.get("timeout") or query["timeout"][0]) / BOOK.fast
        result = {"ok": True, "result": _result(method, chat, asked)}
        self.answer(orjson.dumps(result), wait_s)

    def answer(self, payload: bytes, wait_s: float) -> None:
        data = HEAD + str(len(payload)).encode() + b"\r\n\r\n" + payload
        if wait_s > 0:
            asyncio.get_running_loop().call_later(wait_s, self.transport.write, data)
        else:
            self.transport.write(data)


def _length(head: bytes) -> int:
    found = re.search(rb"(?i)content-length: *(\d+)", head)
    return int(found[1]) if found else 0


def _fields(head: bytes, body: bytes) -> dict[str, Any]:
    if not body:
        return {}
    if b"application/json" in head:
        fields: dict[str, Any] = orjson.loads(body)
        return fields
    if b"multipart/" in head:
        found = CHAT.search(body)
        return {"chat_id": (found[1] or found[2]).decode()} if found else {}
    return {name: values[0] for name, values in parse_qs(body.decode()).items()}


def _result(method: str, chat: int, asked: dict[str, Any]) -> object:
    if method == "getMe":
        return BOT
    if method == "getUpdates":
        return []
    if not method.startswith(("send", "edit")):
        return True
    message: dict[str, Any] = {
        "message_id": len(BOOK.arrivals),
        "from": BOT,
        "date": 1_700_000_000,
        "chat": {"id": chat, "first_name": "Someone", "type": "private"},
    }
    if method == "sendPhoto":
        message |= {"photo": PHOTO, "caption": asked.get("caption", "")}
    else:
        message["text"] = asked.get("text", "")
    markup = asked.get("reply_markup")
    if markup:
        message["reply_markup"] = orjson.loads(markup) if isinstance(markup, str) else markup
    return message


def _own(path: str, body: bytes) -> bytes:
    if path == "/log":
        return orjson.dumps(BOOK.arrivals)
    if path == "/set":
        asked = orjson.loads(body)
        BOOK.delay_s, BOOK.fast = asked["delay_ms"] / 1000, asked.get("fast", 1.0)
        BOOK.arrivals.clear()
        BOOK.stall_s = 0.0
    return orjson.dumps(BOOK.stats())


async def _serve() -> None:
    # A pause of the sink would be counted as one of the sender: it is first in line, where it may.
    gc.disable()
    with contextlib.suppress(PermissionError):
        os.nice(-10)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Connection, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with asyncio.TaskGroup() as group:
        group.create_task(BOOK.watch())
        group.create_task(server.serve_forever())


if __name__ == "__main__":
    asyncio.run(_serve())
