"""What the tests of an operator's commands share."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from click.testing import CliRunner, Result

from bot.cli import main
from bot.delivery.clock import SystemClock
from tests.store.makers import HOUR, message

if TYPE_CHECKING:
    from bot.care.model import Kind, PlannedMessage

CHAT = 987_654_321
ADDRESS = "postgresql://me@db.example.org:5433/aftercare"


async def aftercare(*arguments: str | Path, url: str) -> Result:
    """The command with this database and no other setting, not even a token."""
    environ = {"AFTERCARE_DATABASE_URL": url.replace("postgresql://", "postgresql+psycopg://")}
    given = [str(each) for each in arguments]
    return await asyncio.to_thread(CliRunner().invoke, main, given, env=environ)


def due(kind: Kind, sequence: int, *, ago: float, lasts_h: float | None = None) -> PlannedMessage:
    """A message due so many hours before this moment."""
    due_at = SystemClock().now() - ago * HOUR
    expires_at = None if lasts_h is None else due_at + lasts_h * HOUR
    return replace(message(kind, sequence), due_at=due_at, expires_at=expires_at)


def kept(path: Path) -> list[int]:
    """The chats of the people in this file."""
    with closing(sqlite3.connect(path)) as connection:
        return [chat for (chat,) in connection.execute("SELECT chat_id FROM people ORDER BY id")]


def names_in(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))
