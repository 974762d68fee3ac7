"""What a plan is made of: the lines of plan.yaml, and what one layout is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.care.model import Age, Kind, Preferences, Profile, Sex
    from bot.care.suitable import Avoid

Slot = Literal["morning", "evening"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How many messages a local day may hold, and how far apart they are at least."""

    per_day: int = 6
    gap: timedelta = timedelta(minutes=45)


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterSession:
    """One message at an elapsed time after the session; `interview` names a check-in's questions.

    `lateness` is how late it may become, by making way or in delivery; None: it always goes.
    """

    id: str
    kind: Kind
    delay: timedelta
    lateness: timedelta | None = None
    interview: Literal["early", "full"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Morning:
    """One message in the person's morning slot; day 1 is the day after the session."""

    id: str
    kind: Kind
    day: int = 1
    lateness: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """A group of people by sex and age; None means any."""

    sex: Sex | None = None
    age: Age | None = None

    def includes(self, profile: Profile) -> bool:
        """Whether this person said they belong to it."""
        return self.sex in (None, profile.sex) and self.age in (None, profile.age)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """Messages in the person's slots from day to day, `every_days` apart.

    Whoever `daily_both_for` includes gets both slots every day instead (article, A13).
    """

    id: str
    kind: Kind
    first_day: int
    last_day: int
    every_days: int = 1
    slots: tuple[Slot, ...] = ("morning", "evening")
    daily_both_for: Audience | None = None
    lateness: timedelta | None = timedelta(hours=3)


PlanItem: TypeAlias = AfterSession | Morning | Slots


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanContent:
    """All of plan.yaml: what is sent when, within which limits, and which exercises in turn.

    `rotation` holds one tuple of exercise ids for each muscle group, in the order of the groups,
    `avoid` by exercise for whom it is left out and what comes instead.
    """

    version: int
    items: tuple[PlanItem, ...]
    caps: Caps = Caps()
    rotation: tuple[tuple[str, ...], ...] = ()
    strengthening: tuple[str, ...] = ()
    avoid: Mapping[str, tuple[Avoid, ...]] = field(default_factory=dict)
    reminder_after: timedelta = timedelta(hours=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A message that has gone out: it counts for the day and the gap, and never goes again.

    `of_this_session` is False for those of an earlier session's plan and for snoozes; `asked_for`
    is a snooze: the day's cap does not count it, as the person caused it. `answered` tells that a
    check-in got its answer and needs no reminder.
    """

    kind: Kind
    at: datetime
    item: str
    sequence: int
    of_this_session: bool = True
    answered: bool = False
    asked_for: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRequest:
    """Everything a layout looks at. `own` holds the subjects of the person's own exercises."""

    session_at: datetime
    now: datetime
    zone: str
    profile: Profile
    preferences: Preferences
    strengthening: bool = False
    sent: tuple[Sent, ...] = ()
    paused: frozenset[Kind] = frozenset()
    own: tuple[str, ...] = ()
