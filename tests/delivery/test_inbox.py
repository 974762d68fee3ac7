"""Updates are in the database before anything is confirmed, and are handled whatever happens."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from telegram.error import BadRequest, NetworkError, RetryAfter

from bot.delivery.backoff import Backoff
from bot.delivery.inbox import Inbox, chat_of

if TYPE_CHECKING:
    from telegram import Bot, Update

    from bot.delivery.clerk import Handle
    from bot.delivery.clock import SteerableClock
    from bot.store.database import Database

ANNA, BEN = 1001, 1002


def written(update_id: int, text: str, chat_id: int = ANNA) -> dict[str, Any]:
    """A text message, as Telegram's JSON has it."""
    someone = {"id": chat_id, "is_bot": False, "first_name": "Anna"}
    return {
        "update_id": update_id,
        "message": {
            "message_id": update_id,
            "date": 1_772_000_000,
            "chat": {"id": chat_id, "type": "private", "first_name": "Anna"},
            "from": someone,
            "text": text,
        },
    }


def text_in(update: Update) -> str:
    assert update.message is not None
    return update.message.text or ""


class Desk:
    """Makes inboxes over one database, as restarts of one program would."""

    def __init__(self, database: Database, clock: SteerableClock, bot: Bot) -> None:
        self._parts = (database, clock, bot)
        self._open: list[Inbox] = []

    async def inbox(self, handle: Handle, on_poison: Handle | None = None) -> Inbox:
        database, clock, bot = self._parts
        backoff = Backoff(first_s=0.01, most_s=0.02)
        inbox = Inbox(database, clock, handle, bot, on_poison=on_poison, backoff=backoff)
        self._open.append(inbox)
        await inbox.start()
        return inbox

    def beside(self, database: Database) -> Desk:
        """The same over another database."""
        return Desk(database, *self._parts[1:])

    async def die(self, inbox: Inbox) -> None:
        """End what an inbox does in the middle of it, as the death of its process would."""
        self._open.remove(inbox)
        workers = [*inbox._lanes._tasks]
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)

    async def close(self) -> None:
        for inbox in self._open:
            await inbox.stop()


@pytest.fixture
async def desk(database: Database, clock: SteerableClock, bot: Bot) -> Any:
    desk = Desk(database, clock, bot)
    yield desk
    await desk.close()


async def test_an_update_reaches_its_handler_as_it_was_sent(desk: Desk) -> None:
    seen: list[Update] = []

    async def handle(update: Update) -> None:
        seen.append(update)

    inbox = await desk.inbox(handle)
    await inbox.receive([written(1, "it's worse <b>")])
    await inbox.settled()

    assert [text_in(update) for update in seen] == ["it's worse <b>"]
    assert seen[0].effective_chat is not None
    assert seen[0].effective_chat.id == ANNA


async def test_a_redelivered_update_is_handled_once(desk: Desk) -> None:
    seen: list[str] = []

    async def handle(update: Update) -> None:
        seen.append(text_in(update))

    inbox = await desk.inbox(handle)
    assert await inbox.receive([written(1, "once")]) == 1
    assert await inbox.receive([written(1, "once"), written(2, "then")]) == 1
    await inbox.settled()
    after_restart = await desk.inbox(handle)
    assert await after_restart.receive([written(1, "once")]) == 0
    await after_restart.settled()

    assert seen == ["once", "then"]


async def test_what_a_dead_process_left_is_taken_up_by_one_that_lives(
    desk: Desk, clock: SteerableClock
) -> None:
    seen: list[str] = []
    never = asyncio.Event()

    async def handle(update: Update) -> None:
        seen.append(text_in(update))

    async def hang(update: Update) -> None:
        await never.wait()

    living = await desk.inbox(handle)
    dying = await desk.inbox(hang)
    await dying.receive([written(1, "left")])
    await living.take_up_left()
    assert seen == []  # it may still be at it

    clock.jump_to(clock.now() + timedelta(seconds=31))
    await living.take_up_left()
    await living.settled()
    await living.take_up_left()
    await living.settled()

    assert seen == ["left"]


async def test_what_is_in_hand_here_is_not_taken_up_again(
    desk: Desk, clock: SteerableClock
) -> None:
    begun: list[str] = []
    go_on = asyncio.Event()

    async def handle(update: Update) -> None:
        begun.append(text_in(update))
        await go_on.wait()

    inbox = await desk.inbox(handle)
    await inbox.receive([written(1, "slow"), written(2, "next")])
    clock.jump_to(clock.now() + timedelta(seconds=31))
    await inbox.take_up_left()
    go_on.set()
    await inbox.settled()

    assert begun == ["slow", "next"]


async def test_updates_brought_at_once_are_handled_once_each_and_in_order(desk: Desk) -> None:
    seen: list[str] = []

    async def handle(update: Update) -> None:
        seen.append(text_in(update))

    inbox = await desk.inbox(handle)
    brought = [written(5, "five"), written(4, "four"), written(5, "five"), written(6, "six")]

    new = await asyncio.gather(*(inbox.receive([each]) for each in brought))
    await inbox.settled()

    assert new == [1, 1, 0, 1]
    assert seen == ["four", "five", "six"]


async def test_an_update_in_hand_when_the_program_died_is_handled_after_the_restart(
    desk: Desk,
) -> None:
    seen: list[str] = []
    died = asyncio.Event()

    async def die(update: Update) -> None:
        died.set()
        await asyncio.Event().wait()

    async def handle(update: Update) -> None:
        seen.append(text_in(update))

    doomed = await desk.inbox(die)
    await doomed.receive([written(1, "first"), written(2, "second")])
    await died.wait()
    await desk.die(doomed)

    restarted = await desk.inbox(handle)
    await restarted.settled()

    assert seen == ["first", "second"]


