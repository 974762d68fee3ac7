"""What the rooms of a simulation share: who, when, what is to be done, and the lines so far."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from telegram import Bot

from bot.simulation.losses import Losses
from bot.simulation.person import Person
from bot.simulation.phone import Phone
from bot.simulation.timeline import Timeline
from bot.store import occurrences
from bot.telegram.router import Router
from bot.telegram.turn import House

if TYPE_CHECKING:
    from bot.care.model import EscalationId, PersonId
    from bot.library.personas import Persona
    from bot.service.practice import Practice
    from bot.simulation.phone import Note

Act = Callable[[], Awaitable[None]]

NEVER = datetime.max.replace(tzinfo=UTC)


class Stage:
    """`now` is the simulated instant; `advice` holds what was told so far, in its order."""

    def __init__(self, persona: Persona, practice: Practice, person_id: PersonId, now: datetime):
        self.persona = persona
        self.practice = practice
        self.person_id = person_id
        self.now = now
        self.timeline = Timeline(persona.zone)
        self.phone = Phone()
        self.advice: list[EscalationId] = []
        bot = Bot("0:simulated", request=self.phone, get_updates_request=self.phone)
        house = House(practice, lambda: self.now, self.plan_changed, persona.language)
        router = Router(house, bot)
        self.hands = Person(self.phone, router, bot, practice.library, lambda: self.now)
        self._acts: list[tuple[datetime, int, Act]] = []
        self._numbers = itertools.count()
        self._losses = Losses()
        self._due_at: datetime | None = None  # the next due instant, while it is known

    def at(self, at: datetime, act: Act) -> None:
        """Put an act into its time; acts of one instant keep their order."""
        heapq.heappush(self._acts, (at, next(self._numbers), act))

    def next_act(self) -> Act:
        """Take the earliest act."""
        return heapq.heappop(self._acts)[2]

    def plan_changed(self) -> None:
        """Forget when the next message is due."""
        self._due_at = None

    async def due_at(self) -> datetime:
        """When the next planned message is due, `NEVER` where there is none."""
        if self._due_at is None:
            async with self.practice.database.reading() as tx:
                self._due_at = await occurrences.next_due_of(tx, self.person_id) or NEVER
        return self._due_at

    async def next_instant(self) -> datetime:
        """When something happens next, `NEVER` where nothing does."""
        return min(await self.due_at(), self._acts[0][0] if self._acts else NEVER)

    async def tell_what_follows(self, *, replaced: bool = False) -> None:
        """What the bot wrote at once, save its next question, and what will not come after all.

        With `replaced` a new massage has taken the place of the plan before it.
        """
        for note in self.phone.look():
            if not note.asked:
                self.tell_reply(note)
        await self.tell_losses(replaced=replaced)

    def tell_reply(self, note: Note) -> None:
        """What the bot answered."""
        self.timeline.reply(self.now, note.text, [each.label for each in note.buttons])

    async def tell_losses(self, *, replaced: bool = False) -> None:
        """What was planned and will not come after all."""
        self.plan_changed()
        async with self.practice.database.reading() as tx:
            losses = await self._losses.look(tx, self.person_id, self.now, replaced=replaced)
        for kind, item, reason, count in losses:
            self.timeline.off(self.now, kind.value, item, reason, count)
