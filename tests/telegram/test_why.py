"""How /why reads a message, and the two lines it answers with."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, get_args

import pytest
from telegram import Chat, InlineKeyboardMarkup, Message

from bot.care.model import Interview, InterviewId, InterviewState, Level, PersonId, Verdict
from bot.library import provenance
from bot.library.entries import Evidence
from bot.library.markup import plain
from bot.library.provenance import Cited, Grounds, Review
from bot.sandbox.markup import parse_html
from bot.service.explaining import Pointer
from bot.telegram.handlers.why import point
from bot.telegram.views import interview as interviews
from bot.telegram.views import pages, why
from bot.telegram.views.view import View, button, keyboard, wrong_row

if TYPE_CHECKING:
    from bot.library.library import Library
    from bot.library.text import Language

NOW = datetime(2026, 3, 10, 10, tzinfo=UTC)
NUMBERS = {"emergency": "999", "advice_line": "111", "country": "GB", "doctor_link": "your GP"}


def shown(view: View) -> Message:
    """The view as Telegram hands it back in a reply."""
    markup = view.keyboard if isinstance(view.keyboard, InlineKeyboardMarkup) else None
    return Message(
        message_id=7,
        date=NOW,
        chat=Chat(id=5005, type=Chat.PRIVATE),
        text=parse_html(view.text)[0],
        reply_markup=markup,
    )


@pytest.fixture
def check_in() -> Interview:
    return Interview(
        id=InterviewId(31),
        person_id=PersonId(1),
        kind="full",
        state=InterviewState.OPEN,
        opened_at=NOW,
        course=1,
    )


def test_a_question_is_known_by_its_buttons_and_then_by_its_words(
    shipped: Library, english: Language, check_in: Interview
) -> None:
    for question in shipped.questions:
        asked = interviews.prompt(english, check_in, question)
        answered = interviews.answered(english, check_in, question, changeable=True)
        settled = interviews.answered(english, check_in, question, changeable=False)

        by_button = Pointer(message_id=7, interview_id=check_in.id, question=question.id)
        assert point(shown(asked), english) == by_button
        assert point(shown(answered), english) == by_button
        assert point(shown(settled), english) == Pointer(message_id=7, question=question.id)


@pytest.mark.parametrize("kind", ["full", "worse"])
def test_closing_words_are_known_by_their_button(
    english: Language, check_in: Interview, kind: str
) -> None:
    for level in (Level.SELF_CARE, Level.THERAPIST):
        view = interviews.closing(english, check_in, Verdict(level, ()), NUMBERS, more=True)

        assert point(shown(view), english) == Pointer(message_id=7, interview_id=check_in.id)


def test_every_guide_is_known_by_its_buttons(english: Language) -> None:
    for guide in english.guides:
        for page in range(len(guide.pages)):
            view = pages.guide(english, guide.id, page, NUMBERS)

            assert point(shown(view), english) == Pointer(message_id=7, guide=guide.id)


def test_another_message_is_known_by_its_id_alone(english: Language) -> None:
    bare = Pointer(message_id=7)

    assert point(shown(View("Well done.", keyboard([wrong_row(english)]))), english) == bare
    assert point(shown(pages.help_page(english, NUMBERS)), english) == bare
    assert point(shown(View("x", keyboard([[button("y", "n", 4, "done")]]))), english) == bare


def test_a_review_is_told_with_its_name_and_day(english: Language) -> None:
    cited = (Cited("A <b>", 2020, "study"), Cited("B, 2019", None, None))
    view = why.explanation(english, Grounds(cited, Review("Dr <Made> Up", date(2026, 3, 1))))

    assert parse_html(view.text)[0] == (
        "This rests on: A <b>, 2020 (one study); B, 2019.\n"
        "A clinician has reviewed it: Dr <Made> Up, March 1, 2026."
    )


def test_every_kind_of_evidence_has_everyday_words_of_its_own(english: Language) -> None:
    kinds = get_args(Evidence)
    said = [
        plain(why.explanation(english, Grounds((Cited("A", 2020, each),), None)).text)
        for each in kinds
    ]

    assert len(set(said)) == len(kinds)
    for text in said:
        first, second = text.split("\n")
        assert "_" not in first
        assert second == "No clinician has reviewed this yet."


def test_whatever_the_shipped_content_rests_on_is_two_lines_that_fit_a_phone(
    shipped: Library, english: Language
) -> None:
    every = [each for entries in shipped.origins.values() for each in entries.values()]
    every += [provenance.of_guide(each) for each in english.guides]
    for grounds in every:
        text = parse_html(why.explanation(english, grounds).text)[0]

        assert text.count("\n") == 1
        assert len(text) < 300
