"""Finding a free moment: outside quiet hours, apart from others, with room left in the day."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from bot.care.timing import end_of_quiet, local, start_of_next_day

if TYPE_CHECKING:
    from bot.care.model import QuietHours


class Calendar:
    """The moments already taken in one person's days."""

    def __init__(
        self,
        zone: str,
        quiet: QuietHours,
        per_day: int,
        gap: timedelta,
    ) -> None:
        self._zone = zone
        self._quiet = quiet
        self._per_day = per_day
        self._gap = gap
        self._times: list[datetime] = []
        self._days: Counter[date] = Counter()

    def add(self, at: datetime, *, counts: bool = True) -> None:
        """Take this moment, whatever lies around it; one that does not count only keeps the gap."""
        insort(self._times, at)
        self._days[local(at, self._zone).date()] += counts

    def first_free(
        self, at: datetime, *, latest: datetime | None, wait_for_quiet: bool
    ) -> datetime | None:
        """The first free moment from `at` and before `latest`; None when there is none.

        With `wait_for_quiet` quiet hours are waited out, otherwise they end the search.
        """
        while latest is None or at < latest:
            later = self._step(at)
            if later == at:
                return at
            if not wait_for_quiet and end_of_quiet(at, self._zone, self._quiet) != at:
                return None
            at = later
        return None

    def _step(self, at: datetime) -> datetime:
        """Past the first thing that stands in the way, or `at` itself when nothing does."""
        awake = end_of_quiet(at, self._zone, self._quiet)
        if awake != at:
            return awake
        index = bisect_left(self._times, at - self._gap + timedelta.resolution)
        if index < len(self._times) and self._times[index] < at + self._gap:
            return self._times[index] + self._gap
        if self._days[local(at, self._zone).date()] >= self._per_day:
            return start_of_next_day(at, self._zone)
        return at
