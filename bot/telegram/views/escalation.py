"""What an open escalation says, asks and answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.care.model import Escalation, EscalationState
from bot.telegram.views.view import Row, View, button, keyboard

if TYPE_CHECKING:
    from telegram import InlineKeyboardMarkup

    from bot.library.text import Language


def message(
    language: Language, escalation: Escalation, numbers: dict[str, str], *, again: bool = False
) -> View:
    """The advice of an escalation, with the answers it comes from."""
    body = language.advice(escalation.level.id, escalation.reasons, **numbers)
    lead = language.escalation(escalation.level.id).again
    return View(_again(lead, body) if again else body, buttons(language, escalation))


def follow_up(
    language: Language,
    escalation: Escalation,
    count: int,
    numbers: dict[str, str],
    *,
    again: bool = False,
) -> View:
    """The `count`-th question after an escalation; the last wording serves for all later ones."""
    words = language.escalation(escalation.level.id)
    body = words.say_follow_up(count - 1, **numbers)
    return View(_again(words.again, body) if again else body, buttons(language, escalation))


def _again(lead: str, body: str) -> str:
    return f"{body}\n\n<i>{lead}</i>"


def buttons(language: Language, escalation: Escalation) -> InlineKeyboardMarkup:
    """The four answers every escalation takes."""
    return keyboard(_rows(language, escalation))


def _rows(language: Language, escalation: Escalation) -> list[Row]:
    number = escalation.id
    return [
        [button(language.say("escalation.helped"), "e", number, "helped", style="success")],
        [
            button(language.say("escalation.not_yet"), "e", number, "not_yet"),
            button(language.say("escalation.stopped"), "e", number, "stopped"),
        ],
        [button(language.say("escalation.find_doctor"), "guide", "finding_doctor")],
    ]


def response(
    language: Language,
    escalation: Escalation,
    said: str,
    numbers: dict[str, str],
    *,
    stretches: bool,
) -> View:
    """The answer to a tap under an escalation; `stretches`: some are planned."""
    if said == "seen_wait" and escalation.state is EscalationState.OPEN:
        said = "not_yet"
    if said in ("seen_fine", "seen_wait"):
        return View(language.say(f"escalation.{said}_reply", **numbers))
    body: str = language.escalation(escalation.level.id).say(said, **numbers)
    rows: list[Row] = []
    if said == "helped" or (said == "stopped" and escalation.is_open):
        rows = seen_rows(language, escalation)
        body = f"{body}\n\n{language.say('escalation.seen_question')}"
    elif said == "not_yet":
        return View(body, buttons(language, escalation))
    elif said == "stopped" and stretches:
        body = f"{body}\n\n{language.say('escalation.stretches_on')}"
    rows.append([button(language.say("escalation.find_doctor"), "guide", "finding_doctor")])
    return View(body, keyboard(rows))


def seen_rows(language: Language, escalation: Escalation) -> list[Row]:
    """Whether a professional has looked at it and what they said."""
    return [
        [button(language.say("escalation.seen_fine"), "e", escalation.id, "seen_fine")],
        [button(language.say("escalation.seen_wait"), "e", escalation.id, "seen_wait")],
    ]


def open_rows(language: Language, escalation: Escalation) -> list[Row]:
    """What can be said to open advice now: first whether there is help, then what they said."""
    if escalation.state is EscalationState.OPEN:
        return _rows(language, escalation)
    return seen_rows(language, escalation)


def lifted(language: Language, *, reminders: bool) -> View:
    """The end of advice whose signs have stopped; `reminders`: some are planned."""
    body: str = language.say("escalation.lifted")
    return View(f"{body}\n\n{language.say('escalation.reminders_on')}" if reminders else body)


def standing(language: Language, escalation: Escalation, numbers: dict[str, str]) -> View:
    """The end of a check-in while earlier advice still stands: thanks, and the advice again.

    Who has said "I've got help" or "it has stopped" hears what was said to that, not the alarm.
    """
    if escalation.state is EscalationState.OPEN:
        body = language.advice(escalation.level.id, escalation.reasons, **numbers)
    else:
        said = "helped" if escalation.state is EscalationState.HELPED else "stopped"
        body = language.escalation(escalation.level.id).say(said, **numbers)
    rows = keyboard(open_rows(language, escalation))
    return View(f"{language.say('escalation.still_stands')}\n\n{body}", rows)
