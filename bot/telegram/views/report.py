"""What the person told, as text to show a doctor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.library.markup import Html, length
from bot.telegram.views.interview import in_words
from bot.telegram.views.view import bullets, moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.care.model import Interview
    from bot.library.library import Library
    from bot.library.text import Language
    from bot.service.overview import Told

PAGE = 3500  # as Telegram counts, well under its 4096
NOTE = 500  # characters of one note, about


def pages(language: Language, library: Library, told: Told) -> list[str]:
    """The report in pages of one message each."""
    sections = [each for each in _sections(language, library, told) if each]
    if not sections:
        return [language.say("report.empty")]
    found = [language.say("report.title")]
    for line in "\n\n".join([*sections, language.say("report.foot")]).split("\n"):
        if length(found[-1]) + length(line) > PAGE:
            found.append(Html(line))
        else:
            found[-1] = Html(f"{found[-1]}\n{line}")
    return [str(each) for each in found]


def _sections(language: Language, library: Library, told: Told) -> Iterator[Html]:
    zone = told.person.zone or "UTC"
    massages = [
        _joined(
            moment(each.at, zone, language),
            language.say("report.pain_before", pain=each.pain_before)
            if each.pain_before is not None
            else None,
        )
        for each in told.massages
    ]
    yield _section(language.say("report.massages"), massages)
    answered = [each for each in told.check_ins if each.answers]
    yield _section(
        language.say("report.check_ins"),
        [_check_in(language, library, each, zone) for each in answered],
    )
    advice = [
        Html(
            f"{moment(each.opened_at, zone, language)}: "
            f"{language.say(f'report.level_{each.level.id}')}"
        )
        for each in told.advice
    ]
    yield _section(language.say("report.advice"), advice)
    notes = [
        _joined(moment(each.at, zone, language), Html.of(_shortened(each.text)))
        for each in told.notes
    ]
    yield _section(language.say("report.notes"), notes)


def _shortened(note: str) -> str:
    """Beginning and end of a long note: what matters may well stand last."""
    if len(note) <= NOTE:
        return note
    return f"{note[: NOTE // 2].rstrip()} […] {note[-NOTE // 2 :].lstrip()}"


def _section(title: Html, lines: list[Html]) -> Html:
    return Html(f"{title}\n{bullets(lines)}") if lines else Html("")


def _joined(*parts: Html | None) -> Html:
    return Html.joined((each for each in parts if each is not None), between=": ")


def _check_in(language: Language, library: Library, interview: Interview, zone: str) -> Html:
    said = [
        Html(
            f"{language.question(question.id).short}: "
            f"{in_words(language, question, interview.answers[question.id])}"
        )
        for question in library.questions
        if question.id in interview.answers and interview.kind in question.interviews
    ]
    at = min(each.at for each in interview.answers.values())
    return _joined(moment(at, zone, language), Html.joined(said, between="; "))
