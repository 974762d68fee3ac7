"""What a power cut leaves of the SQLite file, at any moment, however the disk took the writes."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import apsw
import pytest

from bot.store.engines import PRAGMAS
from tests.store.power import Disk, Event, Recorder, Synced, everything, nothing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.store.power import Survives

COMMITS = 30
KEPT = 5  # updates: the older are deleted, and overwritten in the file
CHECKPOINT_PAGES = 24  # so that the log is written back every few commits
FILE = "aftercare.db"

Content = tuple[int, dict[int, bytes]]
"""How many commits there were, and the latest updates."""


def payload(number: int) -> bytes:
    return bytes([number]) * (number * 331 % 9000 + 1)  # up to three pages


def content_after(number: int) -> Content:
    return number, {n: payload(n) for n in range(max(1, number - KEPT + 1), number + 1)}


def write(connection: apsw.Connection, number: int) -> None:
    """One numbered transaction over two tables."""
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(
        "INSERT INTO inbox (update_id, payload, state, attempts, received_at)"
        " VALUES (?, ?, 'pending', 0, 0)",
        (number, payload(number)),
    )
    connection.execute("DELETE FROM inbox WHERE update_id <= ?", (number - KEPT,))
    connection.execute("INSERT OR REPLACE INTO facts VALUES ('commits', ?)", (str(number),))
    connection.execute("COMMIT")


def read(path: Path) -> Content | None:
    """What a new process finds; None where the file is broken."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA synchronous=OFF")  # this one is not cut again
            sound = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            said = connection.execute("SELECT value FROM facts WHERE name = 'commits'").fetchone()
            updates = dict(connection.execute("SELECT update_id, payload FROM inbox"))
    except sqlite3.DatabaseError:
        return None
    return (int(said[0]) if said else 0, updates) if sound else None


def record(path: Path, synchronous: str | None) -> list[Event]:
    """The journal of the numbered transactions, with the product's pragmas but for this one."""
    with Recorder() as recorder:
        connection = apsw.Connection(str(path), vfs=recorder.name)
        for pragma in (*PRAGMAS, f"wal_autocheckpoint={CHECKPOINT_PAGES}"):
            connection.execute(f"PRAGMA {pragma}")
        if synchronous is not None:
            connection.execute(f"PRAGMA synchronous={synchronous}")
        recorder.journal.clear()
        for number in range(1, COMMITS + 1):
            recorder.say("begun", number)
            write(connection, number)
            recorder.say("returned", number)
            if number == COMMITS // 2:  # as after an erasure
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        journal = list(recorder.journal)
        connection.close()
    return journal


@dataclass(slots=True)
class Tally:
    """What was found after the cuts."""

    cuts: int = 0
    broken: int = 0
    lost: int = 0

    def count(self, found: Content | None, *, begun: int, returned: int) -> None:
        """A transaction is there as a whole or not at all, and for certain once it returned."""
        self.cuts += 1
        if found is None or found[0] > begun or found != content_after(found[0]):
            self.broken += 1
        elif found[0] < returned:
            self.lost += 1


def ways(event: Event, dice: random.Random) -> Iterator[Survives]:
    """The losses to try after this event: all is taken in turn, sector by sector by chance."""
    yield dice.choice
    if isinstance(event, Synced) or dice.random() < 0.2:
        yield nothing
        yield everything


def cut_everywhere(
    before: Mapping[str, bytes], journal: list[Event], folder: Path, seed: int
) -> Tally:
    """Cut the power after every event, and look what a new process finds."""
    dice, disk, tally = random.Random(seed), Disk(dict(before)), Tally()  # noqa: S311
    seen: dict[int, Content | None] = {}
    for event in journal:
        disk.follow(event)
        for survives in ways(event, dice):
            files = disk.cut(survives)
            key = hash(tuple(files.items()))
            if key not in seen:
                seen[key] = find(folder, files)
            found = seen[key]
            tally.count(
                found, begun=disk.said.get("begun", 0), returned=disk.said.get("returned", 0)
            )
    return tally


def find(folder: Path, files: Mapping[str, bytes]) -> Content | None:
    """Start anew with these files."""
    for left in folder.iterdir():
        left.unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return read(folder / FILE)


def cut_while_writing(template: Path, folder: Path, synchronous: str | None) -> Tally:
    path = folder / FILE
    shutil.copyfile(template, path)
    before = {FILE: path.read_bytes()}
    journal = record(path, synchronous)
    assert read(path) == content_after(COMMITS)
    found = folder / "found"
    found.mkdir()
    return cut_everywhere(before, journal, found, seed=7)


def test_no_power_cut_breaks_the_file_or_takes_a_commit_that_had_returned(
    sqlite_template: Path, tmp_path: Path
) -> None:
    tally = cut_while_writing(sqlite_template, tmp_path, None)

    assert (tally.broken, tally.lost) == (0, 0)
    assert tally.cuts > COMMITS * 5


@pytest.mark.parametrize(("synchronous", "breaks"), [("NORMAL", False), ("OFF", True)])
def test_with_less_syncing_the_same_cuts_do_harm(
    sqlite_template: Path, tmp_path: Path, synchronous: str, breaks: bool
) -> None:
    """So the cuts are sharp: NORMAL loses commits, and without syncs the file breaks."""
    tally = cut_while_writing(sqlite_template, tmp_path, synchronous)

    assert tally.lost > 0
    assert (tally.broken > 0) == breaks
