"""Replying on the chat page: with a finger, with a command of the list, and when it goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

if TYPE_CHECKING:
    from playwright.async_api import Locator

    from tests.browser.chat import Chat
    from tests.browser.conftest import Opened

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

FINGER = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True}
GREETING = "Hi, I'm Aftercare"
SMALLEST_TARGET_PX = 40


def bar(chat: Chat) -> Locator:
    """What is being replied to, above the field."""
    return chat.page.get_by_role("group", name="Replying to Aftercare")


async def begins_a_reply(chat: Chat) -> str:
    """Reply to the bot's first message; its first words come back."""
    said = await chat.walk.says("/start")
    words = said.text.partition("\n")[0]
    await chat.replies_to(words)
    await expect(bar(chat)).to_contain_text(words)
    return words


async def test_a_finger_finds_the_reply_button_without_hovering(opened: Opened) -> None:
    async with opened(**FINGER) as chat:
        await chat.walk.says("/start")
        button = chat.newest.get_by_role("button", name="Reply to")

        await expect(button).to_have_css("opacity", "1")
        size = await button.bounding_box()
        assert size is not None
        assert min(size["width"], size["height"]) >= SMALLEST_TARGET_PX
        await button.tap()

        await expect(bar(chat)).to_be_visible()
        assert await chat.overflow_px() == 0


async def test_a_mouse_sees_the_reply_button_of_the_message_it_is_on(opened: Opened) -> None:
    async with opened() as chat:
        await chat.walk.says("/start")
        button = chat.newest.get_by_role("button", name="Reply to")
        await expect(button).to_have_css("opacity", "0")

        await chat.newest.locator(".text").hover()

        await expect(button).to_have_css("opacity", "1")


async def test_a_command_chosen_from_the_list_is_a_reply_as_well(opened: Opened) -> None:
    async with opened() as chat:
        words = await begins_a_reply(chat)
        await chat.presses("Commands")
        async with chat.answered("/message"):
            await chat.page.get_by_role("option", name="/why").click()

        sent = chat.log.get_by_role("article", name="You").last
        await expect(sent).to_contain_text(words)
        await expect(bar(chat)).to_be_hidden()


async def test_the_cross_ends_a_reply_and_keeps_what_was_written(opened: Opened) -> None:
    async with opened() as chat:
        field = chat.page.get_by_role("textbox", name="Message")
        await begins_a_reply(chat)
        await field.fill("London")

        await chat.presses("Stop replying")

        await expect(bar(chat)).to_be_hidden()
        await expect(field).to_be_focused()
        await expect(field).to_have_value("London")
        async with chat.answered("/message"):
            await chat.presses("Send")
        sent = chat.log.get_by_role("article", name="You").last
        await expect(sent).to_contain_text("London")
        await expect(sent.get_by_role("button", name="In reply to")).to_have_count(0)


async def test_a_reply_that_did_not_go_is_still_a_reply(opened: Opened) -> None:
    async with opened() as chat:
        words = await begins_a_reply(chat)
        await chat.page.route("**/message", lambda route: route.abort())
        await chat.page.get_by_role("textbox", name="Message").fill("/why")

        await chat.presses("Send")

        await expect(chat.page.get_by_role("alert")).to_contain_text("Your message was not sent.")
        await expect(bar(chat)).to_contain_text(words)
        await expect(chat.page.get_by_role("textbox", name="Message")).to_have_value("/why")
        assert chat.troubles
        chat.troubles.clear()


async def test_editing_ends_a_reply_and_replying_ends_an_edit(opened: Opened) -> None:
    async with opened() as chat:
        field = chat.page.get_by_role("textbox", name="Message")
        words = await begins_a_reply(chat)

        await chat.page.get_by_role("button", name="Edit “/start”").click()
        await expect(bar(chat)).to_be_hidden()
        await expect(field).to_have_value("/start")

        await chat.replies_to(words)
        await expect(bar(chat)).to_be_visible()
        await expect(chat.page.get_by_text("Editing your message")).to_be_hidden()
        await expect(field).to_have_value("")
