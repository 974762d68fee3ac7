"""A rule as data: which answers and circumstances give which level, and what a level does.

The rules themselves live in content/rules.yaml, after section 3 of the clinical reference; this
module holds only the words they are made of. `When` is what a rule fires on; the name keeps it
apart from a person's health conditions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from bot.care.model import Kind, Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import timedelta


@dataclass(frozen=True, slots=True)
class All:
    """Holds when each part does."""

    parts: tuple[When, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """Holds when at least one part does."""

    parts: tuple[When, ...]


@dataclass(frozen=True, slots=True)
class Symptom:
    """The judged check-in has this symptom."""

    id: str


@dataclass(frozen=True, slots=True)
class ChangeIs:
    """The judged check-in says one of these changes."""

    ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class PainAtLeast:
    """The judged check-in gives this much pain or more, 0-10."""

    points: int


@dataclass(frozen=True, slots=True)
class NotImproved:
    """Pain or change was answered, and it is no improvement. Silence is not evidence."""


@dataclass(frozen=True, slots=True)
class PreviousChangeIs:
    """The check-in right before the judged one said one of these, so many hours earlier or more."""

    ids: frozenset[str]
    hours_before: float


@dataclass(frozen=True, slots=True)
class HasCondition:
    """The profile names this health condition."""

    id: str


@dataclass(frozen=True, slots=True)
class RecentFall:
    """A minor fall, knock or heavy lift came just before the pain began."""


@dataclass(frozen=True, slots=True)
class AgeIs:
    """The profile gives one of these ages."""

    ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class OnsetIs:
    """The profile gives one of these onsets."""

    ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class AreaIs:
    """The profile gives one of these areas."""

    ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class HoursAtLeast:
    """So many hours or more lie between the latest session and the judged check-in."""

    hours: float


@dataclass(frozen=True, slots=True)
class SessionsExactly:
    """The course has exactly so many sessions up to the judged check-in."""

    count: int


@dataclass(frozen=True, slots=True)
class WindowClosed:
    """The time in which a benefit was to be expected is over (`triage.benefit_window_closed`)."""


OfProfile: TypeAlias = HasCondition | RecentFall | AgeIs | OnsetIs | AreaIs
OfCheckIn: TypeAlias = Symptom | ChangeIs | PainAtLeast | NotImproved | PreviousChangeIs
OfCourse: TypeAlias = HoursAtLeast | SessionsExactly | WindowClosed
When: TypeAlias = All | Any | OfProfile | OfCheckIn | OfCourse


def sign_of(when: When) -> str | None:
    """A symptom without which this can't hold; None where there is no such one."""
    if isinstance(when, Symptom):
        return when.id
    if isinstance(when, All):
        return next((sign for part in when.parts if (sign := sign_of(part)) is not None), None)
    return None


def parts_of(when: When) -> Iterator[When]:
    """Every condition within this one, itself first."""
    yield when
    if isinstance(when, All | Any):
        for part in when.parts:
            yield from parts_of(part)


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table. `clearable`: silent once a doctor has checked it.

    `whole_check_in` rules are judged only when the check-in is complete: they look at a missing
    improvement, which one more answer may still bring.
    """

    id: str
    level: Level
    when: When
    clearable: bool = False
    whole_check_in: bool = False


@dataclass(frozen=True, slots=True)
class After:
    """A follow-up so long after the opening; not in quiet hours unless allowed."""

    delay: timedelta
    quiet_allowed: bool = False


@dataclass(frozen=True, slots=True)
class Morning:
    """A follow-up in the person's morning slot; 1 is the next morning."""

    days: int


FollowUp: TypeAlias = After | Morning


@dataclass(frozen=True, slots=True)
class LevelPolicy:
    """What a level pauses while its escalation is open, and how it asks again."""

    level: Level
    pauses: frozenset[Kind] = frozenset()
    pauses_massage_talk: bool = False
    follow_ups: tuple[FollowUp, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules in table order, and what each level does.

    Raises ValueError for a repeated id, a level without its policy, and a rule over a missing
    improvement that would be judged between two answers (one more answer could lower it).
    """

    rules: tuple[Rule, ...]
    levels: Mapping[Level, LevelPolicy]
    # Each rule with the symptom it can't fire without: most rules wait for one that is not there.
    by_sign: tuple[tuple[str | None, Rule], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ids = [rule.id for rule in self.rules]
        repeated = sorted({rule_id for rule_id in ids if ids.count(rule_id) > 1})
        if repeated:
            raise ValueError(f"rules repeat: {', '.join(repeated)}")
        missing = [level.id for level in Level if level not in self.levels]
        if missing:
            raise ValueError(f"levels without a policy: {', '.join(missing)}")
        for rule in self.rules:
            waits = any(isinstance(part, NotImproved) for part in parts_of(rule.when))
            if waits and not rule.whole_check_in:
                raise ValueError(f"rule {rule.id!r} must wait for the whole check-in")
        by_sign = tuple((sign_of(rule.when), rule) for rule in self.rules)
        object.__setattr__(self, "by_sign", by_sign)

    def rule(self, rule_id: str) -> Rule:
        """The rule with this id; raises KeyError for an unknown one."""
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise KeyError(rule_id)

    def in_order(self, rule_ids: Iterable[str]) -> tuple[str, ...]:
        """These ids once each in table order; ids no rule has any more are left out."""
        wanted = frozenset(rule_ids)
        return tuple(rule.id for rule in self.rules if rule.id in wanted)

    def signs(self, level: Level) -> frozenset[str]:
        """The symptoms that alone give this level."""
        return frozenset(
            rule.when.id
            for rule in self.rules
            if rule.level is level and isinstance(rule.when, Symptom)
        )
