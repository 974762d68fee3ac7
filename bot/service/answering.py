"""Answers, one at a time: kept, judged, and followed by the next question.

Each public function is one transaction and can be called twice with the same input: the second
call changes nothing and says `stale`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.care import questions, reopening, taps
from bot.care.model import (
    Escalation,
    Interview,
    InterviewId,
    InterviewKind,
    InterviewState,
    Level,
    Person,
    PersonId,
    Profile,
    Verdict,
)
from bot.service import judging, plans
from bot.store import escalations, interviews, people, sessions

if TYPE_CHECKING:
    from bot.care.questions import Question
    from bot.care.taps import Act
    from bot.service.practice import Practice
    from bot.store.database import Transaction

REUSE = timedelta(hours=1)  # an untouched /worse this young is asked again, not doubled


@dataclass(frozen=True, slots=True)
class Turn:
    """Where an interview stands after an answer.

    `stale`: the answer came too late, or twice, and changed nothing. `question` is what to ask
    next (None at the end), `answered` the question just dealt with. `opened` is an escalation
    that began with this answer, `standing` the one that is open now.
    """

    person: Person
    interview: Interview
    question: Question | None
    answered: Question | None = None
    stale: bool = False
    verdict: Verdict | None = None
    opened: Escalation | None = None
    standing: Escalation | None = None
    released: Escalation | None = None

    @property
    def known(self) -> tuple[str, ...]:
        """What the list that is asked shows as ticked before its first tick."""
        return (self.question and taps.known(self.person.profile, self.question)) or ()

    @property
    def ended(self) -> bool:
        """Whether nothing is left to ask."""
        return self.question is None


async def begin(
    practice: Practice, person_id: PersonId, kind: InterviewKind, now: datetime
) -> Turn:
    """Open a profile or a /worse at the person's own wish.

    An untouched /worse is taken up again, and so is a profile of the present episode of pain.
    """
    async with practice.database.transaction() as tx:
        person = await people.required(tx, person_id)
        for each in await interviews.open_of(tx, person_id):
            if each.kind == kind and _goes_on(each, person, now):
                return stands(practice, person, each)
        session = await sessions.latest(tx, person_id)
        interview = await interviews.open(
            tx,
            person_id=person_id,
            kind=kind,
            course=person.course,
            session_id=session.id if session and kind != "profile" else None,
            occurrence_id=None,
            at=now,
        )
        return stands(practice, person, interview)


def _goes_on(interview: Interview, person: Person, now: datetime) -> bool:
    if interview.kind == "profile":
        return interview.course == person.course
    return now - interview.opened_at < REUSE and not interview.answers


def stands(practice: Practice, person: Person, interview: Interview) -> Turn:
    """Where an interview stands before anything new is answered."""
    question = questions.next_question(
        interview.kind, interview.answers, practice.library.questions
    )
    return Turn(person, interview, question if interview.state is InterviewState.OPEN else None)


async def look(practice: Practice, person_id: PersonId, interview_id: InterviewId) -> Turn | None:
    """Where an interview of this person stands; None when it is not theirs or not there."""
    async with practice.database.reading() as tx:
        interview = await interviews.get(tx, interview_id)
        person = await people.required(tx, person_id)
        if interview is None or interview.person_id != person_id:
            return None
        interview = await _as_it_counts(tx, person, interview)
        standing = await escalations.current(tx, person_id)
        return replace(
            stands(practice, person, interview), standing=standing, verdict=interview.verdict
        )


async def _as_it_counts(tx: Transaction, person: Person, interview: Interview) -> Interview:
    """A profile is over once there is a newer one, or another pain than it was told about.

    Its buttons may stay on the screen for ever, and must not overwrite what was said since.
    """
    if interview.kind != "profile" or interview.state is InterviewState.EXPIRED:
        return interview
    newest = await interviews.newest_profile(tx, person.id)
    counts = interview.course == person.course and interview.id == newest
    return interview if counts else replace(interview, state=InterviewState.EXPIRED)


async def shown(practice: Practice, interview_id: InterviewId, what: str) -> None:
    """Remember that a prompt, or the closing words, certainly reached the person."""
    async with practice.database.transaction() as tx:
        await interviews.set_shown(tx, interview_id, what)


async def was_asked(practice: Practice, person_id: PersonId, kind: InterviewKind) -> bool:
    """Whether a question of such an interview certainly reached the person in this episode."""
    async with practice.database.reading() as tx:
        person = await people.required(tx, person_id)
        return await interviews.was_shown(tx, person, kind)


async def answer(
    practice: Practice,
    person_id: PersonId,
    interview_id: InterviewId,
    question_id: str,
    act: Act,
    option: str | int | None,
    now: datetime,
) -> Turn | None:
    """Take one tap: keep it, judge it, and say what comes next.

    Returns None when the interview is not this person's. A tick names the state it wants, so the
    same tap twice, or two quick taps before the keyboard is redrawn, lose nothing.
    """
    async with practice.database.transaction() as tx:
        person = await people.required(tx, person_id)
        interview = await interviews.get(tx, interview_id)
        if interview is None or interview.person_id != person_id:
            return None
        interview = await _as_it_counts(tx, person, interview)
        question = _askable(practice, interview, question_id)
        held = interview.answers.get(question_id)
        begun = taps.begun(person.profile, question, held, now) if question else None
        given = taps.given(question, begun, act, option, now) if question else None
        if question is None or given is None:
            standing = await escalations.current(tx, person_id)
            return replace(stands(practice, person, interview), stale=True, standing=standing)
        if begun is not None and begun is not held:
            interview = await interviews.answer(tx, interview, begun)
        answered = await interviews.answer(tx, interview, given)
        return await _follow(tx, practice, person, answered, question, now)


def _askable(practice: Practice, interview: Interview, question_id: str) -> Question | None:
    """The question, where this interview still takes an answer to it."""
    asked = practice.library.questions
    question = next(
        (q for q in asked if q.id == question_id and interview.kind in q.interviews), None
    )
    held = interview.answers.get(question_id)
    if question is None or (held and held.confirmed):
        return None
    if interview.state is InterviewState.OPEN:
        following = questions.next_question(interview.kind, interview.answers, asked)
        # What is on the screen, next or asked again, is answered in whatever order it comes.
        on_screen = {following.id if following else None, interview.shown, *interview.answers}
        return question if question.kind == "ticks" or question_id in on_screen else None
    return question if reopening.is_reopened(interview, question_id) else None


async def _follow(
    tx: Transaction,
    practice: Practice,
    person: Person,
    interview: Interview,
    question: Question,
    now: datetime,
) -> Turn:
    """Everything one new answer brings with it, in its own transaction.

    `interview` holds that answer already.
    """
    if interview.kind == "profile":
        return await _follow_profile(tx, practice, person, interview, question, now)
    await plans.cancel_reminder(tx, interview)
    course = await judging.course_of(tx, person)
    judged = await judging.judge(tx, practice, person, interview, now, course)
    interview = replace(interview, verdict=judged.verdict)
    following = _following(practice, interview, question)
    emergency = judged.opened is not None and judged.verdict.level is Level.EMERGENCY
    if interview.state is InterviewState.OPEN and (emergency or following is None):
        ended = InterviewState.COMPLETE
        last = judged
        judged = await judging.close(tx, practice, person, interview, ended, now, course)
        judged = replace(
            judged, opened=judged.opened or last.opened, released=judged.released or last.released
        )
        interview = replace(interview, verdict=judged.verdict, state=ended, closed_at=now)
        await plans.lay_out_anew(tx, practice, person, now)
    if judged.opened and _still_ticking(interview, question, judged.opened):
        await plans.let_settle(tx, judged.opened, now)
    elif interview.answers[question.id].confirmed:
        await plans.tell_now(tx, judged.standing, now)
    return Turn(
        person,
        interview,
        following if reopening.is_waiting(interview, question.id) else None,
        answered=question,
        verdict=judged.verdict,
        opened=judged.opened,
        standing=judged.standing,
        released=judged.released,
    )


def _following(practice: Practice, interview: Interview, answered: Question) -> Question | None:
    """The next question: what was never asked comes first, then the same list until it is done."""
    following = questions.next_question(
        interview.kind, interview.answers, practice.library.questions
    )
    undone = answered.kind == "ticks" and not interview.answers[answered.id].confirmed
    never_asked = following is not None and following.id not in interview.answers
    return answered if undone and not never_asked else following


def _still_ticking(interview: Interview, question: Question, opened: Escalation) -> bool:
    """Whether more ticks may follow that belong into the same message. Emergencies never wait."""
    open_list = question.kind == "ticks" and not interview.answers[question.id].confirmed
    return open_list and opened.level is not Level.EMERGENCY


async def _follow_profile(
    tx: Transaction,
    practice: Practice,
    person: Person,
    interview: Interview,
    question: Question,
    now: datetime,
) -> Turn:
    if interview.verdict is not None:  # left before, and judged then: there is more to judge now
        await interviews.forget_verdict(tx, interview.id)
    before = await _known_before(tx, person, interview)
    person = replace(person, profile=questions.to_profile(before, interview.answers))
    await people.save(tx, person)
    following = _following(practice, interview, question)
    confirmed = interview.answers[question.id].confirmed
    opened = await judging.judge_again(tx, practice, person, now) if confirmed else None
    if following is None:
        await interviews.close(tx, interview.id, state=InterviewState.COMPLETE, at=now)
        interview = replace(interview, state=InterviewState.COMPLETE, closed_at=now)
        if await sessions.of_course(tx, person.id, person.course):
            opened = await judging.judge_profile(tx, practice, person, now) or opened
    if confirmed:
        await plans.lay_out_anew(tx, practice, person, now)
    return Turn(
        person,
        interview,
        following,
        answered=question,
        opened=opened,
    )


async def _known_before(tx: Transaction, person: Person, interview: Interview) -> Profile:
    """The profile without the ticks of a health list that is not done yet.

    A tick made by mistake and taken back leaves nothing behind that was never so.
    """
    held = interview.answers.get("conditions")
    if held is None or held.confirmed:
        return person.profile
    before = await interviews.ticks_before(tx, interview.id, "conditions")
    return questions.to_profile(
        person.profile, {held.question: replace(held, value=before, confirmed=True)}
    )


async def reconsider(
    practice: Practice,
    person_id: PersonId,
    interview_id: InterviewId,
    question_id: str,
    now: datetime,
) -> Turn | None:
    """Ask the last answered question again; the old answer counts until there is a new one.

    Returns None when that is not the person's last answer, or an emergency ended the interview.
    """
    async with practice.database.transaction() as tx:
        person = await people.required(tx, person_id)
        interview = await interviews.get(tx, interview_id)
        if interview is None or interview.person_id != person_id:
            return None
        interview = await _as_it_counts(tx, person, interview)
        if not reopening.can_reopen(interview, question_id):
            return None
        held = interview.answers[question_id]
        reopened = replace(held, confirmed=False, at=now)
        interview = await interviews.answer(tx, interview, reopened)
        question = next(q for q in practice.library.questions if q.id == question_id)
        return Turn(person, interview, question)


async def open_check_in(practice: Practice, person_id: PersonId) -> Interview | None:
    """The check-in that waits for an answer, the newest if there are two."""
    async with practice.database.reading() as tx:
        waiting = [i for i in await interviews.open_of(tx, person_id) if i.kind != "profile"]
        return max(waiting, key=lambda each: each.opened_at, default=None)


async def add_note(practice: Practice, person_id: PersonId, text: str, now: datetime) -> None:
    """Keep what a person typed, for their report."""
    async with practice.database.transaction() as tx:
        await people.add_note(tx, person_id, text=text, at=now)