async def test_what_was_left_over_is_handled_before_anything_new_of_that_chat(desk: Desk) -> None:
    seen: list[str] = []

    async def never(update: Update) -> None:
        await asyncio.Event().wait()

    async def handle(update: Update) -> None:
        await asyncio.sleep(0.02)
        seen.append(text_in(update))

    doomed = await desk.inbox(never)
    await doomed.receive([written(1, "old"), written(2, "old too")])
    await desk.die(doomed)
    restarted = await desk.inbox(handle)
    await restarted.receive([written(3, "new")])
    await restarted.settled()

    assert seen == ["old", "old too", "new"]


async def test_one_chat_is_handled_in_order_and_two_chats_side_by_side(desk: Desk) -> None:
    seen: list[str] = []
    ben_came = asyncio.Event()

    async def handle(update: Update) -> None:
        text = text_in(update)
        if text == "anna 1":
            await ben_came.wait()
        seen.append(text)
        if text == "ben":
            ben_came.set()

    inbox = await desk.inbox(handle)
    await inbox.receive([written(1, "anna 1"), written(2, "anna 2"), written(3, "ben", BEN)])
    async with asyncio.timeout(5):
        await inbox.settled()

    assert seen == ["ben", "anna 1", "anna 2"]


@pytest.mark.parametrize("failure", [NetworkError("cut off"), RetryAfter(0)])
async def test_a_network_failure_is_tried_until_it_works_and_the_chat_waits(
    desk: Desk, failure: Exception
) -> None:
    seen: list[str] = []
    failures = 5

    async def handle(update: Update) -> None:
        nonlocal failures
        if text_in(update) == "first" and failures:
            failures -= 1
            raise failure
        seen.append(text_in(update))

    inbox = await desk.inbox(handle)
    await inbox.receive([written(1, "first"), written(2, "second")])
    async with asyncio.timeout(5):
        await inbox.settled()

    assert seen == ["first", "second"]


@pytest.mark.parametrize("failure", [LookupError("a defect"), BadRequest("can't parse entities")])
async def test_a_poison_update_is_tried_three_times_told_once_and_blocks_nobody(
    desk: Desk, failure: Exception
) -> None:
    seen: list[str] = []
    told: list[str] = []

    async def handle(update: Update) -> None:
        seen.append(text_in(update))
        if text_in(update) == "poison":
            raise failure

    async def on_poison(update: Update) -> None:
        told.append(text_in(update))
        raise LookupError("and that fails too")

    inbox = await desk.inbox(handle, on_poison)
    await inbox.receive([written(1, "poison"), written(2, "next"), written(3, "ben", BEN)])
    async with asyncio.timeout(5):
        await inbox.settled()
    restarted = await desk.inbox(handle, on_poison)
    await restarted.settled()

    assert seen.count("poison") == 3
    assert seen.count("next") == seen.count("ben") == 1
    assert told == ["poison"]


async def test_an_update_our_library_cannot_read_spoils_nothing(desk: Desk) -> None:
    seen: list[str] = []

    async def handle(update: Update) -> None:
        seen.append(text_in(update))

    unreadable = {"update_id": 1, "message": {"chat": {"id": ANNA, "type": "private"}}}
    inbox = await desk.inbox(handle)
    await inbox.receive([unreadable, written(2, "readable")])
    async with asyncio.timeout(5):
        await inbox.settled()

    assert seen == ["readable"]


async def test_stop_leaves_what_it_did_not_begin_for_the_next_start(desk: Desk) -> None:
    seen: list[str] = []

    async def slow(update: Update) -> None:
        await asyncio.sleep(0.1)
        seen.append(text_in(update))

    inbox = await desk.inbox(slow)
    await inbox.receive([written(1, "begun"), written(2, "not begun")])
    await asyncio.sleep(0.03)
    began = time.monotonic()
    await inbox.stop()

    assert time.monotonic() - began < 1
    assert seen == ["begun"]

    restarted = await desk.inbox(slow)
    await restarted.settled()

    assert seen == ["begun", "not begun"]


async def test_nothing_is_received_before_the_left_overs_are_known(
    database: Database, clock: SteerableClock, bot: Bot
) -> None:
    async def handle(update: Update) -> None: ...

    with pytest.raises(RuntimeError, match="start"):
        await Inbox(database, clock, handle, bot).receive([written(1, "early")])


def test_every_kind_of_update_finds_its_chat() -> None:
    someone = {"id": ANNA, "is_bot": False, "first_name": "Anna"}
    tap = {"id": "1", "from": someone, "message": {"chat": {"id": BEN}}, "data": "x"}

    assert chat_of(written(1, "hello")) == ANNA
    assert chat_of({"update_id": 1, "callback_query": tap}) == BEN
    assert chat_of({"update_id": 1, "inline_query": {"from": someone}}) == ANNA
    assert chat_of({"update_id": 1, "poll": {"id": "7"}}) is None


async def test_updates_that_come_newest_first_are_handled_in_the_order_of_the_acts(
    desk: Desk,
) -> None:
    seen: list[str] = []

    async def handle(update: Update) -> None:
        seen.append(text_in(update))

    inbox = await desk.inbox(handle)
    await inbox.receive([written(3, "third"), written(2, "second"), written(1, "first")])
    await inbox.settled()

    assert seen == ["first", "second", "third"]
