from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import aiohttp
import pytest

if TYPE_CHECKING:
    from bot.sandbox import Person, Sandbox
    from bot.sandbox.faults import Answer
    from tests.sandbox.conftest import Api


@pytest.mark.parametrize(
    ("answer", "code", "description"),
    [
        ("429", 429, "Too Many Requests: retry after 7"),
        ("500", 500, "Internal Server Error"),
        ("502", 502, "Bad Gateway"),
        ("403", 403, "Forbidden: bot was blocked by the user"),
    ],
)
async def test_an_ordered_refusal_comes_once_and_sends_nothing(
    sandbox: Sandbox, anna: Person, api: Api, answer: Answer, code: int, description: str
) -> None:
    sandbox.faults.add("sendMessage", answer=answer, retry_after_s=7)
    refused = await api.answer("sendMessage", chat_id=1001, text="one")
    await api("sendMessage", chat_id=1001, text="two")

    assert (refused["error_code"], refused["description"]) == (code, description)
    assert refused.get("parameters") == ({"retry_after": 7} if code == 429 else None)
    assert [one.text for one in anna.from_bot] == ["two"]
    assert [call.fault for call in sandbox.calls[-2:]] == [answer, None]
    assert sandbox.refused == []


async def test_a_drop_before_sends_nothing_and_a_drop_after_sends(
    sandbox: Sandbox, anna: Person, api: Api
) -> None:
    sandbox.faults.add("sendMessage", answer="drop_before")
    with pytest.raises(aiohttp.ClientConnectionError):
        await api("sendMessage", chat_id=1001, text="lost")
    sandbox.faults.add("sendMessage", answer="drop_after")
    with pytest.raises(aiohttp.ClientConnectionError):
        await api("sendMessage", chat_id=1001, text="arrived")

    assert [one.text for one in anna.from_bot] == ["arrived"]
    assert [(call.ok, call.fault) for call in sandbox.calls[-2:]] == [
        (False, "drop_before"),
        (True, "drop_after"),
    ]


async def test_a_slow_answer_comes_late_but_the_message_is_there_at_once(
    sandbox: Sandbox, anna: Person, api: Api
) -> None:
    sandbox.faults.add("sendMessage", answer="slow", delay_s=0.4)
    before = time.perf_counter()
    call = asyncio.create_task(api("sendMessage", chat_id=1001, text="slow"))
    await anna.expect("slow", timeout_s=0.3)
    await call

    assert time.perf_counter() - before >= 0.4


async def test_rules_hit_their_method_and_chat_in_order(
    sandbox: Sandbox, anna: Person, api: Api
) -> None:
    await sandbox.person(1002).start()
    sandbox.faults.add("sendMessage", answer="500", chat_id=1002, times=2)
    sandbox.faults.add(answer="502")

    assert (await api.answer("sendMessage", chat_id=1002, text="a"))["error_code"] == 500
    assert (await api.answer("sendMessage", chat_id=1001, text="a"))["error_code"] == 502
    assert (await api.answer("sendMessage", chat_id=1001, text="a"))["ok"]
    assert (await api.answer("sendMessage", chat_id=1002, text="a"))["error_code"] == 500
    assert (await api.answer("sendMessage", chat_id=1002, text="a"))["ok"]


async def test_a_rule_for_everything_leaves_polling_alone(sandbox: Sandbox, api: Api) -> None:
    sandbox.faults.add(answer="500")
    assert len(await api("getUpdates")) == 0
    assert (await api.answer("getMe"))["error_code"] == 500

    sandbox.faults.add("getUpdates", answer="502")
    assert (await api.answer("getUpdates"))["error_code"] == 502


async def test_a_duplicate_comes_once_more_after_it_was_confirmed(
    sandbox: Sandbox, anna: Person, api: Api
) -> None:
    sandbox.faults.duplicate_updates(1)
    await anna.send("twice")
    await anna.send("once")
    first = await api("getUpdates")
    again = await api("getUpdates", offset=first[-1]["update_id"] + 1)
    end = await api("getUpdates", offset=first[-1]["update_id"] + 1)

    assert [one["message"]["text"] for one in first] == ["twice", "once"]
    assert again == first[:1]
    assert end == []


async def test_clearing_ends_all_trouble(sandbox: Sandbox, api: Api) -> None:
    sandbox.faults.add(answer="500", times=100)
    sandbox.faults.clear()

    assert sandbox.faults.left == 0
    assert await api("getMe")


def test_an_unknown_trouble_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="answer must be one of 429, 500"):
        sandbox.faults.add(answer="418")  # type: ignore[arg-type]


async def test_a_reordered_batch_comes_newest_first_and_once(
    sandbox: Sandbox, anna: Person, api: Api
) -> None:
    sandbox.faults.reorder_updates()
    await anna.send("first")
    await anna.send("second")

    batches = [await api("getUpdates") for _ in range(2)]

    texts = [[one["message"]["text"] for one in batch] for batch in batches]
    assert texts == [["second", "first"], ["first", "second"]]
