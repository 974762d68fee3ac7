"""Answering questions: the profile, a planned check-in, or /worse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.care import escalation as care
from bot.care import reopening
from bot.care.model import END, NUDGES, InterviewId, InterviewState, Level
from bot.service import answering, overview, reporting
from bot.telegram.views import escalation as escalation_views
from bot.telegram.views import interview as views
from bot.telegram.views import joining
from bot.telegram.views.view import View

if TYPE_CHECKING:
    from bot.care.model import Interview
    from bot.care.questions import Question
    from bot.care.taps import Act
    from bot.telegram.callbacks import Callback
    from bot.telegram.turn import Turn


async def worse(turn: Turn, lead: str | None = None) -> None:
    """Ask for the danger signs now, whatever the plan says."""
    result = await answering.begin(turn.practice, turn.known.id, "worse", turn.now)
    await turn.toast()
    await ask(turn, result, lead=lead or turn.say("worse.lead"))


async def worse_tapped(turn: Turn, _: Callback) -> None:
    """The button "Something is wrong"."""
    await worse(turn)


async def profile(turn: Turn) -> None:
    """Ask the profile questions, or go on where they were left."""
    result = await answering.begin(turn.practice, turn.known.id, "profile", turn.now)
    await turn.toast()
    await ask(turn, result)


async def profile_tapped(turn: Turn, _: Callback) -> None:
    """The button "About me" of the settings."""
    await profile(turn)


async def ask(turn: Turn, result: answering.Turn, lead: str | None = None) -> None:
    """Send the next question, and remember once it certainly arrived."""
    if result.question is None:
        await end(turn, result)
        return
    await turn.send(_prompt(turn, result, result.question, lead=lead))
    await answering.shown(turn.practice, result.interview.id, result.question.id)


def _prompt(
    turn: Turn, result: answering.Turn, question: Question, lead: str | None = None
) -> View:
    return views.prompt(turn.language, result.interview, question, lead=lead, known=result.known)


async def tapped(turn: Turn, callback: Callback) -> None:
    """An answer under a question."""
    word = callback.word(3) if len(callback.arguments) > 3 else None
    act = views.ACTS[callback.word(2)]
    number = act == "choose" and word is not None and word.isdecimal()
    option: str | int | None = int(word) if number and word else word
    await take(turn, InterviewId(callback.number(0)), callback.word(1), act, option)


async def take(
    turn: Turn, interview_id: InterviewId, question_id: str, act: Act, option: str | int | None
) -> None:
    """Keep an answer and go on: the same list redrawn, the next question, or the end."""
    result = await answering.answer(
        turn.practice, turn.known.id, interview_id, question_id, act, option, turn.now
    )
    if result is None:  # a list from before everything was erased: nothing of it is kept
        if act == "tick" and await _report_now(turn, question_id, str(option)):
            return
        await turn.toast(turn.say("interview.over"))
        return
    if result.stale:
        await _stale(turn, result, question_id, act, option)
        return
    await _go_on(turn, result)


async def _go_on(turn: Turn, result: answering.Turn) -> None:
    """Show the answer and what follows; then let what it opened out, so that it stands last.

    An emergency has nothing after it to wait for, and the rest waits for no more than a reply.
    """
    if result.question is None:
        turn.house.wake()
    try:
        await turn.toast()
        await _reply(turn, result)
    finally:
        turn.house.wake()


async def _reply(turn: Turn, result: answering.Turn) -> None:
    assert result.answered is not None
    if result.question is not None and result.question.id == result.answered.id:
        await turn.redraw(_prompt(turn, result, result.question))
        return
    await _show_answer(turn, result, result.answered)
    await ask(turn, result)
    await _move_change(turn)


async def _show_answer(turn: Turn, result: answering.Turn, question: Question) -> None:
    if turn.update.callback_query is not None:
        changeable = reopening.can_reopen(result.interview, question.id)
        await turn.redraw(
            views.answered(turn.language, result.interview, question, changeable=changeable)
        )


async def _move_change(turn: Turn) -> None:
    """Only the last answer can be changed, so the one before it loses its button.

    Where it is being asked again already, it keeps the buttons to answer with.
    """
    query = turn.update.callback_query
    if query is None or query.message is None:
        return
    before = turn.house.changeable.get(turn.chat_id)
    turn.house.changeable[turn.chat_id] = query.message.message_id
    if before is None or before == query.message.message_id:
        return
    shown = turn.house.shown.of(turn.chat_id, before)
    if shown is not None and views.offers_change(shown):
        await turn.take_buttons(before)


async def _stale(
    turn: Turn, result: answering.Turn, question_id: str, act: Act, option: str | int | None
) -> None:
    """A tap too late or for the second time: nothing is lost, and nothing is asked twice.

    A danger sign ticked under a list that is done is a new report. A redelivered tap whose answer
    was kept, but whose reply never left, gets that reply now.
    """
    interview = result.interview
    held = interview.answers.get(question_id)
    symptom = str(option)
    rules = turn.practice.library.rules
    is_news = act == "tick" and reporting.is_news(result, question_id, symptom, turn.now, rules)
    if is_news and await _report_now(turn, question_id, symptom):
        return
    following = result.question.id if result.question else END
    replaced = interview.kind == "profile" and interview.state is InterviewState.EXPIRED
    if interview.shown != following and held is not None and not replaced:
        await turn.toast()
        await ask(turn, result)
        return
    open_still = reopening.is_waiting(interview, question_id)
    await turn.toast(turn.say("interview.stale" if open_still else "interview.over"))
    if result.question is not None and result.question.id == question_id:
        # Tapped again, maybe because the tick never showed.
        await turn.redraw(_prompt(turn, result, result.question))


async def _report_now(turn: Turn, question_id: str, symptom: str) -> bool:
    """Take a sign ticked under a list that is over as a report of now; False for no sign."""
    again = await reporting.report_again(
        turn.practice, turn.known.id, question_id, symptom, turn.now
    )
    if again is None or again.stale:
        return False
    await _go_on(turn, again)
    return True


async def end(turn: Turn, result: answering.Turn) -> None:
    """The closing words, once: of the profile, of a check-in, or of advice that stands."""
    interview = result.interview
    looked = await answering.look(turn.practice, turn.known.id, interview.id)
    standing = looked.standing if looked else None
    opened_here = bool(standing and (result.opened or standing.interview_id == interview.id))
    view = await _closing(turn, result, opened_here=opened_here)
    if standing:
        await _beside(turn, interview)
    if result.released:
        reminders = await overview.comes(turn.practice, turn.known.id, NUDGES)
        await turn.send(escalation_views.lifted(turn.language, reminders=reminders))
        if view is not None and interview.verdict and interview.verdict.level > Level.SELF_CARE:
            await turn.send(view)  # what was told this time has its own advice
    elif standing and not opened_here:
        await turn.send(escalation_views.standing(turn.language, standing, turn.numbers()))
    elif view is not None:
        await turn.send(view)
    await answering.shown(turn.practice, interview.id, END)


async def _beside(turn: Turn, interview: Interview) -> None:
    """What to do about a bruise, where the advice speaks of something else.

    It goes first, so that the advice stands last. An emergency of this very check-in stands alone.
    """
    verdict = interview.verdict
    if verdict is None or verdict.level is Level.EMERGENCY:
        return
    ordinary = care.ordinary(verdict, turn.practice.library.rules)
    view = views.beside(turn.language, ordinary)
    if view is not None:
        await turn.send(view)


async def _closing(turn: Turn, result: answering.Turn, *, opened_here: bool) -> View | None:
    """The words of a check-in without a doctor; an escalation of its own speaks for itself.

    Where other answers came after it, the last words point back to it.
    """
    interview = result.interview
    if opened_here:
        return None if result.opened else View(turn.say("interview.above_stands"))
    if interview.kind == "profile":
        return joining.ready(turn.language)
    if interview.verdict is None:
        return None
    seen = await overview.look(turn.practice, turn.known.id, limit=1)
    ordinary = care.ordinary(interview.verdict, turn.practice.library.rules)
    verdict = ordinary if ordinary.reasons else interview.verdict
    return views.closing(turn.language, interview, verdict, turn.numbers(), more=bool(seen.coming))


async def reconsider(turn: Turn, callback: Callback) -> None:
    """The button "Change" under the last answer."""
    result = await answering.reconsider(
        turn.practice, turn.known.id, InterviewId(callback.number(0)), callback.word(1), turn.now
    )
    if result is None or result.question is None:
        await turn.toast(turn.say("interview.last_only"))
        return
    await turn.toast()
    await turn.edit(_prompt(turn, result, result.question))


async def resume_tapped(turn: Turn, callback: Callback) -> None:
    """The button "Answer it now" of /today."""
    result = await answering.look(turn.practice, turn.known.id, InterviewId(callback.number(0)))
    if result is None or result.question is None:
        await turn.toast(turn.say("interview.over"))
        return
    await turn.toast()
    await ask(turn, result)
