from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from bot.sandbox import Person
    from tests.sandbox.conftest import Api


def inline(*rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"inline_keyboard": list(rows)}


def button(**fields: Any) -> dict[str, Any]:
    return {"text": "a", **fields}


@pytest.mark.parametrize(
    ("markup", "error"),
    [
        (inline([button(callback_data="a" * 65)]), "BUTTON_DATA_INVALID"),
        (inline([button(callback_data="é" * 33)]), "BUTTON_DATA_INVALID"),
        (inline([button(callback_data="")]), "BUTTON_DATA_INVALID"),
        (inline([button()]), "Text buttons are unallowed in the inline keyboard"),
        (inline([button(callback_data="a", url="https://a.org")]), "more than one action"),
        (inline([{"text": " ", "callback_data": "a"}]), "text must be non-empty"),
        (inline([{"callback_data": "a"}]), 'field "text" of InlineKeyboardButton is required'),
        (inline([button(callback_data="a", style="red")]), 'unknown style "red"'),
        (inline([button(callback_data="a", colour="red")]), 'unknown field "colour"'),
        (inline([button(url="nowhere")]), "URL 'nowhere' is invalid"),
        (inline([button(copy_text={"text": "a" * 257})]), "BUTTON_COPY_TEXT_INVALID"),
        (inline([button(callback_data="a")] * 9), "REPLY_MARKUP_TOO_LONG"),
        (inline(*([[button(callback_data="a")]] * 101)), "REPLY_MARKUP_TOO_LONG"),
        ({"keyboard": []}, "reply keyboard is empty"),
        ({"keyboard": [[{"text": ""}]]}, "text must be non-empty"),
        (
            {"keyboard": [[{"text": "a"}]], "input_field_placeholder": "a" * 65},
            "input field placeholder is too long",
        ),
        ({"no_keyboard": True}, 'unknown field "no_keyboard"'),
    ],
)
async def test_keyboards_telegram_would_refuse_are_refused(
    anna: Person, api: Api, markup: dict[str, Any], error: str
) -> None:
    refusal = await api.refusal("sendMessage", chat_id=1001, text="a", reply_markup=markup)

    assert refusal.startswith("Bad Request: ")
    assert error in refusal


async def test_buttons_at_the_limits_are_taken(anna: Person, api: Api) -> None:
    row = [button(callback_data="a" * 64, style="success")] * 8
    await api("sendMessage", chat_id=1001, text="a", reply_markup=inline(*([row] * 12)))

    assert [len(one) for one in anna.messages[-1].buttons] == [8] * 12
    assert anna.messages[-1].buttons[0][0].style == "success"


async def test_the_keyboard_at_the_bottom_comes_and_goes(anna: Person, api: Api) -> None:
    keyboard = {"keyboard": [["Yes", {"text": "Where", "request_location": True}]]}
    await api("sendMessage", chat_id=1001, text="a", reply_markup=keyboard)
    shown = anna.reply_keyboard
    await api("sendMessage", chat_id=1001, text="b", reply_markup={"remove_keyboard": True})

    assert shown == [["Yes", "Where"]]
    assert anna.reply_keyboard is None


async def test_a_one_time_keyboard_goes_when_it_was_used(anna: Person, api: Api) -> None:
    keyboard = {"keyboard": [["Yes"]], "one_time_keyboard": True}
    await api("sendMessage", chat_id=1001, text="a", reply_markup=keyboard)

    await anna.send("something else")
    kept = anna.reply_keyboard
    await anna.send("Yes")

    assert kept == [["Yes"]]
    assert anna.reply_keyboard is None
