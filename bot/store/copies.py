"""Copies of a SQLite database: making one while the bot writes, and putting one in its place."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import DatabaseError
from bot.store import engines

if TYPE_CHECKING:
    from collections.abc import Iterator

OURS = {"alembic_version", "people", "occurrences", "escalations", "inbox", "facts"}
LOG_ENDINGS = ("-wal", "-shm", "-journal")
BUSY_S = 5.0


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite address; None where the address is of another kind."""
    parsed = engines.parse(url)
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


def libpq_address(url: str) -> str:
    """A PostgreSQL address as its own tools take it, without the password."""
    parsed = engines.parse(url)._replace(drivername="postgresql", password=None)
    return parsed.render_as_string(hide_password=False)


def back_up(source: Path, destination: Path) -> None:
    """A copy of the database `source` as of one instant, whoever writes to it meanwhile.

    Only its owner may read it. It appears whole or not at all, and is on the disk when this
    returns. Raises DatabaseError where `destination` exists, where `source` is no database of
    this program, and where the copy could not be made or is not sound.
    """
    _require_ours(source)
    with _reserved(destination) as part:
        _copy(source, part)
        _require_sound(part, named=source)
        _to_disk(part)


@contextmanager
def in_place_of(target: Path, source: Path) -> Iterator[Path]:
    """A copy of `source` to prepare beside `target`, in whose place it is put at the end.

    What was there is kept under another name, and stays where an error ends this. Raises
    DatabaseError where a running bot, or anyone else, has `target` open (SQLite gives its
    exclusive lock only to who is alone), and where `source` is no sound database of this program.
    """
    _require_ours(source)
    _require_sound(source, named=source)
    if target.exists() and target.samefile(source):
        raise DatabaseError(f"{source} is the database itself")
    prepared_name = _beside(target, ".restoring")
    with _alone(target) as is_whole, _removed_at_last(prepared_name) as prepared:
        _copy(source, prepared)
        yield prepared
        if any(_beside(prepared, ending).exists() for ending in LOG_ENDINGS):
            raise DatabaseError(f"{prepared} is still in use")
        _to_disk(prepared)
        _keep_aside(target, is_whole=is_whole)
        prepared.replace(target)
        _to_disk(target.parent)


def kept_aside(target: Path) -> Path | None:
    """The name under which what stands at `target` will be kept; None where nothing does."""
    if not target.exists():
        return None
    names = (_beside(target, f".replaced-{number}") for number in range(1, 10_000))
    return next(each for each in names if not each.exists())


def _copy(source: Path, empty: Path) -> None:
    """One snapshot that holds up nobody; what was erased from `source` is not copied along."""
    try:
        with closing(_opened(source)) as original:
            original.execute("VACUUM INTO ?", [str(empty)])
    except sqlite3.Error as error:
        raise DatabaseError(f"{source} can't be copied: {error}") from None


def _require_ours(path: Path) -> None:
    """Refuse what is not a database of this program."""
    if not path.is_file():
        raise DatabaseError(f"{path} does not exist")
    try:
        with closing(_opened(path)) as connection:
            rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            tables = {name for (name,) in rows}
    except sqlite3.Error as error:
        raise DatabaseError(f"{path} can't be read as a database: {error}") from None
    if not tables >= OURS:
        raise DatabaseError(f"{path} is not a database of Aftercare")


def _require_sound(path: Path, *, named: Path) -> None:
    """Refuse a database whose pages, indexes or references do not agree with each other."""
    try:
        with closing(_opened(path)) as connection:
            ((found, *_), *_) = connection.execute("PRAGMA integrity_check(1)").fetchall()
            stray = connection.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.Error as error:
        found, stray = str(error), None
    if found != "ok" or stray is not None:
        reason = "rows point at rows that are not there" if found == "ok" else found
        raise DatabaseError(f"{named} is damaged: {str(reason).splitlines()[-1]}")


def _opened(path: Path) -> sqlite3.Connection:
    """A connection that only reads, and leaves the write-ahead log to whoever owns it."""
    return sqlite3.connect(
        f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=BUSY_S, isolation_level=None
    )


@contextmanager
def _reserved(destination: Path) -> Iterator[Path]:
    """A name beside `destination`, which is ours from now on, to write to; put there at the end."""
    try:
        os.close(os.open(destination, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        raise DatabaseError(f"{destination} exists already; choose another name") from None
    except OSError as error:
        raise DatabaseError(f"{destination} can't be written: {error.strerror}") from None
    try:
        with _removed_at_last(_beside(destination, ".part")) as part:
            yield part
            part.replace(destination)
            _to_disk(destination.parent)
    except BaseException:
        destination.unlink(missing_ok=True)
        raise


@contextmanager
def _removed_at_last(path: Path) -> Iterator[Path]:
    """An empty file for its owner alone, gone at the end unless it was moved."""
    everything = [path, *(_beside(path, ending) for ending in LOG_ENDINGS)]
    for each in everything:
        each.unlink(missing_ok=True)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise DatabaseError(f"{path} can't be written: {error.strerror}") from None
    try:
        yield path
    finally:
        for each in everything:
            each.unlink(missing_ok=True)


@contextmanager
def _alone(target: Path) -> Iterator[bool]:
    """Hold `target` so that nobody else has it open; where there is none, or none that SQLite
    can read, nobody can be at work on it. Gives whether all it holds is in the one file.
    """
    if not target.exists():
        yield True
        return
    is_whole = False
    with closing(sqlite3.connect(target, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")
            # The log is written back, so that one file holds everything.
            is_whole = connection.execute("PRAGMA journal_mode=DELETE").fetchone() == ("delete",)
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                raise DatabaseError(f"{target} is in use: stop the bot first") from None
            if isinstance(error, sqlite3.OperationalError):
                raise DatabaseError(f"{target} can't be replaced: {error}") from None
            # Otherwise it is damaged, which is a reason to restore.
        yield is_whole


def _keep_aside(target: Path, *, is_whole: bool) -> None:
    """Give what stands at `target` a second name, and take away logs that were its own: SQLite
    would play them into whatever stands there next.
    """
    aside = kept_aside(target)
    if aside is None:
        return
    for log in (each for each in LOG_ENDINGS if _beside(target, each).exists()):
        if is_whole:
            _beside(target, log).unlink()
        else:
            _beside(target, log).replace(_beside(aside, log))
    try:
        aside.hardlink_to(target)  # so that there is a database at every instant
    except OSError:
        shutil.copy2(target, aside)


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _to_disk(path: Path) -> None:
    """Return once the file, or the folder's list of names, survives a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
