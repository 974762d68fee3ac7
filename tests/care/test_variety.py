"""Nobody reads the same line twice on a day or two days running."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care.model import NUDGES, Kind, Preferences, Profile, QuietHours
from bot.care.plan import PlanRequest, Sent, lay_out
from bot.care.timing import local
from bot.care.variety import next_line
from bot.library.loader import default_folder, load

ZONE = "Europe/London"
START = datetime(2026, 1, 1, tzinfo=UTC)
LIBRARY = load(default_folder())
LINES = LIBRARY.language("en").nudge_wordings
PLAN = LIBRARY.plan


@dataclass
class Reading:
    """What one person reads while massages follow each other and plans are laid out anew."""

    now: datetime
    sent: tuple[Sent, ...]
    read: list[tuple[date, Kind, str]]
    shown: Counter[Kind]

    def massage(self, *, profile: Profile, better: bool, until: datetime, anew: list[int]) -> None:
        """Live from one massage to the next, the plan laid out anew after so many hours."""
        self.sent = tuple(replace(each, of_this_session=False) for each in self.sent)
        request = PlanRequest(
            session_at=self.now,
            now=self.now,
            zone=ZONE,
            profile=profile,
            preferences=Preferences(quiet=QuietHours(start=time(0), end=time(0))),
            strengthening=better,
        )
        stops = sorted(self.now + timedelta(hours=hours) for hours in anew)
        for stop in (*(each for each in stops if each < until), until):
            for message in lay_out(replace(request, now=self.now, sent=self.sent), PLAN):
                if message.due_at > stop:
                    break
                self._receive(message.kind, message.due_at, message.item, message.sequence)
            self.now = stop

    def _receive(self, kind: Kind, at: datetime, item: str, sequence: int) -> None:
        self.sent = (*self.sent, Sent(kind=kind, at=at, item=item, sequence=sequence))
        if kind in NUDGES:
            line = next_line(LINES[kind.value], self.shown[kind])
            self.read.append((local(at, ZONE).date(), kind, line))
            self.shown[kind] += 1


@given(
    hours_between=st.lists(st.integers(24, 240), min_size=1, max_size=4),
    hour=st.integers(0, 23),
    anew=st.lists(st.integers(1, 200), max_size=4),
    in_their_fifties=st.booleans(),
    better=st.booleans(),
)
def test_no_line_is_read_twice_on_a_day_or_on_two_days_running(
    hours_between: list[int], hour: int, anew: list[int], in_their_fifties: bool, better: bool
) -> None:
    profile = Profile(sex="female", age="50_59") if in_their_fifties else Profile()
    reading = Reading(START + timedelta(hours=hour), (), [], Counter())

    for hours in hours_between:
        until = reading.now + timedelta(hours=hours)
        reading.massage(profile=profile, better=better, until=until, anew=anew)

    lines: dict[tuple[date, Kind], list[str]] = defaultdict(list)
    for day, kind, line in reading.read:
        lines[day, kind].append(line)
    for (day, kind), today in lines.items():
        both = today + lines.get((day + timedelta(days=1), kind), [])
        assert len(set(both)) == len(both), (day, kind)


@pytest.mark.parametrize("kind", sorted(LINES))
def test_every_kind_of_nudge_has_at_least_six_wordings(kind: str) -> None:
    assert len(set(LINES[kind])) >= 6


def test_the_lines_go_round() -> None:
    assert [next_line("abc", shown) for shown in range(5)] == ["a", "b", "c", "a", "b"]
