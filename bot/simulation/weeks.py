"""A persona's weeks: from one due instant or act to the next, and nothing between."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot.care.model import END, ChatId, InterviewState
from bot.service import answering, people
from bot.service.practice import Practice
from bot.simulation import deeds
from bot.simulation.delivery import deliver
from bot.simulation.person import CHAT_ID
from bot.simulation.stage import Stage
from bot.store import escalations, interviews
from bot.store import people as kept
from bot.store.database import Database

if TYPE_CHECKING:
    from datetime import datetime

    from bot.care.model import PersonId
    from bot.library.library import Library
    from bot.library.personas import Persona

PLAN_LASTS = timedelta(days=28)
LAST_LOOK = timedelta(days=1)  # for the reminder and the answer after the last check-in
IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a private folder in it, where there is one


async def simulate(persona: Persona, library: Library) -> list[str]:
    """The lines of a persona's timeline, from the first act to a day after the last plan.

    Everything happens in a database of its own, which is gone at the end.
    """
    with tempfile.TemporaryDirectory(prefix="aftercare-", dir=_in_memory()) as folder:
        database = await Database.open(f"sqlite:///{folder}/aftercare.db", inline=True)
        try:
            return await _pass(persona, Practice(database, library, persona.country or "default"))
        finally:
            await database.close()


def _in_memory() -> Path | None:
    return IN_MEMORY if IN_MEMORY.is_dir() else None


async def _pass(persona: Persona, practice: Practice) -> list[str]:
    """Let everything happen in its order; what is due goes before what is done."""
    begin = persona.begins()
    stage = Stage(persona, practice, await _join(persona, practice, begin), begin)
    stage.hands.delivered = partial(deliver, stage)
    deeds.schedule(stage)
    end = persona.sessions[-1].at.in_zone(persona.zone) + PLAN_LASTS + LAST_LOOK
    while (at := await stage.next_instant()) <= end:
        stage.now = max(stage.now, at)
        if await stage.due_at() <= stage.now:
            await deliver(stage)
        else:
            await stage.next_act()()
    async with practice.database.reading() as tx:
        standing = await escalations.current(tx, stage.person_id)
    return stage.timeline.lines(standing.level.id if standing else None)


async def _join(persona: Persona, practice: Practice, now: datetime) -> PersonId:
    """Everything up to the first massage, as the start and the settings keep it."""
    person = await people.join(practice, ChatId(CHAT_ID), language=persona.language, now=now)
    person = replace(
        person,
        zone=persona.zone,
        country=persona.country,
        profile=persona.profile.to_profile(),
        preferences=persona.preferences.to_preferences(),
    )
    async with practice.database.transaction() as tx:
        await kept.save(tx, person)
    asked = (await answering.begin(practice, person.id, "profile", now)).interview.id
    await answering.shown(practice, asked, END)
    async with practice.database.transaction() as tx:
        await interviews.close(tx, asked, state=InterviewState.COMPLETE, at=now)
    return (await people.settle_in(practice, person.id, now)).id
