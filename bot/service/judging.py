"""From what was said to a verdict, and from a verdict to an escalation. One transaction each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.care import escalation as escalating
from bot.care import questions, triage
from bot.care.model import (
    SAFETY,
    Case,
    CheckIn,
    Escalation,
    EscalationState,
    Interview,
    InterviewState,
    Level,
    Person,
    Profile,
    Session,
    Status,
    Verdict,
)
from bot.service import plans
from bot.store import escalations, interviews, occurrences, people, sessions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.service.practice import Practice
    from bot.store.database import Transaction


STILL_COUNTS = timedelta(hours=72)  # how long a check-in is looked at with what is told later


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict, the escalation it opened, the one it lifted, and the one that stands now."""

    verdict: Verdict
    opened: Escalation | None = None
    released: Escalation | None = None
    standing: Escalation | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """What a verdict looks at beside the check-in itself, read once for all that an answer does."""

    sessions: Sequence[Session]
    interviews: Sequence[Interview]


async def course_of(tx: Transaction, person: Person) -> Course:
    """The massages and check-ins of the person's present episode of pain."""
    return Course(
        await sessions.of_course(tx, person.id, person.course),
        await interviews.of_course(tx, person.id, person.course),
    )


def case_of(course: Course, person: Person, interview: Interview, now: datetime) -> Case:
    """Everything a verdict on this check-in looks at, the check-in itself last."""
    earlier = (each for each in course.interviews if each.answers and each.id != interview.id)
    judged = questions.to_checkin(interview)
    before = [each for each in map(questions.to_checkin, earlier) if each.at <= judged.at]
    in_order = sorted(before, key=lambda each: each.at)
    return _case(person, course.sessions, (*in_order, judged), now)


async def profile_case(tx: Transaction, person: Person, now: datetime) -> Case:
    """What a verdict on the profile alone looks at."""
    return _case(person, await sessions.of_course(tx, person.id, person.course), (), now)


def _case(
    person: Person, of_course: Sequence[Session], checkins: tuple[CheckIn, ...], now: datetime
) -> Case:
    return Case(
        profile=_with_baseline(person.profile, of_course),
        sessions=tuple(each.at for each in of_course if each.at <= now),
        checkins=checkins,
    )


def _with_baseline(profile: Profile, of_course: Sequence[Session]) -> Profile:
    """The pain before the course's first massage for which it was told."""
    known = [each.pain_before for each in of_course if each.pain_before is not None]
    return replace(profile, baseline_pain=known[0] if known else None)


async def judge_profile(
    tx: Transaction, practice: Practice, person: Person, now: datetime
) -> Escalation | None:
    """Judge the profile alone, and open an escalation where it already calls for one."""
    verdict = triage.judge(await profile_case(tx, person, now), practice.library.rules)
    current = await escalations.current(tx, person.id)
    return await _escalate(tx, practice, person, verdict, None, current, now)


async def judge_again(
    tx: Transaction, practice: Practice, person: Person, now: datetime
) -> Escalation | None:
    """What the latest check-in says beyond its verdict, now that the profile tells more.

    A large bruise is another thing with blood thinners. Older signs are asked about again anyway.
    """
    course = await course_of(tx, person)
    told_something = (each for each in course.interviews if each.answers)
    latest = max(told_something, key=lambda each: each.opened_at, default=None)
    if latest is None or latest.verdict is None:
        return None
    if now - questions.to_checkin(latest).at > STILL_COUNTS:
        return None
    rules = practice.library.rules
    verdict = triage.judge(case_of(course, person, latest, now), rules)
    fresh = escalating.alarms(escalating.news(verdict, latest.verdict.reasons, rules), rules)
    if not fresh.reasons:
        return None
    told = {*latest.verdict.reasons, *fresh.reasons}
    level = max(latest.verdict.level, fresh.level)
    await interviews.set_verdict(tx, latest.id, Verdict(level, rules.in_order(told)))
    current = await escalations.current(tx, person.id)
    return await _escalate(tx, practice, person, fresh, None, current, now)


