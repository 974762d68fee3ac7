"""Where something comes from, in two lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel.dates import format_date

from bot.library.markup import Html
from bot.telegram.views.view import View

if TYPE_CHECKING:
    from bot.library.provenance import Cited, Grounds
    from bot.library.text import Language


def explanation(language: Language, grounds: Grounds) -> View:
    """What it rests on, and whether and when a clinician has reviewed it."""
    sources = Html.joined((_source(language, each) for each in grounds.cited), "; ")
    return View(f"{language.say('why.rests', sources=sources)}\n{_review(language, grounds)}")


def unknown(language: Language) -> View:
    """That there is nothing to tell of a message, and what can be asked instead."""
    return View(language.say("why.unknown"))


def _source(language: Language, cited: Cited) -> Html:
    source = Html.of(cited.title)
    if cited.year is not None:
        source = language.say("why.dated", title=source, year=cited.year)
    if cited.evidence is None:
        return source
    evidence = language.say(f"why.evidence_{cited.evidence}")
    return language.say("why.kind", source=source, evidence=evidence)


def _review(language: Language, grounds: Grounds) -> Html:
    review = grounds.review
    if review is None:
        return language.say("why.not_reviewed")
    day = format_date(review.on, "long", locale=language.locale)
    return language.say("why.reviewed", name=review.by, day=day)
