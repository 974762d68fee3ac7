"""A sorting office for tests: the sandbox as Telegram, a real database, a clock that stands."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from telegram import Bot

from bot.care.model import (
    ChatId,
    Kind,
    Occurrence,
    OccurrenceId,
    Person,
    PersonId,
    PlannedMessage,
)
from bot.delivery.clock import SteerableClock, SystemClock
from bot.delivery.courier import Courier
from bot.delivery.sender import Compose, Drop, Parcel, Wait
from bot.delivery.transport import AiohttpRequest
from bot.sandbox import Sandbox
from bot.store import occurrences, people

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from bot.delivery.metrics import Metrics
    from bot.store.database import Database

    ComposeOne = Callable[[Occurrence, datetime], Awaitable[Parcel | Drop | Wait]]

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANNA = 1001


@pytest.fixture
def dice() -> random.Random:
    return random.Random(7)  # noqa: S311


@pytest.fixture
def clock() -> SteerableClock:
    """Stands still until a test moves it."""
    return SteerableClock(START, rate=0)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    played = Sandbox(now=SystemClock().now)
    await played.start()
    yield played
    await played.stop()


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[Bot]:
    request = AiohttpRequest(read_s=1.0)
    await request.initialize()
    yield Bot(sandbox.token, base_url=sandbox.api_url, request=request)
    await request.shutdown()


async def until(condition: Callable[[], bool]) -> None:
    """Return once this holds; TimeoutError after 5 s."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


class Office:
    """Plans messages, makes couriers, and remembers what they told."""

    def __init__(
        self, database: Database, clock: SteerableClock, sandbox: Sandbox, bot: Bot
    ) -> None:
        self.database = database
        self.clock = clock
        self.sandbox = sandbox
        self.bot = bot
        self.composed: list[Occurrence] = []
        self.gone: list[PersonId] = []
        self.sent: list[tuple[OccurrenceId, int]] = []
        self.uploaded: list[tuple[str, str]] = []
        self._planned = 0

    async def person(self, chat_id: int = ANNA) -> Person:
        """Someone who has pressed start."""
        await self.sandbox.person(chat_id).start()
        async with self.database.transaction() as tx:
            return await people.create(
                tx, chat_id=ChatId(chat_id), language="en", now=self.clock.now()
            )

    async def plan(
        self,
        person: Person,
        kind: Kind = Kind.HYDRATION,
        *,
        in_s: float = 0,
        expires_in_s: float | None = None,
    ) -> OccurrenceId:
        """One message to this person, due `in_s` seconds from now; its id."""
        self._planned += 1
        now = self.clock.now()
        message = PlannedMessage(
            kind=kind,
            item="test",
            sequence=self._planned,
            due_at=now + timedelta(seconds=in_s),
            expires_at=None if expires_in_s is None else now + timedelta(seconds=expires_in_s),
        )
        async with self.database.transaction() as tx:
            await occurrences.plan(
                tx,
                person_id=person.id,
                chat_id=person.chat_id,
                session_id=None,
                escalation_id=None,
                plan_version=1,
                messages=[message],
            )
            upcoming = await occurrences.upcoming(tx, person.id, limit=10_000)
        return next(o.id for o in upcoming if o.message.sequence == message.sequence)

    async def crowd(self, *, people_count: int, nudges_each: int) -> None:
        """Many people with as many nudges due now; chat ids from 10,001."""
        now = self.clock.now()
        nudges = [
            PlannedMessage(
                kind=Kind.HYDRATION, item="test", sequence=n, due_at=now, expires_at=None
            )
            for n in range(nudges_each)
        ]
        async with self.database.transaction() as tx:
            for chat in range(10_001, 10_001 + people_count):
                await self.sandbox.person(chat).start()
                one = await people.create(tx, chat_id=ChatId(chat), language="en", now=now)
                await occurrences.plan(
                    tx,
                    person_id=one.id,
                    chat_id=one.chat_id,
                    session_id=None,
                    escalation_id=None,
                    plan_version=1,
                    messages=nudges,
                )

    async def look_up(self, occurrence_id: OccurrenceId) -> Occurrence:
        async with self.database.reading() as tx:
            found = await occurrences.get(tx, occurrence_id)
        assert found is not None
        return found

    def courier(
        self,
        compose: ComposeOne | None = None,
        *,
        bot: Bot | None = None,
        per_second: int = 1000,
        metrics: Metrics | None = None,
    ) -> Courier:
        return Courier(
            self.database,
            self.clock,
            bot or self.bot,
            _each(compose or self.compose),
            self._on_gone,
            self._on_sent,
            on_upload=self._on_upload,
            per_second=per_second,
            metrics=metrics,
            dice=random.Random(7),  # noqa: S311
        )

    async def compose(self, occurrence: Occurrence, now: datetime) -> Parcel | Drop:
        self.composed.append(occurrence)
        return Parcel(text_of(occurrence), silent=occurrence.message.kind.priority > 1)

    def texts(self, chat_id: int = ANNA) -> list[str]:
        """What the bot has written to this person."""
        messages = self.sandbox.person(chat_id).messages
        return [message.text for message in messages if message.sender == "bot"]

    def sends(self) -> int:
        """How often sendMessage was called."""
        return sum(call.method == "sendMessage" for call in self.sandbox.calls)

    async def _on_gone(self, person_id: PersonId, at: datetime) -> None:
        self.gone.append(person_id)

    async def _on_sent(self, occurrence: Occurrence, message_id: int, at: datetime) -> None:
        self.sent.append((occurrence.id, message_id))

    async def _on_upload(self, key: str, file_id: str) -> None:
        self.uploaded.append((key, file_id))


def _each(compose: ComposeOne) -> Compose:
    async def composed(
        occurrences: Sequence[Occurrence], now: datetime
    ) -> list[Parcel | Drop | Wait]:
        return [await compose(each, now) for each in occurrences]

    return composed


def text_of(occurrence: Occurrence) -> str:
    again = " again" if occurrence.repeat else ""
    return f"{occurrence.message.kind.value} {occurrence.message.sequence}{again}"


@pytest.fixture
def office(database: Database, clock: SteerableClock, sandbox: Sandbox, bot: Bot) -> Office:
    return Office(database, clock, sandbox, bot)
