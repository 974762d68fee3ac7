"""One update after it was received: tried until it is handled, or is known to be beyond us."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, TypeVar

import orjson
import structlog
from telegram import Bot, Update
from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.delivery.desks import Desks
from bot.delivery.ledger import Ledger
from bot.delivery.sender import retry_after_s
from bot.store import inbox as table
from bot.store.together import Together
from bot.store.trouble import is_trouble

if TYPE_CHECKING:
    from datetime import datetime

    from bot.delivery.backoff import Backoff
    from bot.delivery.clock import Clock
    from bot.delivery.metrics import Metrics
    from bot.store.database import Database

TRIES = 3  # a defect, each time
# Of the program, with this update in hand. Who is killed from outside again and again, by an
# operator in despair or for want of memory, meets the same update a few times in a row; what kills
# by itself does so each time, and after 20 starts it has cost a minute.
DEATHS = 20
SUSPECT = 2  # after so many it is handled with nothing beside it
HANDLE_S = 60.0
SIDE_BY_SIDE = 64  # chats handled at the same time
PUT_BACK_S = 0.5

T = TypeVar("T")
Handle = Callable[[Update], Awaitable[None]]

log = structlog.get_logger(__name__)


class _End(Enum):
    """What has become of an update."""

    HANDLED = auto()
    FAILED = auto()
    DEADLY = auto()
    ELSEWHERE = auto()  # another process has dealt with it


@dataclass(slots=True, eq=False)
class Letter:
    """An update in the table, not yet handled.

    `left`: it was read from the table, so an earlier run may have died over it. `begun`: how
    often one has begun it and did not end. `ours`: this run has begun it.
    """

    update_id: int
    payload: bytes
    received_at: datetime
    left: bool = False
    ours: bool = False
    begun: int = 0
    defects: int = 0
    reason: str = ""
    update: Update | None = None


class Clerk:
    """Sees updates through, and knows whose fault a failure is.

    Where the network, Telegram or the database fails, or all is too slow, the update is tried
    until it works: that is never its own fault. Any other failure is a defect: logged, tried
    three times in all, counted once the count is committed, then kept with its reason, after
    `on_poison` has told the person something kind.

    A run that dies cannot count. So an update read from the table is noted as begun before it is
    handled, and the note is taken back when the surroundings failed it or the run stops in good
    order: what stays are deaths. After two it is handled with nothing beside it, so that whatever
    was merely in hand too is cleared; after twenty it is given up.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        handle: Handle,
        bot: Bot,
        *,
        on_poison: Handle | None,
        backoff: Backoff,
        metrics: Metrics,
    ) -> None:
        self._database = database
        self._clock = clock
        self._handle = handle
        self._bot = bot
        self._on_poison = on_poison
        self._backoff = backoff
        self._metrics = metrics
        self._ledger = Ledger(database)
        self._handled = Together(self._close)
        self._desks = Desks(SIDE_BY_SIDE)
        self._noted: set[Letter] = set()  # our note in the table says that they are begun
        self._stopping = asyncio.Event()

    async def see_through(self, letter: Letter) -> None:
        """Return when the update is dealt with, or when it has to be left because of `hurry`."""
        end = await self._until_done(self._try, letter)
        if end is _End.HANDLED:
            await self._until_done(self._file, letter)
        elif end is _End.FAILED and await self._until_done(self._tell, letter):
            await self._until_done(self._give_up, letter)
        # What killed us may be in the telling too: it must not come to that again.
        elif end is _End.DEADLY and await self._until_done(self._give_up, letter):
            await self._until_done(self._tell, letter)

    def hurry(self) -> None:
        """Finish what is in hand, and do not try anything again."""
        self._stopping.set()

    @property
    def in_hurry(self) -> bool:
        """Whether nothing new is to be begun."""
        return self._stopping.is_set()

    async def put_back(self) -> None:
        """Take back what the table says to be begun; nothing may be in hand any more."""
        if self._noted:
            putting = asyncio.create_task(self._put_back(*self._noted))
            await asyncio.wait({putting}, timeout=PUT_BACK_S)

    async def rest(self, wait_s: float) -> None:
        """Wait so many seconds, or until there is hurry."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._stopping.wait()

    async def _until_done(self, step: Callable[[Letter], Awaitable[T]], letter: Letter) -> T | None:
        """What the step gives in the end; None where there is hurry before it works."""
        failures = 0
        while True:
            try:
                return await step(letter)
            except Exception as error:
                failures += 1
                wait_s = self._backoff.wait_s(failures)
                if isinstance(error, RetryAfter):
                    wait_s = retry_after_s(error)
                name = type(error).__name__
                log.warning("update_waits", update_id=letter.update_id, error=name)
            await self.rest(wait_s)
            if self._stopping.is_set():
                return None

    async def _try(self, letter: Letter) -> _End:
        """Handle it once. Raises what may work later."""
        if letter.begun >= DEATHS:
            log.error("update_deadly", update_id=letter.update_id, deaths=letter.begun)
            letter.reason = "died"
            return _End.DEADLY
        suspect = letter.begun >= SUSPECT
        async with self._desks.alone() if suspect else self._desks.beside():
            if letter.left and letter not in self._noted and not await self._begin(letter):
                return _End.ELSEWHERE
            try:
                letter.update = letter.update or _parsed(letter.payload, self._bot)
                await _bounded(self._handle(letter.update))
            except Exception as error:
                failure = error
            else:
                return _End.HANDLED
        if is_passing(failure):
            await self._put_back(letter)
            raise failure
        log.error("update_failed", update_id=letter.update_id, exc_info=failure)
        return await self._count_defect(letter, failure)

    async def _begin(self, letter: Letter) -> bool:
        """Note that it is begun; False where it is closed already."""
        begun = await self._ledger.record(
            lambda tx: table.begin(tx, letter.update_id), row=letter.update_id
        )
        if begun:
            self._noted.add(letter)
            letter.ours = True
        return letter.ours  # what we began and is closed since was erased, and deserves its answer

    async def _put_back(self, *letters: Letter) -> None:
        """Take the notes back. Where that fails they stay, for one death too many."""
        noted = {letter.update_id: letter for letter in self._noted.intersection(letters)}
        if not noted:
            return
        numbers = sorted(noted)
        try:
            await self._ledger.record(lambda tx: table.put_back(tx, numbers), row=numbers[0])
        except Exception as error:
            log.warning("note_not_taken_back", error=type(error).__name__)
        else:
            self._noted.difference_update(noted.values())

    async def _count_defect(self, letter: Letter, error: Exception) -> _End:
        """Raises the defect again, once counted, where another try is due."""
        letter.reason = type(error).__name__
        defects = letter.defects + 1
        await self._ledger.record(
            lambda tx: table.count(tx, letter.update_id, reason=letter.reason, defects=defects),
            row=letter.update_id,
        )
        letter.defects = defects
        self._noted.discard(letter)
        if defects < TRIES and letter.update is not None:
            raise error
        return _End.FAILED

    async def _file(self, letter: Letter) -> bool:
        await self._handled.ask((letter.update_id, self._clock.now()))
        self._count("handled", letter)
        return True

    async def _close(self, handled: Sequence[tuple[int, datetime]]) -> list[None]:
        async with self._database.transaction() as tx:
            await table.done(tx, handled)
        return [None] * len(handled)

    async def _give_up(self, letter: Letter) -> bool:
        await self._ledger.record(
            lambda tx: table.fail(tx, letter.update_id, reason=letter.reason, at=self._clock.now()),
            row=letter.update_id,
        )
        self._count("failed", letter)
        return True

    async def _tell(self, letter: Letter) -> bool:
        """Tell the person. Raises what may work later; a defect in it is logged."""
        try:
            if self._on_poison is not None:
                update = letter.update or _parsed(letter.payload, self._bot)
                await _bounded(self._on_poison(update))
        except Exception as error:
            if is_passing(error):
                raise
            log.exception("on_poison_failed", update_id=letter.update_id)
        return True

    def _count(self, outcome: str, letter: Letter) -> None:
        self._noted.discard(letter)
        waited = self._clock.now() - letter.received_at
        self._metrics.handled(outcome, waited.total_seconds())


def is_passing(error: Exception) -> bool:
    """Whether the surroundings failed and not the update: the same may work later."""
    if isinstance(error, BadRequest):
        return False
    # A token may be refused until the operator has set the new one, and a proxy's page in the
    # place of Telegram's answer is told as nothing but a TelegramError.
    telegram = isinstance(error, NetworkError | RetryAfter | InvalidToken)
    unreadable = type(error) is TelegramError
    return telegram or unreadable or isinstance(error, TimeoutError) or is_trouble(error)


async def _bounded(handling: Awaitable[None]) -> None:
    """Wait for it, for a minute at most.

    A cancellation that comes from within, and not from who stops us, is a failure like others:
    it would end the chat's turn without a word.
    """
    try:
        async with asyncio.timeout(HANDLE_S):
            await handling
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise RuntimeError("the handling was cancelled from within") from error


def _parsed(payload: bytes, bot: Bot) -> Update:
    update = Update.de_json(orjson.loads(payload), bot)
    if update is None:
        raise ValueError("an empty update")
    return update
