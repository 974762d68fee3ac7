"""The picture in the README: the page in a wide window, and on a phone beside it.

`--update-screenshot` renews it, from what the browser shows.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.browser.test_page import has_a_massage

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, ViewportSize

    from tests.browser.chat import Chat
    from tests.browser.conftest import Opened

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "tests" / "artifacts" / "sandbox.png"
README_PICTURE = ROOT / "docs" / "sandbox.png"
MOST_BYTES = 500_000
WINDOW: ViewportSize = {"width": 1280, "height": 1010}
PHONE: ViewportSize = {"width": 340, "height": 700}
SHARPNESS = 1.25
SCENE = """<style>
    body {{ margin: 0 }}
    .window {{ width: {window}px; display: block }}
    .phone {{
        position: absolute; top: 118px; right: 28px; width: {phone}px;
        border: 9px solid #0d0b0a; border-radius: 34px; box-shadow: 0 14px 44px rgb(40 25 10 / 38%);
    }}
</style><img class="window" src="{wide}"><img class="phone" src="{narrow}">"""


async def test_a_drawing_on_a_phone_and_a_word_to_a_doctor_in_a_window(
    opened: Opened, request: pytest.FixtureRequest
) -> None:
    async with opened(viewport=WINDOW, device_scale_factor=SHARPNESS) as chat:
        await has_a_massage(chat)
        await skips_to(chat, "Got two minutes?")
        narrow = await on_a_phone(chat)
        await skips_to(chat, "how are you right now?")
        await chat.taps(
            "None of these", "Pain shooting down one leg", "Done", "About the same", "5"
        )
        advice = chat.log.get_by_role("article").filter(has_text="Please book an appointment")
        await expect(advice).to_be_in_viewport(ratio=1)
        wide = await taken(chat)
        await composed(chat.page.context, wide, narrow)
    assert PICTURE.stat().st_size <= MOST_BYTES
    if request.config.getoption("--update-screenshot"):
        README_PICTURE.write_bytes(PICTURE.read_bytes())


async def skips_to(chat: Chat, words: str) -> None:
    """On to the message that says this; what comes on the way is done, and nothing is wrong."""
    while words not in (said := await chat.newest.inner_text()) or "edited" in said:
        if "how are you right now?" in said:
            await chat.taps("None of these", "None of these")
        elif await chat.newest.get_by_role("button", name="Done", exact=True).count():
            await chat.taps("Done")
        await chat.turns_clock("Skip to the next message")


async def on_a_phone(chat: Chat) -> bytes:
    """What the same page shows on a small dark screen."""
    await chat.page.set_viewport_size(PHONE)
    await chat.page.emulate_media(color_scheme="dark")
    await expect(chat.newest.get_by_role("img")).to_be_in_viewport(ratio=1)
    shot = await taken(chat)
    await chat.page.emulate_media(color_scheme="light")
    await chat.page.set_viewport_size(WINDOW)
    return shot


async def taken(chat: Chat) -> bytes:
    """The page without a passing word over it, and without the mouse on anything."""
    await expect(chat.page.locator("#toast")).to_have_text("")
    await chat.page.mouse.move(160, 10)
    return await chat.page.screenshot(animations="disabled")


async def composed(context: BrowserContext, wide: bytes, narrow: bytes) -> None:
    """Lay the phone over the empty side of the conversation."""
    scene = await context.new_page()
    await scene.set_content(
        SCENE.format(
            window=WINDOW["width"], phone=PHONE["width"], wide=inline(wide), narrow=inline(narrow)
        )
    )
    PICTURE.parent.mkdir(exist_ok=True)
    await scene.screenshot(path=PICTURE)
    await scene.close()


def inline(png: bytes) -> str:
    """A PNG as an address."""
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"
