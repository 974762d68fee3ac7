"""Interviews that the housekeeping ends or judges, each apart from the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from bot.care import timing
from bot.store import people

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime

    from bot.care.model import Interview, Person
    from bot.service.practice import Practice

log = structlog.get_logger(__name__)


async def settle_each(
    practice: Practice,
    found: Sequence[Interview],
    now: datetime,
    settle: Callable[[Practice, Interview, datetime], Awaitable[bool]],
) -> int:
    """How many of these `settle` settled; for whoever has quiet hours now it is not asked.

    One that fails is logged and does not keep the others waiting.
    """
    if not found:
        return 0
    async with practice.database.reading() as tx:
        persons = await people.several(tx, [each.person_id for each in found])
    settled = 0
    for interview in found:
        try:
            person = persons.get(interview.person_id)
            if person is not None and not _is_quiet(person, now):
                settled += await settle(practice, interview, now)
        except Exception:
            log.exception("interview_not_settled", interview=interview.id)
    return settled


def _is_quiet(person: Person, now: datetime) -> bool:
    return timing.is_quiet(now, person.zone or "UTC", person.preferences.quiet)
