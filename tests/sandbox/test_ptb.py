"""The real python-telegram-bot against the sandbox: what the product will do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    KeyboardButton,
    LinkPreviewOptions,
    MenuButtonCommands,
    MessageEntity,
    ReplyKeyboardMarkup,
    Update,
)
from telegram.error import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TimedOut,
)
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from bot.sandbox.person import PIXEL

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.sandbox import Person, Sandbox

Context = ContextTypes.DEFAULT_TYPE
GO = InlineKeyboardMarkup([[InlineKeyboardButton("Go", callback_data="go")]])


async def welcome(update: Update, context: Context) -> None:
    assert update.message is not None
    name = update.message.chat.first_name
    await update.message.reply_html(f"<b>Hello</b> {name} {context.args}", reply_markup=GO)


async def go(update: Update, context: Context) -> None:
    assert update.callback_query is not None
    await update.callback_query.answer("Going", show_alert=True)
    await update.callback_query.edit_message_text("Gone")


async def echo(update: Update, context: Context) -> None:
    message = update.effective_message
    assert message is not None
    if message.photo:
        file = await message.photo[-1].get_file()
        size = len(await file.download_as_bytearray())
        await message.reply_text(f"photo of {size} bytes")
    elif message.location:
        await message.reply_text(f"at {message.location.latitude}")
    else:
        what = "edited" if update.edited_message else "heard"
        await message.reply_text(f"{what}: {message.text or message.effective_attachment}")


@pytest.fixture
async def application(sandbox: Sandbox) -> AsyncIterator[None]:
    """A bot that polls."""
    builder = Application.builder().token(sandbox.token)
    app = builder.base_url(sandbox.api_url).base_file_url(sandbox.file_url).build()
    app.add_handler(CommandHandler("start", welcome))
    app.add_handler(CallbackQueryHandler(go))
    app.add_handler(MessageHandler(filters.ALL, echo))
    async with app:
        assert app.updater is not None
        await app.updater.start_polling()
        await app.start()
        yield
        await app.updater.stop()
        await app.stop()


async def test_a_whole_conversation_over_long_polling(sandbox: Sandbox, application: None) -> None:
    anna = sandbox.person(1001, first_name="Anna")
    await anna.start("clinic-7")
    hello = await anna.expect("Hello")
    toast = await anna.tap(hello.message_id, "Go")
    gone = await anna.expect("Gone")
    said = await anna.send("water")
    await anna.expect("heard: water")
    await anna.edit(said, "tea")
    await anna.expect("edited: tea")
    await anna.send_photo()
    await anna.expect(f"photo of {len(PIXEL)} bytes")
    await anna.send_location(52.5, 13.4)
    await anna.expect("at 52.5")
    for act in (anna.send_sticker, anna.send_voice, anna.send_contact):
        await act()
        await anna.expect("heard: ")
    await anna.block()
    await anna.unblock()
    await sandbox.settled()

    assert hello.html == "<b>Hello</b> Anna ['clinic-7']"
    assert toast is not None
    assert (toast.text, toast.alert) == ("Going", True)
    assert (gone.message_id, gone.buttons) == (hello.message_id, [])
    assert sandbox.refused == []


async def test_pictures_and_documents_arrive_with_caption(anna: Person, ptb: Bot) -> None:
    photo = await ptb.send_photo(1001, PIXEL, caption="<i>a</i>", parse_mode="HTML")
    document = await ptb.send_document(1001, b"%PDF-", filename="plan.pdf", caption="b")
    await ptb.send_photo(1001, photo.photo[-1].file_id)

    assert [(one.kind, one.text) for one in anna.from_bot] == [
        ("photo", "a"),
        ("document", "b"),
        ("photo", ""),
    ]
    assert (photo.photo[-1].width, photo.caption_entities[0].type) == (1, "italic")
    assert document.document is not None
    assert (document.document.file_name, document.document.file_size) == ("plan.pdf", 5)
    file = await ptb.get_file(document.document.file_id)
    assert bytes(await file.download_as_bytearray()) == b"%PDF-"


async def test_a_photo_can_be_changed_and_its_caption_too(anna: Person, ptb: Bot) -> None:
    sent = await ptb.send_photo(1001, PIXEL, caption="one")
    media = InputMediaPhoto(PIXEL, caption="two")
    edited = await ptb.edit_message_media(media, 1001, sent.message_id)
    await ptb.edit_message_caption(1001, sent.message_id, caption="three", reply_markup=GO)

    assert not isinstance(edited, bool)
    assert edited.photo[-1].file_id != sent.photo[-1].file_id
    assert (anna.messages[-1].caption, anna.messages[-1].button("Go").data) == ("three", "go")


@pytest.mark.parametrize(
    ("picture", "error"),
    [
        (b"no picture", "Image_process_failed"),
        (PIXEL[:16] + b"\0\0\x30\0\0\0\0\1" + PIXEL[24:], "Photo_invalid_dimensions"),
        (b"", "File must be non-empty"),
    ],
)
async def test_a_photo_telegram_would_refuse_is_a_bad_request(
    anna: Person, ptb: Bot, picture: bytes, error: str
) -> None:
    with pytest.raises(BadRequest, match=error):
        await ptb.send_photo(1001, picture)


async def test_a_file_is_sent_again_by_id_as_what_it_was(
    sandbox: Sandbox, anna: Person, ptb: Bot
) -> None:
    sent = await ptb.send_photo(1001, PIXEL)

    with pytest.raises(BadRequest, match="Type of file mismatch"):
        await ptb.send_document(1001, sent.photo[0].file_id)
    with pytest.raises(BadRequest, match="Wrong file identifier"):
        await ptb.send_photo(1001, "no-such-file")
    with pytest.raises(BadRequest, match="does not fetch files from the web"):
        await ptb.send_photo(1001, "https://example.org/back.png")
    assert sandbox.calls[-4].params["photo"]["size"] == len(PIXEL)


async def test_a_caption_holds_1024_characters(anna: Person, ptb: Bot) -> None:
    await ptb.send_photo(1001, PIXEL, caption="a" * 1024)
    with pytest.raises(BadRequest, match="Message caption is too long"):
        await ptb.send_photo(1001, PIXEL, caption="a" * 1025)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("403", Forbidden),
        ("429", RetryAfter),
        ("500", NetworkError),
        ("502", NetworkError),
        ("drop_before", NetworkError),
        ("drop_after", NetworkError),
    ],
)
async def test_every_trouble_becomes_ptbs_own_error(
    sandbox: Sandbox, anna: Person, ptb: Bot, fault: Any, error: type[Exception]
) -> None:
    sandbox.faults.add("sendMessage", answer=fault)
    with pytest.raises(error):
        await ptb.send_message(1001, "a")

    await ptb.send_message(1001, "b")


async def test_a_slow_answer_is_a_timeout_and_the_message_is_there(
    sandbox: Sandbox, anna: Person, ptb: Bot
) -> None:
    sandbox.faults.add("sendMessage", answer="slow", delay_s=0.3)
    with pytest.raises(TimedOut):
        await ptb.send_message(1001, "a", read_timeout=0.05)

    assert (await anna.expect("a")).sender == "bot"


async def test_refusals_become_ptbs_own_errors(anna: Person, ptb: Bot) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await ptb.send_message(9999, "a")
    await ptb.set_webhook("http://127.0.0.1:1/hook")
    with pytest.raises(Conflict, match="webhook is active"):
        await ptb.get_updates()
    await anna.block()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await ptb.send_message(1001, "a")


async def test_a_wrong_token_is_an_invalid_token(sandbox: Sandbox) -> None:
    with pytest.raises(InvalidToken):
        async with Bot("1:wrong", base_url=sandbox.api_url):
            pass


async def test_the_bot_can_introduce_itself(anna: Person, ptb: Bot) -> None:
    commands = [BotCommand("start", "Begin"), BotCommand("plan", "What comes next")]
    await ptb.set_my_commands(commands, scope=BotCommandScopeAllPrivateChats(), language_code="en")
    await ptb.set_my_name("Back again", language_code="en")
    await ptb.set_my_description("a")
    await ptb.set_my_short_description("b")
    await ptb.set_chat_menu_button(menu_button=MenuButtonCommands())

    scope = BotCommandScopeAllPrivateChats()
    assert list(await ptb.get_my_commands(scope, "en")) == commands
    assert await ptb.get_my_commands() == ()
    assert (await ptb.get_my_name("en")).name == "Back again"
    assert (await ptb.get_my_name()).name == "Aftercare"
    assert (await ptb.get_my_description("es")).description == "a"
    assert (await ptb.get_my_short_description()).short_description == "b"
    assert (await ptb.get_chat_menu_button()).type == "commands"
    assert (await ptb.get_chat(1001)).first_name == "Anna"
    assert await ptb.delete_my_commands(scope, "en")
    assert await ptb.get_my_commands(scope, "en") == ()
    assert await ptb.log_out()


async def test_options_of_a_message_come_back(anna: Person, ptb: Bot) -> None:
    place = KeyboardButton("Where I am", request_location=True)
    sent = await ptb.send_message(
        1001,
        "Where are you?",
        reply_markup=ReplyKeyboardMarkup([[place]], one_time_keyboard=True),
        entities=[MessageEntity("bold", 0, 5)],
        protect_content=True,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
        reply_to_message_id=1,
    )

    assert sent.has_protected_content
    assert sent.link_preview_options is not None
    assert sent.reply_to_message is not None
    assert anna.messages[-1].html == "<b>Where</b> are you?"
    assert anna.reply_keyboard == [["Where I am"]]
