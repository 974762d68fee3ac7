"""Nudges: a sip of water, a few steps, a stretch, and putting them off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.care.model import Kind
from bot.care.variety import next_line
from bot.library.markup import length
from bot.telegram.views.own import in_words
from bot.telegram.views.view import Row, View, button, in_rows, keyboard, wrong_row

if TYPE_CHECKING:
    from bot.care.timing import Snooze
    from bot.library.pictures import Picture
    from bot.library.text import Language
    from bot.service.due import NudgeDue

CAPTION = 1024  # Bot API: sendPhoto.caption, counted after the markup is read
DONE, LATER, SKIP = "done", "later", "skip"


def message(language: Language, due: NudgeDue, picture: Picture | None = None) -> View:
    """A nudge with Done / Later / Skip, worded differently from those before it.

    `picture` is the exercise's drawing; words too long for a caption come without it.
    """
    text = _text(language, due)
    shown = picture if length(text) <= CAPTION else None
    return View(text, keyboard(_rows(language, due.occurrence.id)), shown)


def _text(language: Language, due: NudgeDue) -> str:
    kind, subject = due.occurrence.message.kind, due.occurrence.message.subject
    intro = next_line(language.nudges(kind.value), due.shown)
    if due.own is not None:
        return f"{intro}\n\n{in_words(language, due.own)}"
    if kind in (Kind.STRETCH, Kind.STRENGTHENING) and subject:
        return f"{intro}\n\n{exercise(language, subject)}"
    return intro


def exercise(language: Language, exercise_id: str) -> str:
    """How to do an exercise, step by step, with its easier version and when to stop."""
    text = language.exercise(exercise_id)
    steps = "\n".join(f"{number}. {step}" for number, step in enumerate(text.steps, start=1))
    easier = language.say("nudge.easier", text=text.easier)
    return (
        f"<b>{text.name}</b>\n<i>{text.position}</i>\n\n{steps}\n\n"
        f"{text.dose}\n{easier}\n\n{text.stop}"
    )


def _rows(language: Language, number: int) -> list[Row]:
    return [
        [
            button(language.say("nudge.done"), "n", number, DONE, style="success"),
            button(language.say("nudge.later"), "n", number, LATER),
            button(language.say("nudge.skip"), "n", number, SKIP),
        ],
        wrong_row(language),
    ]


def later(language: Language, occurrence_id: int, offers: tuple[Snooze, ...]) -> View:
    """When to come back with a nudge."""
    buttons = [
        button(language.say(f"nudge.later_{each.id}"), "z", occurrence_id, each.id)
        for each in offers
    ]
    skip = [button(language.say("nudge.skip"), "n", occurrence_id, SKIP)]
    text = "nudge.later_when" if offers else "nudge.later_quiet"
    return View(language.say(text), keyboard([*in_rows(buttons, 2), skip]))
