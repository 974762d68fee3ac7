"""What a persona does, of their own accord and with what arrives, and the lines about it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot.care import timing
from bot.care.model import NUDGES, InterviewState, Kind
from bot.service import due
from bot.service.plans import LATER_ITEM
from bot.simulation import unplanned
from bot.store import interviews
from bot.store import people as kept

if TYPE_CHECKING:
    from bot.care.model import EscalationId, InterviewId, Occurrence
    from bot.library.cases import SaidEntry
    from bot.library.personas import ResponseEntry, SessionEntry, WorseEntry
    from bot.simulation.phone import Button, Note
    from bot.simulation.stage import Stage

NUDGE_AFTER = timedelta(minutes=5)


def schedule(stage: Stage) -> None:
    """Put everything the persona does of their own accord into its time."""
    persona = stage.persona
    for session in persona.sessions:
        at = session.at.in_zone(persona.zone) + session.logged_after
        stage.at(at, partial(_logs_massage, stage, session))
    for worse in persona.worse:
        stage.at(worse.at.in_zone(persona.zone), partial(_reports, stage, worse))
    for saying in persona.says:
        stage.at(saying.at.in_zone(persona.zone), partial(_types, stage, saying.text))


def react(stage: Stage, occurrence: Occurrence, note: Note) -> None:
    """Put what the persona will do with a message that arrived into its time."""
    kind, persona = occurrence.message.kind, stage.persona
    if kind in NUDGES and persona.habit(kind) != "ignore":
        stage.at(stage.now + NUDGE_AFTER, partial(_does, stage, occurrence, note))
    elif kind is Kind.CHECK_IN:
        _react_to_check_in(stage, occurrence.message.item)
    elif kind is Kind.GO_ON and persona.go_on is not None:
        tap = partial(_taps, stage, note, "go", persona.go_on.say)
        stage.at(stage.now + persona.go_on.after, tap)
    elif kind is Kind.ESCALATION and occurrence.escalation_id is not None:
        _react_to_advice(stage, occurrence.escalation_id)


def _react_to_check_in(stage: Stage, item: str) -> None:
    said = stage.persona.answer_to(item, _days_since_massage(stage))
    if said is not None:
        stage.at(stage.now + said.after, partial(_answers, stage, item, said))
    _let_run_out(stage, due.PLANNED_WAITS)


def _react_to_advice(stage: Stage, advice: EscalationId) -> None:
    if advice in stage.advice:
        return  # told once more
    stage.advice.append(advice)
    for response in stage.persona.responses:
        if response.to in (None, len(stage.advice)):
            stage.at(stage.now + response.after, partial(_responds, stage, advice, response))


def _days_since_massage(stage: Stage) -> int:
    zone = stage.persona.zone
    massages = [each.at.in_zone(zone) for each in stage.persona.sessions]
    latest = max(each for each in massages if each <= stage.now)
    return (timing.local(stage.now, zone).date() - timing.local(latest, zone).date()).days


def _let_run_out(stage: Stage, waits: timedelta) -> None:
    """Close what was left unanswered when its time is over, as the housekeeping would."""
    preferences = stage.persona.preferences.to_preferences()
    over = stage.now + waits + timedelta(minutes=1)

    async def run_out() -> None:
        await due.expire_check_ins(stage.practice, stage.now)
        await stage.tell_losses()

    stage.at(timing.end_of_quiet(over, stage.persona.zone, preferences.quiet), run_out)


async def _logs_massage(stage: Stage, session: SessionEntry) -> None:
    pain = "pain not told" if session.pain is None else f"pain before {session.pain}"
    new = ", a new pain" if session.new_pain else ""
    stage.timeline.act(stage.now, "massage", f"{session.at.wall:%H:%M}", f"{pain}{new}")
    at = session.at.in_zone(stage.persona.zone)
    await stage.hands.logs_massage(at, session.pain, new_pain=session.new_pain)
    await stage.tell_what_follows(replaced=True)
    async with stage.practice.database.reading() as tx:
        person = await kept.required(tx, stage.person_id)
        missing = await unplanned.of(tx, stage.practice.library, person, at, stage.now)
    for kind, item, meant_at, why in missing:
        stage.timeline.unplanned(stage.now, kind.value, item, meant_at, why)


async def _reports(stage: Stage, said: WorseEntry) -> None:
    stage.timeline.act(stage.now, "says", "", "/worse")
    await stage.hands.types("/worse")
    await _answers(stage, "worse", said)
    _let_run_out(stage, due.OWN_WAITS)


async def _types(stage: Stage, text: str) -> None:
    stage.timeline.act(stage.now, "says", "", text)
    await stage.hands.types(text)
    await stage.tell_what_follows()


async def _answers(stage: Stage, item: str, said: SaidEntry) -> None:
    """A whole check-in in one line, then its verdict, then what was written meanwhile."""
    mark = stage.timeline.mark()
    answered = await stage.hands.answers(said)
    meanwhile = stage.timeline.hold(mark)
    if answered is not None:
        stage.timeline.act(stage.now, "answers", item, answered.words)
        if answered.refused:
            stage.timeline.reply(stage.now, answered.refused, ())
        else:
            await _tell_verdict(stage, item, answered.interview)
    stage.timeline.put_back(meanwhile)
    await stage.tell_what_follows()


async def _tell_verdict(stage: Stage, item: str, interview_id: InterviewId) -> None:
    async with stage.practice.database.reading() as tx:
        interview = await interviews.required(tx, interview_id)
    if interview.verdict is not None:
        level, reasons = interview.verdict.level.id, interview.verdict.reasons
        stage.timeline.verdict(stage.now, item, level, reasons)
    stage.timeline.answered(whole=interview.state is InterviewState.COMPLETE)


async def _does(stage: Stage, occurrence: Occurrence, note: Note) -> None:
    """Done, skip or later; a nudge that comes once more is done."""
    kind, item = occurrence.message.kind, occurrence.message.item
    habit = stage.persona.habit(kind)
    if habit == "later" and item == LATER_ITEM:
        habit = "done"
    button = note.button("n", occurrence.id, habit)
    assert button is not None
    stage.timeline.act(stage.now, habit, item, kind.value)
    await stage.hands.taps(note, button)
    again = note.button("z", occurrence.id) if habit == "later" else None
    if again is not None:
        await stage.hands.taps(note, again)
        stage.tell_reply(note)


async def _taps(stage: Stage, note: Note, action: str, word: str) -> None:
    button = note.button(action, word)
    assert button is not None
    stage.timeline.act(stage.now, "taps", word, button.label)
    await stage.hands.taps(note, button)
    await stage.tell_what_follows()


async def _responds(stage: Stage, advice: EscalationId, response: ResponseEntry) -> None:
    """A button under advice; what a professional said is asked after "I've got help" only."""
    found = stage.phone.newest("e", advice, response.say)
    if found is None and response.say.startswith("seen"):
        await _responds(stage, advice, response.model_copy(update={"say": "helped"}))
        found = stage.phone.newest("e", advice, response.say)
    if found is not None:
        await _taps_response(stage, *found, response.say)


async def _taps_response(stage: Stage, note: Note, button: Button, say: str) -> None:
    stage.timeline.act(stage.now, "taps", say, button.label)
    await stage.hands.taps(note, button)
    await stage.tell_what_follows()
