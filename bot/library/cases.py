"""Cases: who came with what, and the level and reasons that a clinician expects.

A cases file is a list. Times are hours since the first session; the last check-in is judged, and
counts as complete, as do those before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field, StringConstraints

from bot.care.model import (
    Age,
    Area,
    Case,
    Change,
    CheckIn,
    Condition,
    Level,
    Onset,
    Profile,
    Sex,
    Verdict,
)
from bot.care.triage import judge
from bot.library.coverage import symptoms_of
from bot.library.entries import ID, Entry, Id, LevelId, Text
from bot.library.errors import ContentError, Problem, hint, listed
from bot.library.rulebook import repeated
from bot.library.strictyaml import read
from bot.library.validation import shaped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bot.library.library import Library
    from bot.library.strictyaml import Document, Step

FIRST_SESSION = datetime(2026, 1, 5, 12, tzinfo=UTC)


def _ascending(hours: list[float]) -> list[float]:
    if hours != sorted(hours):
        raise ValueError("times go from the first to the last")
    return hours


def _ticked_once(ids: list[str]) -> list[str]:
    if len(set(ids)) != len(ids):
        raise ValueError("a symptom stands there twice")
    return ids


CaseId = Annotated[str, StringConstraints(pattern=ID, max_length=100)]
Hours = Annotated[float, Field(ge=0, le=100_000)]
Pain = Annotated[int, Field(ge=0, le=10)]


class ToldEntry(Entry):
    """What the person told about themselves; whatever is left out was not answered."""

    onset: Onset | None = None
    area: Area | None = None
    age: Age | None = None
    sex: Sex | None = None
    recent_fall: bool | None = None
    conditions: list[Condition] = Field(default_factory=list)
    cleared: list[Id] = Field(default_factory=list)

    def to_profile(self, baseline_pain: int | None = None) -> Profile:
        """The same as the rules look at it; `baseline_pain` is 0 to 10."""
        return Profile(
            onset=self.onset,
            area=self.area,
            age=self.age,
            sex=self.sex,
            baseline_pain=baseline_pain,
            recent_fall=self.recent_fall,
            conditions=frozenset(self.conditions),
            cleared=frozenset(self.cleared),
        )


class ProfileEntry(ToldEntry):
    """The profile of a case, with the pain before the first massage."""

    baseline_pain: Pain | None = None


class SaidEntry(Entry):
    """What is answered in one check-in; whatever is left out was not answered."""

    pain: Pain | None = None
    change: Change | None = None
    symptoms: Annotated[list[Id], AfterValidator(_ticked_once)] = Field(default_factory=list)


class CheckInEntry(SaidEntry):
    """One check-in, `at` hours after the first session."""

    at: Hours


def _in_order(checkins: list[CheckInEntry]) -> list[CheckInEntry]:
    _ascending([each.at for each in checkins])
    return checkins


class ExpectEntry(Entry):
    """The verdict expected after the last check-in; reasons in the order of the rules."""

    level: LevelId
    reasons: list[Id]


class CaseEntry(Entry):
    """One case. Without `expect` it is judged and shown only."""

    id: CaseId
    note: Text | None = None
    profile: ProfileEntry
    sessions: Annotated[list[Hours], AfterValidator(_ascending)]
    checkins: Annotated[list[CheckInEntry], AfterValidator(_in_order)]
    expect: ExpectEntry | None = None


class CasesFile(Entry):
    """A cases file."""

    cases: list[CaseEntry]


@dataclass(frozen=True, slots=True)
class Told:
    """A case as written: `where` it stands, and what is expected of it."""

    id: str
    where: str
    case: Case
    expected: Verdict | None


@dataclass(frozen=True, slots=True)
class Judged:
    """A case with the verdict of the rules; `expected` is None where the file expects nothing."""

    id: str
    where: str
    level: Level
    reasons: tuple[str, ...]
    expected: Verdict | None

    @property
    def agrees(self) -> bool:
        """Whether the verdict is what was expected, if anything was."""
        return self.expected in (None, Verdict(self.level, self.reasons))


def triage(path: Path, library: Library) -> Iterator[Judged]:
    """Judge every case of a file, in its order. Raises ContentError for a file with problems."""
    for told in read_cases(path, library):
        verdict = judge(told.case, library.rules)
        yield Judged(told.id, told.where, verdict.level, verdict.reasons, told.expected)


def read_cases(path: Path, library: Library) -> tuple[Told, ...]:
    """The cases of a file. Raises ContentError with every problem it has."""
    document = read(path, path.name)
    file = shaped(document, CasesFile, root="cases")
    problems = [
        *repeated(document, None, [entry.id for entry in file.cases]),
        *_unknown_ids(file.cases, document, library),
    ]
    if problems:
        raise ContentError(problems)
    return tuple(_told(entry, document, index) for index, entry in enumerate(file.cases))


def _unknown_ids(
    cases: Sequence[CaseEntry], document: Document, library: Library
) -> Iterator[Problem]:
    symptoms = symptoms_of(library.questions)
    rules = [rule.id for rule in library.rules.rules]
    clearable = [rule.id for rule in library.rules.rules if rule.clearable]
    for index, entry in enumerate(cases):
        for number, checkin in enumerate(entry.checkins):
            path = (index, "checkins", number, "symptoms")
            yield from unknown("symptom", checkin.symptoms, symptoms, document, path)
        cleared = (index, "profile", "cleared")
        yield from unknown("clearable rule", entry.profile.cleared, clearable, document, cleared)
        if entry.expect:
            reasons = (index, "expect", "reasons")
            yield from unknown("rule", entry.expect.reasons, rules, document, reasons)


def unknown(
    what: str,
    ids: Sequence[str],
    known: Sequence[str],
    document: Document,
    path: tuple[Step, ...],
) -> Iterator[Problem]:
    """A problem for each of the `ids` at this path of the document that is not among `known`."""
    for index, each in enumerate(ids):
        if each not in known:
            near = hint(each, known) or f" Known: {listed(known, 40)}."
            yield Problem(document.where((*path, index)), f'"{each}" is no {what}.{near}')


def _told(entry: CaseEntry, document: Document, index: int) -> Told:
    case = Case(
        profile=entry.profile.to_profile(entry.profile.baseline_pain),
        sessions=tuple(_instant(hours) for hours in entry.sessions),
        checkins=tuple(_checkin(each) for each in entry.checkins),
    )
    expect = entry.expect
    verdict = Verdict(Level.from_id(expect.level), tuple(expect.reasons)) if expect else None
    return Told(entry.id, document.where((index,)), case, verdict)


def _checkin(entry: CheckInEntry) -> CheckIn:
    return CheckIn(
        at=_instant(entry.at),
        pain=entry.pain,
        change=entry.change,
        symptoms=frozenset(entry.symptoms),
        complete=True,
    )


def _instant(hours: float) -> datetime:
    return FIRST_SESSION + timedelta(hours=hours)
