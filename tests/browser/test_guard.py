"""What the chat page's browser refuses to do, whatever got into the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

if TYPE_CHECKING:
    from tests.browser.conftest import Opened

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ELSEWHERE = "http://127.0.0.2:9/"


async def test_a_script_written_into_the_page_does_not_run(opened: Opened) -> None:
    async with opened() as chat:
        await chat.page.evaluate(
            """() => {
                const script = document.createElement("script");
                script.textContent = "window.ran = true";
                document.body.append(script);
            }"""
        )

        assert await chat.page.evaluate("window.ran") is None
        refused_by_policy(chat.troubles)


async def test_the_page_reaches_no_other_host(opened: Opened) -> None:
    async with opened() as chat:
        reached = await chat.page.evaluate(
            "(url) => fetch(url).then(() => 'reached', () => 'refused')", ELSEWHERE
        )

        assert reached == "refused"
        refused_by_policy(chat.troubles)


async def test_a_name_with_markup_is_shown_as_it_was_typed(opened: Opened) -> None:
    async with opened() as chat:
        await chat.writes("<img src=x onerror=alert(1)>")

        await expect(chat.log).to_contain_text("<img src=x onerror=alert(1)>")
        assert await chat.log.locator("article img").count() == 0


def refused_by_policy(troubles: list[str]) -> None:
    """The console says so; and once that was seen, it is clean again."""
    assert troubles
    assert [each for each in troubles if "Content Security Policy" not in each] == []
    troubles.clear()
