"""Exercises of a person's own: asking for one, reading it back, the list of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.care.own import LONGEST, MOST, OwnExercise, OwnWords
from bot.telegram.views.view import Row, View, bullets, button, keyboard, wrong_row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.library.markup import Html
    from bot.library.text import Language

ADD, KEEP, AGAIN, DROP, REMOVE = "add", "keep", "again", "drop", "remove"


def ask(language: Language) -> View:
    """How to type one."""
    return View(
        language.say("own.ask", longest=LONGEST),
        keyboard([[button(language.say("button.back"), "own", DROP)]]),
    )


def wait(language: Language) -> View:
    """No exercise is taken in while advice to see somebody stands."""
    return View(language.say("own.wait"), keyboard([wrong_row(language)]))


def read_back(language: Language, words: OwnWords) -> View:
    """What was understood, before it is kept; and the way out for someone who meant a trouble."""
    text = f"{in_words(language, words)}\n\n{language.say('own.confirm')}"
    row = [
        button(language.say("own.keep"), "own", KEEP, style="success"),
        button(language.say("own.again"), "own", AGAIN),
        button(language.say("own.drop"), "own", DROP),
    ]
    return View(text, keyboard([row, wrong_row(language)]))


def in_words(language: Language, words: OwnWords) -> Html:
    """An exercise in the person's words, escaped, with when to stop."""
    return language.say("own.exercise", name=words.name, how=words.how)


def kept(language: Language, words: OwnWords) -> View:
    """It is kept, and has its turn."""
    return View(
        language.say("own.kept", name=words.name),
        keyboard([[button(language.say("settings.own"), "own")]]),
    )


def overview(language: Language, own: Sequence[OwnExercise]) -> View:
    """Those that are kept, each with its way out, and room for one more."""
    text = language.say("own.list" if own else "own.none")
    rows: list[Row] = [
        [button(language.say("own.remove", name=each.words.name), "own", REMOVE, each.id)]
        for each in own
    ]
    if len(own) < MOST:
        rows.append([button(language.say("own.add"), "own", ADD)])
    rows.append([button(language.say("button.back"), "settings")])
    names = bullets(each.words.name for each in own)
    return View(f"{text}\n{names}" if own else text, keyboard(rows))
