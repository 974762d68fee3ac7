"""A practice on a real database, a person in it, and a delivery that needs no Telegram."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.care.model import ChatId, Kind, OccurrenceState, Person, PersonId, Profile
from bot.service import answering, due, massages, overview, people
from bot.store import escalations, lapses, occurrences, queue
from bot.store import people as kept

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.care.model import Escalation, Interview, Occurrence
    from bot.care.taps import Act
    from bot.service.practice import Practice
    from bot.store.database import Transaction

NOW = datetime(2026, 3, 10, 10, tzinfo=UTC)  # a Tuesday morning in London, before summer time
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
COURIER = "courier of the test"
FINISHED = (("danger_now", "confirm", None), ("symptoms", "confirm", None))


@dataclass(frozen=True, slots=True)
class Clinic:
    """Short ways to what a test begins with, through the service wherever there is one."""

    practice: Practice

    @asynccontextmanager
    async def tx(self) -> AsyncIterator[Transaction]:
        async with self.practice.database.transaction() as tx:
            yield tx

    async def admit(self, chat_id: int = 5005, zone: str = "Europe/London") -> Person:
        """Someone who agreed, told a zone and may be written to."""
        person = await people.join(self.practice, ChatId(chat_id), language="en", now=NOW)
        await people.set_zone(self.practice, person.id, zone, NOW)
        return await people.settle_in(self.practice, person.id, NOW)

    async def tells(self, person: Person, profile: Profile) -> Person:
        async with self.tx() as tx:
            person = replace(person, profile=profile)
            await kept.save(tx, person)
        return person

    async def person(self, person_id: PersonId) -> Person:
        async with self.practice.database.reading() as tx:
            return await kept.required(tx, person_id)

    async def massage(
        self, person: Person, at: datetime = NOW, *, pain: int | None = 6, new: bool = False
    ) -> massages.Logged:
        return await massages.log(
            self.practice, person.id, at=at, pain_before=pain, new_pain=new, now=at
        )

    async def reports(self, person: Person, *symptoms: str, now: datetime = NOW) -> answering.Turn:
        """A /worse with these ticks of its two lists, the lists confirmed."""
        turn = await answering.begin(self.practice, person.id, "worse", now)
        return await self.ticks(person, turn.interview, *symptoms, now=now)

    async def ticks(
        self, person: Person, interview: Interview, *symptoms: str, now: datetime = NOW
    ) -> answering.Turn:
        turn = None
        for question_id in ("danger_now", "symptoms"):
            question = next(q for q in self.practice.library.questions if q.id == question_id)
            for symptom in symptoms:
                if symptom in question.options:
                    turn = await self.says(person, interview, question_id, "tick", symptom, now=now)
                    if turn.ended:
                        return turn
            turn = await self.says(person, interview, question_id, "confirm", now=now)
        assert turn is not None
        return turn

    async def says(
        self,
        person: Person,
        interview: Interview,
        question: str,
        act: Act,
        option: str | int | None = None,
        *,
        now: datetime = NOW,
    ) -> answering.Turn:
        """One tap, which must be this person's."""
        turn = await answering.answer(
            self.practice, person.id, interview.id, question, act, option, now
        )
        assert turn is not None
        return turn

    async def recovers(
        self, person: Person, interview: Interview, now: datetime, change: str = "better"
    ) -> answering.Turn:
        """A check-in with no signs, gone through to its end."""
        turn = await self.ticks(person, interview, now=now)
        if turn.question is not None:
            await self.says(person, interview, "change", "choose", change, now=now)
            turn = await self.says(person, interview, "pain", "choose", 2, now=now)
        return turn

    async def standing(self, person: Person) -> Escalation:
        """The escalation that is open."""
        async with self.practice.database.reading() as tx:
            escalation = await escalations.current(tx, person.id)
        assert escalation is not None
        return escalation

    async def coming(self, person: Person, *kinds: Kind) -> list[Occurrence]:
        """What is planned, of these kinds or of every kind."""
        seen = await overview.look(self.practice, person.id, limit=500)
        return [each for each in seen.coming if not kinds or each.message.kind in kinds]

    async def stored(self, occurrence: Occurrence) -> Occurrence:
        async with self.practice.database.reading() as tx:
            found = await occurrences.get(tx, occurrence.id)
        assert found is not None
        return found

    async def deliver(self, now: datetime) -> list[due.Due]:
        """Hand out what is due, in the order of the delivery; what each became comes back."""
        async with self.tx() as tx:
            await lapses.expire(tx, now=now)
            leased = await queue.lease(tx, owner=COURIER, now=now, until=now + MINUTE, limit=100)
        became = []
        for occurrence in leased:
            ready = await due.prepare(self.practice, occurrence, now)
            await self._settle(occurrence, ready, now)
            became.append(ready)
        return became

    async def _settle(self, occurrence: Occurrence, ready: due.Due, now: datetime) -> None:
        async with self.tx() as tx:
            if isinstance(ready, due.Postponed):
                await queue.release(
                    tx,
                    occurrence,
                    owner=COURIER,
                    at=now,
                    due_at=ready.until,
                    reason=ready.reason,
                )
            elif isinstance(ready, due.Withheld):
                expired = ready.state is OccurrenceState.EXPIRED
                await queue.drop(
                    tx,
                    occurrence,
                    owner=COURIER,
                    state=OccurrenceState.EXPIRED if expired else OccurrenceState.CANCELLED,
                    reason=ready.reason,
                )
            else:
                await queue.acknowledge(
                    tx, occurrence.id, owner=COURIER, message_id=occurrence.id, at=now
                )

    async def passes(self, until: datetime) -> list[due.Due]:
        """Deliver at each due instant in order, up to `until`."""
        became: list[due.Due] = []
        while True:
            async with self.practice.database.reading() as tx:
                at = await occurrences.next_due(tx)
            if at is None or at > until:
                return became
            became += await self.deliver(at)

    async def asked(self, person: Person, hours: float = 4) -> due.QuestionDue:
        """Let time pass until the check-in `hours` after the massage of NOW is asked."""
        became = await self.passes(NOW + hours * HOUR)
        questions = [each for each in became if isinstance(each, due.QuestionDue)]
        mine = [each for each in questions if each.person.id == person.id]
        return mine[-1]
