from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from bot.sandbox import Person
    from tests.sandbox.conftest import Api, Hands

KEYBOARD = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are "
    "exactly the same as a current content and reply markup of the message"
)


@pytest.fixture
async def question(anna: Person, api: Api) -> dict[str, Any]:
    """A text of the bot with one button, message 2."""
    sent: dict[str, Any] = await api(
        "sendMessage", chat_id=1001, text="Well?", reply_markup=KEYBOARD
    )
    return sent


async def test_an_edit_replaces_text_and_buttons(
    anna: Person, api: Api, clock: Hands, question: dict[str, Any]
) -> None:
    clock.turn(minutes=5)
    await api("editMessageText", chat_id=1001, message_id=2, text="<b>Good</b>", parse_mode="HTML")

    shown = anna.messages[-1]
    assert (shown.html, shown.buttons, shown.edited_at) == ("<b>Good</b>", [], clock.now())
    assert len(anna.from_bot) == 1


async def test_new_buttons_alone_do_not_make_a_message_edited(
    anna: Person, api: Api, question: dict[str, Any]
) -> None:
    await api("editMessageReplyMarkup", chat_id=1001, message_id=2)

    assert anna.messages[-1].buttons == []
    assert anna.messages[-1].edited_at is None


async def test_the_same_again_is_not_modified(api: Api, question: dict[str, Any]) -> None:
    same = {"chat_id": 1001, "message_id": 2, "reply_markup": KEYBOARD}

    assert await api.refusal("editMessageText", text="Well?", **same) == NOT_MODIFIED
    assert await api.refusal("editMessageText", text=" Well?\n", **same) == NOT_MODIFIED
    assert await api.refusal("editMessageReplyMarkup", **same) == NOT_MODIFIED


@pytest.mark.parametrize(
    ("method", "params", "error"),
    [
        ("editMessageText", {"message_id": 99, "text": "a"}, "message to edit not found"),
        ("editMessageText", {"text": "a"}, "message identifier is not specified"),
        ("editMessageText", {"message_id": 1, "text": "a"}, "message can't be edited"),
        ("editMessageText", {"message_id": 2, "text": ""}, "message text is empty"),
        ("editMessageText", {"message_id": 2, "text": "a" * 4097}, "message is too long"),
        (
            "editMessageCaption",
            {"message_id": 2, "caption": "a"},
            "there is no caption in the message to edit",
        ),
        ("deleteMessage", {"message_id": 99}, "message to delete not found"),
        ("deleteMessages", {"message_ids": []}, "message identifiers must be 1-100"),
        ("pinChatMessage", {"message_id": 99}, "message to pin not found"),
        ("unpinChatMessage", {}, "message to unpin not found"),
    ],
)
async def test_edits_of_what_is_not_there_are_refused(
    api: Api, question: dict[str, Any], method: str, params: dict[str, Any], error: str
) -> None:
    assert await api.refusal(method, chat_id=1001, **params) == f"Bad Request: {error}"


async def test_a_message_with_a_big_keyboard_can_not_be_edited(anna: Person, api: Api) -> None:
    await api("sendMessage", chat_id=1001, text="a", reply_markup={"keyboard": [["Yes"]]})

    refusal = await api.refusal("editMessageText", chat_id=1001, message_id=2, text="b")

    assert refusal == "Bad Request: message can't be edited"


async def test_a_deleted_message_is_gone_and_stays_gone(
    anna: Person, api: Api, question: dict[str, Any]
) -> None:
    await api("deleteMessage", chat_id=1001, message_id=2)

    assert [one.text for one in anna.messages] == ["/start"]
    assert anna.history[-1].deleted
    again = await api.refusal("deleteMessage", chat_id=1001, message_id=2)
    assert again == "Bad Request: message to delete not found"


async def test_after_48_hours_a_message_can_not_be_deleted(
    anna: Person, api: Api, clock: Hands, question: dict[str, Any]
) -> None:
    clock.turn(hours=48, seconds=1)

    refusal = await api.refusal("deleteMessage", chat_id=1001, message_id=2)

    assert refusal == "Bad Request: message can't be deleted for everyone"


async def test_deleting_many_passes_over_the_missing(
    anna: Person, api: Api, question: dict[str, Any]
) -> None:
    assert await api("deleteMessages", chat_id=1001, message_ids=[1, 2, 77])

    assert anna.messages == []


async def test_a_reaction_is_one_emoji_of_telegrams_list(anna: Person, api: Api) -> None:
    async def react(*emoji: str) -> dict[str, Any]:
        reaction = [{"type": "emoji", "emoji": one} for one in emoji]
        return await api.answer("setMessageReaction", chat_id=1001, message_id=1, reaction=reaction)

    assert (await react("👍"))["ok"]
    assert anna.messages[0].reaction == "👍"
    assert (await react("🦒"))["description"] == "Bad Request: REACTION_INVALID"
    assert (await react("👍", "🔥"))["description"] == "Bad Request: REACTIONS_TOO_MANY"


async def test_the_message_pinned_last_is_the_one_getchat_shows(
    api: Api, question: dict[str, Any]
) -> None:
    await api("pinChatMessage", chat_id=1001, message_id=1)
    await api("pinChatMessage", chat_id=1001, message_id=2)
    pinned = (await api("getChat", chat_id=1001))["pinned_message"]["message_id"]
    await api("unpinChatMessage", chat_id=1001)

    assert pinned == 2
    assert (await api("getChat", chat_id=1001))["pinned_message"]["message_id"] == 1
