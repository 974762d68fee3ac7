"""Leased occurrences on their way: composed, sent, and their endings written down."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import structlog

from bot.care.model import SAFETY, Occurrence, OccurrenceId, OccurrenceState, PersonId
from bot.delivery.clock import Clock, after
from bot.delivery.line import Line
from bot.delivery.sender import (
    Compose,
    Drop,
    Gone,
    NotSent,
    Outcome,
    Parcel,
    Refused,
    Sent,
    Uncertain,
    Wait,
    send,
)

if TYPE_CHECKING:
    from telegram import Bot

    from bot.delivery.backoff import Backoff
    from bot.delivery.budget import BotBudget, ChatPace
    from bot.delivery.metrics import Metrics
    from bot.delivery.queue import Queue

OnGone = Callable[[PersonId, datetime], Awaitable[None]]
OnSent = Callable[[Occurrence, int, datetime], Awaitable[None]]
OnUpload = Callable[[str, str], Awaitable[None]]
Group = dict[OccurrenceId, Occurrence]
"""What one task answers for; what it has handed on or ended is gone from it."""
Launch = Callable[[Coroutine[Any, Any, None], Group], None]
"""Start work as a task of its own that answers for these."""
Parcels = list[tuple[Occurrence, Parcel]]

COMPOSE_TRIES = 3
COMPOSE_S = 10.0
SAFETY_RETRY_S = 5.0  # how soon a safety message tries a broken line again, at the latest
SECOND_LOOK_S = 1.0  # after an error of ours, long enough that it is no tight loop
SEND_S = 40.0  # a bound above the transport's own, below the lease

log = structlog.get_logger(__name__)


class Round:
    """Carries messages to their endings: composed in groups, sent each as its own task.

    `tally` counts endings by name: sent, released, uncertain, failed, gone, dropped, lost.
    `sending` holds what is on the wire. `put_back` is called when a message is planned again,
    or what was held up may leave.
    """

    def __init__(
        self,
        *,
        queue: Queue,
        clock: Clock,
        bot: Bot,
        compose: Compose,
        budget: BotBudget,
        pace: ChatPace,
        backoff: Backoff,
        on_gone: OnGone,
        on_sent: OnSent | None,
        on_upload: OnUpload | None,
        put_back: Callable[[], None],
        launch: Launch,
        metrics: Metrics,
    ) -> None:
        self._queue = queue
        self._clock = clock
        self._bot = bot
        self._compose = compose
        self._budget = budget
        self._pace = pace
        self._backoff = backoff
        self._on_gone = on_gone
        self._on_sent = on_sent
        self._on_upload = on_upload
        self._put_back = put_back
        self._launch = launch
        self._metrics = metrics
        self._compose_failures: Counter[OccurrenceId] = Counter()
        self._line = Line(bot, budget, backoff, let_go=put_back)
        self.sending: set[OccurrenceId] = set()
        self.tally: Counter[str] = Counter()

    async def deliver(self, group: Group, leaves_at: Mapping[OccurrenceId, float]) -> None:
        """See leased occurrences through; each leaves at its time, by the loop's clock, or later.

        1. too late to be worth sending: expired, and nothing is composed
        2. while Telegram gives no answers: back into the queue, but for one on trial
        3. compose, from what is true now
        4. wait for their turn
        5. cancelled since the lease: let go
        6. send, each once
        7. write down what became of it
        """
        now = self._clock.now()
        for each in tuple(group.values()):
            expires_at = each.message.expires_at
            if expires_at is not None and expires_at <= now:
                too_late = self._drop(each, Drop(OccurrenceState.EXPIRED, "too late"))
                self._launch(too_late, _apart(group, each))
        if not self._line.is_open:
            await self._try_one(group)
            now = self._clock.now()
        due = tuple(group.values())
        if not due:
            return
        try:
            async with asyncio.timeout(COMPOSE_S):
                composed = await self._compose(due, now)
        except Exception:
            await self._not_composed(group, leaves_at)
            return
        together: dict[float, Parcels] = {}
        for occurrence, parcel in self._sorted_out(group, due, composed):
            together.setdefault(leaves_at[occurrence.id], []).append((occurrence, parcel))
        for leave_at, parcels in together.items():
            own = {each.id: group.pop(each.id) for each, _ in parcels}
            self._launch(self._leave(own, parcels, leave_at), own)

    async def _try_one(self, group: Group) -> None:
        """Leave at most one in the group, to go on trial; safety messages stay anyway."""
        waiting = [each for each in group.values() if each.message.kind not in SAFETY]
        for each in waiting[1:]:
            self._launch(self._hold_back(each), _apart(group, each))
        if waiting and not await self._line.tries(waiting[0]):
            self._launch(self._hold_back(waiting[0]), _apart(group, waiting[0]))

    async def _hold_back(self, occurrence: Occurrence) -> None:
        """It stays due: what holds it up is that nothing but safety is leased meanwhile."""
        await self.release(occurrence, self._clock.now(), "Telegram gives no answers")

    async def _not_composed(self, group: Group, leaves_at: Mapping[OccurrenceId, float]) -> None:
        """Within the handling of an error: each is tried alone, so that one fails alone."""
        if len(group) > 1:
            for each in tuple(group.values()):
                own = _apart(group, each)
                self._launch(self.deliver(own, leaves_at), own)
            return
        for each in tuple(group.values()):
            log.exception("compose_failed", **_facts(each))
            await self._compose_failed(each)

    def _sorted_out(
        self, group: Group, due: Sequence[Occurrence], composed: Sequence[Parcel | Drop | Wait]
    ) -> Parcels:
        """What is to be sent; the others go their own ways."""
        parcels: Parcels = []
        for occurrence, what in zip(due, composed, strict=True):
            self._compose_failures.pop(occurrence.id, None)
            if isinstance(what, Parcel):
                parcels.append((occurrence, what))
            elif isinstance(what, Drop):
                self._launch(self._drop(occurrence, what), _apart(group, occurrence))
            else:
                back = self.release(occurrence, what.until, what.reason)
                self._launch(back, _apart(group, occurrence))
        return parcels

    async def _leave(self, group: Group, parcels: Parcels, leave_at: float) -> None:
        """Send these in their turn; where we fail before that, what has not left goes back."""
        try:
            await self._leave_in_turn(group, parcels, leave_at)
        except Exception:
            log.exception("leaving_failed", occurrences=sorted(group))
            due_at = after(self._clock, SECOND_LOOK_S)
            for each in tuple(group.values()):
                back = self.release(each, due_at, "an error before it was sent")
                self._launch(back, _apart(group, each))

    async def _leave_in_turn(self, group: Group, parcels: Parcels, leave_at: float) -> None:
        """Wait for their turn; then send those that are still to be sent.

        A look at the database may take long on a busy machine: then their turn has passed, and
        they wait for another and look again.
        """
        while parcels:
            safety = parcels[0][0].message.kind in SAFETY
            if not safety:
                leave_at = await self._budget.near(leave_at)
                parcels = await self._chats_open(group, parcels, leave_at)
            ours = await self._queue.still_ours([occurrence for occurrence, _ in parcels])
            left_behind: Parcels = []
            for (occurrence, parcel), is_ours in zip(parcels, ours, strict=True):
                if not is_ours:
                    self._launch(self._let_go(occurrence), _apart(group, occurrence))
                elif not safety and not self._line.admits(occurrence):
                    self._launch(self._hold_back(occurrence), _apart(group, occurrence))
                elif safety or await self._budget.leave(leave_at):
                    if safety:
                        self._budget.left()
                    self._pace.left(occurrence.chat_id, self._clock.now())
                    self._launch(self._carry(occurrence, parcel), _apart(group, occurrence))
                else:
                    left_behind.append((occurrence, parcel))
            parcels = left_behind

    async def _chats_open(self, group: Group, parcels: Parcels, leave_at: float) -> Parcels:
        """Those whose chats may have a message now; who must wait a little holds up nobody else."""
        waits = [self._pace.closes_in_s(each.chat_id, self._clock) for each, _ in parcels]
        if not any(waits):
            return parcels
        if len(parcels) == 1:
            await asyncio.sleep(waits[0])
            return parcels
        for (occurrence, parcel), wait_s in zip(parcels, waits, strict=True):
            if wait_s > 0:
                own = _apart(group, occurrence)
                self._launch(self._leave(own, [(occurrence, parcel)], leave_at), own)
        return [each for each, wait_s in zip(parcels, waits, strict=True) if not wait_s]

    async def _let_go(self, occurrence: Occurrence) -> None:
        self._count("lost", occurrence)

    async def _carry(self, occurrence: Occurrence, parcel: Parcel) -> None:
        outcome = await self._send(occurrence, parcel)
        await self._conclude(occurrence, outcome)
        await self._uploaded(occurrence, parcel, outcome)

    async def release(self, occurrence: Occurrence, due_at: datetime, reason: str) -> None:
        """Certainly not sent: back to the queue."""
        self._count("released", occurrence, reason=reason)
        await self._queue.release(occurrence, due_at, reason)
        self._put_back()

    async def uncertain(self, occurrence: Occurrence, reason: str) -> None:
        """Perhaps sent, and nobody knows."""
        self._count("uncertain", occurrence, reason=reason)
        await self._queue.uncertain(occurrence)
        self._put_back()

    async def _send(self, occurrence: Occurrence, parcel: Parcel) -> Outcome:
        self.sending.add(occurrence.id)
        try:
            async with asyncio.timeout(SEND_S):
                return await send(self._bot, occurrence.chat_id, parcel)
        except Exception as error:
            # A defect on the way out may strike after Telegram acted.
            log.exception("send_failed", **_facts(occurrence))
            return Uncertain(type(error).__name__, unanswered=isinstance(error, TimeoutError))

    async def _conclude(self, occurrence: Occurrence, outcome: Outcome) -> None:
        self._mind_the_line(occurrence, outcome)
        match outcome:
            case Sent(message_id):
                await self._sent(occurrence, message_id)
            case NotSent():
                await self._not_sent(occurrence, outcome)
            case Uncertain(reason):
                await self.uncertain(occurrence, reason)
            case Gone(reason):
                await self._gone(occurrence, reason)
            case Refused(reason):
                self._count("failed", occurrence, reason=reason)
                log.error("telegram_refused", reason=reason, **_facts(occurrence))
                await self._queue.fail(occurrence, reason)

    def _mind_the_line(self, occurrence: Occurrence, outcome: Outcome) -> None:
        """What this outcome tells of others; one that was cut off is seen to where it waits."""
        match outcome:
            case Uncertain(unanswered=True):
                self._line.doubted(occurrence)
            case Sent() | Gone() | Refused() | NotSent(scope="chat"):
                self._line.answered()

    async def _sent(self, occurrence: Occurrence, message_id: int) -> None:
        at = self._clock.now()
        if not await self._queue.acknowledge(occurrence, message_id):
            self._count("lost", occurrence)
            return
        self._count("sent", occurrence)
        late = at - occurrence.message.due_at
        self._metrics.sent(occurrence.message.kind, late.total_seconds())
        if self._on_sent is not None:
            await self._call(self._on_sent(occurrence, message_id, at), occurrence)

    async def _uploaded(self, occurrence: Occurrence, parcel: Parcel, outcome: Outcome) -> None:
        """Tell what Telegram calls a photo from now on, where that is new."""
        if not isinstance(outcome, Sent) or outcome.file_id is None or parcel.photo is None:
            return
        if self._on_upload is not None and outcome.file_id != parcel.photo.file_id:
            await self._call(self._on_upload(parcel.photo.key, outcome.file_id), occurrence)

    async def _not_sent(self, occurrence: Occurrence, outcome: NotSent) -> None:
        wait_s = outcome.retry_after_s
        if outcome.scope == "bot":
            wait_s = self._line.cut(occurrence)
        elif wait_s is not None:
            self._pace.pause(occurrence.chat_id, after(self._clock, wait_s))
            await self._call(self._refused(occurrence, wait_s), occurrence)
        if wait_s is None:
            wait_s = self._backoff.wait_s(occurrence.attempts)
        if outcome.scope == "bot" and occurrence.message.kind in SAFETY:
            wait_s = min(wait_s, SAFETY_RETRY_S)
        await self.release(occurrence, after(self._clock, wait_s), outcome.reason)

    async def _refused(self, occurrence: Occurrence, wait_s: float) -> None:
        if await self._budget.refused(occurrence.chat_id, wait_s):
            log.warning("bot_paused_by_telegram", wait_s=wait_s)

    async def _gone(self, occurrence: Occurrence, reason: str) -> None:
        self._count("gone", occurrence, reason=reason)
        await self._queue.drop(occurrence, Drop(OccurrenceState.CANCELLED, "gone"))
        await self._call(self._on_gone(occurrence.person_id, self._clock.now()), occurrence)

    async def _drop(self, occurrence: Occurrence, drop: Drop) -> None:
        self._count("dropped", occurrence, state=drop.state.value, reason=drop.reason)
        if drop.state is OccurrenceState.EXPIRED:
            self._metrics.expired(occurrence.message.kind)
        await self._queue.drop(occurrence, drop)

    async def _compose_failed(self, occurrence: Occurrence) -> None:
        self._compose_failures[occurrence.id] += 1
        failures = self._compose_failures[occurrence.id]
        if failures < COMPOSE_TRIES or occurrence.message.kind in SAFETY:
            due_at = after(self._clock, self._backoff.wait_s(failures))
            await self.release(occurrence, due_at, "could not be composed")
            return
        del self._compose_failures[occurrence.id]
        self._count("failed", occurrence, reason="could not be composed")
        await self._queue.fail(occurrence, "could not be composed")

    async def _call(self, told: Awaitable[None], occurrence: Occurrence) -> None:
        """Tell the rest of the program; its failure must not undo what Telegram said."""
        try:
            await told
        except Exception:
            log.exception("callback_failed", **_facts(occurrence))

    def _count(self, ending: str, occurrence: Occurrence, **more: str) -> None:
        self.tally[ending] += 1
        self._line.ended(occurrence)
        self._metrics.ended(occurrence.message.kind, ending)
        # A line for each that is sent would cost as much as the rest of its way.
        if ending != "sent" or occurrence.message.kind in SAFETY:
            log.info("occurrence_ended", ending=ending, **_facts(occurrence), **more)


def _apart(group: Group, one: Occurrence) -> Group:
    """Take one out of a group, as a group of its own."""
    return {one.id: group.pop(one.id)}


def _facts(occurrence: Occurrence) -> dict[str, object]:
    """What a log line may say of an occurrence: ids and kinds, never words or names."""
    return {
        "occurrence": occurrence.id,
        "kind": occurrence.message.kind.value,
        "attempt": occurrence.attempts,
        "repeat": occurrence.repeat,
    }
