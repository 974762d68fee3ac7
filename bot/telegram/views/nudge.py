"""Nudges: a sip of water, a few steps, a stretch, and putting them off."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from bot.care.model import Kind
from bot.care.variety import next_line
from bot.library.markup import length, plain
from bot.telegram.callbacks import encode
from bot.telegram.views.own import in_words
from bot.telegram.views.view import (
    PlainButton,
    PlainKeyboard,
    PlainView,
    View,
    button,
    in_rows,
    keyboard,
    wrong_row,
)

if TYPE_CHECKING:
    from bot.care.timing import Snooze
    from bot.library.pictures import Picture
    from bot.library.text import Language
    from bot.service.due import NudgeDue

CAPTION = 1024  # Bot API: sendPhoto.caption, counted after the markup is read
DONE, LATER, SKIP = "done", "later", "skip"
WORDINGS, LANGUAGES = 4096, 64  # how many are kept ready


def message(language: Language, due: NudgeDue, picture: Picture | None = None) -> PlainView:
    """A nudge with Done / Later / Skip, worded differently from those before it.

    `picture` is the exercise's drawing; words too long for a caption come without it.
    """
    kind, subject = due.occurrence.message.kind, due.occurrence.message.subject
    intro = next_line(language.nudges(kind.value), due.shown)
    if due.own is not None:
        text = f"{intro}\n\n{in_words(language, due.own)}"
        fits = length(text) <= CAPTION
    else:
        text, fits = _worded(language, intro, kind, subject)
    return PlainView(text, _buttons(language, due.occurrence.id), picture if fits else None)


@lru_cache(maxsize=WORDINGS)
def _worded(language: Language, intro: str, kind: Kind, subject: str | None) -> tuple[str, bool]:
    """A nudge's text, and whether it fits under a picture; the same for everyone who gets it."""
    stretches = kind in (Kind.STRETCH, Kind.STRENGTHENING)
    text = f"{intro}\n\n{exercise(language, subject)}" if stretches and subject else intro
    return text, length(text) <= CAPTION


def exercise(language: Language, exercise_id: str) -> str:
    """How to do an exercise, step by step, with its easier version and when to stop."""
    text = language.exercise(exercise_id)
    steps = "\n".join(f"{number}. {step}" for number, step in enumerate(text.steps, start=1))
    easier = language.say("nudge.easier", text=text.easier)
    return (
        f"<b>{text.name}</b>\n<i>{text.position}</i>\n\n{steps}\n\n"
        f"{text.dose}\n{easier}\n\n{text.stop}"
    )


def _buttons(language: Language, number: int) -> PlainKeyboard:
    done, later_, skip, wrong = _plain_buttons(language)
    data = encode("n", number)
    return PlainKeyboard(
        (
            (
                {**done, "callback_data": f"{data}:{DONE}"},
                {**later_, "callback_data": f"{data}:{LATER}"},
                {**skip, "callback_data": f"{data}:{SKIP}"},
            ),
            (wrong,),
        )
    )


@lru_cache(maxsize=LANGUAGES)
def _plain_buttons(language: Language) -> tuple[PlainButton, ...]:
    """Done, Later and Skip without the nudge they are for; and the one for what is wrong."""
    (wrong,) = wrong_row(language)
    return (
        {"text": plain(language.say("nudge.done")), "style": "success"},
        {"text": plain(language.say("nudge.later"))},
        {"text": plain(language.say("nudge.skip"))},
        {name: str(value) for name, value in wrong.to_dict().items()},
    )


def later(language: Language, occurrence_id: int, offers: tuple[Snooze, ...]) -> View:
    """When to come back with a nudge."""
    buttons = [
        button(language.say(f"nudge.later_{each.id}"), "z", occurrence_id, each.id)
        for each in offers
    ]
    skip = [button(language.say("nudge.skip"), "n", occurrence_id, SKIP)]
    text = "nudge.later_when" if offers else "nudge.later_quiet"
    return View(language.say(text), keyboard([*in_rows(buttons, 2), skip]))
