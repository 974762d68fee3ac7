"""Polling and the webhook: nothing is confirmed to Telegram before it is committed."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpx
import pytest
from starlette.applications import Starlette
from structlog.testing import capture_logs

from bot.delivery.backoff import Backoff
from bot.delivery.inbox import Inbox
from bot.delivery.receiver import SECRET_HEADER, Poller, webhook_routes
from tests.delivery.conftest import until
from tests.delivery.test_inbox import text_in, written

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from telegram import Bot, Update

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
        self.texts.append(text_in(update))

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
