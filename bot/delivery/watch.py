"""What a machine may ask about the bot: is it alive, is it ready, and how is it doing."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.delivery.metrics import CONTENT_TYPE
from bot.errors import DatabaseError
from bot.store import figures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from bot.care.model import Kind
    from bot.delivery.clock import Clock
    from bot.delivery.courier import Courier
    from bot.delivery.metrics import Metrics
    from bot.delivery.scheduler import Alarm
    from bot.store.database import Database

DATABASE_S = 2.0  # a database that takes longer to say anything does not count as answering
FIGURES_S = 10.0
PLANNED_KEPT_S = 60.0  # counting a million planned messages takes a second
TICK_MISSED_S = 90.0  # three ticks
TELEGRAM_SILENT_S = 120.0  # a long poll lasts 25 s; without polling, a call is made every minute
UPDATES_SILENT_S = 120.0  # a long poll, the wait after a failure, and another

WELL = "ok"

log = structlog.get_logger(__name__)


class Watch:
    """The routes /healthz, /readyz and /metrics. They change nothing and name nobody.

    `polls`: updates are asked for; otherwise Telegram brings them, once it was told where to.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        courier: Courier,
        alarm: Alarm,
        metrics: Metrics,
        polls: bool,
    ) -> None:
        self._database = database
        self._clock = clock
        self._courier = courier
        self._alarm = alarm
        self._metrics = metrics
        self._polls = polls
        self._webhook_is_set = False
        self._one_reading = asyncio.Lock()
        self._planned: Mapping[Kind, int] = {}
        self._planned_until_s = 0.0

    def routes(self) -> list[Route]:
        """What to answer, for a server."""
        return [
            Route("/healthz", self._healthz, methods=["GET"]),
            Route("/readyz", self._readyz, methods=["GET"]),
            Route("/metrics", self._metrics_page, methods=["GET"]),
        ]

    def webhook_set(self) -> None:
        """Telegram knows where to bring updates."""
        self._webhook_is_set = True

    async def _healthz(self, _: Request) -> Response:
        return PlainTextResponse("alive\n")

    async def _readyz(self, _: Request) -> Response:
        parts = await self.parts()
        ready = all(each == WELL for each in parts.values())
        status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
        return JSONResponse({"ready": ready, **parts}, status)

    async def _metrics_page(self, _: Request) -> Response:
        await self._read_figures()
        return Response(self._metrics.text(), headers={"Content-Type": CONTENT_TYPE})

    async def parts(self) -> dict[str, str]:
        """Each part that must work, and "ok" or what is wrong with it."""
        return {
            "database": await self._database_part(),
            "scheduler": self._scheduler_part(),
            "telegram": self._telegram_part(),
            "updates": self._updates_part(),
        }

    async def _database_part(self) -> str:
        try:
            async with asyncio.timeout(DATABASE_S):
                await self._database.ping()
        except (DatabaseError, OSError, TimeoutError):
            return "does not answer"
        return WELL

    def _scheduler_part(self) -> str:
        since_s = self._alarm.since_tick_s()
        if since_s is None or not self._courier.is_running:
            return "is not running"
        if since_s > TICK_MISSED_S:
            return f"has not ticked for {since_s:.0f} s"
        return WELL

    def _telegram_part(self) -> str:
        since_s = self._metrics.since_telegram_s()
        if since_s <= TELEGRAM_SILENT_S:
            return WELL
        if since_s == float("inf"):
            return "has not answered yet"
        return f"has not answered a call for {since_s:.0f} s"

    def _updates_part(self) -> str:
        """Other calls may work while nobody is heard: where another program asks, for one."""
        if not self._polls:
            return WELL if self._webhook_is_set else "the webhook is not set yet"
        since_s = self._metrics.since_updates_s()
        if since_s <= UPDATES_SILENT_S:
            return WELL
        known = since_s != float("inf")
        return "asked for in vain " + (f"for {since_s:.0f} s" if known else "so far")

    async def _read_figures(self) -> None:
        """One reading at a time, so that many who ask do not become many who count."""
        async with self._one_reading:
            now = self._clock.now()
            try:
                async with asyncio.timeout(FIGURES_S), self._database.reading() as tx:
                    depths = await figures.depths(tx, now)
                    if asyncio.get_running_loop().time() >= self._planned_until_s:
                        self._planned = await figures.planned(tx)
                        self._planned_until_s = asyncio.get_running_loop().time() + PLANNED_KEPT_S
            except Exception as error:
                log.warning("figures_not_read", error=type(error).__name__)
                self._metrics.show_nothing()
            else:
                self._metrics.show(depths, self._planned, held=self._courier.held, now=now)
