"""Whoever has most to be told: the longest names, numbers, lists and times that there can be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, get_args
from zoneinfo import available_timezones

from babel.dates import format_date

from bot.care import model
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
    Occurrence,
    OccurrenceId,
    OccurrenceState,
    Person,
    PersonId,
    PlannedMessage,
    Profile,
    Session,
    SessionId,
    Status,
)
from bot.care.own import LONGEST as LONGEST_OWN
from bot.care.own import LONGEST_NAME
from bot.care.plan import PlanRequest, lay_out
from bot.library.markup import length
from bot.telegram.callbacks import HIGHEST
from bot.telegram.views.numbers import country_name, of_country
from bot.telegram.views.view import bullets, moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.care.model import InterviewKind, Level
    from bot.library.library import Library
    from bot.library.text import Language

BIGGEST_ID = HIGHEST - 1
DAYS = [datetime(2026, month, day, 20, 30, tzinfo=UTC) for month in range(1, 13) for day in (9, 28)]
ZONE = max(available_timezones(), key=len)


def of(texts: Iterable[str]) -> str:
    """The longest of some texts, as Telegram counts them; empty where there are none."""
    return max(texts, key=length, default="")


def latest(language: Language) -> datetime:
    """The moment that is longest to write in this language."""
    return max(DAYS, key=lambda at: length(moment(at, ZONE, language)))


def numbers(library: Library, language: Language) -> dict[str, str]:
    """Of each number and name the longest that any country has."""
    countries = [of_country(language, country) for country in library.countries.values()]
    return {name: of(each[name] for each in countries) for name in countries[0]}


def countries(library: Library, language: Language) -> dict[str, str]:
    """Every country there are numbers for, by code, with its name."""
    return {code: country_name(language, each) for code, each in library.countries.items()}


def values(library: Library, language: Language) -> dict[str, object]:
    """The longest value of each placeholder that messages can have."""
    questions = language.questions.values()
    labels = [words.label for each in questions for words in each.options.values()]
    fixed = numbers(library, language)
    advice = [
        language.say(each, **fixed)
        for each in language.messages
        if each.startswith("freetext.advice_")
    ]
    name = "M" * LONGEST_NAME
    return {
        **fixed,
        "zone": ZONE,
        "time": moment(latest(language), ZONE, language),
        **dict.fromkeys(("morning", "evening", "quiet_start", "quiet_end"), "00:00"),
        "quiet": language.say("settings.quiet", quiet_start="00:00", quiet_end="00:00"),
        "label": of(labels),
        "advice": of(advice),
        "text": of(each.easier for each in language.exercises.values()),
        "language": of(each.name for each in library.languages.values()),
        "pain": 10,
        "name": name,
        "names": bullets([name] * 3),
        "how": "M" * LONGEST_OWN,
        "longest": LONGEST_OWN,
        "number": "1" * 20,
        "numbers": fixed["emergency"],
        **_grounds(library, language),
        "count": 999,
    }


def _grounds(library: Library, language: Language) -> dict[str, object]:
    """What /why fills in: three of the longest sources, and a review of the longest day."""
    title = of(_titles(library))
    kinds = [each for each in language.messages if each.startswith("why.evidence_")]
    return {
        "title": title,
        "year": 2026,
        "source": f"{title} (2026)",
        "sources": "; ".join([f"{title} (2026)"] * 3),
        "evidence": of(language.say(each) for each in kinds),
        "day": of(format_date(day, "long", locale=language.locale) for day in DAYS),
    }


def _titles(library: Library) -> Iterator[str]:
    """Every title of a source in the files."""
    for document in library.documents.values():
        for path in document.places:
            if path[-2:] in (("source", "title"), ("source", "short")):
                value: Any = document.value
                for step in path:
                    value = value[step]
                yield str(value)


def person(library: Library, *, status: Status = Status.ACTIVE) -> Person:
    """Somebody in the zone with the longest name, of whom everything is known."""
    return Person(
        id=PersonId(BIGGEST_ID),
        chat_id=ChatId(BIGGEST_ID),
        language=next(iter(library.languages)),
        status=status,
        zone=ZONE,
        profile=Profile(sex="female", age="50_59", conditions=frozenset(get_args(model.Condition))),
    )


def escalation(level: Level, library: Library, state: EscalationState) -> Escalation:
    """One for every reason there is."""
    return Escalation(
        id=EscalationId(BIGGEST_ID),
        person_id=PersonId(BIGGEST_ID),
        level=level,
        reasons=tuple(rule.id for rule in library.rules.rules),
        state=state,
        opened_at=DAYS[0],
        changed_at=DAYS[0],
    )


def interview(kind: InterviewKind, library: Library) -> Interview:
    """One in which everything that can be ticked is."""
    ticked = {
        question.id: Answer(question.id, question.options, confirmed=False, at=DAYS[0])
        for question in library.questions
        if question.kind == "ticks"
    }
    fell = Answer("recent_fall", "yes", confirmed=True, at=DAYS[0])
    return Interview(
        id=InterviewId(BIGGEST_ID),
        person_id=PersonId(BIGGEST_ID),
        kind=kind,
        state=InterviewState.OPEN,
        opened_at=DAYS[0],
        course=1,
        occurrence_id=OccurrenceId(BIGGEST_ID),
        answers={**ticked, fell.question: fell},
    )


def massage(at: datetime) -> Session:
    """One of this instant."""
    return Session(
        id=SessionId(BIGGEST_ID),
        person_id=PersonId(BIGGEST_ID),
        course=1,
        at=at,
        pain_before=10,
        plan_version=1,
    )


def occurrence(message: PlannedMessage) -> Occurrence:
    """One that is still to come."""
    return Occurrence(
        id=OccurrenceId(BIGGEST_ID),
        person_id=PersonId(BIGGEST_ID),
        chat_id=ChatId(BIGGEST_ID),
        session_id=None,
        escalation_id=None,
        message=message,
        plan_version=1,
        state=OccurrenceState.PLANNED,
    )


def nudge(kind: Kind, subject: str | None, due_at: datetime) -> Occurrence:
    """A nudge of this kind, for this exercise if for one."""
    return occurrence(
        PlannedMessage(
            kind=kind,
            item="x",
            sequence=0,
            due_at=due_at,
            expires_at=None,
            subject=subject,
        )
    )


def plan(library: Library, language: Language) -> Sequence[PlannedMessage]:
    """The fullest plan of four weeks, begun so that its times are long to write."""
    someone, begins = person(library), latest(language) - timedelta(days=1)
    request = PlanRequest(
        session_at=begins,
        now=begins,
        zone=ZONE,
        profile=Profile(sex=someone.profile.sex, age=someone.profile.age),
        preferences=someone.preferences,
    )
    return lay_out(request, library.plan)
