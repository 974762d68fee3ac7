"""What is open and what comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.care.model import Escalation, EscalationState, Kind, Level, Status
from bot.telegram.views.escalation import open_rows
from bot.telegram.views.interview import reported
from bot.telegram.views.view import Row, View, bullets, button, keyboard, timed, wrong_row

if TYPE_CHECKING:
    from bot.library.text import Language
    from bot.service.overview import Overview


def _open(language: Language, escalation: Escalation, numbers: dict[str, str]) -> str:
    """The advice in short; who has found help is not sent for it once more."""
    if escalation.state is EscalationState.HELPED and escalation.level >= Level.URGENT:
        return f"{language.escalation(escalation.level.id).say('helped', **numbers)}\n"
    return language.say(f"today.open_{escalation.level.id}", **numbers)


def overview(language: Language, today: Overview, numbers: dict[str, str]) -> View:
    """The open advice first, then a waiting check-in, then what comes."""
    zone = today.person.zone or "UTC"
    parts: list[str] = []
    rows: list[Row] = []
    if today.escalation:
        said = f"{_open(language, today.escalation, numbers)}\n"
        parts.append(said + reported(language, today.escalation.reasons))
        rows += open_rows(language, today.escalation)
    if today.waiting:
        parts.append(language.say("today.waiting"))
        rows.append([button(language.say("today.answer"), "ask", today.waiting.id)])
    lines = [
        timed(each.message.due_at, zone, language, language.say(f"kind.{each.message.kind.value}"))
        for each in today.coming
        if each.message.kind is not Kind.REMINDER
    ]
    if today.person.status is not Status.ACTIVE:
        parts.append(language.say("today.paused"))
        rows.append([button(language.say("button.resume"), "resume")])
    elif lines:
        parts.append(f"<b>{language.say('today.coming')}</b>\n{bullets(lines)}")
    elif not parts:
        parts.append(language.say("today.nothing"))
        rows.append([button(language.say("session.log"), "session")])
    rows.append(wrong_row(language))
    return View("\n\n".join(parts), keyboard(rows))
