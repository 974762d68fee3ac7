"""What a due occurrence looks like on the phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.service import due
from bot.telegram.views import escalation, interview, nudge
from bot.telegram.views.numbers import numbers
from bot.telegram.views.view import PlainView, View, button, keyboard

if TYPE_CHECKING:
    from datetime import datetime

    from bot.care.model import Occurrence
    from bot.library.text import Language
    from bot.service.practice import Practice


async def compose(
    practice: Practice, occurrence: Occurrence, now: datetime
) -> View | PlainView | due.Withheld | due.Postponed:
    """The message for an occurrence that is due, or why it is not sent."""
    return show(practice, await due.prepare(practice, occurrence, now))


def show(practice: Practice, ready: due.Due) -> View | PlainView | due.Withheld | due.Postponed:
    """The message for what an occurrence has become."""
    if isinstance(ready, due.Withheld | due.Postponed):
        return ready
    language = practice.language(ready.person)
    match ready:
        case due.NudgeDue():
            picture = practice.library.picture_of(ready.occurrence.message.subject)
            return nudge.message(language, ready, picture)
        case due.QuestionDue():
            lead = language.say("interview.again") if ready.again else None
            return interview.prompt(language, ready.interview, ready.question, after=lead)
        case due.EscalationDue():
            values = numbers(practice, language, ready.person)
            if ready.follow_up:
                return escalation.follow_up(
                    language, ready.escalation, ready.follow_up, values, again=ready.again
                )
            return escalation.message(language, ready.escalation, values, again=ready.again)
        case due.GoOnDue():
            return _go_on(language)


def _go_on(language: Language) -> View:
    return View(
        language.say("go_on.ask"),
        keyboard(
            [
                [button(language.say("go_on.yes"), "go", "yes", style="success")],
                [button(language.say("go_on.no"), "go", "no")],
            ]
        ),
    )
