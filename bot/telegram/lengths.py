"""No message is too long for Telegram, once everything that can stand in it does.

Each is made by the view that sends it (`fullest`); nothing is guessed from the templates. Part of
`aftercare check`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram import InlineKeyboardMarkup, ReplyKeyboardMarkup

from bot.library.errors import Problem, hint
from bot.library.markup import length
from bot.telegram import longest
from bot.telegram.fullest import messages
from bot.telegram.views.view import PlainView

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from bot.library.library import Library
    from bot.telegram.fullest import Made
    from bot.telegram.views.view import View

LABEL = 64  # what Telegram's apps still show of a button
BUTTONS = 100  # Bot API: InlineKeyboardMarkup


def length_faults(library: Library, name: str) -> Iterator[Problem]:
    """Messages, captions, toasts, buttons and callback data over Telegram's limits."""
    for language in library.languages.values():
        base = f"{name}/{language.code}"
        try:
            known = longest.values(library, language)
            for made in messages(library, language):
                where = library.documents[f"{base}/{made.file}.yaml"].where(made.path)
                yield from (Problem(where, text) for text in _faults(made, known))
        except KeyError as error:
            text = f'there is no text for "{error.args[0]}", which the program says. Add it.'
            yield Problem(library.documents[f"{base}/messages.yaml"].where(()), text)


def _faults(made: Made, known: Collection[str]) -> Iterator[str]:
    try:
        view = made.make()
    except ValueError as error:  # callback data that is too long
        yield f"{made.what}: {error}. Shorten an id."
        return
    except KeyError as error:
        if "." in str(error.args[0]):  # an id of a message, not a value
            raise
        near = hint(str(error.args[0]), known)
        yield f"{{{error.args[0]}}} is not filled in here. Mend the name, or remove it.{near}"
        return
    has = length(view.text)
    if has > made.limit:
        yield f"{made.what} can be {has} characters long; at most {made.limit} fit. Shorten it."
    labels = list(_labels(view))
    if len(labels) > BUTTONS:
        yield f"{made.what} has {len(labels)} buttons; at most {BUTTONS} fit. Offer fewer."
    for label in labels:
        if not label.strip() or length(label) > LABEL:
            yield f'the button "{label}" of {made.what} needs 1 to {LABEL} characters. Reword it.'


def _labels(view: View | PlainView) -> Iterator[str]:
    if isinstance(view.keyboard, InlineKeyboardMarkup):
        yield from (each.text for row in view.keyboard.inline_keyboard for each in row)
    elif isinstance(view, PlainView):
        yield from (each["text"] for row in view.keyboard.rows for each in row)
    elif isinstance(view.keyboard, ReplyKeyboardMarkup):
        yield from (each.text for row in view.keyboard.keyboard for each in row)
