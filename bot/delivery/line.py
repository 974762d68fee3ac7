"""Whether messages get through to Telegram at all, as far as their outcomes tell."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog
from telegram.error import TelegramError

from bot.delivery.transport import post

if TYPE_CHECKING:
    from collections.abc import Callable

    from telegram import Bot

    from bot.care.model import ChatId, Occurrence, OccurrenceId
    from bot.delivery.backoff import Backoff
    from bot.delivery.budget import BotBudget

OUTAGE = 3  # chats in a row of which none got an answer; one slow chat is no outage
ASK_S = 5.0  # for an answer to a call that sends nothing
TRIAL_S = 60.0  # a message on trial that has not come to an end by then never will

log = structlog.get_logger(__name__)


class Line:
    """Holds up everything but safety while Telegram gives no answers, longer each time it fails.

    After each wait Telegram is asked for an answer with a call that sends nothing; then one
    message goes alone, on trial. So an outage costs a handful of messages, and a question's one
    repeat is not spent in it. Whatever Telegram itself answers, to a safety message too, opens the
    line again. `let_go` is called when a hold ends before its time.
    """

    def __init__(
        self, bot: Bot, budget: BotBudget, backoff: Backoff, let_go: Callable[[], None]
    ) -> None:
        self._bot = bot
        self._budget = budget
        self._backoff = backoff
        self._let_go = let_go
        self._in_doubt: set[ChatId] = set()
        self._failures = 0
        self._trial: OccurrenceId | None = None

    @property
    def is_open(self) -> bool:
        """Whether messages may leave as they fall due."""
        return self._failures == 0

    def admits(self, occurrence: Occurrence) -> bool:
        """Whether this message may leave now: all may, or it is the one on trial."""
        return self.is_open or occurrence.id == self._trial

    async def tries(self, occurrence: Occurrence) -> bool:
        """Whether this message goes on trial: it is its turn, and Telegram answers at all."""
        if self._budget.paused_s() > 0:
            return False
        self._budget.hold(TRIAL_S)
        self._trial = occurrence.id
        try:
            async with asyncio.timeout(ASK_S):
                await post(self._bot, "getMe", {})
        except (TelegramError, TimeoutError, LookupError):
            if self._trial == occurrence.id:
                self._fail()
            return self.is_open
        return self.admits(occurrence)

    def answered(self) -> None:
        """Telegram answered a message, with whatever words."""
        self._in_doubt.clear()
        if not self.is_open:
            log.info("telegram_answers_again")
            self._failures = 0
            self._end_hold()

    def doubted(self, occurrence: Occurrence) -> None:
        """Nobody knows whether this message arrived."""
        self._in_doubt.add(occurrence.chat_id)
        if occurrence.id == self._trial or (self.is_open and len(self._in_doubt) >= OUTAGE):
            self._fail()

    def cut(self, occurrence: Occurrence) -> float:
        """This message certainly did not leave, nor would another; the seconds until one may."""
        if occurrence.id == self._trial or self._budget.paused_s() <= 0:
            self._fail()
        return self._budget.paused_s()

    def ended(self, occurrence: Occurrence) -> None:
        """This message came to an end; where it was on trial and told nothing, another tries."""
        if occurrence.id == self._trial:
            self._end_hold()

    def _end_hold(self) -> None:
        self._trial = None
        self._budget.let_go()
        self._let_go()

    def _fail(self) -> None:
        self._failures += 1
        self._trial = None
        wait_s = self._backoff.wait_s(self._failures)
        self._budget.hold(wait_s)
        log.warning("telegram_does_not_answer", failures=self._failures, wait_s=round(wait_s, 1))
