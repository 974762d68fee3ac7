"""Walking with a person through the real bot, over real HTTP, in a clock that is steered."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from bot.care.model import ChatId
from bot.library.loader import default_folder, load
from bot.service import overview, people
from bot.tryout import Tryout, open_tryout

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.library.library import Library
    from bot.sandbox import Person
    from bot.sandbox.person import Toast
    from bot.sandbox.views import ChatMessage

START = datetime(2026, 3, 10, 10, tzinfo=UTC)  # a Tuesday in London, before the clocks change
NONE = "None of these"
WATER, STEPS = "a glass of water", "a few easy steps"
STRETCH, STRENGTHENING = "a stretch", "a strengthening exercise"
NUDGES = (WATER, STEPS, STRETCH, STRENGTHENING)
CHECK_IN = "A quick check"  # how a check-in begins


@dataclass
class Walk:
    """One person, what they do, and what they see. The clock stands still between steps."""

    tryout: Tryout
    person: Person

    async def quiet(self) -> None:
        """Wait until the bot has taken in and answered everything."""
        await self.tryout.sandbox.settled()
        await self.tryout.app.inbox.settled()
        await self.tryout.app.courier.drain()

    async def says(self, text: str, *, reply_to: ChatMessage | None = None) -> ChatMessage:
        """Type something, maybe as a reply; the bot's newest message comes back."""
        await self.person.send(text, reply_to=reply_to.message_id if reply_to else None)
        await self.quiet()
        return self.last

    def showing(self, label: str) -> ChatMessage:
        """The newest message with a button of this label."""
        for message in reversed(self.person.from_bot):
            if any(label == each.text for row in message.buttons for each in row):
                return message
        shown = [each.text for row in self.last.buttons for each in row]
        raise LookupError(f"no button {label!r}; the last message has {shown}: {self.last.text}")

    async def taps(self, *labels: str) -> Toast | None:
        """Tap buttons by label, each on the newest message that has it."""
        toast = None
        for label in labels:
            message = self.showing(label)
            toast = await self.person.tap(message.message_id, label)
            await self.quiet()
        return toast

    @property
    def last(self) -> ChatMessage:
        """The bot's newest message."""
        return self.person.from_bot[-1]

    @property
    def said(self) -> str:
        """Everything the bot's messages say now."""
        return "\n".join(each.text for each in self.person.from_bot)

    @property
    def now(self) -> datetime:
        """The simulated instant."""
        return self.tryout.clock.now()

    async def passes(self, **span: float) -> list[ChatMessage]:
        """Let time pass; what the bot wrote meanwhile comes back."""
        before = len(self.person.from_bot)
        await self.tryout.advance(timedelta(**span).total_seconds())
        return self.person.from_bot[before:]

    async def next_message(self) -> ChatMessage:
        """Skip to the person's next message."""
        before = len(self.person.from_bot)
        while len(self.person.from_bot) == before:
            at = await self.tryout.skip_to_next(self.person.chat_id)
            assert at is not None, "nothing is planned"
        return self.last

    async def next_with(self, text: str) -> ChatMessage:
        """Skip on until a message says this."""
        while text not in (await self.next_message()).text:
            pass
        return self.last

    async def joins(self, zone: str = "Europe/London") -> None:
        """Go from /start to a profile that is skipped."""
        await self.says("/start")
        await self.taps("I am 18 or older", "I agree, let's begin")
        await self.says(zone)
        await self.taps("Yes, that is right")

    async def tells(self, *answers: str) -> None:
        """Answer the profile: one label a question, "Skip" to skip; the rest is skipped."""
        await self.taps(*answers)
        while any(each.text == "Skip" for row in self.last.buttons for each in row):
            await self.taps("Skip")

    async def has_massage(self, pain: int | str = 6, *, new: bool = False) -> None:
        """Log a massage of just now, another one than any before it."""
        await self.says("/session")
        await self.taps("Just now")
        if "Is that another massage?" in self.last.text:
            await self.taps("Yes, another one")
        if "same back pain" in self.last.text:
            await self.taps("A new pain" if new else "The same pain")
        await self.taps(str(pain))

    async def answers(self, *, change: str, pain: int) -> None:
        """Answer an open check-in without symptoms."""
        await self.taps(NONE, NONE, change, str(pain))

    async def upcoming(self) -> list[str]:
        """What comes next, in words."""
        return [each["what"] for each in await self.tryout.upcoming(self.person.chat_id)]

    async def planned(self) -> list[tuple[datetime, str]]:
        """Everything that still comes: when, and what in words."""
        practice = self.tryout.app.practice
        person = await people.find(practice, ChatId(self.person.chat_id))
        if person is None:
            return []
        seen = await overview.look(practice, person.id, limit=500)
        say = practice.library.language("en").say
        return [
            (each.message.due_at, str(say(f"kind.{each.message.kind.value}")))
            for each in seen.coming
        ]

    async def nudges_ahead(self) -> set[str]:
        """The kinds of nudge still planned, in words."""
        return {what for _, what in await self.planned() if what in NUDGES}


