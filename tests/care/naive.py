"""The rules of the clinical reference, section 3, a second time: one plain `if` a line of it.

Naive on purpose. It shares nothing with bot/care/triage.py, bot/care/progress.py or
content/rules.yaml but the dataclasses of a case, so that a slip must be made twice to go unseen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from bot.care.model import Case

# From each pain at the start to the highest pain now that is 2 points or 30 % less (Ostelo 2008).
IMPROVED_AT = {1: 0, 2: 1, 3: 2, 4: 2, 5: 3, 6: 4, 7: 5, 8: 6, 9: 7, 10: 8}


def judge(case: Case) -> tuple[str, tuple[str, ...]]:
    """The level's id and the ids of the rules that fire, in the order of the reference's table."""
    emergency = _emergency(case)
    urgent = _urgent(case)
    doctor = _doctor(case)
    therapist = _therapist(case)
    reasons = tuple(emergency + urgent + doctor + therapist)
    if emergency:
        return "emergency", reasons
    if urgent:
        return "urgent", reasons
    if doctor:
        return "doctor", reasons
    if therapist:
        return "therapist", reasons
    return "self_care", reasons


def _emergency(case: Case) -> list[str]:
    symptoms = _symptoms(case)
    fired = []
    if "saddle_numbness" in symptoms:
        fired.append("saddle_numbness")
    if "bladder_bowel" in symptoms:
        fired.append("bladder_bowel")
    if "both_legs" in symptoms:
        fired.append("both_legs")
    if "leg_giving_way" in symptoms:
        fired.append("leg_giving_way")
    if "chest_pain" in symptoms:
        fired.append("chest_pain")
    if "stroke_signs" in symptoms:
        fired.append("stroke_signs")
    if "major_accident" in symptoms:
        fired.append("major_accident")
    return fired


def _urgent(case: Case) -> list[str]:  # noqa: C901 - as flat as the table it is read from
    symptoms = _symptoms(case)
    profile = case.profile
    frail = (
        "osteoporosis" in profile.conditions
        or "steroids" in profile.conditions
        or profile.age == "60_plus"
    )
    fired = []
    if "fever" in symptoms:
        fired.append("fever")
    if "calf_swelling" in symptoms:
        fired.append("calf_swelling")
    if "weak_limb" in symptoms:
        fired.append("weak_limb")
    if "severe_pain" in symptoms:
        fired.append("severe_pain")
    if "lump_shape" in symptoms:
        fired.append("lump_shape")
    if "fainted" in symptoms:
        fired.append("fainted")
    if "weight_loss" in symptoms:
        fired.append("weight_loss")
    if "night_pain" in symptoms:
        fired.append("night_pain")
    if "big_bruise" in symptoms and "blood_thinners" in profile.conditions:
        fired.append("bruise_thinners")
    if profile.recent_fall is True and frail and not _checked(case, "fall_risk"):
        fired.append("fall_risk")
    if _change(case) == "much_worse" and _pain(case) in (8, 9, 10):
        fired.append("much_worse_severe")
    return fired


def _doctor(case: Case) -> list[str]:
    symptoms = _symptoms(case)
    conditions = case.profile.conditions
    fired = []
    if "leg_pain" in symptoms and not _checked(case, "leg_pain"):
        fired.append("leg_pain")
    if "arm_pain" in symptoms and not _checked(case, "arm_pain"):
        fired.append("arm_pain")
    if "numb_tingling" in symptoms and not _checked(case, "numb_tingling"):
        fired.append("numb_tingling")
    if "cancer" in conditions and not _checked(case, "cancer"):
        fired.append("cancer")
    if "pregnant" in conditions and not _checked(case, "pregnant"):
        fired.append("pregnant")
    if _change(case) == "much_worse":
        fired.append("much_worse")
    if _worse_twice(case):
        fired.append("worse_twice")
    if _window_closed(case) and _no_better(case) and not _checked(case, "no_improvement"):
        fired.append("no_improvement")
    return fired


def _therapist(case: Case) -> list[str]:
    symptoms = _symptoms(case)
    fired = []
    if _newer_in_one_place(case) and len(_sessions(case)) == 2:  # noqa: SIM102 - the row's order
        if _hours_since_session(case) >= 24 and _no_better(case):
            fired.append("window_closing")
    if _change(case) == "worse":
        fired.append("worse")
    if "big_bruise" in symptoms:
        fired.append("big_bruise")
    if "sore" in symptoms:
        fired.append("sore")
    if "dizzy" in symptoms:
        fired.append("dizzy")
    if "headache" in symptoms:
        fired.append("headache")
    return fired


def _symptoms(case: Case) -> frozenset[str]:
    return case.checkins[-1].symptoms if case.checkins else frozenset()


def _change(case: Case) -> str | None:
    return case.checkins[-1].change if case.checkins else None


def _pain(case: Case) -> int | None:
    return case.checkins[-1].pain if case.checkins else None


def _checked(case: Case, rule: str) -> bool:
    """Whether a doctor has checked it, and it has not got worse since."""
    if _change(case) == "worse" or _change(case) == "much_worse":
        return False
    return rule in case.profile.cleared


def _sessions(case: Case) -> list[datetime]:
    """The massages so far: up to the judged check-in."""
    if not case.checkins:
        return []
    return [session for session in case.sessions if session <= case.checkins[-1].at]


def _hours(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() / 3600


def _hours_since_session(case: Case) -> float:
    """Hours since the latest massage; without one none have passed."""
    sessions = _sessions(case)
    if not sessions:
        return -1
    return _hours(max(sessions), case.checkins[-1].at)


def _worse_twice(case: Case) -> bool:
    if len(case.checkins) < 2:
        return False
    before, now = case.checkins[-2], case.checkins[-1]
    return (
        now.change in ("worse", "much_worse")
        and before.change in ("worse", "much_worse")
        and _hours_since_session(case) >= 72
        and _hours(before.at, now.at) >= 24
    )


def _newer_in_one_place(case: Case) -> bool:
    return case.profile.onset == "under_6_weeks" and case.profile.area == "one_place"


def _window_closed(case: Case) -> bool:
    if _hours_since_session(case) < 24:
        return False
    sessions = _sessions(case)
    if _newer_in_one_place(case):
        return len(sessions) >= 3
    return _hours(min(sessions), case.checkins[-1].at) >= 28 * 24


def _no_better(case: Case) -> bool:
    """Whether a finished check-in said how it is, and that was no improvement."""
    if not case.checkins or not case.checkins[-1].complete:
        return False
    pain, change = _pain(case), _change(case)
    if pain is None and change is None:
        return False
    if change in ("better", "much_better"):
        return False
    baseline = case.profile.baseline_pain
    if baseline in IMPROVED_AT and pain is not None:
        return pain > IMPROVED_AT[baseline]
    return True
