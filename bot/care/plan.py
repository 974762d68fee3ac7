"""A session, a person and the content of the plan, laid out as messages with their times.

Laying out is greedy and repeatable: check-ins first, then their reminders, then nudges, each at
the first moment that is not quiet, keeps the gap and leaves room in the day. A message takes its
place looking only at what comes before it in that order, and then makes way for what was really
sent; so a plan laid out anew half-way goes on as it was.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.care.model import Kind, PlannedMessage
from bot.care.placing import Calendar
from bot.care.timing import next_quiet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

from bot.care.drafts import EXERCISE_KINDS, Draft, check_ins, nudges
from bot.care.plan_content import (
    AfterSession,
    Audience,
    Caps,
    Morning,
    PlanContent,
    PlanItem,
    PlanRequest,
    Sent,
    Slot,
    Slots,
)

__all__ = [
    "AfterSession",
    "Audience",
    "Caps",
    "Morning",
    "PlanContent",
    "PlanItem",
    "PlanRequest",
    "Sent",
    "Slot",
    "Slots",
    "lay_out",
]

LAST_REMINDER_LATENESS = timedelta(days=1)


@dataclass(slots=True)
class _Board:
    """The layout in the making.

    `ordered` holds what comes earlier in the order of placing, `taken` also all that was sent:
    where nothing was, they are the same.
    """

    request: PlanRequest
    ordered: Calendar
    taken: Calendar
    sent: dict[tuple[str, int], Sent]
    placed: list[PlannedMessage] = field(default_factory=list)

    def take(self, at: datetime, draft: Draft) -> None:
        """Give this moment to the draft."""
        self.ordered.add(at)
        if self.taken is not self.ordered:
            self.taken.add(at)
        self.placed.append(_message(draft, at, self.request))


def lay_out(request: PlanRequest, content: PlanContent) -> tuple[PlannedMessage, ...]:
    """The messages still to come for this session, by due time.

    No message falls in quiet hours, none makes a local day hold more than the cap, and no two are
    closer than the gap, all counting what was `sent`. Check-ins in hours are elapsed time, slots
    are wall times. What should have gone before `now` is dropped, save the latest check-in: it
    comes a gap from now, so that the danger signs are asked also after a massage logged late.
    """
    board = _board(request, content)
    checkins = _place_check_ins(board, content)
    if Kind.REMINDER not in request.paused:
        for reminder in _reminders(checkins, board, content):
            _place(board, reminder)
    for nudge in nudges(request, content):
        _place(board, nudge)
    return tuple(sorted(board.placed, key=lambda message: message.due_at))


def _board(request: PlanRequest, content: PlanContent) -> _Board:
    own_items = {item.id for item in content.items}
    own_items |= {f"{item.id}_reminder" for item in content.items if item.kind is Kind.CHECK_IN}
    own = [sent for sent in request.sent if sent.of_this_session and sent.item in own_items]
    others = [sent for sent in request.sent if sent not in own]
    caps, quiet = content.caps, request.preferences.quiet

    def calendar(held: Iterable[Sent]) -> Calendar:
        filled = Calendar(request.zone, quiet, caps.per_day, caps.gap)
        for sent in held:
            filled.add(sent.at, counts=not sent.asked_for)
        return filled

    ordered = calendar(others)
    return _Board(
        request=request,
        ordered=ordered,
        taken=calendar(request.sent) if request.sent else ordered,
        sent={(sent.item, sent.sequence): sent for sent in own},
    )


def _place(board: _Board, draft: Draft) -> datetime | None:
    """Give the draft its time; the time it has or had, or None when it is dropped or past."""
    sent = board.sent.get(draft.key)
    if sent is not None:
        board.ordered.add(sent.at)
        return sent.at
    wait = draft.kind is Kind.CHECK_IN or draft.kind is Kind.REMINDER
    at = board.ordered.first_free(draft.meant_at, latest=draft.latest, wait_for_quiet=wait)
    if at is None or at <= board.request.now:
        return None
    if board.taken is not board.ordered:
        at = board.taken.first_free(at, latest=draft.latest, wait_for_quiet=wait)
    if at is not None:
        board.take(at, draft)
    return at


def _message(draft: Draft, due_at: datetime, request: PlanRequest) -> PlannedMessage:
    return PlannedMessage(
        kind=draft.kind,
        item=draft.item,
        sequence=draft.sequence,
        due_at=due_at,
        expires_at=_expiry(draft, due_at, request),
        subject=draft.subject,
        local_date=draft.local_date,
        wall=draft.wall,
    )


def _expiry(draft: Draft, due_at: datetime, request: PlanRequest) -> datetime | None:
    """A nudge keeps its lateness in delivery too, but never into quiet hours or the next slot."""
    if draft.kind is Kind.REMINDER:
        return draft.latest
    if draft.lateness is None:
        return None
    ends = [due_at + draft.lateness, next_quiet(due_at, request.zone, request.preferences.quiet)]
    if draft.kind in EXERCISE_KINDS:
        ends.append(draft.latest)
    return min(end for end in ends if end is not None)


def _place_check_ins(board: _Board, content: PlanContent) -> list[tuple[Draft, datetime]]:
    """Place every check-in; those that have or had a time, by that time."""
    timed: list[tuple[Draft, datetime]] = []
    past: Draft | None = None
    for draft in check_ins(board.request, content):
        at = _place(board, draft)
        if at is not None:
            timed.append((draft, at))
        if at is None or draft.key in board.sent:
            past = draft
    if past is not None and past.key not in board.sent:
        timed.extend(_catch_up(board, content, past, [at for _, at in timed]))
    return sorted(timed, key=lambda pair: pair[1])


def _catch_up(
    board: _Board, content: PlanContent, draft: Draft, others: Sequence[datetime]
) -> Iterator[tuple[Draft, datetime]]:
    """The missed check-in, a gap from now, unless the next one comes about as soon."""
    gap, now = content.caps.gap, board.request.now
    at = board.taken.first_free(now + gap, latest=None, wait_for_quiet=True)
    following = min((other for other in others if other > now), default=None)
    if at is None or (following is not None and following - at <= gap):
        return
    board.take(at, draft)
    yield draft, at


def _reminders(
    checkins: Sequence[tuple[Draft, datetime]], board: _Board, content: PlanContent
) -> Iterator[Draft]:
    """Each check-in once more, worth it until the next one comes."""
    following = [at for _, at in checkins[1:]]
    for index, (draft, at) in enumerate(checkins):
        sent = board.sent.get(draft.key)
        if sent is not None and sent.answered:
            continue
        meant_at = at + content.reminder_after
        last = meant_at + LAST_REMINDER_LATENESS
        yield Draft(
            kind=Kind.REMINDER,
            item=f"{draft.item}_reminder",
            sequence=draft.sequence,
            meant_at=meant_at,
            latest=following[index] if index < len(following) else last,
            subject=draft.subject,
        )
