"""The composition root: the one place that joins the parts, starts them and stops them."""

from __future__ import annotations

import asyncio
import gc
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import structlog
from telegram import Bot
from telegram.error import InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.care.model import Occurrence, OccurrenceState, PersonId
from bot.delivery.backoff import Backoff
from bot.delivery.clock import Clock, SystemClock
from bot.delivery.courier import Courier
from bot.delivery.flight import places
from bot.delivery.inbox import Inbox
from bot.delivery.metrics import Metrics
from bot.delivery.receiver import Poller
from bot.delivery.scheduler import Alarm
from bot.delivery.sender import Drop, Parcel, Photo, Wait
from bot.delivery.server import Server
from bot.delivery.transport import AiohttpRequest
from bot.delivery.watch import Watch
from bot.delivery.webhook import Webhook
from bot.errors import SettingError
from bot.library.library import FALLBACK_COUNTRY
from bot.library.loader import default_folder, load
from bot.service import due, people
from bot.service.album import Album
from bot.service.practice import Practice
from bot.store.database import Database
from bot.telegram import compose, identity
from bot.telegram.router import Router
from bot.telegram.turn import House, Shown

if TYPE_CHECKING:
    import random
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime

    from bot.library.library import Library
    from bot.library.pictures import Picture
    from bot.settings import Settings
    from bot.telegram.views.view import PlainView, View

