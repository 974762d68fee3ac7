"""A disk whose power can be cut.

SQLite runs on a file system that keeps a journal of every write and sync. From it the disk is
made again as a cut may have left it: what was synced is there; every 512-byte sector written
since holds any of its versions, and the file's length is any it had.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import apsw

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

SECTOR = 512

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wrote:
    """Bytes written into a file, which the disk need not have yet."""

    file: str
    at: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Shortened:
    """A file made as long as this, which the disk need not know yet."""

    file: str
    to: int


@dataclass(frozen=True, slots=True)
class Synced:
    """The disk has everything written to this file so far."""

    file: str


@dataclass(frozen=True, slots=True)
class Said:
    """A word of whoever writes: this many transactions are begun, or have returned."""

    word: str
    number: int


Event = Wrote | Shortened | Synced | Said

Survives = Callable[[Sequence[Any]], Any]
"""Which of the versions that a sector, or a length, went through is there after the cut."""


def nothing(versions: Sequence[T]) -> T:
    """What was not synced is lost."""
    return versions[0]


def everything(versions: Sequence[T]) -> T:
    """What was not synced is there, as after the end of a process."""
    return versions[-1]


class _File(apsw.VFSFile):
    """A real file that writes down what is done to it."""

    def __init__(self, name: Any, flags: list[int], journal: list[Event]) -> None:
        super().__init__("", name, flags)
        path = name if isinstance(name, str) else name.filename()
        self._name = Path(path).name
        self._journal = journal

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self._journal.append(Wrote(self._name, offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        self._journal.append(Shortened(self._name, newsize))
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._journal.append(Synced(self._name))
        super().xSync(flags)


class Recorder(apsw.VFS):
    """SQLite's file system, with a journal of what reached it; to be entered."""

    def __init__(self) -> None:
        self.journal: list[Event] = []
        self.name = f"recorder_{id(self)}"
        super().__init__(self.name, "")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.unregister()

    def xOpen(self, name: Any, flags: list[int]) -> _File:  # noqa: N802
        return _File(name, flags, self.journal)

    def say(self, word: str, number: int) -> None:
        self.journal.append(Said(word, number))


class _Kept:
    """One file: what the disk has for certain, and every version there was of the rest."""

    def __init__(self, content: bytes = b"") -> None:
        self._now = bytearray(content)
        self.sync()

    def sync(self) -> None:
        self._certain = bytes(self._now)
        self._lengths = [len(self._now)]
        self._sectors: dict[int, list[bytes]] = {}

    def change(self, event: Wrote | Shortened) -> None:
        if isinstance(event, Shortened):
            del self._now[event.to :]
        else:
            end = event.at + len(event.data)
            self._now.extend(bytes(max(0, end - len(self._now))))
            self._now[event.at : end] = event.data
            for sector in range(event.at // SECTOR, (end - 1) // SECTOR + 1):
                versions = self._sectors.setdefault(sector, [_sector(self._certain, sector)])
                versions.append(_sector(self._now, sector))
        self._lengths.append(len(self._now))

    def after_cut(self, survives: Survives) -> bytes:
        """The file as it is found again."""
        found = bytearray(self._certain.ljust(max(self._lengths), b"\0"))
        for sector, versions in self._sectors.items():
            found[sector * SECTOR : (sector + 1) * SECTOR] = survives(versions)
        return bytes(found[: survives(self._lengths)])


def _sector(content: bytes | bytearray, sector: int) -> bytes:
    return bytes(content[sector * SECTOR : (sector + 1) * SECTOR]).ljust(SECTOR, b"\0")


class Disk:
    """Follows a journal event by event; at any point the power may be cut."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self._files = {name: _Kept(content) for name, content in files.items()}
        self.said: dict[str, int] = {}

    def follow(self, event: Event) -> None:
        if isinstance(event, Said):
            self.said[event.word] = event.number
            return
        file = self._files.setdefault(event.file, _Kept())
        if isinstance(event, Synced):
            file.sync()
        else:
            file.change(event)

    def cut(self, survives: Survives) -> dict[str, bytes]:
        """The files as they are found again."""
        return {name: file.after_cut(survives) for name, file in self._files.items()}
