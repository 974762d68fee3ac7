"""A Chromium for all browser tests of a process, and a page with its own bot for each."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest_asyncio
from playwright.async_api import async_playwright, expect

from tests.browser.browsers import FLAGS, chromium
from tests.browser.chat import Chat
from tests.journeys.harness import walking

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from playwright.async_api import Browser

    from tests.journeys.harness import Chapter

    Opened = Callable[..., AbstractAsyncContextManager[Chat]]

PATIENCE_MS = 10_000
WIDE = {"width": 1280, "height": 800}


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium without a window; it closes with the session."""
    path = chromium()
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def opened(browser: Browser, tmp_path: Path) -> Opened:
    """Opens the page of a new bot: `async with opened(*PLANNED, viewport=..., color_scheme=...)`.

    The person has been through these chapters before the page opens. At the end the console must
    be clean and nothing may have been asked of another host.
    """

    @asynccontextmanager
    async def open_chat(*before: Chapter, **options: Any) -> AsyncIterator[Chat]:
        settings = {"viewport": WIDE, "locale": "en-GB", "timezone_id": "Europe/London"} | options
        async with walking(tmp_path, *before) as walk:
            context = await browser.new_context(**settings)
            context.set_default_timeout(PATIENCE_MS)
            chat = Chat(await context.new_page(), walk)
            try:
                await chat.opens()
                yield chat
                own = (chat.address, f"blob:{chat.address}")
                assert [each for each in chat.requested if not each.startswith(own)] == []
                assert chat.troubles == []
            finally:
                await context.close()

    return open_chat
