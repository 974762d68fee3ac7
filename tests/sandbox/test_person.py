from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from bot.sandbox import PersonError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.sandbox import Person, Sandbox
    from tests.sandbox.conftest import Api, Hands


async def last_update(api: Api) -> dict[str, Any]:
    updates: list[dict[str, Any]] = await api("getUpdates")
    return updates[-1]


async def test_pressing_start_sends_the_command_and_its_payload(sandbox: Sandbox, api: Api) -> None:
    eva = sandbox.person(1003, first_name="Eva", language_code="es")
    await eva.start("clinic-7")

    message = (await last_update(api))["message"]
    assert message["text"] == "/start clinic-7"
    assert message["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert message["from"] == {
        "id": 1003,
        "is_bot": False,
        "first_name": "Eva",
        "language_code": "es",
    }
    assert message["chat"] == {"id": 1003, "type": "private", "first_name": "Eva"}


@pytest.mark.parametrize("payload", ["", "a b", "a" * 65])
async def test_a_start_link_carries_64_plain_characters(anna: Person, payload: str) -> None:
    with pytest.raises(ValueError, match="a start link can't carry"):
        await anna.start(payload)


async def test_the_same_id_is_the_same_person(sandbox: Sandbox, anna: Person) -> None:
    assert sandbox.person(1001) is anna


async def test_blocking_tells_the_bot_and_silences_the_phone(anna: Person, api: Api) -> None:
    await anna.block()

    change = (await last_update(api))["my_chat_member"]
    assert change["old_chat_member"]["status"] == "member"
    assert change["new_chat_member"]["status"] == "kicked"
    with pytest.raises(PersonError, match="unblock it first"):
        await anna.send("hello?")
    await anna.unblock()
    assert (await last_update(api))["my_chat_member"]["new_chat_member"]["status"] == "member"
    assert await anna.send("hello")


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (lambda anna: anna.send(" "), "the text is empty"),
        (lambda anna: anna.send("a" * 4097), "longer than 4096"),
        (lambda anna: anna.send("a", reply_to=99), "there is no message 99"),
        (lambda anna: anna.edit(99, "a"), "there is no message 99"),
        (lambda anna: anna.edit(1, "/start"), "the text is the same"),
        (lambda anna: anna.edit(2, "a"), "only one's own texts"),
        (lambda anna: anna.send_location(91, 0), "no such place"),
    ],
)
async def test_a_phone_does_not_do_everything(
    anna: Person, api: Api, act: Callable[[Person], Awaitable[Any]], why: str
) -> None:
    await api("sendMessage", chat_id=1001, text="a")

    with pytest.raises(PersonError, match=why):
        await act(anna)


async def test_a_deleted_account_does_nothing_more(anna: Person) -> None:
    await anna.deactivate()

    with pytest.raises(PersonError, match="account was deleted"):
        await anna.send("a")


async def test_expect_misses_nothing_and_sees_nothing_twice(anna: Person, api: Api) -> None:
    for text in ("one", "two", "two"):
        await api("sendMessage", chat_id=1001, text=text)

    first = await anna.expect("two")
    second = await anna.expect(lambda message: message.text == "two")
    with pytest.raises(TimeoutError, match=r"last: \['one', 'two', 'two'\]"):
        await anna.expect("two", timeout_s=0.01)

    assert [first.message_id, second.message_id] == [3, 4]


async def test_expect_waits_and_sees_edits(anna: Person, api: Api) -> None:
    await api("sendMessage", chat_id=1001, text="one")
    waiting = asyncio.create_task(anna.expect("two"))
    await api("editMessageText", chat_id=1001, message_id=2, text="two")

    assert (await waiting).message_id == 2


async def test_catching_up_passes_over_what_was_said(anna: Person, api: Api) -> None:
    await api("sendMessage", chat_id=1001, text="one")
    anna.catch_up()

    with pytest.raises(TimeoutError):
        await anna.expect("one", timeout_s=0.01)


async def test_a_document_and_a_reply_reach_the_bot(anna: Person, api: Api) -> None:
    await anna.send_document("letter.pdf", b"%PDF-", mime_type="application/pdf")
    document = (await last_update(api))["message"]["document"]
    await anna.send("this one", reply_to=2)

    assert (document["file_name"], document["mime_type"]) == ("letter.pdf", "application/pdf")
    assert (await last_update(api))["message"]["reply_to_message"]["message_id"] == 2


async def test_an_edit_comes_as_an_edited_message(anna: Person, api: Api, clock: Hands) -> None:
    said = await anna.send("seven")
    clock.turn(seconds=9)
    await anna.edit(said, "eight /now")

    edited = (await last_update(api))["edited_message"]
    assert (edited["text"], edited["edit_date"] - edited["date"]) == ("eight /now", 9)
    assert edited["entities"][0]["type"] == "bot_command"


async def test_a_new_language_shows_in_the_next_update(anna: Person, api: Api) -> None:
    await anna.speak("es")
    await anna.send("hola")

    assert (await last_update(api))["message"]["from"]["language_code"] == "es"
