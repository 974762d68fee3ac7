"""The lines of the plan for one person, each with the time it was meant for.

Drafts know nothing of quiet hours, caps or each other; `plan.lay_out` places them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from bot.care.model import Kind, Profile
from bot.care.plan_content import AfterSession, Morning, PlanContent, PlanRequest, Slot, Slots
from bot.care.suitable import concerns, may_get, turns
from bot.care.timing import local, next_wall, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

STRENGTHENING_EVERY = 3
EXERCISE_KINDS = frozenset({Kind.MOVEMENT, Kind.STRETCH, Kind.STRENGTHENING})


@dataclass(frozen=True, slots=True)
class _Exercises:
    """What takes turns for one person: stretches by group, and strengthening."""

    groups: tuple[tuple[str, ...], ...]
    strengthening: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message with the time it was meant for, and the time after which it is pointless."""

    kind: Kind
    item: str
    sequence: int
    meant_at: datetime
    latest: datetime | None = None
    lateness: timedelta | None = None
    subject: str | None = None
    local_date: date | None = None
    wall: time | None = None

    @property
    def key(self) -> tuple[str, int]:
        """What tells it from the plan's other messages, also after a new layout."""
        return (self.item, self.sequence)


def check_ins(request: PlanRequest, content: PlanContent) -> list[Draft]:
    """All check-ins, at elapsed times after the session, in the order they were meant to come."""
    drafts = [
        Draft(
            kind=Kind.CHECK_IN,
            item=item.id,
            sequence=1,
            meant_at=request.session_at + item.delay,
            subject=item.interview,
        )
        for item in content.items
        if isinstance(item, AfterSession) and item.kind is Kind.CHECK_IN
    ]
    wanted = [] if Kind.CHECK_IN in request.paused else drafts
    return sorted(wanted, key=lambda draft: draft.meant_at)


def nudges(request: PlanRequest, content: PlanContent) -> list[Draft]:
    """All nudges this person wants and may have, in the order they were meant to come."""
    singles = [
        draft
        for item in content.items
        if not isinstance(item, Slots) and item.kind is not Kind.CHECK_IN
        for draft in [_single(item, request)]
    ]
    drafts = [draft for draft in (*singles, *_turns(request, content)) if _wanted(draft, request)]
    return sorted(drafts, key=lambda draft: draft.meant_at)


def _wanted(draft: Draft, request: PlanRequest) -> bool:
    if draft.kind in request.paused or not may_get(draft.kind, request.profile):
        return False
    if draft.kind is Kind.HYDRATION:
        return request.preferences.hydration
    return request.preferences.stretching or draft.kind not in EXERCISE_KINDS


def _single(item: AfterSession | Morning, request: PlanRequest) -> Draft:
    if isinstance(item, AfterSession):
        meant_at, day, wall = request.session_at + item.delay, None, None
    else:
        wall = request.preferences.morning
        day = local(request.session_at, request.zone).date() + timedelta(days=item.day)
        meant_at = resolve(day, wall, request.zone)
    return Draft(
        kind=item.kind,
        item=item.id,
        sequence=1,
        meant_at=meant_at,
        latest=_latest(item.kind, meant_at, item.lateness, request),
        lateness=item.lateness,
        local_date=day,
        wall=wall,
    )


def _latest(
    kind: Kind, meant_at: datetime, lateness: timedelta | None, request: PlanRequest
) -> datetime | None:
    """How late it may become: an exercise gives way to the person's next slot."""
    if lateness is None:
        return None
    latest = meant_at + lateness
    if kind not in EXERCISE_KINDS:
        return latest
    preferences = request.preferences
    slots = {preferences.morning, preferences.evening}
    return min(latest, *(next_wall(meant_at, wall, request.zone) for wall in slots))


def _turns(request: PlanRequest, content: PlanContent) -> Iterator[Draft]:
    """The slots, each with the exercise whose turn it is.

    Turns count slots, whether or not they are sent, so that the rotation goes on where it was
    after a pause or a new layout. The sequence names day and slot for the same reason.
    """
    exercises = _exercises(request, content)
    first_day = local(request.session_at, request.zone).date()
    turn = 0
    for item in content.items:
        if not isinstance(item, Slots):
            continue
        for day, slot in _days(item, request.profile):
            kind, subject = _exercise(item.kind, turn, request, exercises)
            turn += 1
            local_date = first_day + timedelta(days=day)
            wall = getattr(request.preferences, slot)
            meant_at = resolve(local_date, wall, request.zone)
            yield Draft(
                kind=kind,
                item=item.id,
                sequence=2 * day + (slot == "evening"),
                meant_at=meant_at,
                latest=_latest(kind, meant_at, item.lateness, request),
                lateness=item.lateness,
                subject=subject,
                local_date=local_date,
                wall=wall,
            )


def _days(item: Slots, profile: Profile) -> Iterator[tuple[int, Slot]]:
    both = item.daily_both_for is not None and item.daily_both_for.includes(profile)
    slots: tuple[Slot, ...] = ("morning", "evening") if both else item.slots
    for day in range(item.first_day, item.last_day + 1, 1 if both else item.every_days):
        for slot in slots:
            yield day, slot


def _exercises(request: PlanRequest, content: PlanContent) -> _Exercises:
    """What suits this person; each exercise of their own is a group beside the muscle groups."""
    held = concerns(request.profile)
    groups = [turns(group, held, content.avoid) for group in content.rotation]
    own = [(each,) for each in request.own]
    return _Exercises(
        groups=tuple(group for group in (*groups, *own) if group),
        strengthening=turns(content.strengthening, held, content.avoid),
    )


def _exercise(
    kind: Kind, turn: int, request: PlanRequest, exercises: _Exercises
) -> tuple[Kind, str | None]:
    """What the slot with this turn, counted from 0, is for."""
    if kind is not Kind.STRETCH:
        return kind, None
    stronger, groups = exercises.strengthening, exercises.groups
    allowed = request.strengthening and Kind.STRENGTHENING not in request.paused
    if allowed and stronger and turn % STRENGTHENING_EVERY == STRENGTHENING_EVERY - 1:
        return Kind.STRENGTHENING, stronger[turn // STRENGTHENING_EVERY % len(stronger)]
    if not groups:
        return kind, None
    group = groups[turn % len(groups)]
    return kind, group[turn // len(groups) % len(group)]
