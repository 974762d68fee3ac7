"""What a due occurrence turns into, decided at the last moment before it is sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.care import escalation as escalating
from bot.care import questions, suitable, timing
from bot.care.model import (
    HEARS_NOTHING,
    NUDGES,
    SAFETY,
    Escalation,
    EscalationState,
    Interview,
    InterviewKind,
    InterviewState,
    Kind,
    Level,
    Occurrence,
    OccurrenceState,
    Person,
    PersonId,
    Status,
    Verdict,
)
from bot.care.own import OwnWords, id_in
from bot.service import judging, plans
from bot.service import people as joining
from bot.service.settling import settle_each
from bot.store import escalations, interviews, occurrences, own_exercises, people, sessions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.care.questions import Question
    from bot.service.practice import Practice
    from bot.store.database import Transaction

PLANNED_WAITS = timedelta(days=7)  # the longest time between two check-ins of a plan
OWN_WAITS = timedelta(hours=12)  # a /worse left half answered
ON_TIME = timedelta(minutes=5)  # later than this, the plan's own caps no longer hold by themselves
PROFILE_WAITS = timedelta(hours=1)  # what may mean danger waits no longer for the other questions
UNANSWERED_LIMIT = 3  # reference.md section 6: three unanswered check-ins in a row
NOTHING_YET = Verdict(Level.SELF_CARE, ())  # marks a half answered profile as judged


@dataclass(frozen=True, slots=True)
class Withheld:
    """Not to be sent after all, and why."""

    state: OccurrenceState
    reason: str


@dataclass(frozen=True, slots=True)
class NudgeDue:
    """A nudge for this person, who has had `shown` of its kind so far.

    `own` is the exercise of their own that it names, if it names one.
    """

    person: Person
    occurrence: Occurrence
    shown: int
    own: OwnWords | None = None


@dataclass(frozen=True, slots=True)
class QuestionDue:
    """A check-in's next question, and whether the whole has been asked before."""

    person: Person
    interview: Interview
    question: Question
    again: bool


@dataclass(frozen=True, slots=True)
class EscalationDue:
    """The words of an escalation, or (`follow_up` counting from 1) the question after it."""

    person: Person
    escalation: Escalation
    follow_up: int
    again: bool


@dataclass(frozen=True, slots=True)
class GoOnDue:
    """Three check-ins went unanswered: shall I go on?"""

    person: Person
    occurrence: Occurrence


@dataclass(frozen=True, slots=True)
class Postponed:
    """Not now: to be decided anew at `until`."""

    until: datetime
    reason: str


Due = Postponed | Withheld | NudgeDue | QuestionDue | EscalationDue | GoOnDue


def _cancelled(reason: str) -> Withheld:
    return Withheld(OccurrenceState.CANCELLED, reason)


async def prepare_all(
    practice: Practice, occurrences: Sequence[Occurrence], now: datetime
) -> list[Due]:
    """What `prepare` decides for each of these, in their order; nudges from one look.

    Raises LookupError where the person of one of them was erased.
    """
    if all(each.message.kind in NUDGES for each in occurrences):
        return await _nudges(practice, occurrences, now)
    return [await prepare(practice, each, now) for each in occurrences]


async def prepare(practice: Practice, occurrence: Occurrence, now: datetime) -> Due:
    """Decide what to send for an occurrence that is due.

    A check-in's interview is opened here, because its buttons carry its id; opening is tied to
    the occurrence, so that a second try finds the first one's.
    """
    kind = occurrence.message.kind
    if kind in NUDGES:
        (ready,) = await _nudges(practice, [occurrence], now)
        return ready
    if kind in SAFETY:
        # It changes nothing, so it does not stand in line behind whoever writes.
        async with practice.database.reading() as tx:
            person = await people.required(tx, occurrence.person_id)
            return await _safety(tx, person, occurrence, now)
    async with practice.database.transaction() as tx:
        person = await people.required(tx, occurrence.person_id)
        if _is_quiet(person, now):
            return Postponed(_end_of_quiet(person, now), "late, and now it is quiet")
        if kind is Kind.GO_ON and person.status is Status.SILENT:
            return GoOnDue(person, occurrence)
        if kind is Kind.GO_ON or person.status is not Status.ACTIVE:
            return _cancelled(person.status.value)
        if kind is Kind.REMINDER:
            return await _reminder(tx, practice, person, now)
        return await _check_in(tx, practice, person, occurrence, now)


async def _nudges(practice: Practice, nudges: Sequence[Occurrence], now: datetime) -> list[Due]:
    """What `prepare` decides for each of these nudges, from one look at the database.

    Raises LookupError where the person of one of them was erased.
    """
    persons = {each.person_id for each in nudges}
    async with practice.database.reading() as tx:
        held = _Held(
            persons=await people.several(tx, persons),
            escalations=await escalations.current_of(tx, persons),
            arrived=await occurrences.counts_arrived(tx, persons),
        )
        return [await _nudge(tx, practice, held, each, now) for each in nudges]


