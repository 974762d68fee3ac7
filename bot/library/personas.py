"""Made-up people: who they are, when they are massaged, and what they answer.

A persona is one file. Times are local times of the person's zone, spans count from the message
that is answered. What a check-in has no answers for is left unanswered.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field, PlainValidator

from bot.care.model import Kind, Preferences, QuietHours
from bot.care.timing import is_zone, resolve
from bot.library.cases import Pain, SaidEntry, ToldEntry, unknown
from bot.library.coverage import symptoms_of
from bot.library.entries import Duration, Entry, Text
from bot.library.errors import ContentError, Problem, hint, listed
from bot.library.strictyaml import read
from bot.library.validation import shaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from bot.library.library import Library
    from bot.library.strictyaml import Document, Step

DEFAULT = "default"
ALL = "all"
DAY = re.compile(r"day [1-9][0-9]?")
AT_ONCE = timedelta(minutes=5)  # how soon most people answer, where nothing else is written


@dataclass(frozen=True, slots=True)
class Moment:
    """A local date and wall time, as someone would note it."""

    day: date
    wall: time

    def in_zone(self, zone: str) -> datetime:
        """The instant this is in an IANA zone, in UTC."""
        return resolve(self.day, self.wall, zone)


def _wall(value: object) -> time:
    written = value if isinstance(value, str) else ""
    if not re.fullmatch(r"\d\d:\d\d", written):
        raise ValueError('expected a time such as "08:30"')
    try:
        return time.fromisoformat(written)
    except ValueError:
        raise ValueError('expected a time such as "08:30"') from None


def _moment(value: object) -> Moment:
    day, _, wall = (value if isinstance(value, str) else "").partition(" ")
    try:
        return Moment(date.fromisoformat(day), _wall(wall))
    except ValueError:
        raise ValueError("expected a local time such as 2026-03-24 17:30") from None


def _zone(value: str) -> str:
    if not is_zone(value):
        raise ValueError("expected a time zone such as Europe/London")
    return value


WallTime = Annotated[time, PlainValidator(_wall)]
LocalTime = Annotated[Moment, PlainValidator(_moment)]
Zone = Annotated[str, AfterValidator(_zone)]
NudgeHabit = Literal["done", "skip", "later", "ignore"]
NudgeKey = Literal["default", "hydration", "movement", "stretch", "strengthening"]


class QuietEntry(Entry):
    """The quiet hours; equal ends mean none."""

    start: WallTime
    end: WallTime


class PreferencesEntry(Entry):
    """What the person set; whatever is left out is as for everyone."""

    morning: WallTime = Preferences().morning
    evening: WallTime = Preferences().evening
    quiet: QuietEntry | None = None
    hydration: bool = True
    stretching: bool = True

    def to_preferences(self) -> Preferences:
        """The same as the plan looks at it."""
        quiet = self.quiet
        return Preferences(
            quiet=QuietHours(start=quiet.start, end=quiet.end) if quiet else QuietHours(),
            morning=self.morning,
            evening=self.evening,
            hydration=self.hydration,
            stretching=self.stretching,
        )


class SessionEntry(Entry):
    """A massage, told to the bot at once or `logged_after` a while."""

    at: LocalTime
    pain: Pain | None = None
    new_pain: bool = False
    logged_after: Duration = timedelta()


class AnswerEntry(SaidEntry):
    """The answers to a check-in, and how long they take to come."""

    after: Duration = AT_ONCE


class WorseEntry(SaidEntry):
    """A /worse at a moment of the person's own choice."""

    at: LocalTime


class SayingEntry(Entry):
    """A command or words typed at a moment, such as /pause."""

    at: LocalTime
    text: Text


class ResponseEntry(Entry):
    """A button under open advice, `after` it came; `to` the first advice, the second, or any."""

    after: Duration
    say: Literal["helped", "not_yet", "stopped", "seen_fine", "seen_wait"]
    to: Annotated[int, Field(ge=1)] | None = None


class GoOnEntry(Entry):
    """The answer to "shall I go on?"."""

    say: Literal["yes", "no"]
    after: Duration = AT_ONCE


