"""Polling and the webhook: nothing is confirmed to Telegram before it is committed."""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpx
import orjson
import pytest
from starlette.applications import Starlette
from structlog.testing import capture_logs
from telegram import Bot

from bot.delivery.backoff import Backoff
from bot.delivery.inbox import Inbox
from bot.delivery.receiver import SECRET_HEADER, Poller, webhook_routes
from tests.delivery.conftest import until
from tests.delivery.test_inbox import text_in, written
from tests.delivery.test_transport import TOKEN, Play, listening

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from telegram import Update

    from bot.delivery.clock import SteerableClock
    from bot.sandbox import Sandbox
    from bot.sandbox.faults import Answer
    from bot.store.database import Database

ANNA = 1001


class Reading:
    """An inbox that notes the texts it handled."""

    def __init__(self, database: Database, clock: SteerableClock, bot: Bot) -> None:
        self.texts: list[str] = []
        self.inbox = Inbox(database, clock, self._handle, bot)

    async def _handle(self, update: Update) -> None:
        pressed = update.callback_query
        self.texts.append(text_in(update) if pressed is None else pressed.data or "")

    async def until(self, wanted: Callable[[list[str]], bool]) -> None:
        await until(lambda: wanted(self.texts))


@pytest.fixture
async def reading(database: Database, clock: SteerableClock, bot: Bot) -> AsyncIterator[Reading]:
    reading = Reading(database, clock, bot)
    await reading.inbox.start()
    yield reading
    await reading.inbox.stop()


@asynccontextmanager
async def polling(bot: Bot, inbox: Inbox) -> AsyncIterator[Poller]:
    poller = Poller(bot, inbox, long_poll_s=5, backoff=Backoff(first_s=0.05, most_s=0.1))
    await poller.start()
    yield poller
    await poller.stop()


async def test_what_a_person_writes_is_handled_once_and_in_order(
    sandbox: Sandbox, bot: Bot, reading: Reading
) -> None:
    anna = sandbox.person(ANNA)
    await anna.start()
    sandbox.faults.duplicate_updates(2)

    async with polling(bot, reading.inbox):
        await anna.send("one")
        await anna.send("two")
        await reading.until(lambda texts: "two" in texts)
        await sandbox.settled()

    assert reading.texts == ["/start", "one", "two"]


async def test_an_update_is_offered_again_when_it_could_not_be_committed(
    sandbox: Sandbox, bot: Bot, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = sandbox.person(ANNA)
    await anna.start()
    receive, failed = reading.inbox.receive, asyncio.Event()

    async def fail_once(updates: list[dict[str, object]]) -> int:
        if not failed.is_set():
            failed.set()
            raise OSError("disk full")
        return await receive(updates)

    monkeypatch.setattr(reading.inbox, "receive", fail_once)

    async with polling(bot, reading.inbox):
        await reading.until(lambda texts: texts == ["/start"])

    assert failed.is_set()


async def test_a_poller_killed_before_it_confirmed_leaves_nothing_out_and_nothing_twice(
    sandbox: Sandbox, bot: Bot, reading: Reading
) -> None:
    anna = sandbox.person(ANNA)
    await anna.start()
    async with polling(bot, reading.inbox):
        await anna.send("before")
        await reading.until(lambda texts: "before" in texts)

    await anna.send("while down")
    async with polling(bot, reading.inbox):
        await reading.until(lambda texts: "while down" in texts)

    assert reading.texts == ["/start", "before", "while down"]


async def test_a_second_poller_is_told_409_and_takes_over_when_the_first_ends(
    sandbox: Sandbox, bot: Bot, reading: Reading
) -> None:
    anna = sandbox.person(ANNA)
    await anna.start()

    with capture_logs() as lines:
        async with polling(bot, reading.inbox):
            await reading.until(lambda texts: texts == ["/start"])
            async with polling(bot, reading.inbox):
                await until(lambda: any(line["event"] == "polling_conflict" for line in lines))
                await anna.send("still heard")
                await reading.until(lambda texts: "still heard" in texts)

    assert reading.texts == ["/start", "still heard"]


@pytest.mark.parametrize("answer", ["500", "502", "429", "drop_before", "drop_after"])
async def test_polling_goes_on_after_a_failure_of_telegram(
    sandbox: Sandbox, bot: Bot, reading: Reading, answer: Answer
) -> None:
    sandbox.faults.add(method="getUpdates", times=2, answer=answer)
    anna = sandbox.person(ANNA)
    await anna.start()

    async with polling(bot, reading.inbox):
        await reading.until(lambda texts: texts == ["/start"])


async def test_stop_does_not_wait_for_the_long_poll(
    sandbox: Sandbox, bot: Bot, reading: Reading
) -> None:
    poller = Poller(bot, reading.inbox)
    await poller.start()
    await asyncio.sleep(0.1)
    began = time.monotonic()

    await poller.stop()

    assert time.monotonic() - began < 1


# What a modified client can put behind a button, and Telegram passes on: no UTF-8, half a pair.
STRANGE = [b"\xff\xfe", rb"\ud83d", rb"\ud83d\ude00 \udc00"]
DEEP = 300  # more levels than can be written again


def pressed(update_id: int, data: bytes) -> bytes:
    """A press on a button, as the bytes Telegram sends."""
    told = {
        "update_id": update_id,
        "callback_query": {
            "id": "1",
            "from": {"id": ANNA, "is_bot": False, "first_name": "Anna"},
            "chat_instance": "1",
            "data": "DATA",
        },
    }
    return orjson.dumps(told).replace(b"DATA", data)


def deep(update_id: int) -> bytes:
    return b'{"update_id":%d,"message":%s}' % (update_id, b"[" * DEEP + b"]" * DEEP)


def offering(*updates: bytes, asked: list[int]) -> Play:
    """A Telegram that has these updates until they are confirmed; `asked` gets each offset."""

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        question = (await reader.readuntil(b"\r\n\r\n")).decode()
        offset = re.search(r"[?&]offset=(\d+)", question)
        asked.append(int(offset[1]) if offset else 0)
        left = b",".join(updates) if offset is None else b""
        body = b'{"ok":true,"result":[' + left + b"]}"
        head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
        writer.write(head % len(body) + body)
        await writer.drain()
        await asyncio.sleep(0.05)

    return play


@pytest.mark.parametrize("data", STRANGE)
async def test_a_button_with_any_bytes_stops_nobody_elses_messages(
    reading: Reading, data: bytes
) -> None:
    asked: list[int] = []
    worse = orjson.dumps(written(8, "/worse", 1002))

    async with (
        listening(offering(pressed(7, data), worse, asked=asked)) as address,
        polling(Bot(TOKEN, base_url=address), reading.inbox),
    ):
        await reading.until(lambda texts: "/worse" in texts)
        await until(lambda: asked[-1] == 9)

    assert len(reading.texts) == 2


async def test_an_update_that_cannot_be_stored_is_left_out_and_told_without_its_words(
    reading: Reading,
) -> None:
    asked: list[int] = []
    offered = [deep(9), orjson.dumps(written(8, "/worse")), b'{"message":"my secret"}', b'"junk"']

    with capture_logs() as lines:
        async with (
            listening(offering(*offered, asked=asked)) as address,
            polling(Bot(TOKEN, base_url=address), reading.inbox),
        ):
            await reading.until(lambda texts: texts == ["/worse"])
            await until(lambda: asked[-1] == 10)

    told = [each for each in lines if each["event"] == "update_left_out"]
    assert [each["update_id"] for each in told] == [9, None, None]
    assert "secret" not in str(lines)


async def test_updates_without_any_number_are_asked_for_again_at_leisure(
    reading: Reading,
) -> None:
    asked: list[int] = []

    async with (
        listening(offering(b'"junk"', asked=asked)) as address,
        polling(Bot(TOKEN, base_url=address), reading.inbox),
    ):
        await asyncio.sleep(0.5)

    assert 1 < len(asked) < 20


SECRET = "a-made-up-secret"


@asynccontextmanager
async def calling(inbox: Inbox) -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=list(webhook_routes(inbox, SECRET, "/telegram")))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
        yield client


