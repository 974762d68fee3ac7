"""Logging a massage."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.care.model import (
    Escalation,
    InterviewState,
    Person,
    PersonId,
    PlannedMessage,
    Profile,
    Session,
    SessionId,
)
from bot.care.questions import to_profile
from bot.service import judging, plans
from bot.store import interviews, occurrences, people, sessions

if TYPE_CHECKING:
    from bot.service.practice import Practice
    from bot.store.database import Transaction

OLDEST = timedelta(days=28)  # a plan of reference.md section 6 runs for 28 days
APART = timedelta(hours=3)  # two massages closer than this may well be one, told twice


@dataclass(frozen=True, slots=True)
class Logged:
    """A massage and its plan; `again` where it was logged before."""

    person: Person
    massage: Session
    plan: tuple[PlannedMessage, ...]
    number: int
    again: bool
    opened: Escalation | None


async def log(
    practice: Practice,
    person_id: PersonId,
    *,
    at: datetime,
    pain_before: int | None,
    new_pain: bool,
    now: datetime,
) -> Logged:
    """Keep a massage, close what the one before it left open, and lay out its plan.

    The profile is judged at once: what a person told about a fall or an illness does not wait
    for the first check-in. The same instant logged twice is one massage.
    """
    async with practice.database.transaction() as tx:
        person = await people.required(tx, person_id)
        earlier = await sessions.of_course(tx, person.id, person.course)
        for each in earlier:
            if each.at == at:
                plan = await plans.ahead(tx, person)
                return Logged(person, each, plan, len(earlier), again=True, opened=None)
        await _close_open_check_ins(tx, practice, person, now)
        if new_pain and earlier:
            person = await _begin_course(tx, person, now)
            earlier = ()
        massage = await sessions.add(
            tx,
            person_id=person.id,
            course=person.course,
            at=at,
            pain_before=pain_before,
            now=now,
        )
        opened = await judging.judge_profile(tx, practice, person, now)
        messages = await plans.lay_out_anew(tx, practice, person, now)
        return Logged(person, massage, messages, len(earlier) + 1, again=False, opened=opened)


async def _close_open_check_ins(
    tx: Transaction, practice: Practice, person: Person, now: datetime
) -> None:
    for interview in await interviews.open_of(tx, person.id):
        if interview.kind != "profile":
            await judging.close(tx, practice, person, interview, InterviewState.EXPIRED, now)


async def _begin_course(tx: Transaction, person: Person, now: datetime) -> Person:
    """A new pain is a new story: what was said or cleared about the old one no longer holds.

    Nor do the questions still open about it, whose answers would bring it all back.
    """
    for interview in await interviews.open_of(tx, person.id):
        if interview.kind == "profile":
            await interviews.close(tx, interview.id, state=InterviewState.EXPIRED, at=now)
    old = person.profile
    profile = Profile(age=old.age, sex=old.sex, conditions=old.conditions)
    person = replace(person, course=person.course + 1, profile=profile)
    await people.save(tx, person)
    return person


async def near(practice: Practice, person: Person, at: datetime) -> Session | None:
    """The massage so close to `at` that both may be the same one; of several the closest.

    After how many massages somebody should be better is counted, so one told twice must not be two.
    """
    async with practice.database.reading() as tx:
        close = await sessions.between(tx, person.id, at - APART, at + APART)
        return min(close, key=lambda each: abs(each.at - at), default=None)


async def earlier_sessions(practice: Practice, person: Person) -> int:
    """How many massages this episode of pain has had so far."""
    async with practice.database.reading() as tx:
        return len(await sessions.of_course(tx, person.id, person.course))


async def last_logged(practice: Practice, person_id: PersonId) -> Session | None:
    """The massage this person told of last: the one that can be taken out again."""
    async with practice.database.reading() as tx:
        return await sessions.last_logged(tx, person_id)


@dataclass(frozen=True, slots=True)
class Removed:
    """A massage that counts no more, and the one before it, whose plan goes on."""

    person: Person
    before: Session | None


async def remove(
    practice: Practice, person_id: PersonId, session_id: SessionId, now: datetime
) -> Removed | None:
    """Take out the massage told of last, logged by mistake, with what is still planned of it.

    None where it is not the last one, or not this person's; a second time changes nothing. What
    was answered since stays, and advice that is open stands.
    """
    async with practice.database.transaction() as tx:
        person = await people.required(tx, person_id)
        massage = await sessions.get(tx, session_id)
        if massage is None or massage.person_id != person_id:
            return None
        if massage.course != sessions.REMOVED:
            last = await sessions.last_logged(tx, person_id)
            if last != massage:
                return None
            await sessions.remove(tx, session_id)
            person = await _end_course(tx, person)
            await occurrences.withdraw_plans(tx, person_id, reason="massage removed")
            await plans.lay_out_anew(tx, practice, person, now)
        return Removed(person, await sessions.latest(tx, person_id))


async def _end_course(tx: Transaction, person: Person) -> Person:
    """Back to the pain before, where the removed massage alone made a new one of it.

    Not where something was told of the new pain. What a doctor cleared of the old one beyond the
    profile's questions is not taken up again: rather asked about once too often.
    """
    before = await sessions.latest(tx, person.id)
    here = (
        *await interviews.of_course(tx, person.id, person.course),
        *await interviews.profiles_of(tx, person.id, person.course),
    )
    empty = not await sessions.of_course(tx, person.id, person.course)
    if before is None or not empty or any(each.answers for each in here):
        return person
    told = Profile()
    for each in await interviews.profiles_of(tx, person.id, before.course):
        told = to_profile(told, each.answers)
    profile = replace(
        person.profile,
        onset=told.onset,
        area=told.area,
        recent_fall=told.recent_fall,
        cleared=told.cleared,
    )
    person = replace(person, course=before.course, profile=profile)
    await people.save(tx, person)
    return person
