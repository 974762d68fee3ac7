"""From a verdict to an escalation: what it pauses, how it asks again, what lifts it.

Source of every interval and condition: clinical reference, section 4. Silence is never read as
fine, and a later good answer never hides an open escalation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from bot.care.model import (
    CheckIn,
    Escalation,
    EscalationId,
    EscalationState,
    InterviewId,
    Kind,
    Level,
    PlannedMessage,
    Preferences,
    Verdict,
)
from bot.care.rules import After, FollowUp, Rule, Rules
from bot.care.timing import end_of_quiet, local, resolve

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

WORSE = frozenset({"worse", "much_worse"})
CLEAN_AFTER = timedelta(hours=72)
FOLLOW_UP_GAP = timedelta(minutes=45)
NIGHT_ENDS_HOUR = 4  # before four o'clock "tomorrow morning" still means after this night

Response = Literal["helped", "not_yet", "stopped", "seen_fine", "seen_wait"]


@dataclass(frozen=True, slots=True)
class Opening:
    """A new escalation to open, with what it tells; it takes the place of `replaces`."""

    level: Level
    reasons: tuple[str, ...]
    replaces: EscalationId | None = None


def decide(
    current: Escalation | None,
    verdict: Verdict,
    rules: Rules,
    interview_id: InterviewId | None = None,
) -> Opening | None:
    """The escalation this verdict opens, if any. Only reasons of doctor or higher count.

    An emergency or urgent symptom opens one with each new report; within the interview that
    opened the current one, only what is new does. Reasons that merely still stand (a doctor's
    rule, or the clearable fall_risk) open nothing while an escalation holds them.

    The new one tells the reasons of the one it replaces too, at the higher level of both. Only
    where help was found for those does it tell what is new at its own level: the others it holds.
    """
    if verdict.level < Level.DOCTOR:
        return None
    reasons = {each for each in verdict.reasons if rules.rule(each).level >= Level.DOCTOR}
    if current is None or not current.is_open:
        return Opening(verdict.level, rules.in_order(reasons))
    same_report = interview_id is not None and interview_id == current.interview_id
    # A doctor's advice that was said to have stopped is over, but for what it holds.
    over = current.state is EscalationState.STOPPED and current.level <= Level.DOCTOR
    again = reasons.intersection(current.reasons) if over else set()
    again |= {each for each in reasons if _counts_each_time(each, rules)}
    reported_again = bool(again) and not same_report
    known = set(current.all_reasons)
    if reasons <= known and verdict.level <= current.gravest and not reported_again:
        return None
    if over or current.state is EscalationState.HELPED:
        return Opening(verdict.level, rules.in_order(reasons), current.id)
    level = max(verdict.level, current.level)
    return Opening(level, rules.in_order(reasons.union(current.reasons)), current.id)


def news(verdict: Verdict, told: Collection[str], rules: Rules) -> Verdict:
    """What a verdict says beyond the reasons that led to advice before."""
    reasons = tuple(each for each in verdict.reasons if each not in told)
    level = max((rules.rule(each).level for each in reasons), default=Level.SELF_CARE)
    return Verdict(level, reasons)


def alarms(verdict: Verdict, rules: Rules) -> Verdict:
    """What of a verdict counts with each report, whatever a doctor has checked before."""
    reasons = tuple(each for each in verdict.reasons if _counts_each_time(each, rules))
    level = max((rules.rule(each).level for each in reasons), default=Level.SELF_CARE)
    return Verdict(level, reasons)


def ordinary(verdict: Verdict, rules: Rules) -> Verdict:
    """What of a verdict needs no doctor, and so no advice of a doctor's level speaks of.

    A sign that does for another reason, as a large bruise with blood thinners, is not ordinary.
    """
    fired = [(sign, rule) for sign, rule in rules.by_sign if rule.id in verdict.reasons]
    grave = {sign for sign, rule in fired if sign and rule.level >= Level.DOCTOR}
    reasons = tuple(
        rule.id for sign, rule in fired if rule.level < Level.DOCTOR and sign not in grave
    )
    level = max((rules.rule(each).level for each in reasons), default=Level.SELF_CARE)
    return Verdict(level, reasons)


def _counts_each_time(rule_id: str, rules: Rules) -> bool:
    rule = rules.rule(rule_id)
    return rule.level >= Level.URGENT and not rule.clearable


def follow_ups(
    opening_level: Level,
    opened_at: datetime,
    zone: str,
    preferences: Preferences,
    rules: Rules,
) -> tuple[PlannedMessage, ...]:
    """The escalation's own message, due at once at any hour, and its follow-ups by due time.

    None expires. A morning follow-up that would come right after another one waits for the next
    morning; any other such follow-up is left out.
    """
    level_id = opening_level.id
    messages = [_message(Kind.ESCALATION, f"escalation_{level_id}", 0, opened_at)]
    earliest = opened_at
    for follow_up in rules.levels[opening_level].follow_ups:
        times = _times(follow_up, opened_at, zone, preferences)
        at = next((at for at in times if at >= earliest), None)
        if at is not None:
            sequence = len(messages)
            messages.append(_message(Kind.FOLLOW_UP, f"follow_up_{level_id}", sequence, at))
            earliest = at + FOLLOW_UP_GAP
    return tuple(messages)


def _times(
    follow_up: FollowUp, opened_at: datetime, zone: str, preferences: Preferences
) -> Iterator[datetime]:
    """When a follow-up may come, the wanted time first."""
    if isinstance(follow_up, After):
        at = opened_at + follow_up.delay
        yield at if follow_up.quiet_allowed else end_of_quiet(at, zone, preferences.quiet)
        return
    opened = local(opened_at, zone)
    evening_before = opened.hour < NIGHT_ENDS_HOUR
    first = opened.date() + timedelta(days=follow_up.days - evening_before)
    for later in range(3):
        slot = resolve(first + timedelta(days=later), preferences.morning, zone)
        yield end_of_quiet(slot, zone, preferences.quiet)


def _message(kind: Kind, item: str, sequence: int, due_at: datetime) -> PlannedMessage:
    return PlannedMessage(kind=kind, item=item, sequence=sequence, due_at=due_at, expires_at=None)


def comes_from(reasons: Collection[str], sign: str, rules: Rules) -> bool:
    """Whether one of these reasons, of doctor or higher, is this sign."""
    return any(rule.id in reasons for rule in _of_sign(sign, rules))


def covers(escalation: Escalation | None, sign: str, rules: Rules) -> bool:
    """Whether standing advice answers a report of this sign already.

    It does while it names the sign and nobody has said what became of it. A sign that leads to no
    such advice is covered by any.
    """
    if escalation is None or not escalation.is_open:
        return False
    if not _of_sign(sign, rules):
        return True
    names_it = comes_from(escalation.reasons, sign, rules)
    return names_it and escalation.state is EscalationState.OPEN


def _of_sign(sign: str, rules: Rules) -> tuple[Rule, ...]:
    return tuple(
        rule for each, rule in rules.by_sign if each == sign and rule.level >= Level.DOCTOR
    )


def pauses(escalation: Escalation | None, rules: Rules) -> frozenset[Kind]:
    """The kinds of message that must not go out while this escalation stands."""
    if escalation is None or not escalation.is_open:
        return frozenset()
    return rules.levels[escalation.gravest].pauses


def pauses_massage_talk(escalation: Escalation | None, rules: Rules) -> bool:
    """Whether nothing may be said about another massage while this escalation stands."""
    if escalation is None or not escalation.is_open:
        return False
    return rules.levels[escalation.gravest].pauses_massage_talk


def respond(escalation: Escalation, response: Response, now: datetime) -> Escalation:
    """The escalation after a button under it; a closed one stays as it is.

    "It has stopped" releases a doctor's escalation only, and none that holds more. `seen_fine` and
    `seen_wait` are what the professional said about stretching and massage.
    """
    if not escalation.is_open:
        return escalation
    match response:
        case "seen_fine":
            return _release(escalation, "seen", now)
        case "stopped" if escalation.gravest <= Level.DOCTOR:
            return _release(escalation, "stopped", now)
        case "stopped":
            state = EscalationState.STOPPED
        case "helped":
            state = EscalationState.HELPED
        case "seen_wait" if escalation.state is not EscalationState.OPEN:
            state = EscalationState.HELPED
        case "not_yet" | "seen_wait":  # not seen, and no word of help before
            state = EscalationState.OPEN
    if state is escalation.state:
        return escalation  # a second tap must not start the 72 hours anew
    return replace(escalation, state=state, changed_at=now)


def _release(escalation: Escalation, release: str, now: datetime) -> Escalation:
    return replace(escalation, state=EscalationState.RELEASED, release=release, changed_at=now)


def cleared_by(escalation: Escalation, rules: Rules) -> frozenset[str]:
    """The reasons a doctor's "fine" clears for the time to come; symptoms of alarm never are."""
    return frozenset(
        rule.id for rule in rules.rules if rule.clearable and rule.id in escalation.all_reasons
    )


def released_by_clean_check_in(
    escalation: Escalation, checkin: CheckIn, verdict: Verdict, now: datetime
) -> bool:
    """Whether this check-in lifts an escalation of which the person said it has stopped.

    It does 72 h after they said so, finished to the end, danger signs and all, with a verdict
    below doctor. The check-in itself must lie after those 72 h. Pain that is worse is not clean.
    """
    if escalation.state is not EscalationState.STOPPED or verdict.level >= Level.DOCTOR:
        return False
    if escalation.held:  # of that, nobody has said that it has stopped
        return False
    if not (checkin.complete and checkin.signs_answered) or checkin.change in WORSE:
        return False
    return min(checkin.at, now) - escalation.changed_at >= CLEAN_AFTER
