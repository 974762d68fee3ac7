"""The clinician's table (clinical reference, sections 3 and 4), written a second time by hand.

The shipped content/rules.yaml must say the same; the tests of the pure core stand on this one.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.care.model import Kind, Level
from bot.care.rules import (
    After,
    AgeIs,
    All,
    Any,
    AreaIs,
    ChangeIs,
    HasCondition,
    HoursAtLeast,
    LevelPolicy,
    Morning,
    NotImproved,
    OnsetIs,
    PainAtLeast,
    PreviousChangeIs,
    RecentFall,
    Rule,
    Rules,
    SessionsExactly,
    Symptom,
    WindowClosed,
)

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

EMERGENCY_SIGNS = (
    "saddle_numbness",
    "bladder_bowel",
    "both_legs",
    "leg_giving_way",
    "chest_pain",
    "stroke_signs",
    "major_accident",
)
URGENT_SIGNS = (
    "fever",
    "calf_swelling",
    "weak_limb",
    "severe_pain",
    "lump_shape",
    "fainted",
    "weight_loss",
    "night_pain",
)
NERVE_SIGNS = ("leg_pain", "arm_pain", "numb_tingling")
COMMON_SIGNS = ("big_bruise", "sore", "dizzy", "headache")
SYMPTOMS = (*EMERGENCY_SIGNS, *URGENT_SIGNS, *NERVE_SIGNS, *COMMON_SIGNS)

GETTING_WORSE = frozenset({"worse", "much_worse"})


def hours(count: float) -> datetime:
    """So many hours after the first massage."""
    return START + timedelta(hours=count)


def _signs(level: Level, ids: tuple[str, ...], *, clearable: bool = False) -> tuple[Rule, ...]:
    return tuple(Rule(each, level, Symptom(each), clearable=clearable) for each in ids)


_FRAIL = Any(
    (HasCondition("osteoporosis"), HasCondition("steroids"), AgeIs(frozenset({"60_plus"})))
)
_TABLE = (
    *_signs(Level.EMERGENCY, EMERGENCY_SIGNS),
    *_signs(Level.URGENT, URGENT_SIGNS),
    Rule(
        "bruise_thinners",
        Level.URGENT,
        All((Symptom("big_bruise"), HasCondition("blood_thinners"))),
    ),
    Rule("fall_risk", Level.URGENT, All((RecentFall(), _FRAIL)), clearable=True),
    Rule(
        "much_worse_severe",
        Level.URGENT,
        All((ChangeIs(frozenset({"much_worse"})), PainAtLeast(8))),
    ),
    *_signs(Level.DOCTOR, NERVE_SIGNS, clearable=True),
    Rule("cancer", Level.DOCTOR, HasCondition("cancer"), clearable=True),
    Rule("pregnant", Level.DOCTOR, HasCondition("pregnant"), clearable=True),
    Rule("much_worse", Level.DOCTOR, ChangeIs(frozenset({"much_worse"}))),
    Rule(
        "worse_twice",
        Level.DOCTOR,
        All((ChangeIs(GETTING_WORSE), HoursAtLeast(72), PreviousChangeIs(GETTING_WORSE, 24))),
    ),
    Rule(
        "no_improvement",
        Level.DOCTOR,
        All((HoursAtLeast(24), WindowClosed(), NotImproved())),
        clearable=True,
        whole_check_in=True,
    ),
    Rule(
        "window_closing",
        Level.THERAPIST,
        All(
            (
                OnsetIs(frozenset({"under_6_weeks"})),
                AreaIs(frozenset({"one_place"})),
                SessionsExactly(2),
                HoursAtLeast(24),
                NotImproved(),
            )
        ),
        whole_check_in=True,
    ),
    Rule("worse", Level.THERAPIST, ChangeIs(frozenset({"worse"}))),
    *_signs(Level.THERAPIST, COMMON_SIGNS),
)

_EVERY_NUDGE = frozenset({Kind.HYDRATION, Kind.MOVEMENT, Kind.STRETCH, Kind.STRENGTHENING})
_POLICIES = (
    LevelPolicy(
        Level.EMERGENCY,
        _EVERY_NUDGE,
        pauses_massage_talk=True,
        follow_ups=(
            After(timedelta(minutes=30), quiet_allowed=True),
            After(timedelta(hours=3), quiet_allowed=True),
            Morning(1),
        ),
    ),
    LevelPolicy(
        Level.URGENT,
        _EVERY_NUDGE,
        pauses_massage_talk=True,
        follow_ups=(After(timedelta(hours=4)), Morning(1), Morning(2)),
    ),
    LevelPolicy(
        Level.DOCTOR,
        frozenset({Kind.STRETCH, Kind.STRENGTHENING}),
        pauses_massage_talk=True,
        follow_ups=(After(timedelta(days=2)), After(timedelta(days=7))),
    ),
    LevelPolicy(Level.THERAPIST),
    LevelPolicy(Level.SELF_CARE),
)

RULES = Rules(_TABLE, {policy.level: policy for policy in _POLICIES})