class Persona(Entry):
    """A made-up person.

    `answers` and `silent` name a check-in by its item or by its day after the massage ("day 3");
    "default" stands for every answer and "all" for every silence.
    """

    name: Text
    note: Text | None = None
    zone: Zone
    language: Text = "en"
    country: Text | None = None
    profile: ToldEntry = ToldEntry()
    preferences: PreferencesEntry = PreferencesEntry()
    sessions: Annotated[list[SessionEntry], Field(min_length=1)]
    answers: dict[str, AnswerEntry] = Field(default_factory=dict)
    silent: list[str] = Field(default_factory=list)
    nudges: dict[NudgeKey, NudgeHabit] = Field(default_factory=dict)
    responses: list[ResponseEntry] = Field(default_factory=list)
    worse: list[WorseEntry] = Field(default_factory=list)
    says: list[SayingEntry] = Field(default_factory=list)
    go_on: GoOnEntry | None = None

    def begins(self) -> datetime:
        """The instant of the first thing they do, in UTC."""
        moments = [each.at for each in self.sessions]
        moments += [each.at for each in self.worse]
        moments += [each.at for each in self.says]
        return min(each.in_zone(self.zone) for each in moments)

    def answer_to(self, item: str, day: int) -> AnswerEntry | None:
        """What is answered to this check-in, `day` days after the massage; None where nothing is.

        The item's own answers go before those of its day, and both add to the default ones.
        """
        names = (item, f"day {day}")
        if ALL in self.silent or any(each in self.silent for each in names):
            return None
        given = [self.answers[each] for each in (DEFAULT, *reversed(names)) if each in self.answers]
        if not given:
            return None
        together: dict[str, object] = {}
        for each in given:
            together |= {name: getattr(each, name) for name in each.model_fields_set}
        return AnswerEntry().model_copy(update=together)

    def habit(self, kind: Kind) -> NudgeHabit:
        """What the person does with a nudge of this kind."""
        habits = {str(key): habit for key, habit in self.nudges.items()}
        return habits.get(kind.value, habits.get(DEFAULT, "ignore"))


def read_persona(path: Path, library: Library) -> Persona:
    """The persona of a file. Raises ContentError with every problem it has."""
    document = read(path, path.name)
    persona = shaped(document, Persona)
    problems = list(_problems(persona, document, library))
    if problems:
        raise ContentError(problems)
    return persona


def _problems(persona: Persona, document: Document, library: Library) -> Iterator[Problem]:
    symptoms = symptoms_of(library.questions)
    clearable = [rule.id for rule in library.rules.rules if rule.clearable]
    yield from _not_there(document, ("language",), persona.language, library.languages)
    if persona.country is not None:
        yield from _not_there(document, ("country",), persona.country, library.countries)
    cleared = ("profile", "cleared")
    yield from unknown("clearable rule", persona.profile.cleared, clearable, document, cleared)
    for number, worse in enumerate(persona.worse):
        path: tuple[Step, ...] = ("worse", number, "symptoms")
        yield from unknown("symptom", worse.symptoms, symptoms, document, path)
    for key, answer in persona.answers.items():
        path = ("answers", key, "symptoms")
        yield from unknown("symptom", answer.symptoms, symptoms, document, path)
        yield from _no_check_in(key, DEFAULT, library, document.where(("answers", key), key=True))
    for index, key in enumerate(persona.silent):
        yield from _no_check_in(key, ALL, library, document.where(("silent", index)))
    yield from _in_order(persona.sessions, document)


def _not_there(
    document: Document, path: tuple[Step, ...], code: str, known: Iterable[str]
) -> Iterator[Problem]:
    codes = sorted(known)
    if code not in codes:
        text = f'"{code}" is not in the content ({listed(codes, 40)}).{hint(code, codes)}'
        yield Problem(document.where(path), text)


def _no_check_in(key: str, word: str, library: Library, where: str) -> Iterator[Problem]:
    known = [word, *(each.id for each in library.plan.items if each.kind is Kind.CHECK_IN)]
    if key not in known and not DAY.fullmatch(key):
        near = hint(key, known) or f' Known: {listed(known, 40)}, "day 3".'
        yield Problem(where, f'"{key}" is no check-in of the plan.{near}')


def _in_order(sessions: Sequence[SessionEntry], document: Document) -> Iterator[Problem]:
    for index in range(1, len(sessions)):
        before, at = sessions[index - 1].at, sessions[index].at
        if (at.day, at.wall) <= (before.day, before.wall):
            where = document.where(("sessions", index, "at"))
            yield Problem(where, "is not after the massage before it. Put them in order.")
