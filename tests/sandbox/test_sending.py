from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.conftest import START

if TYPE_CHECKING:
    from bot.sandbox import Person, Sandbox
    from tests.sandbox.conftest import Api


async def test_a_message_arrives_in_the_chat_at_the_sandboxs_time(anna: Person, api: Api) -> None:
    sent = await api("sendMessage", chat_id=1001, text="Hello", disable_notification=True)

    shown = anna.messages[-1]
    assert (shown.sender, shown.text, shown.at, shown.silent) == ("bot", "Hello", START, True)
    assert sent["date"] == int(START.timestamp())
    assert sent["message_id"] == shown.message_id == 2


async def test_message_ids_count_up_in_each_chat(sandbox: Sandbox, anna: Person, api: Api) -> None:
    ben = sandbox.person(1002, first_name="Ben")
    await ben.start()

    first = await api("sendMessage", chat_id=1001, text="a")
    second = await api("sendMessage", chat_id=1002, text="a")

    assert first["message_id"] == second["message_id"] == 2


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"chat_id": 4242, "text": "a"}, "Bad Request: chat not found"),
        ({"chat_id": "@nobody", "text": "a"}, "Bad Request: chat not found"),
        ({"text": "a"}, "Bad Request: chat_id is empty"),
        ({"chat_id": 1001}, "Bad Request: message text is empty"),
        ({"chat_id": 1001, "text": " \n"}, "Bad Request: message text is empty"),
        (
            {"chat_id": 1001, "text": "<b></b>", "parse_mode": "HTML"},
            "Bad Request: message text is empty",
        ),
        ({"chat_id": 1001, "text": "a" * 4097}, "Bad Request: message is too long"),
        ({"chat_id": 1001, "text": "👍" * 2049}, "Bad Request: message is too long"),
        ({"chat_id": 1001, "text": "a", "parse_mode": "BB"}, "Bad Request: unsupported parse_mode"),
        ({"chat_id": 1001, "text": 5}, 'Bad Request: "text" must be of type String'),
        (
            {"chat_id": 1001, "text": "a", "reply_to": 1},
            'Bad Request: unknown parameter "reply_to" of sendMessage',
        ),
        (
            {"chat_id": 1001, "text": "a", "reply_parameters": {"message_id": 99}},
            "Bad Request: message to be replied not found",
        ),
        (
            {"chat_id": 1001, "text": "a", "entities": [{"type": "bold", "offset": 0}]},
            'Bad Request: field "length" of MessageEntity is required in "entities[0]"',
        ),
        (
            {
                "chat_id": 1001,
                "text": "ab",
                "entities": [{"type": "bold", "offset": 1, "length": 2}],
            },
            (
                "Bad Request: entity beginning at UTF-16 offset 1 ends after the end of the text "
                "at UTF-16 offset 3"
            ),
        ),
        (
            {
                "chat_id": 1001,
                "text": "👍",
                "entities": [{"type": "bold", "offset": 0, "length": 1}],
            },
            "Bad Request: entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol",
        ),
        (
            {
                "chat_id": 1001,
                "text": "ab",
                "entities": [{"type": "text_link", "offset": 0, "length": 1}],
            },
            'Bad Request: can\'t parse MessageEntity: "text_link" needs "url"',
        ),
    ],
)
async def test_what_telegram_would_refuse_is_refused_and_written_down(
    sandbox: Sandbox, anna: Person, api: Api, params: dict[str, Any], error: str
) -> None:
    assert await api.refusal("sendMessage", **params) == error

    assert [(call.method, call.description) for call in sandbox.refused] == [("sendMessage", error)]
    assert len(anna.from_bot) == 0


async def test_text_of_exactly_4096_characters_after_parsing_is_taken(
    anna: Person, api: Api
) -> None:
    await api("sendMessage", chat_id=1001, text=f"<b>{'a' * 4096}</b>", parse_mode="html")

    assert len(anna.messages[-1].text) == 4096


