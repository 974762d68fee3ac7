"""`aftercare doctor`: whether everything the bot needs is there, a line each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

import aiohttp
from telegram.error import InvalidToken, TelegramError

from bot.app import make_bot, require_known
from bot.care import timing
from bot.care.model import Kind
from bot.delivery.clock import SystemClock
from bot.errors import AftercareError
from bot.library.loader import default_folder, load
from bot.store.database import Database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from bot.settings import Settings

SKEW_S = 30  # a clock further off than this sends reminders at the wrong time
ANSWER_S = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """One part that was looked at: its name, whether it is well, and what was seen."""

    part: str
    well: bool
    text: str


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Look at each part in turn; nothing is sent, and only migrations are written."""
    parts: dict[str, Callable[[Settings], Awaitable[str]]] = {
        "token": _token,
        "content": _content,
        "database": _database,
        "clock": _clock,
        "zones": _zones,
        "fonts": _fonts,
    }
    for part, look in parts.items():
        try:
            yield Finding(part, well=True, text=await look(settings))
        except AftercareError as error:
            yield Finding(part, well=False, text=str(error))


async def _token(settings: Settings) -> str:
    bot = make_bot(settings)
    try:
        await bot.initialize()
    except InvalidToken:
        raise AftercareError(
            "Telegram refuses AFTERCARE_TOKEN; copy it anew from BotFather"
        ) from None
    except TelegramError as error:
        raise AftercareError(
            f"Telegram did not answer ({type(error).__name__}); check the network and "
            "AFTERCARE_API_URL"
        ) from None
    else:
        return f"Telegram knows it as @{bot.username}"
    finally:
        await bot.shutdown()
        await bot.request.shutdown()


async def _content(settings: Settings) -> str:
    library = load(settings.content or default_folder())
    require_known(settings, library)
    languages = ", ".join(sorted(library.languages))
    return f"{len(library.rules.rules)} rules, languages: {languages}"


async def _database(settings: Settings) -> str:
    database = await Database.open(settings.database_url)
    try:
        await database.ping()
        return f"{database.dialect}, up to date"
    finally:
        await database.close()


async def _clock(settings: Settings) -> str:
    """The Date header of the Bot API server is the other clock."""
    timeout = aiohttp.ClientTimeout(total=ANSWER_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(settings.api_url) as answer,
        ):
            told = answer.headers.get("Date")
    except (aiohttp.ClientError, TimeoutError):
        raise AftercareError("there is no other clock to compare with: no answer") from None
    if told is None:
        return "the server tells no time to compare with"
    theirs = parsedate_to_datetime(told).astimezone(UTC)
    skew_s = abs((SystemClock().now() - theirs).total_seconds())
    if skew_s > SKEW_S:
        raise AftercareError(
            f"this machine's clock is {skew_s:.0f} s off; turn on time synchronisation (NTP)"
        )
    return f"within {SKEW_S} s of the server's"


async def _zones(_: Settings) -> str:
    count = len(available_timezones())
    if not timing.is_zone("Europe/Berlin"):
        raise AftercareError("no time zones found; install the tzdata package")
    return f"{count} time zones, tzdata {version('tzdata')}"


async def _fonts(_: Settings) -> str:
    return f"none needed: all {len(Kind)} kinds of message are text"
