"""send: from the queue to Telegram's yes and back into the queue."""

from __future__ import annotations

import asyncio
import statistics
from typing import TYPE_CHECKING, Any, cast

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.request import HTTPXRequest

from bot.care.model import Kind
from tests.bench import apart, house
from tests.bench.apart import TOKEN
from tests.bench.meter import Meter
from tests.bench.report import Report, median_ratio

if TYPE_CHECKING:
    from tests.bench.house import Places

MIX = (Kind.HYDRATION, Kind.MOVEMENT, Kind.HYDRATION, Kind.STRETCH)
OFF = 100_000
ANSWER_MS = 50
CONCURRENCIES = (8, 16, 32, 64)
TEXT = "<b>Time for some water</b>\n\nA glass now, sip by sip, is enough for this hour."
KEYBOARD = InlineKeyboardMarkup(
    [
        [InlineKeyboardButton(label, callback_data=f"v1:n:1:{label}") for label in "abc"],
        [InlineKeyboardButton("Something is wrong", callback_data="v1:worse")],
    ]
)


async def ours(url: str, api_url: str, per_second: int, seconds: float) -> dict[str, Any]:
    """Deliver for so long, as the product does."""
    app = await house.build(url, api_url, per_second=per_second)
    await app.bot.initialize()
    async with Meter() as meter:
        running = asyncio.create_task(app.courier.run())
        await asyncio.sleep(seconds)
        await app.courier.stop()
        await running
    tally = dict(app.courier.tally)
    await app.bot.shutdown()
    await app.database.close()
    return {"tally": tally, "cpu_s": meter.cpu_s, "wall_s": meter.wall_s, "stall_s": meter.stall_s}


async def stock(api_url: str, concurrency: int, seconds: float) -> dict[str, Any]:
    """Send in a loop through PTB's own request class: no queue, no database, nothing kept."""
    request = HTTPXRequest(connection_pool_size=concurrency, pool_timeout=30)
    bot = Bot(TOKEN, base_url=api_url, request=request)
    await bot.initialize()
    sent = 0
    over = asyncio.Event()

    async def work(chat: int) -> None:
        nonlocal sent
        while not over.is_set():
            await bot.send_message(chat, TEXT, reply_markup=KEYBOARD, parse_mode="HTML")
            sent += 1

    async with Meter() as meter:
        workers = [asyncio.create_task(work(n + 1)) for n in range(concurrency)]
        await asyncio.sleep(seconds)
        over.set()
        await asyncio.gather(*workers)
    await bot.shutdown()
    return {"sent": sent, "cpu_s": meter.cpu_s, "wall_s": meter.wall_s}


def send(places: Places, *, quick: bool) -> None:
    """Runs for a minute each; the peers in between, at several concurrencies."""
    seconds, peer_s = (3.0, 2.0) if quick else (60.0, 5.0)
    rounds = places.times(3, quick=quick)
    report = Report(
        "send",
        f"due nudges (3 in 4 text, 1 in 4 a picture by its file id) leased, composed, sent to a "
        f"Bot API that answers after {ANSWER_MS} ms, acknowledged; {seconds:g} s, "
        "a third of it with the budget off; one process. "
        "Peer: python-telegram-bot's HTTPXRequest sending one text in a loop, without a queue.",
    )
    rates: dict[str, list[float]] = {}
    with apart.sink() as sink:
        for _ in range(rounds):
            stocks = []
            for concurrency in CONCURRENCIES[2:3] if quick else CONCURRENCIES:
                sink.set(delay_ms=ANSWER_MS)
                told = apart.run(
                    "tests.bench.send:stock",
                    api_url=sink.api_url,
                    concurrency=concurrency,
                    seconds=peer_s,
                )
                stocks.append(told["sent"] / told["wall_s"])
                report.samples.setdefault("stock", []).append({"concurrency": concurrency} | told)  # type: ignore[attr-defined]
            for kind in ("sqlite", "postgresql"):
                for per_second in (1000, OFF):
                    some_s = seconds / 3 if per_second == OFF else seconds
                    told = _once(places, sink, kind, per_second, some_s)
                    limit = "off" if per_second == OFF else per_second
                    report.samples.setdefault(f"{kind} {limit}", []).append(told)  # type: ignore[attr-defined]
                    rates.setdefault(f"{kind} {limit}", []).append(told["per_s"])
            rates.setdefault("stock", []).append(max(stocks))
    _tell(report, rates)
    report.show()


def _once(
    places: Places, sink: apart.SinkApi, kind: str, limit: int, seconds: float
) -> dict[str, Any]:
    url = places.fresh(kind)
    per_s = 4_000 if limit == OFF else 1_050
    persons = 8_000
    each = int(per_s * seconds / persons) + 1
    asyncio.run(house.seed(url, persons=persons, each=each, kinds=MIX))
    sink.set(delay_ms=ANSWER_MS)
    told = apart.run(
        "tests.bench.send:ours", url=url, api_url=sink.api_url, per_second=limit, seconds=seconds
    )
    sends = sink.sends()
    begin, end = sends[0] + 0.5, sends[-1] - 0.5  # without the beginning and the end
    steady = sum(begin <= at < end for at in sends)
    told["per_s"] = steady / (end - begin)
    told["cores"] = told["cpu_s"] / told["wall_s"]
    told["cpu_ms_each"] = told["cpu_s"] / len(sends) * 1000
    told["most_in_a_second"] = sink.stats()["most_in_a_second"]
    return told


def _tell(report: Report, rates: dict[str, list[float]]) -> None:
    for kind in ("sqlite", "postgresql"):
        ratio = median_ratio(list(zip(rates["stock"], rates[f"{kind} off"], strict=True)))
        report.at_least(f"{kind}: budget off, to the peer at its best", ratio, 10, " x")
    for kind in ("sqlite", "postgresql"):
        runs: list[dict[str, Any]] = report.samples[f"{kind} 1000"]  # type: ignore[assignment]
        held = statistics.median(run["per_s"] for run in runs) / 10
        report.at_least(f"{kind}: of a budget of 1,000/s held", held, 98, " %")
        cores = statistics.median(run["cores"] for run in runs)
        report.at_most(f"{kind}: at that, of a core", cores, 0.5)
        off: list[dict[str, Any]] = report.samples[f"{kind} off"]  # type: ignore[assignment]
        rate = statistics.median(run["per_s"] for run in off)
        report.at_least(f"{kind}: budget off", rate, 2000, "/s")
        each = statistics.median(run["cpu_ms_each"] for run in off)
        report.add(f"{kind}: budget off, processor time a message", f"{each:.3g} ms")
    best = max(
        cast("list[dict[str, Any]]", report.samples["stock"]),
        key=lambda run: run["sent"] / run["wall_s"],
    )
    each = best["cpu_s"] / best["sent"] * 1000
    report.add("peer at its best, processor time a message", f"{each:.3g} ms")
    report.add("peer at its best concurrency", f"{statistics.median(rates['stock']):,.0f}/s")
