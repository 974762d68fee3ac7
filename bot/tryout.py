"""Trying Aftercare without an account: the real bot, a Telegram of its own, and a steered clock."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot import app as assembly
from bot.care.model import ChatId, Occurrence
from bot.delivery.clock import SteerableClock, SystemClock
from bot.sandbox import Sandbox
from bot.service import overview, people
from bot.settings import Settings, load
from bot.store import facts
from bot.store.occurrences import next_due_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.app import App
    from bot.library.library import Library

PER_SECOND = 100_000  # our own Telegram minds no limit, and a jump over days should be quick
CLOCK_FACT = "sandbox_clock"
COMING = 20
HOUSEKEEPING = timedelta(minutes=5)


@dataclass(slots=True)
class Tryout:
    """Steers the time of a bot in the sandbox, and looks into its schedule."""

    app: App
    clock: SteerableClock
    sandbox: Sandbox
    _moving: asyncio.Lock

    def now(self) -> datetime:
        """The simulated instant."""
        return self.clock.now()

    def rate(self) -> float:
        """Simulated seconds a real second."""
        return self.clock.rate

    async def local_zone(self, chat_id: int) -> str | None:
        """The zone the person told, if any."""
        person = await people.find(self.app.practice, ChatId(chat_id))
        return person.zone if person else None

    async def language(self, chat_id: int, phone: str) -> str:
        """What the bot speaks with the person; until it knows them, what their phone does."""
        person = await people.find(self.app.practice, ChatId(chat_id))
        library = self.app.practice.library
        return library.language(person.language if person else phone).code

    async def set_rate(self, rate: float) -> None:
        """Let time run slower or faster."""
        self.clock.set_rate(rate)
        await self._remember()

    async def skip_to_next(self, chat_id: int) -> datetime | None:
        """Jump to the person's next message, through everybody's on the way."""
        person = await people.find(self.app.practice, ChatId(chat_id))
        if person is None:
            return None
        async with self.app.database.reading() as tx:
            at = await next_due_of(tx, person.id)
        if at is not None:
            await self._go_to(max(at, self.clock.now()))
        return at

    async def advance(self, seconds: float) -> None:
        """Go forward, stopping at each due instant to let its messages out."""
        await self._go_to(self.clock.now() + timedelta(seconds=seconds))

    async def _go_to(self, target: datetime) -> None:
        async with self._moving:
            await self.app.inbox.settled()
            while True:
                await self.app.courier.drain()
                due = await self.app.courier.next_due()
                if due is None or due > target:
                    break
                self.clock.jump_to(max(due, self.clock.now()))
            self.clock.jump_to(max(target, self.clock.now()))
            await self.app.alarm.keep_house()
            await self.app.courier.drain()
            await self._remember()

    async def _remember(self) -> None:
        async with self.app.database.transaction() as tx:
            await facts.set(tx, CLOCK_FACT, self.clock.now().timestamp())

    async def upcoming(self, chat_id: int) -> list[dict[str, str]]:
        """What comes next, and the content line it comes from."""
        person = await people.find(self.app.practice, ChatId(chat_id))
        if person is None:
            return []
        seen = await overview.look(self.app.practice, person.id, limit=COMING)
        return [self._line(each) for each in seen.coming]

    def _line(self, occurrence: Occurrence) -> dict[str, str]:
        library = self.app.practice.library
        message = occurrence.message
        language = library.language(self.app.settings.language)
        return {
            "at": message.due_at.isoformat(),
            "what": str(language.say(f"kind.{message.kind.value}")),
            "why": message.item
            if message.subject is None
            else f"{message.item}: {message.subject}",
            "source": library.where(message.item) or "",
        }

    async def close(self) -> None:
        """Stop the bot first, then its Telegram."""
        await self._remember()
        await self.app.stop()
        await self.sandbox.stop()


@asynccontextmanager
async def open_tryout(
    folder: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    start: datetime | None = None,
    rate: float = 1.0,
    library: Library | None = None,
) -> AsyncIterator[Tryout]:
    """The bot and its sandbox, running, with all they keep in `folder`.

    Its clock begins at `start`, or now, and runs at `rate`. A folder used before goes on where it
    was left, clock included. `library` is content in place of the one that ships. Raises OSError
    when the port is taken.
    """
    clock = SteerableClock(start or SystemClock().now(), rate)
    sandbox = Sandbox(now=clock.now, data=folder / "telegram")
    await sandbox.start(host, port)
    try:
        settings = _settings(sandbox, folder)
        app = await assembly.build(settings, clock=clock, library=library, inline=True)
        await _resume_clock(app, clock)
        tryout = Tryout(app, clock, sandbox, asyncio.Lock())
        sandbox.conductor = tryout
        try:
            await app.start()
            yield tryout
        finally:
            await tryout.close()
    except BaseException:
        await sandbox.stop()
        raise


def _settings(sandbox: Sandbox, folder: Path) -> Settings:
    settings = load(
        {},
        token=sandbox.token,
        api_url=sandbox.api_url,
        file_url=sandbox.file_url,
        database_url=f"sqlite:///{(folder / 'aftercare.db').resolve()}",
    )
    return settings.model_copy(update={"per_second": PER_SECOND})


async def _resume_clock(app: App, clock: SteerableClock) -> None:
    async with app.database.reading() as tx:
        kept = await facts.get(tx, CLOCK_FACT)
    if isinstance(kept, int | float) and kept > clock.now().timestamp():
        clock.jump_to(datetime.fromtimestamp(kept, clock.now().tzinfo))
