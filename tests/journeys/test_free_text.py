"""Whatever people type or send instead of tapping."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.journeys.harness import NONE, SETTLED, START, labels, walking

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.views import ChatMessage

FIRST_LIST = (
    "Numb between my legs",
    "Bladder or bowel trouble",
    "Trouble in both legs",
    "A leg gives way or drags",
    "Chest pain, hard to breathe",
    "Face, speech or sight change",
    "Serious accident or big fall",
)

ANNA = {"id": 1001, "is_bot": False, "first_name": "Anna", "language_code": "en"}
GROUP = {"id": -100123, "type": "supergroup", "title": "Back pain friends"}
CHANNEL = {"id": -100124, "type": "channel", "title": "News"}
PRIVATE = {"id": 1001, "type": "private", "first_name": "Anna"}
DATE = int(START.timestamp())


def asks_for_danger_signs(message: ChatMessage) -> bool:
    return set(FIRST_LIST) <= set(labels(message))


@pytest.mark.parametrize(
    "typed",
    [
        "hello",
        "thanks, that was nice",
        "😀" * 2048,  # 4,096 UTF-16 units, the most Telegram takes
        "<b>bold</b> & <script>alert(1)</script> </i>",
        "*_`[](~>#+-=|{}.!",
        "42",
        "7",
        "-1",
        "٣",
        "3 Uhr",
        "{reasons} %s {0}",
        "/unknown",
        "/",
        "مرحبا، ظهري يؤلمني",
        "\u200b",
        "a" * 4096,
    ],
)
async def test_any_free_text_gets_the_danger_signs_to_tap(tmp_path: Path, typed: str) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        answer = await walk.says(typed)

        assert "I can't judge that from text" in answer.text
        assert asks_for_danger_signs(answer)
        await walk.taps("Chest pain, hard to breathe")
        assert "Please get help right now" in walk.said


async def test_4096_emoji_are_taken_like_any_text(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        message = {"message_id": 900, "date": DATE, "chat": PRIVATE, "from": ANNA}
        walk.tryout.sandbox.inject({"message": {**message, "text": "😀" * 4096}})
        await walk.quiet()

        assert asks_for_danger_signs(walk.last)
        assert "😀" in (await walk.says("/report")).text


async def test_what_was_typed_stands_in_the_report_as_it_was_typed(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await walk.says("it <b>pulls</b> & burns {tell}")

        report = await walk.says("/report")

        assert "it <b>pulls</b> & burns {tell}" in report.text


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("my bum is numb", "Numb between my legs"),
        ("I am not numb between my legs", "Numb between my legs"),
        ("no numbness down there, none at all", "Numb between my legs"),
        ("I can't pee", "Bladder or bowel trouble"),
        ("not leaking pee any more", "Bladder or bowel trouble"),
        ("I have chest pain", "Chest pain, hard to breathe"),
    ],
)
async def test_a_phrase_that_may_mean_an_emergency_is_asked_about_with_its_advice_at_once(
    tmp_path: Path, typed: str, asked: str
) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        answer = await walk.says(typed)

        assert "go to an emergency department now. Do not drive yourself" in answer.text
        assert f"Yes: {asked}" in labels(answer)
        await walk.taps(f"Yes: {asked}")
        assert "Please get help right now" in walk.said


@pytest.mark.parametrize(
    ("typed", "asked", "advice", "message"),
    [
        ("I have a fever", "Fever or shivering", "get advice today", "Please get advice today"),
        (
            "pain shooting down my leg",
            "Pain shooting down one leg",
            "a doctor should look at it",
            "Please book an appointment",
        ),
    ],
)
async def test_a_phrase_of_a_lower_level_raises_its_own_question(
    tmp_path: Path, typed: str, asked: str, advice: str, message: str
) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        answer = await walk.says(typed)

        assert advice in answer.text
        assert f"Yes: {asked}" in labels(answer)
        await walk.taps(f"Yes: {asked}")
        await walk.passes(seconds=15)
        assert message in walk.said


async def test_no_to_a_phrase_still_goes_through_the_whole_list(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await walk.says("my bum is numb")

        await walk.taps("No, not right now")

        assert asks_for_danger_signs(walk.last)


async def test_a_danger_sign_typed_while_the_zone_is_asked_comes_before_the_zone(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path) as walk:
        await walk.says("/start")
        await walk.taps("I am 18 or older", "I agree, let's begin")

        answer = await walk.says("I can't pee since yesterday")

        assert "Yes: Bladder or bowel trouble" in labels(answer)
        await walk.taps("Yes: Bladder or bowel trouble")
        assert "Please get help right now" in walk.said
        assert "Is it 10:00" in (await walk.says("London")).text


async def test_a_typed_number_answers_the_pain_scale_that_is_open(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await walk.has_massage()
        await walk.next_with("how are you right now?")
        await walk.taps(NONE, NONE)
        await walk.next_with("how are you right now?")
        await walk.taps(NONE, NONE, "Better")
        assert "How strong is the pain right now?" in walk.last.text

        await walk.says(" 3 ")

        assert "all noted" in walk.last.text
        assert "Pain now (0 to 10): 3" in (await walk.says("/report")).text


async def test_eleven_is_no_answer_to_the_pain_scale(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await walk.says("/worse")
        await walk.taps(NONE, NONE, "Better")

        assert asks_for_danger_signs(await walk.says("11"))

        assert "Pain now (0 to 10): 11" not in (await walk.says("/report")).text


@pytest.mark.parametrize("kind", ["photo", "sticker", "voice", "contact", "document"])
async def test_what_can_not_be_read_gets_the_danger_signs_too(tmp_path: Path, kind: str) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        send: dict[str, Any] = {
            "photo": walk.person.send_photo,
            "sticker": walk.person.send_sticker,
            "voice": walk.person.send_voice,
            "contact": walk.person.send_contact,
            "document": lambda: walk.person.send_document("scan.pdf", b"%PDF-1.4"),
        }

        await send[kind]()
        await walk.quiet()

        assert "I can't look at pictures" in walk.last.text
        assert asks_for_danger_signs(walk.last)


async def test_the_words_under_a_photo_count_like_any_words(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await walk.person.send_photo(caption="my bum is numb")
        await walk.quiet()

        assert "Yes: Numb between my legs" in labels(walk.last)


async def test_an_edited_message_is_read_again(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        message_id = await walk.person.send("my bun is fine")
        await walk.quiet()

        await walk.person.edit(message_id, "my bum is numb")
        await walk.quiet()

        assert "Yes: Numb between my legs" in labels(walk.last)


async def test_a_stranger_who_sends_a_sticker_is_asked_to_start(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await walk.person.send_sticker()
        await walk.quiet()

        assert "/start first" in walk.last.text


@pytest.mark.parametrize(
    "update",
    [
        {"message": {"message_id": 5, "date": DATE, "chat": GROUP, "from": ANNA, "text": "/start"}},
        {
            "message": {
                "message_id": 5,
                "date": DATE,
                "chat": GROUP,
                "from": ANNA,
                "text": "my bum is numb",
            }
        },
        {"channel_post": {"message_id": 6, "date": DATE, "chat": CHANNEL, "text": "hello"}},
        {
            "message": {
                "message_id": 7,
                "date": DATE,
                "chat": {"id": 55, "type": "private", "first_name": "Robot"},
                "from": {"id": 55, "is_bot": True, "first_name": "Robot"},
                "text": "/start",
            }
        },
    ],
    ids=["command in a group", "danger sign in a group", "channel post", "another bot"],
)
async def test_groups_channels_and_other_bots_get_silence(
    tmp_path: Path, update: dict[str, Any]
) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        before = len(walk.tryout.sandbox.calls)

        walk.tryout.sandbox.inject(update)
        await walk.quiet()

        after = [each.method for each in walk.tryout.sandbox.calls[before:]]
        assert [each for each in after if not each.startswith(("get", "setMy"))] == []


async def test_a_forwarded_message_is_read_like_ones_own(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        walk.tryout.sandbox.inject(
            {
                "message": {
                    "message_id": 900,
                    "date": DATE,
                    "chat": PRIVATE,
                    "from": ANNA,
                    "forward_origin": {
                        "type": "hidden_user",
                        "date": DATE,
                        "sender_user_name": "Bob",
                    },
                    "text": "she can't pee",
                }
            }
        )
        await walk.quiet()

        assert "Yes: Bladder or bowel trouble" in labels(walk.last)


async def test_markup_in_a_first_name_breaks_nothing(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        eve = walk.tryout.sandbox.person(1002, first_name="<b>Eve</i> & {name} </b>")

        await eve.start()
        await walk.quiet()

        assert "How old are you?" in eve.from_bot[-1].text
