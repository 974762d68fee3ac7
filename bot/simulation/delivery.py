"""What is due, handed out as the courier would: by priority, composed at the last moment."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.care.model import OccurrenceState
from bot.service import due
from bot.simulation import deeds
from bot.store import queue
from bot.telegram.compose import compose

if TYPE_CHECKING:
    from bot.care.model import Occurrence
    from bot.simulation.stage import Stage
    from bot.telegram.views.view import PlainView, View

LEASE = timedelta(minutes=1)
TOGETHER = 50
OWNER = "simulation"


async def deliver(stage: Stage) -> None:
    """Hand out everything that is due, and let the persona see it."""
    if await stage.due_at() > stage.now:
        return
    stage.plan_changed()
    async with stage.practice.database.transaction() as tx:
        leased = await queue.lease(
            tx, owner=OWNER, now=stage.now, until=stage.now + LEASE, limit=TOGETHER
        )
    sent = [await _send(stage, each) for each in leased]
    if not all(sent):
        await stage.tell_losses()


async def _send(stage: Stage, occurrence: Occurrence) -> bool:
    """Compose and send one message; False where it is not sent after all."""
    view = await _composed(stage, occurrence)
    kind, item = occurrence.message.kind, occurrence.message.item
    if isinstance(view, due.Postponed | due.Withheld):
        await _keep_back(stage, occurrence, view)
        if isinstance(view, due.Postponed):
            stage.timeline.later(stage.now, kind.value, item, view.reason)
        return False
    note = stage.phone.receive(view.text, view.keyboard.to_dict() if view.keyboard else None)
    stage.phone.look()  # it is told here, as what nobody asked for
    async with stage.practice.database.transaction() as tx:
        await queue.acknowledge(tx, occurrence.id, owner=OWNER, message_id=note.id, at=stage.now)
    labels = [each.label for each in note.buttons]
    stage.timeline.message(stage.now, kind, item, note.text, labels)
    deeds.react(stage, occurrence, note)
    return True


async def _composed(
    stage: Stage, occurrence: Occurrence
) -> View | PlainView | due.Withheld | due.Postponed:
    expires_at = occurrence.message.expires_at
    if expires_at is not None and expires_at <= stage.now:
        return due.Withheld(OccurrenceState.EXPIRED, "too late")
    return await compose(stage.practice, occurrence, stage.now)


async def _keep_back(
    stage: Stage, occurrence: Occurrence, why: due.Withheld | due.Postponed
) -> None:
    async with stage.practice.database.transaction() as tx:
        if isinstance(why, due.Postponed):
            await queue.release(
                tx,
                occurrence,
                owner=OWNER,
                at=stage.now,
                due_at=why.until,
                reason=why.reason,
            )
            return
        expired = why.state is OccurrenceState.EXPIRED
        await queue.drop(
            tx,
            occurrence,
            owner=OWNER,
            state=OccurrenceState.EXPIRED if expired else OccurrenceState.CANCELLED,
            reason=why.reason,
        )