def labels(message: ChatMessage) -> list[str]:
    """The labels of a message's buttons, row by row."""
    return [each.text for row in message.buttons for each in row]


def first_line(message: ChatMessage) -> str:
    """What a locked screen is sure to show."""
    return message.text.partition("\n")[0]


@cache
def read(content: Path | None) -> Library:
    """A content folder, or the one that ships; read once."""
    return load(content or default_folder())


Chapter = Callable[[Walk], Awaitable[object]]
SETTLED: tuple[Chapter, ...] = (Walk.joins, Walk.tells)
PLANNED: tuple[Chapter, ...] = (*SETTLED, Walk.has_massage)  # and not an hour later


@dataclass(frozen=True)
class Whose:
    """Who walks, from when on, and over which content."""

    start: datetime
    language_code: str
    user_id: int
    content: Path | None


_numbers = itertools.count(1)
_walked: dict[tuple[Path, Whose, tuple[Chapter, ...]], Path] = {}


@asynccontextmanager
async def walking(
    folder: Path,
    *before: Chapter,
    start: datetime = START,
    language_code: str = "en",
    user_id: int = 1001,
    content: Path | None = None,
) -> AsyncIterator[Walk]:
    """A running bot in `folder`, and one person who has been through `before`.

    Without it they have not pressed Start yet. A bot and its Telegram go on where they were left,
    so what several walks begin with is walked once and copied. A folder used before goes on.
    """
    whose = Whose(start, language_code, user_id, content)
    if not _is_used(folder):
        shutil.copytree(await _after(before, whose, folder.parent), folder, dirs_exist_ok=True)
    async with _walk(folder, whose) as walk:
        yield walk


def _is_used(folder: Path) -> bool:
    return any(folder.glob("*.db"))


async def _after(before: tuple[Chapter, ...], whose: Whose, beside: Path) -> Path:
    """A folder that is left as these chapters leave it."""
    key = (beside, whose, before)
    if key not in _walked:
        folder = beside / f"walked_{next(_numbers)}"
        if before:
            shutil.copytree(await _after(before[:-1], whose, beside), folder)
        async with _walk(folder, whose) as walk:
            for chapter in before[-1:]:
                await chapter(walk)
        _walked[key] = folder
    return _walked[key]


@asynccontextmanager
async def _walk(folder: Path, whose: Whose) -> AsyncIterator[Walk]:
    library = read(whose.content)
    async with open_tryout(folder, start=whose.start, rate=0, library=library) as tryout:
        person = tryout.sandbox.person(whose.user_id, language_code=whose.language_code)
        walk = Walk(tryout, person)
        yield walk
        await walk.quiet()
        refused = [(each.method, each.description) for each in tryout.sandbox.refused]
        assert refused == [], "Telegram would refuse these"