@dataclass(frozen=True, slots=True)
class _Held:
    """What is read once for many nudges."""

    persons: Mapping[PersonId, Person]
    escalations: Mapping[PersonId, Escalation]
    arrived: Mapping[tuple[PersonId, Kind], int]


async def _nudge(
    tx: Transaction, practice: Practice, held: _Held, occurrence: Occurrence, now: datetime
) -> Due:
    person = held.persons.get(occurrence.person_id)
    if person is None:
        raise LookupError(f"person {occurrence.person_id} is not kept (any more)")
    if person.status is not Status.ACTIVE:
        return _cancelled(person.status.value)
    current = held.escalations.get(person.id)
    if occurrence.message.kind in escalating.pauses(current, practice.library.rules):
        return _cancelled("an escalation is open")
    if not await plans.still_fits(tx, person, occurrence.message.kind):
        return _cancelled("not for this person")
    if now - occurrence.message.due_at > ON_TIME:
        if _is_quiet(person, now):
            return Withheld(OccurrenceState.EXPIRED, "late, and now it is quiet")
        gap = practice.library.plan.caps.gap
        before = await occurrences.sent_since(tx, person.id, now - gap)
        latest = max((each.sent_at for each in before if each.sent_at), default=None)
        if latest is not None and latest + gap > now:
            return Postponed(latest + gap, "late, and too close to the message before")
    shown = held.arrived.get((person.id, occurrence.message.kind), 0)
    return await _ready(tx, practice, person, occurrence, shown)


async def _ready(
    tx: Transaction, practice: Practice, person: Person, occurrence: Occurrence, shown: int
) -> NudgeDue | Withheld:
    """The nudge with what it shows by now; withheld where its exercise was removed."""
    own_id = id_in(occurrence.message.subject)
    if own_id is None:
        return NudgeDue(person, _suited(practice, person, occurrence), shown)
    kept = await own_exercises.get(tx, person.id, own_id)
    if kept is None:
        return _cancelled("removed by the person")
    return NudgeDue(person, occurrence, shown, own=kept.words)


def _suited(practice: Practice, person: Person, occurrence: Occurrence) -> Occurrence:
    """With the exercise that suits the person by now: one put off is older than the plan."""
    message = occurrence.message
    if message.subject is None:
        return occurrence
    held = suitable.concerns(person.profile)
    subject = suitable.suited(message.subject, held, practice.library.plan.avoid)
    return replace(occurrence, message=replace(message, subject=subject))


def _is_quiet(person: Person, now: datetime) -> bool:
    return timing.is_quiet(now, person.zone or "UTC", person.preferences.quiet)


def _end_of_quiet(person: Person, now: datetime) -> datetime:
    return timing.end_of_quiet(now, person.zone or "UTC", person.preferences.quiet)


async def _safety(tx: Transaction, person: Person, occurrence: Occurrence, now: datetime) -> Due:
    assert occurrence.escalation_id is not None
    escalation = await escalations.get(tx, occurrence.escalation_id)
    if escalation is None or not escalation.is_open:
        return _cancelled("released")
    if person.status in HEARS_NOTHING:
        return _cancelled(person.status.value)
    if occurrence.message.kind is Kind.ESCALATION:
        return EscalationDue(person, escalation, follow_up=0, again=occurrence.repeat)
    if escalation.state is not EscalationState.OPEN:
        return _cancelled(escalation.state.value)
    if escalation.level < Level.EMERGENCY and _is_quiet(person, now):
        return Postponed(_end_of_quiet(person, now), "the night is elsewhere by now")
    return EscalationDue(
        person, escalation, follow_up=max(1, occurrence.message.sequence), again=occurrence.repeat
    )


async def _reminder(tx: Transaction, practice: Practice, person: Person, now: datetime) -> Due:
    open_now = await interviews.open_of(tx, person.id)
    waiting = [each for each in open_now if each.occurrence_id]
    if not waiting:
        return _cancelled("answered")
    busy_until = questions.in_hand_until(open_now, now)
    if busy_until:
        return Postponed(busy_until, "something else is being answered")
    interview = waiting[-1]
    question = questions.next_question(
        interview.kind, interview.answers, practice.library.questions
    )
    if question is None:
        return _cancelled("answered")
    return QuestionDue(person, interview, question, again=True)


