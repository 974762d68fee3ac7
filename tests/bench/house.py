"""The product as it is run, on a database filled in bulk."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from pydantic import SecretStr
from sqlalchemy import insert, select

from bot import app, logs
from bot.care.model import Kind, OccurrenceState, Preferences, Profile, Status
from bot.delivery.clock import SystemClock
from bot.settings import Settings
from bot.store.database import Database
from bot.store.people import _preferences_to_json, _profile_to_json
from bot.store.tables import occurrences, people
from tests.bench.apart import TOKEN
from tests.databases import TEMPLATE, running_postgresql

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

SUBJECT = "hamstring_strap"  # an exercise with a drawing
FIRST_CHAT = 100_000
CHUNK = 5_000
HOUR = timedelta(hours=1)
_numbers = itertools.count(1)


@dataclass(slots=True)
class Places:
    """Where fresh databases come from; PostgreSQL is started at the first wish."""

    folder: Path
    _stack: contextlib.ExitStack
    rounds: int | None = None
    _postgresql: str | None = None

    def times(self, usual: int, *, quick: bool) -> int:
        """How many rounds to run: as asked for, once for a smoke run, else as usual."""
        return self.rounds or (1 if quick else usual)

    def fresh(self, kind: str) -> str:
        """The address of a new, empty database."""
        name = f"bench_{next(_numbers)}"
        if kind == "sqlite":
            return f"sqlite:///{self.folder / name}.db"
        if self._postgresql is None:
            self._postgresql = self._stack.enter_context(running_postgresql())
        with psycopg.connect(self._postgresql.format("postgres"), autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}".encode())
        address = self._postgresql.format(name)
        return address.replace("postgresql://", "postgresql+psycopg://", 1)


@contextlib.contextmanager
def places(rounds: int | None = None) -> Iterator[Places]:
    """Databases that are gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="bench"))
    with contextlib.ExitStack() as stack:
        yield Places(folder, stack, rounds)
    shutil.rmtree(folder, ignore_errors=True)


async def seed(
    url: str,
    *,
    persons: int,
    each: int = 0,
    due_at: datetime | None = None,
    kinds: tuple[Kind, ...] = (Kind.HYDRATION,),
    state: OccurrenceState = OccurrenceState.PLANNED,
    expires_in: timedelta | None = 2 * HOUR,
    more: int = 0,
) -> None:
    """So many people, each with `each` messages due a millisecond after the other from `due_at`,
    and `more` people without.
    """
    database = await Database.open(url)
    now = SystemClock().now()
    due_at = due_at or now - timedelta(minutes=1)
    async with database.transaction() as tx:
        for first in range(0, persons + more, CHUNK):
            chats = range(first, min(first + CHUNK, persons + more))
            await tx.execute(insert(people), [_person(FIRST_CHAT + n, now) for n in chats])
        found = await tx.execute(select(people.c.id, people.c.chat_id).order_by(people.c.id))
        known = [tuple(row) for row in found][:persons]
    rows = (
        {
            "person_id": person_id,
            "chat_id": chat_id,
            "plan_version": 0,
            "kind": kinds[(n + person_id) % len(kinds)],
            "priority": kinds[(n + person_id) % len(kinds)].priority,
            "item": "bench",
            "sequence": n,
            "subject": SUBJECT if kinds[(n + person_id) % len(kinds)] is Kind.STRETCH else None,
            "due_at": due_at + timedelta(milliseconds=n),
            "expires_at": None if expires_in is None else due_at + expires_in,
            "state": state,
            "attempts": 0,
            "repeat": False,
        }
        for n in range(each)
        for person_id, chat_id in known
    )
    while chunk := list(itertools.islice(rows, CHUNK)):
        async with database.transaction() as tx:
            await tx.execute(insert(occurrences), chunk)
    await database.close()


def _person(chat_id: int, now: datetime) -> dict[str, object]:
    return {
        "chat_id": chat_id,
        "language": "en",
        "status": Status.ACTIVE,
        "zone": "Europe/London",
        "country": "GB",
        "consented_at": now,
        "course": 1,
        "profile": _profile_to_json(Profile()),
        "preferences": _preferences_to_json(Preferences()),
        "created_at": now,
    }


def settings(url: str, api_url: str, *, per_second: int = 30, **more: Any) -> Settings:
    """The product's settings, with any limit, also one that Telegram does not sell."""
    made = Settings.model_validate(
        {"token": SecretStr(TOKEN), "database_url": url, "api_url": api_url, "country": "GB"} | more
    )
    return made.model_copy(update={"per_second": per_second})


async def build(url: str, api_url: str, *, per_second: int = 30, **more: Any) -> app.App:
    """The whole bot, with its logs as they are in production but for where they go."""
    logs.configure("info")
    built = await app.build(settings(url, api_url, per_second=per_second, **more))
    app.spare_the_collector()
    return built
