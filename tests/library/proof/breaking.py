"""How content is broken, and where that must be found."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Break = Callable[[Path], None]


def edit(file: str, old: str, new: str) -> Break:
    """Replace the first occurrence of a text."""

    def broken(folder: Path) -> None:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{file} has no {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return broken


def in_every_language(file: str, old: str, new: str) -> Break:
    """Replace the first occurrence of an id in each language's file."""

    def broken(folder: Path) -> None:
        for path in sorted(folder.glob(f"*/{file}")):
            edit(f"{path.parent.name}/{file}", old, new)(folder)

    return broken


def cut(file: str, start: str, end: str) -> Break:
    """Take out everything from one text up to another."""

    def broken(folder: Path) -> None:
        path = folder / file
        before, _, rest = path.read_text(encoding="utf-8").partition(start)
        _, found, after = rest.partition(end)
        assert found, f"{file} has no {start!r} ... {end!r}"
        path.write_text(before + end + after, encoding="utf-8")

    return broken


def translated(folder: Path) -> None:
    """Another language, in the words of English; `pt` ships with nobody yet."""
    shutil.copytree(folder / "en", folder / "pt")
    text = (folder / "en/language.yaml").read_text(encoding="utf-8")
    text = text.replace("name: English", "name: Português\ntranslates: 1\nrefused_words: [curar*]")
    (folder / "pt/language.yaml").write_text(text, encoding="utf-8")


def in_translation(file: str, old: str, new: str) -> tuple[Break, Break]:
    return translated, edit(f"pt/{file}", old, new)


@dataclass(frozen=True)
class Breakage:
    """What is done to the content, and the finding that must come of it.

    The finding stands in `file`, at the first line that holds `line`, after `after` if given.
    """

    id: str
    breaks: tuple[Break, ...]
    file: str
    line: str
    said: str
    after: str | None = None

    def place(self, folder: Path) -> int:
        lines = (folder / self.file).read_text(encoding="utf-8").splitlines()
        start = next(n for n, line in enumerate(lines) if self.after in line) if self.after else 0
        return next(n for n, line in enumerate(lines[start:], start + 1) if self.line in line)


def only(
    breakage_id: str, change: Break, file: str, line: str, said: str, after: str | None = None
) -> Breakage:
    return Breakage(breakage_id, (change,), file, line, said, after)
