"""Nudges that a massage would bring, and that the plan left out: which, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.care import drafts, timing
from bot.care import escalation as escalating
from bot.care.plan_content import PlanRequest
from bot.store import escalations, occurrences

if TYPE_CHECKING:
    from datetime import datetime

    from bot.care.model import Kind, Person
    from bot.library.library import Library
    from bot.store.transaction import Transaction

MOST = 500

Missing = tuple["Kind", str, "datetime", str]


async def of(
    tx: Transaction, library: Library, person: Person, session_at: datetime, now: datetime
) -> list[Missing]:
    """Kind, item, the time it was meant for, and the reason, in the order of the plan."""
    assert person.zone is not None
    wanted = drafts.nudges(
        PlanRequest(
            session_at=session_at,
            now=now,
            zone=person.zone,
            profile=person.profile,
            preferences=person.preferences,
        ),
        library.plan,
    )
    planned = {
        (each.message.item, each.message.sequence)
        for each in await occurrences.upcoming(tx, person.id, limit=MOST)
    }
    paused = escalating.pauses(await escalations.current(tx, person.id), library.rules)
    missing: list[Missing] = []
    for draft in wanted:
        if draft.key in planned or draft.kind in paused:
            continue
        why = "no room between the other messages"
        if draft.meant_at <= now:
            why = "its time had passed"
        elif timing.is_quiet(draft.meant_at, person.zone, person.preferences.quiet):
            why = "quiet hours"
        missing.append((draft.kind, draft.item, draft.meant_at, why))
    return missing
