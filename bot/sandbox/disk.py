"""What a sandbox keeps across a restart: one SQLite file and a folder of uploads."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, Protocol

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Row = dict[str, Any]


class Keeper(Protocol):
    """Where the state goes: to disk, or nowhere."""

    def save(self, kind: str, key: str, row: Row) -> None:
        """Keep a row under (kind, key), replacing what stood there."""

    def forget(self, kind: str, key: str) -> None:
        """Drop a row, if there."""

    def load(self, kind: str) -> Iterator[Row]:
        """All rows of a kind, in the order they were first saved."""

    def close(self) -> None:
        """Give the file back."""


class Memory:
    """Keeps nothing: the state lives as long as the process."""

    def save(self, kind: str, key: str, row: Row) -> None:
        """Nothing to do."""

    def forget(self, kind: str, key: str) -> None:
        """Nothing to do."""

    def load(self, kind: str) -> Iterator[Row]:  # noqa: ARG002 - the Keeper protocol
        """Nothing is ever kept."""
        return iter(())

    def close(self) -> None:
        """Nothing to do."""


class Disk:
    """A table of JSON rows in `folder`/sandbox.sqlite3.

    Every row is committed as it is saved; `synchronous` is off, for a killed
    process loses nothing by it and a power cut of a sandbox is no loss.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(folder / "sandbox.sqlite3", isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL").close()
        self._database.execute("PRAGMA synchronous = OFF").close()
        self._run(
            "CREATE TABLE IF NOT EXISTS entry (id INTEGER PRIMARY KEY, kind TEXT NOT NULL,"
            " key TEXT NOT NULL, row BLOB NOT NULL, UNIQUE (kind, key)) STRICT"
        )

    def save(self, kind: str, key: str, row: Row) -> None:
        """Keep a row under (kind, key), replacing what stood there."""
        self._run(
            "INSERT INTO entry (kind, key, row) VALUES (?, ?, ?)"
            " ON CONFLICT (kind, key) DO UPDATE SET row = excluded.row",
            (kind, key, orjson.dumps(row)),
        )

    def forget(self, kind: str, key: str) -> None:
        """Drop a row, if there."""
        self._run("DELETE FROM entry WHERE kind = ? AND key = ?", (kind, key))

    def load(self, kind: str) -> Iterator[Row]:
        """All rows of a kind, in the order they were first saved."""
        found = self._database.execute("SELECT row FROM entry WHERE kind = ? ORDER BY id", (kind,))
        for (row,) in found.fetchall():
            yield orjson.loads(row)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _run(self, statement: str, values: tuple[Any, ...] = ()) -> None:
        self._database.execute(statement, values).close()
