"""Laying out what comes: the plan of a session, and what follows an escalation."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.care import escalation as escalating
from bot.care import plan, progress, questions, suitable
from bot.care.model import (
    CHECK_INS,
    NUDGES,
    SAFETY,
    Escalation,
    Interview,
    Kind,
    Occurrence,
    OccurrenceState,
    Person,
    PlannedMessage,
    Session,
    Status,
)
from bot.care.own import subject_of
from bot.store import escalations, interviews, occurrences, own_exercises, sessions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.service.practice import Practice
    from bot.store.database import Transaction

REMEMBERED = timedelta(days=40)
REPEAT_ITEM = "told_again"
LATER_ITEM = "later"  # a nudge that the person put off
MOST_AHEAD = 500  # more than any plan holds
GO_ON_ITEM = "go_on"
SOON = 20  # messages: more than an escalation has follow-ups


async def lay_out_anew(
    tx: Transaction, practice: Practice, person: Person, now: datetime
) -> tuple[PlannedMessage, ...]:
    """Replace what is still planned of the latest session by a fresh layout from `now` on.

    The one road by which a plan ever changes: a new session, other times or zone, a pause that
    ends, strengthening that begins, an escalation that opens or is released.
    """
    if person.status is not Status.ACTIVE or person.zone is None:
        return ()
    session = await sessions.bump_plan_version(tx, person.id)
    if session is None:
        return ()
    await occurrences.withdraw_plans(tx, person.id, reason="laid out anew")
    messages = plan.lay_out(
        await _request(tx, practice, person, session, now), practice.library.plan
    )
    await occurrences.plan(
        tx,
        person_id=person.id,
        chat_id=person.chat_id,
        session_id=session.id,
        escalation_id=None,
        plan_version=session.plan_version,
        messages=messages,
    )
    return messages


async def still_fits(tx: Transaction, person: Person, kind: Kind) -> bool:
    """Whether a nudge of this kind suits what the person has told by now.

    Strengthening is for who gets better, by their latest word, even in a check-in half answered.
    """
    if kind is not Kind.STRENGTHENING:
        return suitable.may_get(kind, person.profile)
    return _gets_better(await interviews.of_course(tx, person.id, person.course))


def _gets_better(held: Sequence[Interview]) -> bool:
    return progress.ready_for_strengthening(tuple(questions.to_checkin(each) for each in held))


async def ahead(tx: Transaction, person: Person) -> tuple[PlannedMessage, ...]:
    """What is still to come of the plan as it stands, by due time."""
    coming = await occurrences.upcoming(tx, person.id, limit=MOST_AHEAD)
    return tuple(each.message for each in coming if each.message.kind in NUDGES | CHECK_INS)


async def _request(
    tx: Transaction, practice: Practice, person: Person, session: Session, now: datetime
) -> plan.PlanRequest:
    sent = await occurrences.sent_since(tx, person.id, now - REMEMBERED)
    coming = await occurrences.upcoming(tx, person.id, limit=SOON)
    going = [
        each
        for each in coming
        if each.message.kind in SAFETY or each.state is OccurrenceState.LEASED
    ]
    held = await interviews.of_course(tx, person.id, person.course)
    answered = {each.occurrence_id for each in held if each.answers}
    current = await escalations.current(tx, person.id)
    own = await own_exercises.of_person(tx, person.id)
    assert person.zone is not None
    return plan.PlanRequest(
        session_at=session.at,
        now=now,
        zone=person.zone,
        profile=person.profile,
        preferences=person.preferences,
        strengthening=_gets_better(held),
        sent=tuple(
            _as_sent(each, session, answered=each.id in answered) for each in (*sent, *going)
        ),
        paused=escalating.pauses(current, practice.library.rules),
        own=tuple(subject_of(each.id) for each in own),
    )


def _as_sent(occurrence: Occurrence, session: Session, *, answered: bool) -> plan.Sent:
    """What was sent or will go in any case, for caps and gaps; this session's items are done."""
    ours = occurrence.session_id == session.id
    return plan.Sent(
        kind=occurrence.message.kind,
        at=occurrence.sent_at or occurrence.message.due_at,
        item=occurrence.message.item if ours else "",
        sequence=occurrence.message.sequence,
        answered=answered,
        asked_for=occurrence.message.item == LATER_ITEM,
    )


async def follow_up(
    tx: Transaction,
    practice: Practice,
    person: Person,
    escalation: Escalation,
    now: datetime,
    *,
    repeat: bool = False,
    told: bool = False,
) -> None:
    """Plan an escalation's message, due now, and the questions that follow it.

    With `repeat` the same escalation is told again, with `told` only its questions start again:
    the items get new names, so that they stand beside those already sent.
    """
    messages = escalating.follow_ups(
        escalation.level, now, person.zone or "UTC", person.preferences, practice.library.rules
    )
    if told:
        messages = messages[1:]
    if repeat or told:
        stamp = int(now.timestamp())
        messages = tuple(
            replace(each, item=f"{REPEAT_ITEM}_{each.item}", sequence=stamp + each.sequence)
            for each in messages
        )
    await occurrences.plan(
        tx,
        person_id=person.id,
        chat_id=person.chat_id,
        session_id=None,
        escalation_id=escalation.id,
        plan_version=0,
        messages=messages,
    )


async def ask_on(
    tx: Transaction, practice: Practice, person: Person, escalation: Escalation, now: datetime
) -> None:
    """Let the questions after an escalation start again where none is left to come."""
    coming = await occurrences.upcoming(tx, person.id, limit=MOST_AHEAD)
    if not any(each.message.kind is Kind.FOLLOW_UP for each in coming):
        await follow_up(tx, practice, person, escalation, now, told=True)


async def cancel_reminder(tx: Transaction, interview: Interview) -> None:
    """An answered check-in needs no second asking; the ones after it keep theirs."""
    if interview.occurrence_id is None:
        return
    asked = await occurrences.get(tx, interview.occurrence_id)
    if asked is not None:
        await occurrences.cancel(
            tx,
            person_id=interview.person_id,
            session_id=asked.session_id,
            kinds={Kind.REMINDER},
            item=f"{asked.message.item}_reminder",  # as plan.lay_out names it
            reason="answered",
        )


async def ask_to_go_on(
    tx: Transaction, person: Person, instead_of: Occurrence, now: datetime
) -> None:
    """Plan the question whether to go on, due now, in place of a check-in."""
    await occurrences.plan(
        tx,
        person_id=person.id,
        chat_id=person.chat_id,
        session_id=instead_of.session_id,
        escalation_id=None,
        plan_version=instead_of.plan_version,
        messages=[
            PlannedMessage(
                kind=Kind.GO_ON,
                item=GO_ON_ITEM,
                sequence=instead_of.id,
                due_at=now,
                expires_at=None,
            )
        ],
    )


SETTLE = timedelta(seconds=10)  # for more ticks of the same list to join one message


async def let_settle(tx: Transaction, escalation: Escalation, now: datetime) -> None:
    """Hold a message below emergency for a moment while its list is still being ticked."""
    await occurrences.reschedule(
        tx, escalation_id=escalation.id, kind=Kind.ESCALATION, due_at=now + SETTLE
    )


async def tell_now(tx: Transaction, current: Escalation | None, now: datetime) -> None:
    """The list is done: a message of the open escalation that was held leaves at once."""
    if current:
        await occurrences.reschedule(tx, escalation_id=current.id, kind=Kind.ESCALATION, due_at=now)
