"""A person at the sandbox page: what they press, what they read, and what went wrong meanwhile."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from playwright.async_api import expect

from tests.browser.browsers import axe_source

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import ConsoleMessage, Error, Locator, Page, Request

    from tests.journeys.harness import Walk

# WCAG 2.2 A and AA, and what axe's authors hold to be good practice.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass
class Chat:
    """The page in a browser, and the bot behind it."""

    page: Page
    walk: Walk
    troubles: list[str] = field(default_factory=list)
    requested: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Listen for whatever a developer would see in red."""
        self.page.on("console", self._console)
        self.page.on("pageerror", self._page_error)
        self.page.on("requestfailed", self._request_failed)
        self.page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.troubles.append(f"console: {message.text}")

    def _page_error(self, error: Error) -> None:
        self.troubles.append(f"error: {error}")

    def _request_failed(self, request: Request) -> None:
        if not request.url.endswith("/events"):  # a page that is left ends its stream
            self.troubles.append(f"failed: {request.url}")

    def _request(self, request: Request) -> None:
        self.requested.append(request.url)

    @property
    def address(self) -> str:
        """The page's own."""
        return self.walk.tryout.sandbox.page_url

    async def opens(self) -> None:
        """Load the page, and wait until the chat is there."""
        await self.page.goto(self.address)
        await expect(self.log).to_have_attribute("aria-busy", "false")

    @property
    def log(self) -> Locator:
        """The conversation."""
        return self.page.get_by_role("log", name="Conversation")

    @property
    def plan(self) -> Locator:
        """What comes next."""
        return self.page.get_by_role("region", name="What comes next")

    @property
    def clock(self) -> Locator:
        """The time in this chat."""
        return self.page.get_by_role("region", name="Time in this chat")

    @property
    def newest(self) -> Locator:
        """The last message in the conversation."""
        return self.log.get_by_role("article").last

    async def taps(self, *labels: str) -> None:
        """Press buttons of the conversation, each on the newest message that has it."""
        for label in labels:
            button = self.log.get_by_role("button", name=label, exact=True).last
            async with self.answered("/tap"):
                await button.click()

    async def writes(self, text: str) -> None:
        """Type a message, and send it with the button."""
        await self.page.get_by_role("textbox", name="Message").fill(text)
        async with self.answered("/message"):
            await self.presses("Send")

    async def replies_to(self, beginning: str) -> None:
        """Press the reply button of the bot's message that begins like this."""
        button = self.log.get_by_role("button", name=f"Reply to “{beginning}")
        await button.click()

    async def presses(self, label: str) -> None:
        """Press a button of the page, whatever it does."""
        await self.page.get_by_role("button", name=label, exact=True).click()

    async def turns_clock(self, label: str) -> None:
        """Press a button of the clock bar, and wait until that time has come."""
        async with self.answered("/clock/"):
            await self.presses(label)

    @asynccontextmanager
    async def answered(self, path: str) -> AsyncIterator[None]:
        """Wait at the end until what the page posted is answered, and the bot has done with it."""
        async with self.page.expect_response(lambda each: path in each.url):
            yield
        await self.walk.quiet()

    async def reads(self, *texts: str) -> None:
        """Wait until the newest message says all of this."""
        for text in texts:
            await expect(self.newest).to_contain_text(text)

    async def look_of(self, locator: Locator, *properties: str) -> dict[str, str]:
        """Computed style."""
        look: dict[str, str] = await locator.evaluate(
            "(node, names) => Object.fromEntries(names.map("
            "(name) => [name, getComputedStyle(node).getPropertyValue(name)]))",
            list(properties),
        )
        return look

    async def barriers(self) -> list[str]:
        """What axe-core finds: each rule, and where."""
        # Evaluated by the debugger, which the page's policy does not bind.
        await self.page.evaluate(axe_source())
        found: dict[str, Any] = await self.page.evaluate(
            "(tags) => axe.run(document, {runOnly: {type: 'tag', values: tags}})", RULES
        )
        return [
            f"{each['id']}: {each['help']}: {node['target']}"
            for each in found["violations"]
            for node in each["nodes"]
        ]

    async def overflow_px(self) -> int:
        """By how many pixels the page is wider than the window."""
        wider: int = await self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return wider