async def test_ready_made_entities_are_kept(anna: Person, api: Api) -> None:
    entities = [{"type": "date_time", "offset": 3, "length": 4, "unix_time": 1}]

    sent = await api("sendMessage", chat_id=1001, text="at soon", entities=entities)

    assert sent["entities"] == entities
    assert anna.messages[-1].html == 'at <tg-time unix="1">soon</tg-time>'


async def test_who_never_pressed_start_can_not_be_written_to(sandbox: Sandbox, api: Api) -> None:
    sandbox.person(1002)

    refusal = await api.refusal("sendMessage", chat_id=1002, text="a")

    assert refusal == "Forbidden: bot can't initiate conversation with a user"
    assert sandbox.refused == []


async def test_a_blocked_bot_and_a_deleted_account_are_told_apart(
    sandbox: Sandbox, anna: Person, api: Api
) -> None:
    await anna.block()
    blocked = await api.refusal("sendMessage", chat_id=1001, text="a")
    await anna.unblock()
    await anna.deactivate()
    deleted = await api.refusal("sendMessage", chat_id=1001, text="a")

    assert blocked == "Forbidden: bot was blocked by the user"
    assert deleted == "Forbidden: user is deactivated"
    assert sandbox.refused == []


async def test_a_reply_shows_what_it_answers(anna: Person, api: Api) -> None:
    sent = await api("sendMessage", chat_id=1001, text="a", reply_parameters={"message_id": 1})

    assert sent["reply_to_message"]["text"] == "/start"
    assert anna.messages[-1].reply_to == 1


async def test_a_lost_reply_may_be_sent_without_it(anna: Person, api: Api) -> None:
    reply = {"message_id": 99, "allow_sending_without_reply": True}

    sent = await api("sendMessage", chat_id=1001, text="a", reply_parameters=reply)

    assert "reply_to_message" not in sent


async def test_a_location_and_a_copy_arrive(anna: Person, api: Api) -> None:
    await api("sendLocation", chat_id=1001, latitude=52.5, longitude="13.4")
    await api("copyMessage", chat_id=1001, from_chat_id=1001, message_id=2)

    assert [one.kind for one in anna.from_bot] == ["location", "location"]
    wrong = await api.refusal("sendLocation", chat_id=1001, latitude=91, longitude=0)
    assert wrong == "Bad Request: wrong location specified"


async def test_typing_is_a_known_action_and_sleeping_is_not(anna: Person, api: Api) -> None:
    assert await api("sendChatAction", chat_id=1001, action="typing") is True

    refusal = await api.refusal("sendChatAction", chat_id=1001, action="sleeping")
    assert refusal == "Bad Request: wrong parameter action in request"


async def test_methods_that_are_unknown_or_not_played_are_told_apart(
    sandbox: Sandbox, api: Api
) -> None:
    assert await api.refusal("sendMassage") == "Not Found"
    assert (
        await api.refusal("sendDice", chat_id=1)
        == "Bad Request: the sandbox does not play sendDice"
    )
    assert [call.method for call in sandbox.refused] == ["sendMassage", "sendDice"]


async def test_method_names_ignore_case_as_telegrams_do(api: Api) -> None:
    assert (await api("GETME"))["is_bot"] is True


async def test_a_foreign_token_is_unauthorized(sandbox: Sandbox, api: Api) -> None:
    async with api.session.get(f"{sandbox.api_url}1:wrong/getMe") as response:
        assert response.status == 401
        assert (await response.json())["description"] == "Unauthorized"


async def test_query_form_and_json_mean_the_same(sandbox: Sandbox, anna: Person, api: Api) -> None:
    url = f"{sandbox.api_url}{sandbox.token}/sendMessage"
    markup = '{"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}'
    values = {"chat_id": "1001", "text": "é&a", "reply_markup": markup}

    async with api.session.get(url, params=values) as response:
        assert response.status == 200
    async with api.session.post(url, data=values) as response:
        assert response.status == 200
    async with api.session.post(url, json=values) as response:
        assert response.status == 200

    assert [one.text for one in anna.from_bot] == ["é&a"] * 3
    assert all(one.button("a").data == "b" for one in anna.from_bot)
