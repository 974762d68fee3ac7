"""What may be done to the queue, drawn at random, and its rows as the naive queue has them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from bot.care.model import (
    CHECK_INS,
    NUDGES,
    SAFETY,
    Kind,
    Occurrence,
    OccurrenceState,
    PlannedMessage,
)
from bot.delivery.sender import Drop
from tests.store.makers import MINUTE, NOW
from tests.store.naive_queue import Key, Row, key_of

if TYPE_CHECKING:
    from datetime import datetime


OWNERS = ("one", "two")
LEASE_S = 60.0
MOST = 12  # messages in one run, so that much happens to each
ENDED = frozenset(OccurrenceState) - {OccurrenceState.PLANNED, OccurrenceState.LEASED}
# How many seconds a safety message in doubt waits, by how often it was in doubt before; beyond
# that, half an hour.
SAFETY_AFTER_S = {0: 2, 1: 2, 2: 2, 3: 60, 4: 120, 5: 240, 6: 480, 7: 960}
LONGEST_S = 1920
DROPS = (
    Drop(OccurrenceState.EXPIRED, "too late"),
    Drop(OccurrenceState.CANCELLED, "no longer true"),
)

owners = st.sampled_from(OWNERS)
people_of_two = st.integers(0, 1)
anchors = st.sampled_from(["session", "escalation", "neither"])
minutes = st.integers(-3, 3).map(lambda count: count * MINUTE)
passing = st.sampled_from([0, 0, 1, 60_000, 120_000, 2_400_000]).map(
    lambda count: timedelta(milliseconds=count)
)
changes: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.fixed_dictionaries(
        {
            "kinds": st.sampled_from([None, NUDGES, CHECK_INS, SAFETY, NUDGES | CHECK_INS]),
            "anchor": st.sampled_from(["neither", "neither", "session", "escalation"]),
            "item": st.sampled_from([None, None, None, "a"]),
            "sequence": st.sampled_from([None, None, None, 1]),
        }
    ),
    st.fixed_dictionaries({"kind": st.sampled_from(sorted(SAFETY)), "by": minutes}),
    st.just({}),
)
places = st.integers(0, 999)
endings = st.sampled_from(
    [
        *("acknowledge", "acknowledge", "release", "uncertain", "fail", "drop"),
        *("late release", "late uncertain"),  # of a lease before the one that is held
    ]
)


@st.composite
def planned_messages(draw: st.DrawFn) -> PlannedMessage:
    """One of few items, so that the same is often planned twice. Safety is never too late."""
    kind = draw(st.sampled_from(Kind))
    due_at = NOW + draw(minutes)
    lasts = None if kind in SAFETY else draw(st.none() | st.just(2 * MINUTE))
    return PlannedMessage(
        kind=kind,
        item=draw(st.sampled_from(["a", "b"])),
        sequence=draw(st.integers(0, 1)),
        due_at=due_at,
        expires_at=None if lasts is None else due_at + lasts,
    )


def repeated_at(occurrence: Occurrence, now: datetime) -> datetime | None:
    """When a message in doubt is to come again: never a nudge, a check-in after a minute."""
    kind = occurrence.message.kind
    if kind in NUDGES:
        return None
    wait_s = SAFETY_AFTER_S.get(occurrence.doubts, LONGEST_S) if kind in SAFETY else 60
    return now + timedelta(seconds=wait_s)


def key(occurrence: Occurrence) -> Key:
    message = occurrence.message
    return key_of(
        Row(
            person=occurrence.person_id,
            session=occurrence.session_id,
            escalation=occurrence.escalation_id,
            kind=message.kind,
            item=message.item,
            sequence=message.sequence,
            version=occurrence.plan_version,
            due=message.due_at,
            expires=message.expires_at,
        )
    )


def as_row(stored: Any) -> Row:
    return Row(
        person=stored["person_id"],
        session=stored["session_id"],
        escalation=stored["escalation_id"],
        kind=stored["kind"],
        item=stored["item"],
        sequence=stored["sequence"],
        version=stored["plan_version"],
        due=stored["due_at"],
        expires=stored["expires_at"],
        state=stored["state"],
        attempts=stored["attempts"],
        doubts=stored["doubts"],
        put_off=None
        if stored["put_off_ms"] is None
        else timedelta(milliseconds=stored["put_off_ms"]),
        repeat=stored["repeat"],
        owner=stored["owner"],
        until=stored["leased_until"],
        message_id=stored["message_id"],
        sent_at=stored["sent_at"],
        reason=stored["reason"],
    )
