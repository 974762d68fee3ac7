"""One line a message or answer, by the person's own clock, and a few figures at the end."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bot.care.model import SAFETY
from bot.care.timing import local
from bot.library.markup import plain
from bot.service.plans import LATER_ITEM

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from bot.care.model import Kind

BUTTONS = 3  # more than these are counted only
TEXT = 88


class Timeline:
    """Collects lines, and counts. `zone` is the person's, an IANA name.

    `bot` is a message, `>` what the person does, `=` a verdict, `--` what will not come.
    """

    def __init__(self, zone: str) -> None:
        self._zone = zone
        self._lines: list[str] = []
        self._sent: Counter[Kind] = Counter()
        self._days: Counter[date] = Counter()
        self._levels: list[str] = []
        self._off = 0
        self._check_ins: Counter[str] = Counter()

    def message(
        self, at: datetime, kind: Kind, item: str, text: str, buttons: Sequence[str]
    ) -> None:
        """A message the person did not ask for."""
        self._sent[kind] += 1
        if kind not in SAFETY and item != LATER_ITEM:
            self._days[local(at, self._zone).date()] += 1
        self._line(at, "bot", kind.value, item, f"{_first_line(text)} {_buttons(buttons)}")

    def reply(self, at: datetime, text: str, buttons: Sequence[str]) -> None:
        """What the bot answers at once."""
        self._line(at, "bot", "reply", "", f"{_first_line(text)} {_buttons(buttons)}")

    def act(self, at: datetime, kind: str, item: str, text: str) -> None:
        """What the person does."""
        self._line(at, ">", kind, item, text)

    def verdict(self, at: datetime, item: str, level: str, reasons: Sequence[str]) -> None:
        """What the rules make of an answer."""
        self._levels.append(level)
        self._line(at, "=", "verdict", item, f"{level} ({', '.join(reasons) or 'no rule'})")

    def unplanned(self, at: datetime, kind: str, item: str, meant_at: datetime, why: str) -> None:
        """What the plan of a massage leaves out, with the time it was meant for."""
        meant = local(meant_at, self._zone)
        self._line(at, "--", kind, item, f"not planned for {meant:%a %H:%M}: {why}")

    def later(self, at: datetime, kind: str, item: str, why: str) -> None:
        """What waits for a better moment."""
        self._line(at, "--", kind, item, f"put off: {why}")

    def mark(self) -> int:
        """A place to come back to with `hold`."""
        return len(self._lines)

    def hold(self, mark: int) -> list[str]:
        """Take out what was written since the mark, to be put back after something else."""
        held, self._lines = self._lines[mark:], self._lines[:mark]
        return held

    def put_back(self, held: list[str]) -> None:
        """Write again what was held."""
        self._lines.extend(held)

    def answered(self, *, whole: bool) -> None:
        """Count a check-in by whether it was gone through to its end."""
        self._check_ins["answered" if whole else "begun"] += 1

    def off(self, at: datetime, kind: str, item: str, why: str, count: int = 1) -> None:
        """What will not come, and why."""
        self._off += count
        times = f"{count} messages " if count > 1 else ""
        self._line(at, "--", kind, item, f"{times}not sent: {why}")

    def _line(self, at: datetime, who: str, kind: str, item: str, text: str) -> None:
        shown = local(at, self._zone)
        stamp = f"{shown:%a %Y-%m-%d %H:%M} {shown:%z}"
        line = f"{stamp[:-2]}:{stamp[-2:]}  {who:<3}  {kind:<13}  {item:<17}  {text}"
        self._lines.append(line.rstrip())

    def lines(self, standing: str | None) -> list[str]:
        """Everything so far and the figures; `standing` is the level of advice still open."""
        asked = {kind.value: count for kind, count in sorted(self._sent.items())}
        total = ", ".join(f"{count} {kind}" for kind, count in asked.items())
        day, most = max(self._days.items(), key=lambda each: (each[1], each[0]), default=(None, 0))
        levels, check_ins = Counter(self._levels), self._check_ins
        return [
            *self._lines,
            "",
            f"sent: {sum(asked.values())} ({total})",
            f"check-ins and /worse: {check_ins['answered']} answered, {check_ins['begun']} begun",
            f"verdicts: {', '.join(f'{n} {level}' for level, n in levels.items()) or 'none'}",
            f"most in a day, save safety and what was put off: {most}"
            + (f" ({day:%a %Y-%m-%d})" if day else ""),
            f"planned, and not sent: {self._off}",
            f"advice still open: {standing or 'none'}",
        ]


def _first_line(text: str) -> str:
    line = plain(text.partition("\n")[0])
    return line if len(line) <= TEXT else f"{line[: TEXT - 1]}…"


def _buttons(labels: Iterable[str]) -> str:
    every = list(labels)
    more = [f"+{len(every) - BUTTONS}"] if len(every) > BUTTONS else []
    return f"[{' | '.join([*every[:BUTTONS], *more])}]" if every else ""
