"""The drawing of an exercise on the chat page: whole, named, and with room kept before it comes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from bot.sandbox.person import PIXEL

if TYPE_CHECKING:
    from playwright.async_api import Locator, Route

    from tests.browser.chat import Chat
    from tests.browser.conftest import Opened

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 320, "height": 640}
DRAWN_PX = (960, 600)
SIZES = """(node) => {
    const box = (each) => each.getBoundingClientRect();
    const [message, bubble] = [node.closest(".message"), node.closest(".bubble")];
    const [photo, text] = [box(node), box(bubble.querySelector(".text"))];
    return {
        natural: [node.naturalWidth, node.naturalHeight],
        ratio: photo.width / photo.height,
        width: photo.width,
        inside: photo.left >= box(bubble).left && photo.right <= box(bubble).right,
        order: photo.bottom <= text.top
            && text.bottom <= box(message.querySelector(".inline-keyboard")).top,
        fit: getComputedStyle(node).objectFit,
    };
}"""


async def gets_a_stretch(chat: Chat) -> Locator:
    """Go on to the first stretch nudge; its drawing comes back."""
    await chat.walk.joins()
    await chat.walk.tells()
    await chat.walk.has_massage()
    while (await chat.walk.next_message()).kind != "photo":
        pass
    await chat.reads("Easier:")
    return chat.newest.get_by_role("img", name="Got two minutes?", exact=True)


@pytest.mark.parametrize(
    ("viewport", "scheme"), [(WIDE, "light"), (PHONE, "dark")], ids=["light laptop", "dark phone"]
)
async def test_a_stretch_shows_its_whole_drawing_above_the_words_and_the_buttons(
    opened: Opened, viewport: dict[str, int], scheme: str
) -> None:
    async with opened(viewport=viewport, color_scheme=scheme) as chat:
        drawing = await gets_a_stretch(chat)
        await expect(drawing).to_have_js_property("complete", value=True)
        await expect(drawing).to_be_in_viewport(ratio=1)

        shown = await drawing.evaluate(SIZES)

        assert tuple(shown["natural"]) == DRAWN_PX
        assert shown["ratio"] == pytest.approx(DRAWN_PX[0] / DRAWN_PX[1], rel=0.01)
        assert shown["width"] > viewport["width"] * (0.7 if viewport is PHONE else 0.3)
        assert (shown["inside"], shown["order"], shown["fit"]) == (True, True, "fill")
        assert await chat.overflow_px() == 0
        assert await chat.barriers() == []


async def test_nothing_moves_when_a_drawing_arrives_late(opened: Opened) -> None:
    async with opened(viewport=PHONE, reduced_motion="reduce") as chat:
        may_come = asyncio.Event()

        async def late(route: Route) -> None:
            await may_come.wait()
            await route.continue_()

        await chat.page.route("**/file/**", late)
        drawing = await gets_a_stretch(chat)
        before = await chat.newest.bounding_box()
        assert await drawing.evaluate("(node) => node.naturalWidth") == 0

        may_come.set()
        await expect(drawing).to_have_js_property("naturalWidth", DRAWN_PX[0])

        assert await chat.newest.bounding_box() == before


async def test_a_drawing_stays_when_the_words_under_it_change(opened: Opened) -> None:
    async with opened() as chat:
        drawing = await gets_a_stretch(chat)
        await drawing.evaluate("(node) => { node.isTheSame = true; }")

        await chat.taps("Done")

        kept = chat.newest.get_by_role("img", name="Well done.")
        await expect(kept).to_have_js_property("isTheSame", value=True)


async def test_a_photo_without_words_is_called_a_photo(opened: Opened) -> None:
    async with opened() as chat:
        await chat.walk.person.send_photo(PIXEL)

        sent = chat.log.get_by_role("article", name="You").last
        await expect(sent.get_by_role("img", name="Photo", exact=True)).to_be_visible()
