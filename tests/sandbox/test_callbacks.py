from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.sandbox import PersonError, Toast

if TYPE_CHECKING:
    from bot.sandbox import Person, Sandbox
    from tests.sandbox.conftest import Api, Hands

KEYBOARD = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}
TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


@pytest.fixture
async def asked(anna: Person, api: Api) -> Person:
    """Anna before a message (2) with the button Go."""
    await api("sendMessage", chat_id=1001, text="Well?", reply_markup=KEYBOARD)
    return anna


async def query_id(api: Api) -> str:
    (update,) = await api("getUpdates")
    return str(update["callback_query"]["id"])


@pytest.mark.parametrize("named", ["Go", "go"])
async def test_a_tap_brings_data_and_message_to_the_bot(
    asked: Person, api: Api, named: str
) -> None:
    asked.press(2, named)

    (update,) = await api("getUpdates")
    query = update["callback_query"]
    assert query["data"] == "go"
    assert query["from"]["id"] == 1001
    assert query["message"]["text"] == "Well?"


async def test_the_answer_to_a_tap_is_the_toast_one_sees(asked: Person, api: Api) -> None:
    tap = asyncio.create_task(asked.tap(2, "Go"))
    await asyncio.sleep(0)
    await api(
        "answerCallbackQuery", callback_query_id=await query_id(api), text="Ok", show_alert=True
    )

    assert await tap == Toast("Ok", alert=True)


async def test_an_answer_without_words_shows_nothing(asked: Person, api: Api) -> None:
    tap = asyncio.create_task(asked.tap(2, "Go"))
    await asyncio.sleep(0)
    await api("answerCallbackQuery", callback_query_id=await query_id(api))

    assert await tap is None


async def test_a_tap_nobody_answers_is_reported(asked: Person) -> None:
    with pytest.raises(TimeoutError, match="did not answer the tap on 'Go'"):
        await asked.tap(2, "Go", timeout_s=0.01)


async def test_a_query_is_answered_once_and_within_fifteen_minutes(
    sandbox: Sandbox, asked: Person, api: Api, clock: Hands
) -> None:
    first = asked.press(2, "Go").query_id
    assert await api("answerCallbackQuery", callback_query_id=first)
    again = await api.refusal("answerCallbackQuery", callback_query_id=first)
    second = asked.press(2, "Go").query_id
    clock.turn(minutes=15, seconds=1)
    late = await api.refusal("answerCallbackQuery", callback_query_id=second)
    unknown = await api.refusal("answerCallbackQuery", callback_query_id="1")

    assert again == late == unknown == TOO_OLD
    assert sandbox.refused == []


async def test_a_toast_holds_200_characters(asked: Person, api: Api) -> None:
    query = asked.press(2, "Go").query_id

    refusal = await api.refusal("answerCallbackQuery", callback_query_id=query, text="a" * 201)

    assert refusal == "Bad Request: MESSAGE_TOO_LONG"
    assert await api("answerCallbackQuery", callback_query_id=query, text="a" * 200)


async def test_a_button_that_is_not_there_can_not_be_tapped(asked: Person, api: Api) -> None:
    with pytest.raises(LookupError, match=r"no button 'Stop' under message 2: 'Go'"):
        await asked.tap(2, "Stop")
    await api("editMessageReplyMarkup", chat_id=1001, message_id=2)
    with pytest.raises(PersonError, match="no longer there"):
        asked.phone.tap(2, "go")


async def test_a_finger_faster_than_the_edit_still_sends_the_old_button(
    asked: Person, api: Api
) -> None:
    await api("editMessageReplyMarkup", chat_id=1001, message_id=2)
    asked.press(2, "go", stale=True)

    (update,) = await api("getUpdates")
    assert update["callback_query"]["data"] == "go"
    assert "reply_markup" not in update["callback_query"]["message"]
