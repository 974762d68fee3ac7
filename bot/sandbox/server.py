"""The sandbox as one object: start it, give its URLs to a bot, play the people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from bot.sandbox.botapi import BotApi
from bot.sandbox.inject import take_in
from bot.sandbox.listener import Listener
from bot.sandbox.model import BotSelf, Call, Json
from bot.sandbox.page import page_app
from bot.sandbox.person import Person
from bot.sandbox.state import World
from bot.sandbox.webhook import WebhookPoster

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from starlette.types import Receive, Scope, Send

    from bot.sandbox.conductor import Conductor
    from bot.sandbox.faults import Faults

BOT_ID = 7_000_000_001
#: Looks like a token and opens nothing anywhere.
MADE_UP = f"{BOT_ID}:{'AAsandbox' * 3}AAsandbo"
FIRST_PERSON = 1001


class Sandbox:
    """A Telegram of one's own: one bot, any number of people, no network but loopback.

    `now` gives the (simulated) instant, aware UTC, for dates of messages and
    the age of taps. With `data` the state lives in that folder and a later
    sandbox goes on from there; without, it lives in memory.
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        token: str = MADE_UP,
        data: Path | None = None,
        conductor: Conductor | None = None,
        bot_name: str = "Aftercare",
        bot_username: str = "aftercare_sandbox_bot",
    ) -> None:
        bot_id = int(token.partition(":")[0])
        self.token = token
        self.world = World(now, BotSelf(bot_id, bot_username, {"": bot_name}), data)
        self.world.conductor = conductor
        self._bot_api = BotApi(self.world, token)
        self._page = page_app(self.world)
        self._listener = Listener(self._serve)
        self._poster = WebhookPoster(self.world)
        self._people: dict[int, Person] = {}
        self._origin = ""

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen on `host` and `port` (0: any free one). Raises `OSError` when it is taken."""
        bound = await self._listener.start(host, port)
        shown = "127.0.0.1" if host in {"0.0.0.0", ""} else host  # noqa: S104 - compared only
        self._origin = f"http://{f'[{shown}]' if ':' in shown else shown}:{bound}"
        self._poster.start()

    async def stop(self) -> None:
        """Stop within a second, long polls and open pages included."""
        self.world.close()
        await self._poster.stop()
        await self._listener.stop()
        self.world.keeper.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def api_url(self) -> str:
        """The base of the Bot API, to which clients add token and method."""
        return f"{self._origin}/bot"

    @property
    def file_url(self) -> str:
        """The base for downloads, to which clients add token and path."""
        return f"{self._origin}/file/bot"

    @property
    def page_url(self) -> str:
        """The chat page."""
        return f"{self._origin}/"

    @property
    def conductor(self) -> Conductor | None:
        """Who steers time for the page; may be set at any moment."""
        return self.world.conductor

    @conductor.setter
    def conductor(self, conductor: Conductor | None) -> None:
        self.world.conductor = conductor

    @property
    def faults(self) -> Faults:
        """Trouble to order."""
        return self.world.faults

    @property
    def calls(self) -> list[Call]:
        """Every call of the Bot API, oldest first, the last 100,000."""
        return list(self.world.calls)

    @property
    def refused(self) -> list[Call]:
        """The calls that were wrong in themselves: what a bot must never send."""
        return list(self.world.refused)

    @property
    def bot(self) -> BotSelf:
        """What the bot told Telegram about itself."""
        return self.world.bot

    @property
    def pending(self) -> int:
        """How many updates the bot has not confirmed."""
        return self.world.updates.pending

    def person(
        self,
        user_id: int = FIRST_PERSON,
        *,
        first_name: str = "Anna",
        language_code: str = "en",
    ) -> Person:
        """The person with this id; made when new, and then yet to press Start."""
        if user_id not in self._people:
            chat = self.world.person(user_id, name=first_name, language_code=language_code)
            self._people[user_id] = Person(self.world, chat)
        return self._people[user_id]

    def inject(self, update: Json) -> int:
        """Send the bot a raw update (a group's message, a channel's post); returns its id.

        Raises `ValueError` when it does not hold exactly one known kind.
        """
        return take_in(self.world, update)

    async def settled(self, timeout_s: float = 5.0) -> None:
        """Wait until the bot confirmed every update. Raises `TimeoutError`."""
        await self.wait_until(lambda: self.pending == 0, timeout_s=timeout_s)

    async def wait_until(self, condition: Callable[[], bool], *, timeout_s: float = 5.0) -> None:
        """Wait for anything about calls, messages or updates. Raises `TimeoutError`."""
        if not await self.world.changed.wait_until(condition, timeout_s):
            raise TimeoutError(f"not within {timeout_s} s; {self.pending} updates are pending")

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        app = self._bot_api if path.startswith(("/bot", "/file/bot")) else self._page
        await app(scope, receive, send)