async def _check_in(
    tx: Transaction, practice: Practice, person: Person, occurrence: Occurrence, now: datetime
) -> Due:
    if await occurrences.newer_check_in_due(tx, occurrence, now):
        return _cancelled("a newer check-in is due")
    open_now = await interviews.open_of(tx, person.id)
    before = [e for e in open_now if e.kind != "profile" and e.occurrence_id != occurrence.id]
    busy_until = questions.in_hand_until(before, now)
    if busy_until:
        return Postponed(busy_until, "something else is being answered")
    for earlier in before:
        await _run_out(tx, practice, person, earlier, now)
    if await _unanswered_in_a_row(tx, person, now) >= UNANSWERED_LIMIT:
        await joining.quieten(tx, person.id, Status.SILENT, joining.ASKED_FOR)
        await plans.ask_to_go_on(tx, person, occurrence, now)
        return _cancelled("three without an answer")
    kind: InterviewKind = "early" if occurrence.message.subject == "early" else "full"
    interview = await interviews.open(
        tx,
        person_id=person.id,
        kind=kind,
        course=person.course,
        session_id=occurrence.session_id,
        occurrence_id=occurrence.id,
        at=now,
    )
    question = questions.next_question(
        interview.kind, interview.answers, practice.library.questions
    )
    if interview.state is not InterviewState.OPEN or question is None:
        return _cancelled("answered")
    await interviews.set_shown(tx, interview.id, question.id)
    return QuestionDue(person, interview, question, again=occurrence.repeat)


async def _unanswered_in_a_row(tx: Transaction, person: Person, now: datetime) -> int:
    """How many of the latest planned check-ins ended without a single answer.

    Those from before the person was last asked whether to go on count no more.
    """
    sent = await occurrences.sent_since(tx, person.id, now - plans.REMEMBERED)
    asked = [each.sent_at for each in sent if each.message.kind is Kind.GO_ON and each.sent_at]
    count = 0
    for each in reversed(await interviews.of_course(tx, person.id, person.course)):
        if each.answers or (asked and each.opened_at <= asked[-1]):
            return count
        if each.occurrence_id and each.state is InterviewState.EXPIRED:
            count += 1
    return count


async def expire_check_ins(practice: Practice, now: datetime) -> int:
    """Close the check-ins nobody answered in time, and judge what was answered of them.

    Returns how many. In a person's quiet hours nothing runs out: it could bring advice that can
    wait for the morning.
    """
    async with practice.database.reading() as tx:
        overdue = await interviews.open_before(tx, planned=now - PLANNED_WAITS, own=now - OWN_WAITS)
    return await settle_each(practice, overdue, now, _expire)


async def _expire(practice: Practice, interview: Interview, now: datetime) -> bool:
    async with practice.database.transaction() as tx:
        found = await _still_open(tx, interview)
        if found is None:
            return False
        person, current = found
        if _is_quiet(person, now):
            return False
        await _run_out(tx, practice, person, current, now)
        return True


async def _run_out(
    tx: Transaction, practice: Practice, person: Person, interview: Interview, now: datetime
) -> None:
    """End a check-in that got no further answer; what was told in it comes into the plan."""
    await judging.close(tx, practice, person, interview, InterviewState.EXPIRED, now)
    if interview.answers:
        await plans.lay_out_anew(tx, practice, person, now)


async def _still_open(tx: Transaction, interview: Interview) -> tuple[Person, Interview] | None:
    """The interview as it is now and its person, whose row is locked; None where it was answered
    or the person erased meanwhile.
    """
    person = await people.by_id(tx, interview.person_id, for_update=True)
    current = await interviews.get(tx, interview.id)
    if person is None or current is None or current.state is not InterviewState.OPEN:
        return None
    return person, current


async def judge_left_profiles(practice: Practice, now: datetime) -> int:
    """Judge what was told in a profile that is left half answered; returns how many.

    A profile is judged at its end, where it is known what a doctor has checked. Who never comes
    that far must hear all the same what a fall means at their age. Once, until they tell more.
    """
    async with practice.database.reading() as tx:
        left = await interviews.profiles_left(tx, before=now - PROFILE_WAITS)
    left = tuple(each for each in left if _is_left(each, now))
    return await settle_each(practice, left, now, _judge_left)


def _is_left(profile: Interview, now: datetime) -> bool:
    """Whether something was told in it, and nothing more for a while."""
    latest = max((each.at for each in profile.answers.values()), default=None)
    return latest is not None and latest <= now - PROFILE_WAITS


async def _judge_left(practice: Practice, interview: Interview, now: datetime) -> bool:
    async with practice.database.transaction() as tx:
        found = await _still_open(tx, interview)
        if found is None:
            return False
        person, current = found
        if not _is_left(current, now):
            return False
        if person.status in HEARS_NOTHING or _is_quiet(person, now):
            return False
        if not await sessions.of_course(tx, person.id, person.course):
            return False  # the first massage will bring it up
        await interviews.set_verdict(tx, interview.id, NOTHING_YET)
        await judging.judge_again(tx, practice, person, now)
        await judging.judge_profile(tx, practice, person, now)
        return True
