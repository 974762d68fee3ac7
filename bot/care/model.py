"""The words of the house, as values: who the person is, what was said, what follows.

Everything here is frozen and knows no clock, database, file or Telegram. Instants are aware
datetimes in UTC; wall times are `datetime.time` in the person's zone.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Literal, NewType

if TYPE_CHECKING:
    from collections.abc import Mapping

PersonId = NewType("PersonId", int)
ChatId = NewType("ChatId", int)
SessionId = NewType("SessionId", int)
InterviewId = NewType("InterviewId", int)
OccurrenceId = NewType("OccurrenceId", int)
EscalationId = NewType("EscalationId", int)

Onset = Literal["under_6_weeks", "6_to_12_weeks", "over_12_weeks"]
Area = Literal["one_place", "widespread"]
Age = Literal["under_50", "50_59", "60_plus"]
Sex = Literal["female", "male", "other", "unsaid"]
Condition = Literal[
    "cancer",
    "osteoporosis",
    "steroids",
    "immune",
    "blood_thinners",
    "clot_history",
    "pregnant",
    "fluid_limit",
]
Change = Literal["much_better", "better", "same", "worse", "much_worse"]


class Level(enum.IntEnum):
    """How much help is needed, lowest first, so that `max` is the higher level."""

    SELF_CARE = 0
    THERAPIST = 1
    DOCTOR = 2
    URGENT = 3
    EMERGENCY = 4

    @property
    def id(self) -> str:
        """The id that content, cases and exports use, such as `self_care`."""
        return self.name.lower()

    @classmethod
    def from_id(cls, level_id: str) -> Level:
        """The level with this id; raises ValueError for an unknown one."""
        for level in cls:
            if level.id == level_id:
                return level
        raise ValueError(f"unknown level {level_id!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What the person told about themselves; None or empty where nothing was said."""

    onset: Onset | None = None
    area: Area | None = None
    age: Age | None = None
    sex: Sex | None = None
    baseline_pain: int | None = None
    recent_fall: bool | None = None
    conditions: frozenset[Condition] = frozenset()
    cleared: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """What one check-in said so far. `complete` once finished or expired.

    `signs_answered` once every list of danger signs was gone through to its end.
    """

    at: datetime
    pain: int | None = None
    change: Change | None = None
    symptoms: frozenset[str] = frozenset()
    complete: bool = False
    signs_answered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """All that a verdict looks at: the last of `checkins` is the one being judged.

    `sessions` holds the instants of the course's massages, oldest first; `checkins` the course's
    check-ins, oldest first.
    """

    profile: Profile
    sessions: tuple[datetime, ...]
    checkins: tuple[CheckIn, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The highest level any rule gave, and the id of every rule that fired, in table order."""

    level: Level
    reasons: tuple[str, ...]


class Kind(enum.StrEnum):
    """What an occurrence is; the value is what the database holds."""

    ESCALATION = "escalation"
    FOLLOW_UP = "follow_up"
    CHECK_IN = "check_in"
    REMINDER = "reminder"  # an unanswered check-in, asked once more
    GO_ON = "go_on"  # three check-ins unanswered: shall I go on?
    HYDRATION = "hydration"
    MOVEMENT = "movement"
    STRETCH = "stretch"
    STRENGTHENING = "strengthening"

    @property
    def priority(self) -> int:
        """0 safety, 1 check-in, 2 nudge; lower leaves first."""
        if self in SAFETY:
            return 0
        return 2 if self in NUDGES else 1


SAFETY = frozenset({Kind.ESCALATION, Kind.FOLLOW_UP})
NUDGES = frozenset({Kind.HYDRATION, Kind.MOVEMENT, Kind.STRETCH, Kind.STRENGTHENING})
CHECK_INS = frozenset({Kind.CHECK_IN, Kind.REMINDER, Kind.GO_ON})


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """The part of the local day without messages; it may cross midnight. Equal ends: none."""

    start: time = time(21)
    end: time = time(8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """The times a person chose, and which nudges they want."""

    quiet: QuietHours = QuietHours()
    morning: time = time(8, 30)
    evening: time = time(18, 30)
    hydration: bool = True
    stretching: bool = True


class Status(enum.StrEnum):
    """Whether the plan may write to this person."""

    JOINING = "joining"  # not yet through consent, zone and profile
    ACTIVE = "active"
    PAUSED = "paused"  # asked for a pause
    SILENT = "silent"  # asked whether to go on, and no answer yet
    STOPPED = "stopped"  # said /stop
    GONE = "gone"  # blocked the bot, or the account is closed
    GONE_PAUSED = "gone_paused"  # the same, when no plan was sent: none is on coming back


AWAY = frozenset({Status.GONE, Status.GONE_PAUSED})
HEARS_NOTHING = AWAY | {Status.STOPPED}  # not even safety messages


@dataclass(frozen=True, slots=True)
class Dialog:
    """What the conversation waits for outside an interview, e.g. a typed city."""

    step: str
    data: Mapping[str, Any] = field(default_factory=dict)


UNTOLD = "untold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Someone the bot talks to. `course` counts the episodes of pain, from 1.

    `country` is the one whose numbers they chose, None where it is the one they named a place in,
    `UNTOLD` where the zone does not tell it: many countries keep the same clock.
    """

    id: PersonId
    chat_id: ChatId
    language: str
    status: Status
    zone: str | None = None
    country: str | None = None
    consented_at: datetime | None = None
    course: int = 1
    profile: Profile = Profile()
    preferences: Preferences = Preferences()
    dialog: Dialog | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One massage. `plan_version` counts how often its plan was laid out anew."""

    id: SessionId
    person_id: PersonId
    course: int
    at: datetime
    pain_before: int | None
    plan_version: int


InterviewKind = Literal["profile", "early", "full", "worse"]


class InterviewState(enum.StrEnum):
    """Open until its last answer, its expiry, or an emergency."""

    OPEN = "open"
    COMPLETE = "complete"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as given. A list is the ticks so far; `confirmed` once that list is done.

    `value` is an option id, a number, a list of option ids, or None for "skip".
    """

    question: str
    value: str | int | tuple[str, ...] | None
    confirmed: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Interview:
    """One run through a list of questions: the profile, a planned check-in, or /worse.

    `answers` holds the latest answer to each question, in the order first given. `shown` is the
    question whose prompt certainly reached the person, `END` once the closing words did.
    """

    id: InterviewId
    person_id: PersonId
    kind: InterviewKind
    state: InterviewState
    opened_at: datetime
    course: int
    session_id: SessionId | None = None
    occurrence_id: OccurrenceId | None = None
    closed_at: datetime | None = None
    shown: str | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    verdict: Verdict | None = None


END = "end"


class EscalationState(enum.StrEnum):
    """How far an escalation has come; all but RELEASED and RAISED are open."""

    OPEN = "open"
    HELPED = "helped"  # "I've got help", not yet told that stretching and massage are fine
    STOPPED = "stopped"  # "It has stopped": the advice stands
    RELEASED = "released"
    RAISED = "raised"  # replaced by a newer one, which tells its reasons too or holds them


@dataclass(frozen=True, slots=True)
class Held:
    """What was told before, and help was found for: it still pauses, and is not told again."""

    level: Level
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """A verdict of doctor or higher, open until released.

    `level` and `reasons` are what it tells, `held` what it carries on from those it replaced.
    """

    id: EscalationId
    person_id: PersonId
    level: Level
    reasons: tuple[str, ...]
    state: EscalationState
    opened_at: datetime
    changed_at: datetime
    interview_id: InterviewId | None = None
    release: str | None = None  # why it was released: seen, stopped, clean_check_in
    held: Held | None = None

    @property
    def is_open(self) -> bool:
        """Whether its advice still stands."""
        return self.state not in (EscalationState.RELEASED, EscalationState.RAISED)

    @property
    def gravest(self) -> Level:
        """The level whose pauses stand: of what it tells, or of what it holds."""
        return max(self.level, self.held.level) if self.held else self.level

    @property
    def all_reasons(self) -> tuple[str, ...]:
        """What it tells, and what it holds."""
        return (*self.reasons, *(self.held.reasons if self.held else ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMessage:
    """One message of a plan, before it is stored.

    `item` is the id of the line of plan.yaml it comes from, `subject` the content it shows (an
    exercise id, an interview kind), `sequence` counts within the item. `local_date` and `wall`
    keep the intent where it was a wall time. After `expires_at` it is no longer worth sending;
    None means it always goes.
    """

    kind: Kind
    item: str
    sequence: int
    due_at: datetime
    expires_at: datetime | None
    subject: str | None = None
    local_date: date | None = None
    wall: time | None = None


class OccurrenceState(enum.StrEnum):
    """Where a scheduled message stands. UNCERTAIN: it may or may not have arrived."""

    PLANNED = "planned"
    LEASED = "leased"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One scheduled message, as stored."""

    id: OccurrenceId
    person_id: PersonId
    chat_id: ChatId
    session_id: SessionId | None
    escalation_id: EscalationId | None
    message: PlannedMessage
    plan_version: int
    state: OccurrenceState
    attempts: int = 0  # how often it was leased
    doubts: int = 0  # how often nobody knew whether it had been sent
    repeat: bool = False  # sent before with an unknown outcome: the words must bear repetition
    message_id: int | None = None
    sent_at: datetime | None = None
    response: str | None = None
    reason: str | None = None


WEEK = timedelta(days=7)
