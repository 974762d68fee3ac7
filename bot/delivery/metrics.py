"""What Prometheus is told: counts of kinds and outcomes, never who or what was said."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

from bot.care.model import NUDGES, Kind, Level
from bot.delivery.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.store.figures import Depths

CONTENT_TYPE = CONTENT_TYPE_LATEST
ESCALATED = (Level.DOCTOR, Level.URGENT, Level.EMERGENCY)
# Seconds. The 5 s within which an escalation should leave, the 60 min after which water expires.
LATENESS_S = (0.1, 0.5, 1, 5, 30, 60, 300, 900, 3600, 10800, 43200, 86400)
LATENCY_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600)


class Metrics:
    """One process's counts, in a registry of their own, and gauges filled in when asked for.

    The parts of delivery count here as they work. What stands in the database is not counted but
    read from it by whoever asks (`show`), so that it is right after a restart too.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._real = SystemClock()
        self._answered_at: datetime | None = None
        self._updates_at: datetime | None = None
        self._make_counts()
        self._make_gauges()
        ProcessCollector(registry=self.registry)

    def _make_counts(self) -> None:
        registry = self.registry
        self._sends = Counter(
            "aftercare_sends",
            "Messages taken up to be sent, by what became of them",
            ["kind", "outcome"],
            registry=registry,
        )
        self._lateness = Histogram(
            "aftercare_lateness_seconds",
            "From when a message last fell due until Telegram had taken it",
            ["kind"],
            buckets=LATENESS_S,
            registry=registry,
        )
        self._expired = Counter(
            "aftercare_expired",
            "Messages that were not sent because it was too late for them",
            ["kind"],
            registry=registry,
        )
        self._timed_out = Counter(
            "aftercare_leases_timed_out",
            "Leases that ran out: whether those messages were sent is not known",
            ["kind"],
            registry=registry,
        )
        self._waits = Counter(
            "aftercare_budget_waits",
            "Times that messages which were due had to wait for Telegram's limits",
            registry=registry,
        )
        self._updates = Counter(
            "aftercare_updates",
            "Updates from Telegram, by what became of them",
            ["outcome"],
            registry=registry,
        )
        self._latency = Histogram(
            "aftercare_update_latency_seconds",
            "From when an update was received until it was handled",
            buckets=LATENCY_S,
            registry=registry,
        )
        # A child by its labels takes longer to find than to count in.
        self._counted: dict[tuple[Kind, str], Counter] = {}
        self._late = {kind: self._lateness.labels(kind.value) for kind in Kind}
        for kind in Kind:
            self._timed_out.labels(kind.value)
        for nudge in NUDGES:
            self._expired.labels(nudge.value)

    def _make_gauges(self) -> None:
        def gauge(name: str, meaning: str, *labels: str) -> Gauge:
            return Gauge(f"aftercare_{name}", meaning, labels, registry=self.registry)

        self._due = gauge("due", "Messages due now and not yet taken up", "kind")
        self._planned = gauge("queue_depth", "Messages planned, as of a minute ago", "kind")
        self._leased = gauge("leases", "Messages taken up and not yet ended", "kind")
        self._oldest = gauge("oldest_due_seconds", "How long the oldest due message has waited")
        self._inbox = gauge("inbox_depth", "Updates received and not yet handled")
        self._escalations = gauge("open_escalations", "Escalations that are open", "level")
        self._held = gauge("held", "1 while all but messages about safety are held")
        self._database = gauge("database_up", "Whether the database answered just now")
        self._success = gauge(
            "last_telegram_success_timestamp_seconds",
            "When Telegram last answered a call with success, in seconds since 1970",
        )

    def ended(self, kind: Kind, outcome: str) -> None:
        """A message that was taken up came to this end."""
        counted = self._counted.get((kind, outcome))
        if counted is None:
            counted = self._counted[kind, outcome] = self._sends.labels(kind.value, outcome)
        counted.inc()

    def sent(self, kind: Kind, late_s: float) -> None:
        """Telegram took a message, so many seconds after it fell due."""
        self._late[kind].observe(max(0.0, late_s))

    def expired(self, kind: Kind, count: int = 1) -> None:
        """So many messages of a kind were too late to be worth sending."""
        self._expired.labels(kind.value).inc(count)

    def lease_timed_out(self, kind: Kind) -> None:
        """Nobody ended a lease in time."""
        self._timed_out.labels(kind.value).inc()

    def waited(self) -> None:
        """Something is due, and Telegram's limits do not let it go yet."""
        self._waits.inc()

    def handled(self, outcome: str, latency_s: float) -> None:
        """An update came to an end so many seconds after it was received."""
        self._updates.labels(outcome).inc()
        self._latency.observe(max(0.0, latency_s))

    def telegram_answered(self) -> None:
        """A call to Telegram succeeded just now."""
        self._answered_at = self._real.now()
        self._success.set(self._answered_at.timestamp())

    def since_telegram_s(self) -> float:
        """Seconds since a call to Telegram succeeded; inf when none has."""
        return self._since_s(self._answered_at)

    def updates_came(self) -> None:
        """Telegram was asked for updates just now, and what it had is stored."""
        self.telegram_answered()
        self._updates_at = self._answered_at

    def since_updates_s(self) -> float:
        """Seconds since Telegram was asked for updates with success; inf when it never was."""
        return self._since_s(self._updates_at)

    def _since_s(self, at: datetime | None) -> float:
        return math.inf if at is None else max(0.0, (self._real.now() - at).total_seconds())

    def show(
        self, depths: Depths, planned: Mapping[Kind, int], *, held: bool, now: datetime
    ) -> None:
        """Take over what the database says now."""
        for kind in Kind:
            self._due.labels(kind.value).set(depths.due.get(kind, 0))
            self._planned.labels(kind.value).set(planned.get(kind, 0))
            self._leased.labels(kind.value).set(depths.leased.get(kind, 0))
        for level in ESCALATED:
            self._escalations.labels(level.id).set(depths.escalations.get(level, 0))
        waited_s = (now - depths.oldest_due_at).total_seconds() if depths.oldest_due_at else 0.0
        self._oldest.set(max(0.0, waited_s))
        self._inbox.set(depths.inbox)
        self._held.set(held)
        self._database.set(1)

    def show_nothing(self) -> None:
        """The database does not answer: what it would say is not known."""
        self._database.set(0)
        for one in (self._oldest, self._inbox, self._held):
            one.set(math.nan)
        for each in (self._due, self._planned, self._leased, self._escalations):
            each.clear()

    def text(self) -> bytes:
        """Everything, in Prometheus's text format."""
        return generate_latest(self.registry)
