"""The commands of an operator's daily work: look, copy, put back, hold and release.

They import what they need, as those of `cli` do.
"""

from __future__ import annotations

import asyncio
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from bot.errors import AftercareError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from bot.service.holding import Hold
    from bot.store.database import Database

T = TypeVar("T")


@click.command()
def stats() -> None:
    """Count people, messages and open escalations; the bot may run meanwhile."""
    from bot import stats as numbers
    from bot.delivery.clock import SystemClock
    from bot.settings import database_url

    numbers.show(asyncio.run(numbers.read(database_url(), SystemClock().now())), sys.stdout)


@click.command()
@click.argument("destination", metavar="DEST", type=click.Path(path_type=Path))
def backup(destination: Path) -> None:
    """Copy the database to the new file DEST; the bot may run meanwhile."""
    from bot.settings import database_url
    from bot.store import copies

    url = database_url()
    source = copies.sqlite_file(url)
    if source is None:
        to, address = shlex.quote(str(destination)), shlex.quote(copies.libpq_address(url))
        raise AftercareError(f"PostgreSQL has a tool of its own: pg_dump -Fc -f {to} {address}")
    copies.back_up(source, destination)
    click.echo(f"{source} is copied to {destination}, {destination.stat().st_size:,} bytes.")


@click.command()
@click.argument("source", metavar="SOURCE", type=click.Path(path_type=Path))
def restore(source: Path) -> None:
    """Put the backup SOURCE in the place of the database; the bot must not run."""
    from bot.delivery.clock import SystemClock
    from bot.service import restoring
    from bot.settings import database_url
    from bot.store import copies

    url = database_url()
    target = copies.sqlite_file(url)
    if target is None:
        what, address = shlex.quote(str(source)), shlex.quote(copies.libpq_address(url))
        raise AftercareError(
            "PostgreSQL has a tool of its own; stop the bot, then: "
            f"pg_restore --clean --if-exists -d {address} {what} && aftercare hold"
        )
    restored = asyncio.run(restoring.restore(target, source, SystemClock().now()))
    click.echo(f"{target} is now what {source} holds.")
    if restored.kept_aside is not None:
        click.echo(f"What it was before is kept as {restored.kept_aside}.")
    _tell(restored.hold)


@click.command()
def hold() -> None:
    """Let only messages about safety out, until `aftercare release`."""
    from bot.service import holding
    from bot.settings import database_url
    from bot.store import copies

    # A database that pg_restore has just brought back may be older than the program, and must
    # not have to be run first.
    restored_by_others = copies.sqlite_file(database_url()) is None
    _tell(asyncio.run(_with_database(holding.hold, as_it_is=not restored_by_others)))


@click.command()
def release() -> None:
    """End a hold: what waited leaves."""
    from bot.service import holding

    due = asyncio.run(_with_database(holding.release))
    if due is None:
        click.echo("Nothing is held.")
        return
    waiting = ", ".join(f"{count} {kind.value}" for kind, count in sorted(due.items()))
    click.echo(f"Released; a running bot notices within 30 s. Due now: {waiting or 'nothing'}.")


COMMANDS = (stats, backup, restore, hold, release)


def _tell(done: Hold) -> None:
    click.echo(
        "Held: only messages about safety leave. Of what was due, "
        f"{done.expired} nudges will not come, and {done.doubted} other messages will say that "
        "they may have come before."
    )
    click.echo("`aftercare stats` shows what waits, `aftercare release` lets it go.")


async def _with_database(
    work: Callable[[Database, datetime], Awaitable[T]], *, as_it_is: bool = True
) -> T:
    from bot.delivery.clock import SystemClock
    from bot.settings import database_url
    from bot.store.database import Database

    database = await Database.open(database_url(), as_it_is=as_it_is)
    try:
        return await work(database, SystemClock().now())
    finally:
        await database.close()
