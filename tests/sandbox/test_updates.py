from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from bot.sandbox import Sandbox
from bot.sandbox.model import CALLS_KEPT

if TYPE_CHECKING:
    from bot.sandbox import Person
    from tests.sandbox.conftest import Api, Hands


async def test_updates_come_again_until_they_are_confirmed(anna: Person, api: Api) -> None:
    await anna.send("one")
    await anna.send("two")
    first = await api("getUpdates", limit=1)
    same = await api("getUpdates")
    rest = await api("getUpdates", offset=first[0]["update_id"] + 1)

    assert [one["message"]["text"] for one in first] == ["one"]
    assert [one["message"]["text"] for one in same] == ["one", "two"]
    assert [one["message"]["text"] for one in rest] == ["two"]
    assert rest[0]["update_id"] == first[0]["update_id"] + 1


async def test_a_negative_offset_forgets_all_but_the_last(anna: Person, api: Api) -> None:
    for text in ("one", "two", "three"):
        await anna.send(text)

    updates = await api("getUpdates", offset=-1)

    assert [one["message"]["text"] for one in updates] == ["three"]
    assert len(await api("getUpdates")) == 1


async def test_a_long_poll_answers_as_soon_as_someone_writes(anna: Person, api: Api) -> None:
    poll = asyncio.create_task(api("getUpdates", timeout=30))
    await asyncio.sleep(0.02)
    assert not poll.done()
    await anna.send("now")

    (update,) = await asyncio.wait_for(poll, 1)
    assert update["message"]["text"] == "now"


async def test_a_long_poll_with_nothing_to_say_ends_empty(anna: Person, api: Api) -> None:
    assert await api("getUpdates", timeout=1) == []


async def test_of_two_pollers_one_is_told_409(sandbox: Sandbox, anna: Person, api: Api) -> None:
    first = asyncio.create_task(api.answer("getUpdates", timeout=30))
    await asyncio.sleep(0.02)
    second = asyncio.create_task(api.answer("getUpdates", timeout=30))
    answer = await asyncio.wait_for(first, 1)
    await anna.send("now")

    assert answer["error_code"] == 409
    assert answer["description"] == (
        "Conflict: terminated by other getUpdates request; "
        "make sure that only one bot instance is running"
    )
    assert len((await asyncio.wait_for(second, 1))["result"]) == 1
    assert sandbox.refused == []


async def test_a_poller_that_went_away_is_no_conflict(
    sandbox: Sandbox, anna: Person, api: Api
) -> None:
    gone = asyncio.create_task(api.answer("getUpdates", timeout=30))
    await asyncio.sleep(0.02)
    gone.cancel()
    await asyncio.sleep(0.02)

    assert await api("getUpdates") == []
    assert all(call.ok for call in sandbox.calls)


async def test_only_the_kinds_asked_for_are_queued(anna: Person, api: Api) -> None:
    await api("getUpdates", allowed_updates=["callback_query"])
    await anna.send("unseen")
    await api("getUpdates")
    await anna.send("unseen still")
    await api("getUpdates", allowed_updates=[])
    await anna.send("seen")

    assert [one["message"]["text"] for one in await api("getUpdates")] == ["seen"]


async def test_a_group_that_writes_can_be_answered(sandbox: Sandbox, api: Api) -> None:
    chat = {"id": -100500, "type": "supergroup", "title": "Group"}
    message = {"message_id": 7, "date": 0, "chat": chat, "text": "/start"}
    sandbox.inject({"message": message})

    (update,) = await api("getUpdates")
    sent = await api("sendMessage", chat_id=-100500, text="Only in private, please")
    assert update["message"] == message
    assert (sent["message_id"], sent["chat"]["title"]) == (8, "Group")


async def test_only_real_updates_can_be_injected(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="exactly one of"):
        sandbox.inject({"massage": {}})


async def test_settled_waits_for_the_bot_to_confirm(
    sandbox: Sandbox, anna: Person, api: Api
) -> None:
    await anna.send("one")
    with pytest.raises(TimeoutError, match="1 updates are pending"):
        await sandbox.settled(timeout_s=0.01)
    (update,) = await api("getUpdates")
    waiting = asyncio.create_task(sandbox.settled())
    await api("getUpdates", offset=update["update_id"] + 1)

    await waiting


async def test_stopping_ends_a_long_poll_at_once(clock: Hands, api: Api) -> None:
    other = Sandbox(now=clock.now)
    await other.start()
    url = f"{other.api_url}{other.token}/getUpdates"
    poll = asyncio.create_task(api.session.get(url, params={"timeout": "30"}))
    await asyncio.sleep(0.02)
    before = time.perf_counter()
    await other.stop()

    assert time.perf_counter() - before < 1
    async with await asyncio.wait_for(poll, 1) as response:
        assert (await response.json())["result"] == []


async def test_stopping_cuts_a_request_that_never_ends(clock: Hands) -> None:
    other = Sandbox(now=clock.now)
    await other.start()
    port = int(other.page_url.rstrip("/").rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    path = f"/bot{other.token}/getMe"
    writer.write(f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{{".encode())
    await writer.drain()
    await asyncio.sleep(0.02)
    before = time.perf_counter()
    await other.stop()

    assert time.perf_counter() - before < 1
    with suppress(ConnectionResetError):
        assert await reader.read() == b""
    writer.close()


async def test_many_sandboxes_live_side_by_side(clock: Hands) -> None:
    boxes = [Sandbox(now=clock.now) for _ in range(20)]
    await asyncio.gather(*(box.start() for box in boxes))

    assert len({box.api_url for box in boxes}) == 20
    await asyncio.gather(*(box.stop() for box in boxes))


async def test_a_taken_port_is_an_error_to_see(sandbox: Sandbox, clock: Hands) -> None:
    port = int(sandbox.page_url.rstrip("/").rpartition(":")[2])
    other = Sandbox(now=clock.now)

    with pytest.raises(OSError, match="address already in use"):
        await other.start(port=port)
    await other.stop()


async def test_the_log_of_calls_is_bounded(sandbox: Sandbox) -> None:
    assert sandbox.world.calls.maxlen == sandbox.world.refused.maxlen == CALLS_KEPT