async def test_the_webhook_answers_200_and_a_second_delivery_changes_nothing(
    reading: Reading,
) -> None:
    async with calling(reading.inbox) as telegram:
        for _ in range(2):
            answer = await telegram.post(
                "/telegram", json=written(1, "hello"), headers={SECRET_HEADER: SECRET}
            )
            assert answer.status_code == 200
        await reading.inbox.settled()

    assert reading.texts == ["hello"]


@pytest.mark.parametrize("headers", [{}, {SECRET_HEADER: "guessed"}, {SECRET_HEADER: ""}])
async def test_the_webhook_turns_away_whoever_does_not_know_the_secret(
    reading: Reading, headers: dict[str, str]
) -> None:
    async with calling(reading.inbox) as stranger:
        answer = await stranger.post("/telegram", json=written(1, "forged"), headers=headers)
    await reading.inbox.settled()

    assert answer.status_code == 403
    assert reading.texts == []


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"not json", 400), (b"[]", 400), (b"{}", 400), (b" " * 1_000_001, 413)],
)
async def test_the_webhook_takes_updates_only(reading: Reading, body: bytes, status: int) -> None:
    async with calling(reading.inbox) as telegram:
        answer = await telegram.post("/telegram", content=body, headers={SECRET_HEADER: SECRET})

    assert answer.status_code == status


@pytest.mark.parametrize("data", STRANGE)
async def test_the_webhook_takes_a_button_with_any_bytes(reading: Reading, data: bytes) -> None:
    async with calling(reading.inbox) as telegram:
        answer = await telegram.post(
            "/telegram", content=pressed(7, data), headers={SECRET_HEADER: SECRET}
        )
    await reading.inbox.settled()

    assert answer.status_code == 200
    assert len(reading.texts) == 1


async def test_the_webhook_does_not_ask_again_for_what_it_can_never_store(
    reading: Reading,
) -> None:
    with capture_logs() as lines:
        async with calling(reading.inbox) as telegram:
            answer = await telegram.post(
                "/telegram", content=deep(9), headers={SECRET_HEADER: SECRET}
            )

    assert answer.status_code == 200
    assert [(each["event"], each["update_id"]) for each in lines] == [("update_left_out", 9)]


async def test_the_webhook_does_not_say_200_for_what_it_could_not_commit(
    reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(updates: list[dict[str, object]]) -> int:
        raise OSError("disk full")

    monkeypatch.setattr(reading.inbox, "receive", fail)

    async with calling(reading.inbox) as telegram:
        answer = await telegram.post(
            "/telegram", json=written(1, "hello"), headers={SECRET_HEADER: SECRET}
        )

    assert answer.status_code == 503


def test_a_webhook_without_a_secret_is_refused(reading: Reading) -> None:
    with pytest.raises(ValueError, match="secret"):
        webhook_routes(reading.inbox, "", "/telegram")