async def judge(
    tx: Transaction,
    practice: Practice,
    person: Person,
    interview: Interview,
    now: datetime,
    course: Course | None = None,
) -> Judged:
    """Judge a check-in as it stands: keep the verdict, open or lift an escalation.

    `course` is what the caller has read already in this transaction.
    """
    course = course or await course_of(tx, person)
    verdict = triage.judge(case_of(course, person, interview, now), practice.library.rules)
    await interviews.set_verdict(tx, interview.id, verdict)
    current = await escalations.current(tx, person.id)
    told = interview.verdict.reasons if interview.verdict else ()
    # A check-in that only runs out, or goes on to its next question, reports no sign anew: what it
    # told before has led to advice, whether that stands or was settled since.
    reported = escalating.news(verdict, told, practice.library.rules)
    opened = await _escalate(tx, practice, person, reported, interview, current, now)
    if opened:
        return Judged(verdict, opened=opened, standing=opened)
    checkin = questions.to_checkin(interview)
    if current and escalating.released_by_clean_check_in(current, checkin, verdict, now):
        lifted = replace(
            current, state=EscalationState.RELEASED, release="clean_check_in", changed_at=now
        )
        await lift(tx, practice, person, lifted, now)
        return Judged(verdict, released=lifted)
    return Judged(verdict, standing=current)


async def _escalate(
    tx: Transaction,
    practice: Practice,
    person: Person,
    verdict: Verdict,
    interview: Interview | None,
    current: Escalation | None,
    now: datetime,
) -> Escalation | None:
    """Open an escalation where the verdict calls for one; its message is due in this commit.

    `current` is the one that stands so far.
    """
    if verdict.level < Level.DOCTOR:
        return None
    opening = escalating.decide(
        current, verdict, practice.library.rules, interview.id if interview else None
    )
    if opening is None:
        return None
    if current:
        await escalations.save(tx, replace(current, state=EscalationState.RAISED, changed_at=now))
    escalation = await escalations.open(
        tx,
        person_id=person.id,
        level=opening.level,
        reasons=opening.reasons,
        interview_id=interview.id if interview else None,
        at=now,
    )
    await _hear_after_stop(tx, person, interview)
    paused = escalating.pauses(escalation, practice.library.rules)
    await occurrences.cancel(
        tx, person_id=person.id, kinds=SAFETY | paused, reason=escalation.level.id
    )
    await plans.follow_up(tx, practice, person, escalation, now)
    return escalation


async def _hear_after_stop(tx: Transaction, person: Person, interview: Interview | None) -> None:
    """Whoever reports a sign after /stop hears what to do, and nothing but that.

    A check-in that runs out is no word of theirs.
    """
    ran_out = interview is not None and interview.state is InterviewState.EXPIRED
    if person.status is Status.STOPPED and not ran_out:
        await people.save(tx, replace(person, status=Status.PAUSED))


async def lift(
    tx: Transaction, practice: Practice, person: Person, lifted: Escalation, now: datetime
) -> None:
    """Keep a release: no more follow-ups, and the plan goes on from now."""
    await escalations.save(tx, lifted)
    await occurrences.cancel(
        tx, person_id=person.id, kinds=SAFETY, reason=f"released: {lifted.release}"
    )
    await plans.lay_out_anew(tx, practice, person, now)


async def close(
    tx: Transaction,
    practice: Practice,
    person: Person,
    interview: Interview,
    state: InterviewState,
    now: datetime,
    course: Course | None = None,
) -> Judged:
    """End a check-in and judge it whole; what was left out stays left out."""
    await interviews.close(tx, interview.id, state=state, at=now)
    if not interview.answers:
        return Judged(Verdict(Level.SELF_CARE, ()))
    closed = replace(interview, state=state, closed_at=now)
    return await judge(tx, practice, person, closed, now, course)
