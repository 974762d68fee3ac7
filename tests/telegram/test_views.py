"""What is sent fits into Telegram's message, however much there is to say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal, cast

import pytest

from bot.care.model import (
    Answer,
    ChatId,
    Escalation,
    EscalationId,
    EscalationState,
    Interview,
    InterviewId,
    InterviewState,
    Kind,
    Level,
    Occurrence,
    OccurrenceId,
    OccurrenceState,
    Person,
    PersonId,
    PlannedMessage,
    Session,
    SessionId,
    Status,
    Verdict,
)
from bot.care.plan import PlanRequest, lay_out
from bot.sandbox.entities import utf16_length
from bot.sandbox.markup import parse_html
from bot.service.due import NudgeDue
from bot.service.overview import Overview, Told
from bot.service.practice import Practice
from bot.store.people import Note
from bot.telegram.views import escalation as escalations
from bot.telegram.views import interview as interviews
from bot.telegram.views import joining, nudge, pages, report, session, settings, today
from bot.telegram.views.numbers import numbers
from bot.telegram.views.view import PlainView, View

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.library.library import Library
    from bot.library.text import Language
    from bot.store.database import Database

NOW = datetime(2026, 3, 10, 10, tzinfo=UTC)
LIMIT = 4096  # UTF-16 units once the tags are read
LABEL = 64  # characters that a phone still shows of a button
ESCALATED = [each for each in Level if each >= Level.DOCTOR]


@pytest.fixture(scope="module")
def longest(shipped: Library) -> dict[str, str]:
    """Of every number the longest that any country has."""
    practice = Practice(cast("Database", None), shipped, "default")
    found: dict[str, str] = {}
    for code in shipped.countries:
        someone = Person(
            id=PersonId(1), chat_id=ChatId(1), language="en", status=Status.ACTIVE, country=code
        )
        for name, value in numbers(practice, shipped.language("en"), someone).items():
            found[name] = max(found.get(name, ""), value, key=len)
    return found


@pytest.fixture(scope="module")
def all_reasons(shipped: Library) -> tuple[str, ...]:
    reasons = tuple(rule.id for rule in shipped.rules.rules)
    assert len(reasons) == 32
    return reasons


def fits(view: View | PlainView) -> None:
    """Telegram would read it, and it is no longer than one message."""
    text, _ = parse_html(view.text)
    assert 0 < utf16_length(text) <= LIMIT


def opened(level: Level, reasons: tuple[str, ...]) -> Escalation:
    return Escalation(
        id=EscalationId(2**63 - 1),
        person_id=PersonId(1),
        level=level,
        reasons=reasons,
        state=EscalationState.OPEN,
        opened_at=NOW,
        changed_at=NOW,
    )


@pytest.mark.parametrize("level", ESCALATED)
def test_advice_with_every_reason_and_the_longest_numbers_fits(
    english: Language, longest: dict[str, str], all_reasons: tuple[str, ...], level: Level
) -> None:
    escalation = opened(level, all_reasons)

    for again in (False, True):
        fits(escalations.message(english, escalation, longest, again=again))
        for count in range(1, 5):
            fits(escalations.follow_up(english, escalation, count, longest, again=again))
    for state in EscalationState:
        fits(escalations.standing(english, replace(escalation, state=state), longest))
    for said in ("helped", "not_yet", "stopped", "seen_fine", "seen_wait"):
        fits(escalations.response(english, escalation, said, longest, stretches=True))


def test_every_one_of_the_reasons_is_told_back(
    english: Language, longest: dict[str, str], all_reasons: tuple[str, ...]
) -> None:
    text = escalations.message(english, opened(Level.EMERGENCY, all_reasons), longest).text

    for each in all_reasons:
        assert english.reason(each).reported in text


@pytest.mark.parametrize("level", [Level.SELF_CARE, Level.THERAPIST])
@pytest.mark.parametrize("kind", ["full", "worse"])
def test_the_end_of_a_check_in_fits_with_every_reason(
    english: Language,
    longest: dict[str, str],
    all_reasons: tuple[str, ...],
    level: Level,
    kind: Literal["full", "worse"],
) -> None:
    ended = replace(interview(), kind=kind)
    fits(interviews.closing(english, ended, Verdict(level, all_reasons), longest, more=True))


@pytest.mark.parametrize("level", ESCALATED)
def test_today_fits_with_every_reason_and_a_day_full_of_messages(
    english: Language,
    longest: dict[str, str],
    all_reasons: tuple[str, ...],
    anna: Person,
    level: Level,
) -> None:
    coming = tuple(occurrence(kind) for kind in Kind)
    seen = Overview(anna, opened(level, all_reasons), interview(), coming)

    fits(today.overview(english, seen, longest))
    fits(
        today.overview(english, replace(seen, person=replace(anna, status=Status.PAUSED)), longest)
    )


def occurrence(kind: Kind, subject: str | None = None) -> Occurrence:
    return Occurrence(
        id=OccurrenceId(1),
        person_id=PersonId(1),
        chat_id=ChatId(1),
        session_id=None,
        escalation_id=None,
        message=PlannedMessage(
            kind=kind, item="x", sequence=0, due_at=NOW, expires_at=None, subject=subject
        ),
        plan_version=1,
        state=OccurrenceState.PLANNED,
    )


def interview(answers: Mapping[str, str | tuple[str, ...]] | None = None) -> Interview:
    return Interview(
        id=InterviewId(2**63 - 1),
        person_id=PersonId(1),
        kind="full",
        state=InterviewState.OPEN,
        opened_at=NOW,
        course=1,
        occurrence_id=OccurrenceId(1),
        answers={each: Answer(each, value, True, NOW) for each, value in (answers or {}).items()},
    )


def test_every_question_fits_with_nothing_and_with_everything_ticked(
    shipped: Library, english: Language, longest: dict[str, str]
) -> None:
    for question in shipped.questions:
        everything = interview({"recent_fall": "yes", question.id: question.options})
        for held in (interview(), everything):
            view = interviews.prompt(
                english,
                held,
                question,
                lead=english.say("freetext.cannot_judge", **longest),
                after=english.say("interview.again"),
            )
            fits(view)
            assert all(len(each) <= LABEL for each in labels(view))
        if question.kind == "ticks":
            fits(interviews.answered(english, everything, question, changeable=True))


def labels(view: View) -> Iterator[str]:
    assert view.keyboard is not None
    for row in view.keyboard.inline_keyboard:  # type: ignore[union-attr]
        for each in row:
            yield each.text


def test_every_exercise_fits_into_its_nudge(
    shipped: Library, english: Language, anna: Person
) -> None:
    for exercise in shipped.exercises:
        for kind in (Kind.STRETCH, Kind.STRENGTHENING):
            fits(nudge.message(english, NudgeDue(anna, occurrence(kind, exercise), shown=3)))


def test_every_page_of_every_guide_fits_and_a_page_too_far_is_the_last(
    english: Language, longest: dict[str, str]
) -> None:
    for each in english.guides:
        for page in range(len(each.pages)):
            fits(pages.guide(english, each.id, page, longest))
        last = pages.guide(english, each.id, len(each.pages) - 1, longest)
        assert pages.guide(english, each.id, 99, longest) == last


def test_pages_and_first_steps_fit(
    english: Language, longest: dict[str, str], anna: Person
) -> None:
    fits(joining.welcome(english))
    fits(joining.consent(english, longest))
    fits(pages.help_page(english, longest))
    fits(pages.about(english))
    fits(pages.privacy(english, known=True))
    fits(settings.overview(english, anna, longest["country"]))
    for field in settings.CHOICES:
        fits(settings.choose_time(english, anna, field))


def test_the_plan_of_four_weeks_fits(shipped: Library, english: Language, anna: Person) -> None:
    plan = lay_out(
        PlanRequest(
            session_at=NOW,
            now=NOW,
            zone="Europe/London",
            profile=anna.profile,
            preferences=anna.preferences,
            strengthening=True,
            sent=(),
            paused=frozenset(),
        ),
        shipped.plan,
    )

    massage = Session(
        id=SessionId(1), person_id=anna.id, course=1, at=NOW, pain_before=6, plan_version=1
    )

    fits(session.plan_shown(english, anna, massage, plan))


@pytest.mark.parametrize("typed", ["😀" * 4096, "<" * 4096, "x" * 4096, "a\n" * 2048])
def test_a_long_report_is_cut_into_pages_that_fit(
    shipped: Library, english: Language, anna: Person, all_reasons: tuple[str, ...], typed: str
) -> None:
    everything = {each.id: each.options for each in shipped.questions if each.kind == "ticks"}
    told = Told(
        person=anna,
        massages=tuple(
            Session(
                id=SessionId(each),
                person_id=anna.id,
                course=1,
                at=NOW + timedelta(days=each),
                pain_before=6,
                plan_version=1,
            )
            for each in range(20)
        ),
        check_ins=(interview(everything),) * 20,
        advice=(opened(Level.EMERGENCY, all_reasons),) * 20,
        notes=(Note(typed, NOW),) * 30,
    )

    found = report.pages(english, shipped, told)

    assert len(found) > 1
    for each in found:
        fits(View(each))


def test_a_report_of_nothing_says_so(shipped: Library, english: Language, anna: Person) -> None:
    assert report.pages(english, shipped, Told(anna, (), (), (), ())) == [
        english.say("report.empty")
    ]