CONVERSATIONS = 64  # answers to people at the same time
QUIET_LINE_S = 45.0  # after so long without an answer from Telegram it is asked for one
PULSE_READ_S = 10.0
# Of the 5 s a stop may take: for what is in hand, of this for who is just bringing something, and
# for closing.
IN_HAND_S, DOORS_S, CLOSING_S = 4.3, 1.0, 0.5

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class App:
    """The whole bot, ready to start: it receives, decides and delivers until it is stopped."""

    settings: Settings
    clock: Clock
    database: Database
    practice: Practice
    bot: Bot
    courier: Courier
    alarm: Alarm
    inbox: Inbox
    poller: Poller | None
    webhook: Webhook | None
    server: Server | None
    _courier_runs: asyncio.Task[None] | None = None
    _presenting: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Finish what an earlier run received, then receive and deliver.

        Waits for the network where there is none yet, and says so on /readyz. Raises SettingError
        for a token or a webhook that Telegram refuses, or a taken port.
        """
        if self.server is not None:
            self.server.start()
        await self._reached(self.bot.initialize)
        await self.inbox.start()
        self._courier_runs = asyncio.create_task(self.courier.run())
        self.alarm.start()
        if self.webhook is not None:
            await self._reached(partial(self.webhook.announce, self.bot))
        if self.poller is not None:
            await self._reached(self.bot.delete_webhook)  # Telegram would refuse to be asked
            await self.poller.start()
        self._presenting = asyncio.create_task(self._present())
        log.info("started", mode="webhook" if self.webhook else "polling")

    async def stop(self) -> None:
        """Stop receiving, finish what is in hand, and close everything, within 5 s.

        What takes longer, with a database that is locked or silent, is left to the next start.
        """
        if self._presenting is not None:
            self._presenting.cancel()
        in_hand = asyncio.gather(self.alarm.stop(), self._finish_answers(), self.courier.stop())
        await _within(IN_HAND_S, in_hand, "what is in hand")
        if self._courier_runs is not None:
            self._courier_runs.cancel()  # it has come to its end, unless that took too long
            await asyncio.gather(self._courier_runs, return_exceptions=True)
        await _within(CLOSING_S, self._close(), "closing")
        log.info("stopped")

    async def _finish_answers(self) -> None:
        doors = [each.stop() for each in (self.poller, self.server) if each is not None]
        await _within(DOORS_S, asyncio.gather(*doors), "receiving")
        await self.inbox.stop()

    async def _close(self) -> None:
        await self.bot.shutdown()
        await self.bot.request.shutdown()  # a bot that never got through keeps it open
        await self.database.close()

    async def _reached(self, call: Callable[[], Awaitable[object]]) -> None:
        """One of the first calls to Telegram: a machine may start before its network does."""
        backoff, failures = Backoff(), 0
        while True:
            try:
                await call()
            except InvalidToken:
                raise SettingError(
                    "AFTERCARE_TOKEN is refused by Telegram; copy it anew from BotFather"
                ) from None
            except (NetworkError, RetryAfter) as error:
                failures += 1
                wait_s = backoff.wait_s(failures)
                log.warning(
                    "telegram_unreachable",
                    error=type(error).__name__,
                    reason=error.message,
                    wait_s=round(wait_s, 1),
                )
                await asyncio.sleep(wait_s)
            else:
                return

    async def _present(self) -> None:
        """Commands and descriptions can wait: the bot works without them."""
        try:
            await identity.present(self.bot, self.practice.library, self.settings.language)
        except TelegramError as error:
            log.warning("presentation_failed", error=type(error).__name__)


async def _within(seconds: float, work: Awaitable[object], part: str) -> None:
    try:
        async with asyncio.timeout(seconds):
            await work
    except TimeoutError:
        log.warning("stop_cut_short", part=part)


async def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    library: Library | None = None,
    dice: random.Random | None = None,
    inline: bool = False,
) -> App:
    """Open the database, read the content, and join the parts.

    `inline`: SQLite works in this thread, faster for the few people of a sandbox.

    Raises ContentError, DatabaseError and SettingError, each one plain text, before anything
    is sent or received.
    """
    clock = clock or SystemClock()
    library = library or load(settings.content or default_folder())
    require_known(settings, library)
    database = await Database.open(settings.database_url, inline=inline)
    practice = Practice(database, library, settings.country)
    metrics = Metrics()
    bot = make_bot(settings, on_success=metrics.telegram_answered)
    album = Album(database, _bot_id(settings))

    async def composed(
        occurrences: Sequence[Occurrence], now: datetime
    ) -> list[Parcel | Drop | Wait]:
        return [
            await _parcel(compose.show(practice, ready), album)
            for ready in await due.prepare_all(practice, occurrences, now)
        ]

    async def gone(person_id: PersonId, _: datetime) -> None:
        await people.gone(practice, person_id)

    async def housekeeping(now: datetime) -> None:
        for part in (due.expire_check_ins, due.judge_left_profiles):
            try:
                await part(practice, now)
            except Exception:
                log.exception("housekeeping_failed", part=part.__name__)

    async def pulse() -> None:
        """What another process left is taken up. And without polling, nothing may need Telegram
        for hours: ask whether it is there.
        """
        if metrics.since_telegram_s() > QUIET_LINE_S:
            try:
                await bot.get_me(read_timeout=PULSE_READ_S)
            except TelegramError as error:
                log.warning("telegram_unreachable", error=type(error).__name__)
        await inbox.take_up_left()

    courier = Courier(
        database,
        clock,
        bot,
        composed,
        gone,
        on_upload=album.keep,
        per_second=settings.per_second,
        dice=dice,
        metrics=metrics,
    )
    shared = settings.webhook_url is not None and database.dialect == "postgresql"
    house = House(practice, clock.now, courier.wake, settings.language, shown=Shown(shared=shared))
    router = Router(house, bot)
    inbox = Inbox(
        database,
        clock,
        router.handle,
        bot,
        on_poison=router.apologise,
        metrics=metrics,
    )
    alarm = Alarm(clock, courier, database, housekeeping, pulse=pulse, metrics=metrics)
    watch = Watch(
        database=database,
        clock=clock,
        courier=courier,
        alarm=alarm,
        metrics=metrics,
        polls=settings.webhook_url is None,
    )
    webhook = _webhook(settings, inbox, watch)
    return App(
        settings=settings,
        clock=clock,
        database=database,
        practice=practice,
        bot=bot,
        courier=courier,
        alarm=alarm,
        inbox=inbox,
        poller=Poller(bot, inbox, on_success=metrics.updates_came) if not webhook else None,
        webhook=webhook,
        server=webhook or _watched(settings, watch),
    )


async def _parcel(
    view: View | PlainView | due.Withheld | due.Postponed, album: Album
) -> Parcel | Drop | Wait:
    """What delivery is given for what a message has become."""
    if isinstance(view, due.Postponed):
        return Wait(view.until, view.reason)
    if isinstance(view, due.Withheld):
        expired = view.state is OccurrenceState.EXPIRED
        return Drop(OccurrenceState.EXPIRED if expired else OccurrenceState.CANCELLED, view.reason)
    keyboard = None if view.keyboard is None else view.keyboard.to_dict()
    return Parcel(view.text, keyboard, await _photo(view.picture, album))


async def _photo(picture: Picture | None, album: Album) -> Photo | None:
    """A drawing ready to send, by what Telegram calls it where it holds it already."""
    if picture is None:
        return None
    return Photo(picture.key, picture.png, await album.file_id(picture.key))


def _bot_id(settings: Settings) -> int:
    """The number before the colon of a token."""
    return int(settings.token.get_secret_value().partition(":")[0])


def require_known(settings: Settings, library: Library) -> None:
    """Refuse a country or language the content does not have, with a SettingError.

    Both would fall back without a word, and an operator would take the numbers for their own.
    """
    if settings.country != FALLBACK_COUNTRY and not library.country(settings.country).is_known:
        raise SettingError(
            f"AFTERCARE_COUNTRY {settings.country} is not in the content; choose one of "
            + ", ".join(sorted(library.countries))
        )
    if settings.language not in library.languages:
        raise SettingError(
            f"AFTERCARE_LANGUAGE {settings.language} is not in the content; choose one of "
            + ", ".join(sorted(library.languages))
        )


def _watched(settings: Settings, watch: Watch) -> Server | None:
    """A server for those who watch alone."""
    if settings.listen is None:
        return None
    return Server(listen=settings.listen_address, routes=watch.routes())


def _webhook(settings: Settings, inbox: Inbox, watch: Watch) -> Webhook | None:
    if settings.webhook_url is None or settings.webhook_secret is None:
        return None
    return Webhook(
        url=settings.webhook_url,
        secret=settings.webhook_secret.get_secret_value(),
        listen=settings.listen_address,
        inbox=inbox,
        beside=watch.routes(),
        on_set=watch.webhook_set,
    )


def make_bot(settings: Settings, *, on_success: Callable[[], None] | None = None) -> Bot:
    """PTB's Bot over our transport, at the Bot API server the settings name."""
    # Room for what is in flight and for the answers to people; the poller has one of its own.
    request = AiohttpRequest(
        connections=places(settings.per_second) + CONVERSATIONS, on_success=on_success
    )
    return Bot(
        settings.token.get_secret_value(),
        base_url=settings.api_url,
        base_file_url=settings.file_url,
        request=request,
        get_updates_request=request,
    )


def spare_the_collector() -> None:
    """Let Python's collector leave alone what is loaded by now, content and libraries.

    All that stays for good; looking through it again and again took a fifth of the time of an
    answer, and stopped everything else for as long as it took.
    """
    gc.collect()
    gc.freeze()


async def run(settings: Settings, stopping: asyncio.Event) -> None:
    """Run the bot until `stopping` is set."""
    app = await build(settings)
    spare_the_collector()
    starting = asyncio.create_task(app.start())
    asked_to_stop = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({starting, asked_to_stop}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            await starting
            await asked_to_stop
    finally:
        starting.cancel()
        asked_to_stop.cancel()
        await asyncio.gather(starting, asked_to_stop, return_exceptions=True)
        await app.stop()
