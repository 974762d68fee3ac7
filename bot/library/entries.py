"""The shape of the language-neutral files: closed schemas, strict types, nothing converted."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    StringConstraints,
    model_validator,
)

from bot.care.model import Age, Area, Change, Condition, Onset, Sex
from bot.care.suitable import Concern

UNITS = {"min": 60, "h": 3600, "day": 86400, "days": 86400}


class Entry(BaseModel):
    """What every entry is: unknown keys are errors, and nothing is converted on the way in."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _duration(value: object) -> timedelta:
    written = value if isinstance(value, str) else ""
    found = re.fullmatch(r"([1-9][0-9]{0,4}) (min|h|days?)", written)
    if found is None:
        raise ValueError('expected a time such as "45 min", "4 h" or "7 days"')
    return timedelta(seconds=int(found[1]) * UNITS[found[2]])


def _day(value: object) -> date:
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise ValueError("expected a day such as 2027-03-31") from None


def _distinct(values: list[str]) -> list[str]:
    twice = sorted({value for value in values if values.count(value) > 1})
    if twice:
        raise ValueError(f"stands there twice: {', '.join(twice)}")
    return values


ID = r"^[a-z0-9]+(_[a-z0-9]+)*$"
URL = r"^https://[^\s<>\"]+$"
PHONE = r"^\+?[0-9]([0-9 ]{0,18}[0-9])?$"
FORMS = {  # how an error calls a pattern
    ID: 'small letters and digits joined by "_", such as calf_swelling',
    URL: "an address that begins with https://",
    PHONE: "a telephone number of digits and spaces",
}
Id = Annotated[str, StringConstraints(pattern=ID, max_length=32)]
Ids = Annotated[list[Id], Field(min_length=1), AfterValidator(_distinct)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Year = Annotated[int, Field(ge=1950, le=2100)]
Url = Annotated[str, StringConstraints(pattern=URL, max_length=300)]
Duration = Annotated[timedelta, PlainValidator(_duration)]
Day = Annotated[date, PlainValidator(_day)]
LevelId = Literal["emergency", "urgent", "doctor", "therapist", "self_care"]
Evidence = Literal["guideline", "review", "study", "expert_opinion", "custom"]
NudgeKind = Literal["hydration", "movement", "stretch", "strengthening"]
ItemKind = Literal["hydration", "movement", "stretch", "strengthening", "check_in"]


class Source(Entry):
    """Where a fact comes from: `where` is an address, a section, or a printed source.

    `short` is how people are told of it, where the title is long or names an illness.
    """

    title: Text
    year: Year
    where: Text
    short: Text | None = None


class Reviewed(Entry):
    """`reviewed_by` names the clinician who has reviewed an entry, `reviewed_on` the day, and
    `review_by` the day by which it wants another look. A review is of one entry, never of many.
    """

    reviewed_by: Text | None = None
    reviewed_on: Day | None = None
    review_by: Day | None = None

    @model_validator(mode="after")
    def _has_a_whole_review(self) -> Self:
        if (self.reviewed_by is None) != (self.reviewed_on is None):
            raise ValueError(
                "reviewed_by and reviewed_on go together: who has reviewed it, and when"
            )
        return self


class Basis(Entry):
    """What the entries of a section rest on, unless they name a source of their own."""

    source: Source
    evidence: Evidence


class Sourced(Reviewed):
    """An entry that states a fact: where it comes from, and how sure one can be of it."""

    id: Id
    source: Source
    evidence: Evidence


class Resting(Reviewed):
    """An entry that names its source, or leaves that to the `defaults` of its file."""

    id: Id
    source: Source | None = None
    evidence: Evidence | None = None

    @model_validator(mode="after")
    def _has_a_whole_basis(self) -> Self:
        if (self.source is None) != (self.evidence is None):
            raise ValueError("source and evidence go together: where from, and how sure it is")
        return self


class WhenEntry(Entry):
    """One condition of a rule: one key of these, and `hours_before` beside `previous_change`."""

    all: list[WhenEntry] | None = Field(default=None, min_length=1)
    any: list[WhenEntry] | None = Field(default=None, min_length=1)
    symptom: Id | None = None
    condition: Condition | None = None
    recent_fall: Literal["yes"] | None = None
    age: list[Age] | None = Field(default=None, min_length=1)
    onset: list[Onset] | None = Field(default=None, min_length=1)
    area: list[Area] | None = Field(default=None, min_length=1)
    change: list[Change] | None = Field(default=None, min_length=1)
    pain_at_least: Annotated[int, Field(ge=0, le=10)] | None = None
    hours_at_least: Annotated[float, Field(ge=0)] | None = None
    previous_change: list[Change] | None = Field(default=None, min_length=1)
    hours_before: Annotated[float, Field(ge=0)] | None = None
    sessions: Annotated[int, Field(ge=1)] | None = None
    benefit_window: Literal["closed"] | None = None
    improved: Literal["no"] | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> WhenEntry:
        given = self.model_fields_set - {"hours_before"}
        if len(given) != 1 or getattr(self, next(iter(given))) is None:
            raise ValueError(
                "a condition says exactly one thing. Join several with all: [...] or any: [...]"
            )
        if (self.hours_before is None) != (self.previous_change is None):
            raise ValueError("previous_change and hours_before go together")
        return self


class RuleEntry(Sourced):
    """One line of the table of rules."""

    level: LevelId
    when: WhenEntry
    clearable: bool = False
    judged: Literal["every_answer", "whole_check_in"] = "every_answer"


class FollowUpEntry(Entry):
    """When an escalation asks again: `after` a time, or in the `morning` so many days on."""

    after: Duration | None = None
    morning: Annotated[int, Field(ge=1, le=28)] | None = None
    in_quiet_hours: bool = False

    @model_validator(mode="after")
    def _has_one_time(self) -> FollowUpEntry:
        if (self.after is None) == (self.morning is None):
            raise ValueError("give either after or morning")
        if self.morning is not None and self.in_quiet_hours:
            raise ValueError("in_quiet_hours goes with after; a morning is never quiet")
        return self


class LevelEntry(Resting):
    """What a level holds back while its escalation is open, and when it asks again."""

    id: LevelId
    pauses: list[NudgeKind]
    pauses_massage_talk: bool
    follow_ups: list[FollowUpEntry]


class RulesFile(Entry):
    """rules.yaml. `says_to_wait`: ids of texts that name another massage to hold it back."""

    defaults: dict[Literal["levels"], Basis] = Field(default_factory=dict)
    levels: list[LevelEntry]
    rules: list[RuleEntry]
    says_to_wait: list[Text] = Field(default_factory=list)


class CapsEntry(Entry):
    """How many messages a day at most, and how far apart at least."""

    per_day: Annotated[int, Field(ge=1, le=50)]
    gap: Duration


class DaysEntry(Entry):
    """From day to day, every so many days; day 1 is the day after the massage."""

    first: Annotated[int, Field(ge=1, le=90)]
    last: Annotated[int, Field(ge=1, le=90)]
    every: Annotated[int, Field(ge=1, le=28)]


class AudienceEntry(Entry):
    """A group of people by sex and age."""

    sex: Sex | None = None
    age: Age | None = None


class ItemEntry(Resting):
    """One line of the plan: at a time after the massage, in a morning, or in the day's slots."""

    kind: ItemKind
    after_session: Duration | None = None
    morning: Annotated[int, Field(ge=1, le=28)] | None = None
    days: DaysEntry | None = None
    slots: list[Literal["morning", "evening"]] | None = Field(default=None, min_length=1)
    daily_both_for: AudienceEntry | None = None
    interview: Literal["early", "full"] | None = None
    lateness: Duration | None = None

    @model_validator(mode="after")
    def _has_one_time(self) -> ItemEntry:
        times = (self.after_session, self.morning, self.days)
        if sum(time is not None for time in times) != 1:
            raise ValueError("give exactly one of after_session, morning and days")
        if (self.days is None) != (self.slots is None) or (self.daily_both_for and not self.days):
            raise ValueError("days and slots go together, and daily_both_for with them")
        if self.kind == "check_in" and (self.interview is None or self.after_session is None):
            raise ValueError("a check_in has after_session and interview")
        if self.kind != "check_in" and (self.interview is not None or self.lateness is None):
            raise ValueError("a nudge has a lateness and no interview")
        return self


class PlanFile(Entry):
    """plan.yaml. Of a kind of message, `defaults` says what its items rest on."""

    defaults: dict[ItemKind, Basis] = Field(default_factory=dict)
    version: Annotated[int, Field(ge=1)]
    reminder_after: Duration
    caps: CapsEntry
    items: list[ItemEntry]
    rotation: Ids


class AskIfEntry(Entry):
    """Asked only when an earlier question got any of these answers."""

    question: Id
    any_of: Ids


class QuestionEntry(Resting):
    """A question of the profile: choice, ticks or a scale from 0 to 10."""

    kind: Literal["choice", "ticks", "scale"]
    options: Ids | None = None
    ask_if: AskIfEntry | None = None
    option_if: dict[Id, AskIfEntry] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_options(self) -> QuestionEntry:
        if (self.kind == "scale") != (self.options is None):
            raise ValueError("choice and ticks have options, a scale has none")
        unknown = sorted(set(self.option_if) - set(self.options or []))
        if unknown:
            raise ValueError(f"option_if names no option of this question: {', '.join(unknown)}")
        return self


class CheckInQuestionEntry(QuestionEntry):
    """A question of the check-ins, and in which of them it is asked."""

    interviews: Annotated[
        list[Literal["early", "full", "worse"]], Field(min_length=1), AfterValidator(_distinct)
    ]


class QuestionsFile(Entry):
    """questions.yaml."""

    defaults: dict[Literal["profile", "check_in"], Basis] = Field(default_factory=dict)
    profile: list[QuestionEntry]
    check_in: list[CheckInQuestionEntry]


Span = Annotated[list[Annotated[int, Field(ge=1, le=120)]], Field(min_length=2, max_length=2)]


class AvoidEntry(Entry):
    """For whom an exercise is left out, which one comes instead, and why in one sentence."""

    when: Concern
    instead: Id
    why: Text


class ExerciseEntry(Sourced):
    """One exercise without its words. `hold_s` in seconds, `repeats` a side; both [from, to]."""

    kind: Literal["stretch", "strengthening"]
    group: Id
    position: Id
    hold_s: Span | None = None
    repeats: Span
    sides: Literal[1, 2]
    known: Text
    picture: Id | None = None
    avoid: list[AvoidEntry] = Field(default_factory=list)


class ExercisesFile(Entry):
    """exercises.yaml."""

    exercises: list[ExerciseEntry]


PhoneNumber = Annotated[str, StringConstraints(pattern=PHONE)]


class AdviceEntry(Entry):
    """A public line that gives medical advice."""

    name: Text
    number: PhoneNumber


def _country_code(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch("default|[A-Z]{2}", value):
        raise ValueError("expected two capital letters such as GB, or default")
    return value


class CountryEntry(Reviewed):
    """Whom to call in a country; `source` is the public page that says so."""

    code: Annotated[str, BeforeValidator(_country_code)]
    emergency: Annotated[list[PhoneNumber], Field(min_length=1)]
    advice: AdviceEntry | None = None
    find_doctor: Url | None = None
    source: Url
    checked: Year


class CountriesFile(Entry):
    """countries.yaml."""

    countries: list[CountryEntry]


CONDITIONS: frozenset[str] = frozenset(get_args(Condition))
CONCERNS: tuple[Concern, ...] = get_args(Concern)
