"""The verdict: every rule is read, the highest level wins, nothing is ever averaged.

All rules but the `whole_check_in` ones have positive conditions only, so that one more answer
never lowers the level. Silence fires nothing and clears nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.care.model import Case, CheckIn, Level, Profile, Verdict
from bot.care.progress import improved
from bot.care.rules import (
    AgeIs,
    All,
    Any,
    AreaIs,
    ChangeIs,
    HasCondition,
    HoursAtLeast,
    NotImproved,
    OfCheckIn,
    OfProfile,
    OnsetIs,
    PainAtLeast,
    PreviousChangeIs,
    RecentFall,
    Rule,
    Rules,
    SessionsExactly,
    Symptom,
    When,
    WindowClosed,
)

WORSE = frozenset({"worse", "much_worse"})
WINDOW_LOOKED_AT = timedelta(hours=24)
SHORT_WINDOW_SESSIONS = 3
LONG_WINDOW = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class _Facts:
    """A case as the conditions see it; `sessions` only those up to the judged check-in."""

    profile: Profile
    checkin: CheckIn | None
    previous: CheckIn | None
    sessions: tuple[datetime, ...]
    since_session: timedelta | None


def judge(case: Case, rules: Rules) -> Verdict:
    """The highest level of all rules that fire, and their ids in table order.

    Without a check-in only the profile speaks; without a session before the check-in no rule
    that counts hours or sessions fires.
    """
    facts = _facts(case)
    symptoms = facts.checkin.symptoms if facts.checkin else frozenset()
    fired = [
        rule
        for sign, rule in rules.by_sign
        if (sign is None or sign in symptoms) and _fires(rule, facts)
    ]
    level = max([rule.level for rule in fired], default=Level.SELF_CARE)
    return Verdict(level, tuple([rule.id for rule in fired]))


def benefit_window_closed(case: Case) -> bool:
    """Whether the time in which the article expects a benefit is over, 24 h after a session.

    A newer pain in one place: from the third session. Every other case, and whenever onset or
    area is unknown: 28 days after the first session (clinical reference A6-A8).
    """
    return _window_closed(_facts(case))


def _facts(case: Case) -> _Facts:
    checkin = case.checkins[-1] if case.checkins else None
    previous = case.checkins[-2] if len(case.checkins) > 1 else None
    if checkin is None:
        return _Facts(case.profile, None, None, (), None)
    sessions = tuple(at for at in case.sessions if at <= checkin.at)
    since = checkin.at - max(sessions) if sessions else None
    return _Facts(case.profile, checkin, previous, sessions, since)


def _fires(rule: Rule, facts: _Facts) -> bool:
    checkin = facts.checkin
    if rule.whole_check_in and not (checkin and checkin.complete):
        return False
    # What a doctor has checked stays silent; a worsening opens the question again.
    if rule.clearable and rule.id in facts.profile.cleared:
        worsening = checkin is not None and checkin.change in WORSE
        if not worsening:
            return False
    return _holds(rule.when, facts)


def _holds(when: When, facts: _Facts) -> bool:
    match when:
        case Symptom(symptom):  # two rules in three: looked at first
            return facts.checkin is not None and symptom in facts.checkin.symptoms
        case All(parts):
            return all(_holds(part, facts) for part in parts)
        case Any(parts):
            return any(_holds(part, facts) for part in parts)
        case HoursAtLeast(hours):
            return facts.since_session is not None and facts.since_session >= timedelta(hours=hours)
        case SessionsExactly(count):
            return len(facts.sessions) == count
        case WindowClosed():
            return _window_closed(facts)
        case RecentFall() | HasCondition() | AgeIs() | OnsetIs() | AreaIs():
            return _profile_holds(when, facts.profile)
        case _:
            return facts.checkin is not None and _check_in_holds(when, facts, facts.checkin)


def _profile_holds(when: OfProfile, profile: Profile) -> bool:
    match when:
        case RecentFall():
            return profile.recent_fall is True
        case HasCondition(condition):
            return condition in profile.conditions
        case AgeIs(ids):
            return profile.age in ids
        case OnsetIs(ids):
            return profile.onset in ids
        case AreaIs(ids):
            return profile.area in ids


def _check_in_holds(when: OfCheckIn, facts: _Facts, checkin: CheckIn) -> bool:
    match when:
        case Symptom(symptom):
            return symptom in checkin.symptoms
        case ChangeIs(ids):
            return checkin.change in ids
        case PainAtLeast(points):
            return checkin.pain is not None and checkin.pain >= points
        case NotImproved():
            answered = checkin.pain is not None or checkin.change is not None
            return answered and not improved(facts.profile, checkin)
        case PreviousChangeIs(ids, hours):
            before = facts.previous
            if before is None or checkin.at - before.at < timedelta(hours=hours):
                return False
            return before.change in ids


def _window_closed(facts: _Facts) -> bool:
    if facts.checkin is None or facts.since_session is None:
        return False
    if facts.since_session < WINDOW_LOOKED_AT:
        return False
    profile = facts.profile
    if profile.onset == "under_6_weeks" and profile.area == "one_place":
        return len(facts.sessions) >= SHORT_WINDOW_SESSIONS
    return facts.checkin.at - min(facts.sessions) >= LONG_WINDOW
