"""The chat page for everyone: keyboard, small screens, dark mode, and what axe-core finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.browser.chat import Chat
    from tests.browser.conftest import Opened

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PHONE = {"width": 320, "height": 640}
LAPTOP = {"width": 1280, "height": 800}
MOST_TABS = 60


async def states(chat: Chat) -> AsyncIterator[str]:
    """The page in each state it can be in, one after the other."""
    yield "empty"
    await chat.walk.says("/start")
    await chat.walk.taps("I am 18 or older", "I agree, let's begin")
    await expect(chat.page.get_by_role("group", name="Reply keyboard")).to_be_visible()
    yield "a reply keyboard"
    await chat.presses("📍 Share my place")
    yield "choosing a place"
    await chat.presses("Cancel")
    await chat.walk.says("London")
    await chat.walk.taps("Yes, that is right")
    await chat.walk.tells()
    await chat.walk.has_massage()
    await chat.walk.next_with("how are you right now?")
    await chat.reads("how are you right now?")
    yield "a check-in"
    await chat.walk.taps("Numb between my legs")
    await chat.reads("Please get help right now")
    yield "an escalation"
    await chat.page.get_by_role("textbox", name="Message").fill("/")
    yield "the commands"
    await chat.page.get_by_role("textbox", name="Message").fill("")
    await chat.replies_to("🚨 Please get help right now")
    await chat.writes("/why")
    await chat.replies_to("🚨 Please get help right now")
    yield "a reply sent, and another begun"
    await chat.presses("Send something else")
    yield "what else can be sent"
    await chat.presses("Options")
    yield "the options"


@pytest.mark.parametrize(
    ("viewport", "scheme"), [(LAPTOP, "light"), (PHONE, "dark")], ids=["light laptop", "dark phone"]
)
async def test_axe_finds_nothing_in_any_state(
    opened: Opened, viewport: dict[str, int], scheme: str
) -> None:
    async with opened(color_scheme=scheme, viewport=viewport, reduced_motion="reduce") as chat:
        found = {state: await chat.barriers() async for state in states(chat)}

        assert found == {state: [] for state in found}


async def test_nothing_is_wider_than_a_screen_of_320_pixels(opened: Opened) -> None:
    async with opened(viewport=PHONE) as chat:
        wider_px = {state: await chat.overflow_px() async for state in states(chat)}

        assert wider_px == dict.fromkeys(wider_px, 0)


async def test_the_page_is_dark_where_the_system_is(opened: Opened) -> None:
    async with opened(color_scheme="dark") as chat:
        ground = await lightness(chat, "background-color")
        words = await lightness(chat, "color")
        assert ground < 64 < 192 < words

        await chat.page.emulate_media(color_scheme="light")
        assert await lightness(chat, "color") < 64 < 192 < await lightness(chat, "background-color")


async def lightness(chat: Chat, what: str) -> int:
    """Of a colour of the page's ground, 0 to 255, as the screen paints it."""
    painted: int = await chat.page.evaluate(
        """(what) => {
            const pen = document.createElement("canvas").getContext("2d");
            pen.fillStyle = getComputedStyle(document.body)[what];
            pen.fillRect(0, 0, 1, 1);
            return Math.max(...pen.getImageData(0, 0, 1, 1).data.slice(0, 3));
        }""",
        {"background-color": "backgroundColor", "color": "color"}[what],
    )
    return painted


async def test_the_keyboard_alone_leads_from_start_to_the_first_question(opened: Opened) -> None:
    async with opened() as chat:
        for label in ("Start", "I am 18 or older", "I agree, let's begin"):
            await tabs_to(chat, label)
            async with chat.answered("/person/"):
                await chat.page.keyboard.press("Enter")
        await tabs_to(chat, "Message")
        await chat.page.keyboard.type("London")
        async with chat.answered("/message"):
            await chat.page.keyboard.press("Enter")
        await tabs_to(chat, "Yes, that is right")
        async with chat.answered("/tap"):
            await chat.page.keyboard.press("Space")

        await chat.reads("When did it begin?")


async def test_the_keyboard_alone_turns_the_clock(opened: Opened) -> None:
    async with opened() as chat:
        await tabs_to(chat, "+1 hour")
        async with chat.answered("/clock/advance"):
            await chat.page.keyboard.press("Enter")

        await expect(chat.page.locator("#clock")).to_have_text("11:00")


async def test_the_keyboard_alone_chooses_a_command_from_the_list(opened: Opened) -> None:
    async with opened() as chat:
        await chat.page.get_by_role("textbox", name="Message").fill("/pri")
        await chat.page.keyboard.press("Shift+Tab")
        await chat.page.keyboard.press("Shift+Tab")
        await expect(chat.page.get_by_role("listbox", name="Commands")).to_be_focused()
        async with chat.answered("/message"):
            await chat.page.keyboard.press("Enter")

        await chat.reads("What I keep")
        await expect(chat.page.get_by_role("textbox", name="Message")).to_be_focused()


async def test_the_keyboard_alone_asks_why_in_a_reply(opened: Opened) -> None:
    async with opened() as chat:
        field = chat.page.get_by_role("textbox", name="Message")
        bar = chat.page.get_by_role("group", name="Replying to Aftercare")
        await chat.walk.joins()
        await chat.walk.tells()
        await chat.walk.has_massage()
        water = (await chat.walk.next_message()).text.partition("\n")[0]
        await chat.reads(water)

        await tabs_to(chat, f"Reply to “{water[:40]}")
        await chat.page.keyboard.press("Enter")
        await expect(bar).to_contain_text(water)
        await expect(field).to_be_focused()
        await chat.page.keyboard.press("Escape")
        await expect(bar).to_be_hidden()
        await expect(field).to_be_focused()

        await tabs_to(chat, f"Reply to “{water[:40]}")
        await chat.page.keyboard.press("Enter")
        await chat.page.keyboard.type("/why")
        async with chat.answered("/message"):
            await chat.page.keyboard.press("Enter")

        await chat.reads("This rests on:", "a custom, not proven")
        sent = chat.log.get_by_role("article", name="You").last
        await expect(sent.get_by_role("button", name="In reply to Aftercare")).to_contain_text(
            water
        )
        await expect(bar).to_be_hidden()


async def tabs_to(chat: Chat, label: str) -> None:
    """Press Tab until the name of what has the focus begins like this."""
    for _ in range(MOST_TABS):
        name: str = await chat.page.evaluate(
            "() => { const it = document.activeElement;"
            " return it.labels?.[0]?.textContent ?? it.textContent; }"
        )
        if name.strip().startswith(label):
            return
        await chat.page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {label}")
