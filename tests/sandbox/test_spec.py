"""What the sandbox answers and sends is shaped as the Bot API says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.methods import PLAYED
from bot.sandbox.person import PIXEL
from bot.sandbox.spec import spec

if TYPE_CHECKING:
    from bot.sandbox import Person
    from tests.sandbox.conftest import Api


def assert_fits(kind: str, value: Any, where: str) -> None:
    """Fail unless `value` has only the fields of the type, and all the required ones."""
    if kind.startswith("Array of "):
        for item in value:
            assert_fits(kind.removeprefix("Array of "), item, where)
        return
    fields = spec().types.get(kind)
    if not isinstance(fields, dict):
        return
    assert set(value) <= set(fields), f"{where}: {set(value) - set(fields)} is not in {kind}"
    missing = {name for name, one in fields.items() if one.endswith("!")} - set(value)
    assert not missing, f"{where}: {missing} of {kind} is missing"
    for name, item in value.items():
        assert_fits(fields[name].removesuffix("!"), item, f"{where}.{name}")


def test_every_method_of_the_data_is_played() -> None:
    assert set(PLAYED) == set(spec().methods)
    assert not set(PLAYED) & spec().not_played


async def test_messages_fit_the_bot_api(anna: Person, api: Api) -> None:
    markup = {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}
    sent = [
        await api(
            "sendMessage",
            chat_id=1001,
            text='<tg-time unix="1" format="t">a</tg-time>',
            parse_mode="HTML",
            reply_markup=markup,
            reply_parameters={"message_id": 1},
            protect_content=True,
        ),
        await api("sendLocation", chat_id=1001, latitude=1, longitude=2),
        await api("editMessageText", chat_id=1001, message_id=2, text="b"),
    ]

    for message in sent:
        assert_fits("Message", message, "message")


async def test_updates_fit_the_bot_api(anna: Person, api: Api) -> None:
    markup = {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}
    await api("sendMessage", chat_id=1001, text="a", reply_markup=markup)
    said = await anna.send("/plan")
    await anna.edit(said, "a")
    anna.press(2, "a")
    await anna.send_photo(PIXEL, caption="a")
    for act in (anna.send_sticker, anna.send_voice, anna.send_contact, anna.block):
        await act()

    updates = await api("getUpdates")
    assert len(updates) == 8
    for update in updates:
        assert_fits("Update", update, "update")


async def test_other_answers_fit_the_bot_api(anna: Person, api: Api) -> None:
    photo = await anna.send_photo()
    file_id = anna.message(photo).file_id
    shapes = {
        "getMe": "User",
        "getChat": "ChatFullInfo",
        "getFile": "File",
        "getWebhookInfo": "WebhookInfo",
        "getMyName": "BotName",
        "getMyDescription": "BotDescription",
        "getMyShortDescription": "BotShortDescription",
        "copyMessage": "MessageId",
    }
    params: dict[str, dict[str, Any]] = {
        "getChat": {"chat_id": 1001},
        "getFile": {"file_id": file_id},
        "copyMessage": {"chat_id": 1001, "from_chat_id": 1001, "message_id": 1},
    }

    for method, kind in shapes.items():
        assert_fits(kind, await api(method, **params.get(method, {})), method)
