"""reply: from a tap on a button to the answer on the phone."""

from __future__ import annotations

import asyncio
import socket
import statistics
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from telegram import Update
from telegram.ext import Application, CallbackQueryHandler, ContextTypes

from bot.care.model import ChatId, OccurrenceId, OccurrenceState
from bot.delivery.clock import SystemClock
from bot.library.loader import default_folder, load
from bot.service import nudging, people
from bot.service.practice import Practice
from bot.store.database import Database
from bot.telegram.callbacks import decode
from tests.bench import apart, house
from tests.bench.apart import TOKEN
from tests.bench.meter import Meter
from tests.bench.report import Report, median_ratio, percentile

if TYPE_CHECKING:
    from starlette.requests import Request

    from tests.bench.house import Places

SECRET = "a-secret-of-the-bench-only"
CONCURRENCIES = (8, 32, 128)
WAYS = 64  # connections; Telegram opens up to 100
LINE = 700  # updates a second


async def ours(url: str, api_url: str, port: int) -> dict[str, Any]:
    """The product behind its webhook, until the standard input is closed."""
    more: dict[str, Any] = {
        "webhook_url": "https://bench.example/hook",
        "webhook_secret": SECRET,
        "listen": f"127.0.0.1:{port}",
    }
    app = await house.build(url, api_url, **more)
    await app.start()
    async with Meter() as meter:
        await asyncio.to_thread(sys.stdin.buffer.read)
    await app.stop()
    return {"cpu_s": meter.cpu_s, "stall_s": meter.stall_s}


async def stock(url: str, api_url: str, port: int, concurrency: int) -> dict[str, Any]:
    """PTB as its own example shows: a route fills the queue; the handler does the same work.

    The update is confirmed while it is in memory only, and the queue of tasks is PTB's.
    """
    database = await Database.open(url)
    practice = Practice(database, load(default_folder()), "GB")
    clock = SystemClock()
    builder = Application.builder().token(TOKEN).base_url(api_url).updater(None)
    if concurrency > 1:
        builder = builder.concurrent_updates(concurrency)
        builder = builder.connection_pool_size(concurrency).pool_timeout(60)
    application = builder.build()

    async def tapped(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        query = update.callback_query
        assert query is not None
        said = decode(query.data or "")
        assert said is not None
        person = await people.find(practice, ChatId(query.from_user.id))
        assert person is not None
        number = OccurrenceId(said.number(0))
        await nudging.respond(practice, person.id, number, "done", clock.now())
        await query.answer("Well done.")
        await query.edit_message_text("Well done.")

    async def receive(request: Request) -> Response:
        update = Update.de_json(await request.json(), application.bot)
        await application.update_queue.put(update)
        return Response()

    application.add_handler(CallbackQueryHandler(tapped))
    routes = [Route("/hook", receive, methods=["POST"])]
    config = uvicorn.Config(
        Starlette(routes=routes), port=port, log_config=None, access_log=False, lifespan="off"
    )
    server = uvicorn.Server(config)
    async with application:
        await application.start()
        serving = asyncio.create_task(server.serve())
        async with Meter() as meter:
            await asyncio.to_thread(sys.stdin.buffer.read)
        server.should_exit = True
        await serving
        await application.stop()
    await database.close()
    return {"cpu_s": meter.cpu_s, "stall_s": meter.stall_s}


def reply(places: Places, *, quick: bool) -> None:
    """As fast as it goes, ours and the peer's in turn; and at a steady rate, ours."""
    count = 600 if quick else 8_000
    rounds = places.times(3, quick=quick)
    report = Report(
        "reply",
        f"{count} people tap 'Done' through a webhook: recorded, one transaction, the tap answered "
        "and the message edited (Bot API of the sandbox, answering at once). SQLite, one process. "
        "Peer: PTB's Application with the same handler, at its best concurrency; it confirms "
        "before anything is recorded.",
    )
    pairs: list[tuple[float, float]] = []
    with apart.sink() as sink:
        for _ in range(rounds):
            tries = []
            for concurrency in CONCURRENCIES[1:2] if quick else CONCURRENCIES:
                some = max(count // 4, 300)
                told = _once(places, sink, "stock", some, 0, concurrency=concurrency)
                _keep(report, "stock", told | {"concurrency": concurrency})
                tries.append(told["per_s"])
            told = _once(places, sink, "ours", count, 0)
            _keep(report, "ours", told)
            pairs.append((max(tries), told["per_s"]))
            _keep(report, "steady", _once(places, sink, "ours", count, LINE))
    _tell(report, pairs)
    report.show()


def _keep(report: Report, name: str, told: dict[str, Any]) -> None:
    cast("list[Any]", report.samples.setdefault(name, [])).append(told)


def _once(
    places: Places, sink: apart.SinkApi, who: str, count: int, per_second: float, **more: int
) -> dict[str, Any]:
    url = places.fresh("sqlite")
    asyncio.run(
        house.seed(
            url,
            persons=count,
            each=1,
            due_at=SystemClock().now() - timedelta(minutes=5),
            state=OccurrenceState.SENT,
        )
    )
    port = _free_port()
    sink.set(delay_ms=0)
    running = apart.begin(
        f"tests.bench.reply:{who}", url=url, api_url=sink.api_url, port=port, **more
    )
    knocked = apart.run(
        "tests.bench.knock:knock",
        port=port,
        secret=SECRET,
        first_chat=house.FIRST_CHAT,
        first=0,
        count=count,
        per_second=per_second,
        ways=WAYS,
    )
    brought = dict(knocked["brought"])
    edited = _until_edited(sink, count)
    told = running.end()
    latency = [edited[chat] - at for chat, at in brought.items() if chat in edited]
    wall_s = max(edited.values()) - knocked["begun"]
    confirmed = dict(knocked["confirmed"])
    return {
        "per_s": len(latency) / wall_s,
        "answered": len(latency),
        "p50_ms": percentile(latency, 50) * 1000,
        "p99_ms": percentile(latency, 99) * 1000,
        "confirmed_p99_ms": percentile([confirmed[c] - brought[c] for c in brought], 99) * 1000,
        "cpu_ms_each": told["cpu_s"] / max(1, len(latency)) * 1000,
        "refused": knocked["refused"],
    }


def _until_edited(sink: apart.SinkApi, count: int) -> dict[int, float]:
    """When each chat's message was edited; waits while more come."""
    edited: dict[int, float] = {}
    while True:
        before = len(edited)
        asyncio.run(asyncio.sleep(1.0 if edited else 0.2))
        edited = {chat: at for at, method, chat in sink.log() if method == "editMessageText"}
        if len(edited) >= count or (edited and len(edited) == before):
            return edited


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _tell(report: Report, pairs: list[tuple[float, float]]) -> None:
    runs = cast("list[dict[str, Any]]", report.samples["ours"])
    steady = cast("list[dict[str, Any]]", report.samples["steady"])
    report.at_least("ours, to the peer at its best", median_ratio(pairs), 3, " x")
    report.at_least("ours, as fast as it goes", statistics.median(b for _, b in pairs), LINE, "/s")
    p99 = statistics.median(run["p99_ms"] for run in steady)
    report.at_most(f"ours, p99 from tap to edit at {LINE}/s", p99, 250, " ms")
    each = statistics.median(run["cpu_ms_each"] for run in runs)
    report.add("ours, processor time an update", f"{each:.3g} ms")
    report.add("peer at its best", f"{statistics.median(a for a, _ in pairs):,.0f}/s")
