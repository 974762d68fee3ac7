"""What delivery counts and logs as it works."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from structlog.testing import capture_logs

from bot.care.model import Kind
from bot.delivery.metrics import Metrics
from bot.delivery.scheduler import Alarm
from bot.service import holding
from bot.store import queue
from tests.delivery.conftest import until

if TYPE_CHECKING:
    from bot.delivery.courier import Courier
    from tests.delivery.conftest import Office

BORIS = 1002
HOUR = timedelta(hours=1)


def counted(metrics: Metrics, name: str, **labels: str) -> float:
    """A number as Prometheus would read it; 0 where it was never counted."""
    return metrics.registry.get_sample_value(name, labels) or 0.0


async def runs_once(courier: Courier) -> None:
    """Start the courier, let it look, and stop it."""
    running = asyncio.create_task(courier.run())
    looked = asyncio.Event()
    courier.idle.append(lambda _: looked.set())
    async with asyncio.timeout(10):
        await looked.wait()
    await courier.stop()
    await running


async def test_a_start_after_downtime_tells_what_expired_by_kind_and_why(office: Office) -> None:
    anna = await office.person()
    now = office.clock.now()
    for hours in range(3):
        await office.plan(anna, in_s=3600 * hours, expires_in_s=3600 * hours + 60)
    await office.plan(anna, Kind.STRETCH, expires_in_s=60)
    await office.plan(anna, Kind.CHECK_IN)
    office.clock.jump_to(now + timedelta(days=7))
    metrics = Metrics()

    with capture_logs() as lines:
        await runs_once(office.courier(metrics=metrics))

    told = {each["kind"]: each for each in lines if each["event"] == "occurrences_expired"}
    assert set(told) == {"hydration", "stretch"}
    water = told["hydration"]
    assert (water["when"], water["count"], water["log_level"]) == ("start", 3, "warning")
    assert water["reason"] == "later than this kind may be"
    assert water["first_due"] == now.isoformat()
    assert water["last_due"] == (now + 2 * HOUR).isoformat()
    assert counted(metrics, "aftercare_expired_total", kind="hydration") == 3
    assert office.texts() == ["check_in 5"]


async def test_what_expires_later_is_not_told_as_downtime(office: Office) -> None:
    anna = await office.person()
    courier = office.courier()
    await courier.expire()
    await office.plan(anna, expires_in_s=60)
    office.clock.jump_to(office.clock.now() + HOUR)

    with capture_logs() as lines:
        await courier.expire()

    assert [(each["when"], each["count"]) for each in lines] == [("running", 1)]


async def test_a_send_is_counted_by_kind_and_outcome_with_how_late_it_was(office: Office) -> None:
    anna = await office.person()
    await office.plan(await office.person(BORIS), Kind.CHECK_IN)
    await office.plan(anna, Kind.ESCALATION)
    office.clock.jump_to(office.clock.now() + timedelta(seconds=10))
    office.sandbox.faults.add("sendMessage", answer="drop_after", chat_id=anna.chat_id)
    metrics = Metrics()

    await office.courier(metrics=metrics).drain()

    sends = "aftercare_sends_total"
    assert counted(metrics, sends, kind="escalation", outcome="uncertain") == 1
    assert counted(metrics, sends, kind="check_in", outcome="sent") == 1
    late = "aftercare_lateness_seconds_bucket"
    assert counted(metrics, late, kind="check_in", le="5.0") == 0
    assert counted(metrics, late, kind="check_in", le="30.0") == 1


async def test_waiting_for_telegrams_limits_is_counted(office: Office) -> None:
    await office.crowd(people_count=12, nudges_each=1)
    metrics = Metrics()

    await office.courier(metrics=metrics, per_second=20).drain()

    assert counted(metrics, "aftercare_budget_waits_total") > 0


async def test_a_lease_that_ran_out_is_counted(office: Office) -> None:
    anna = await office.person()
    await office.plan(anna, Kind.CHECK_IN)
    now = office.clock.now()
    async with office.database.transaction() as tx:
        await queue.lease(tx, owner="crashed", now=now, until=now, limit=1)
    metrics = Metrics()

    await Alarm(office.clock, office.courier(), office.database, metrics=metrics).keep_house()

    assert counted(metrics, "aftercare_leases_timed_out_total", kind="check_in") == 1


async def test_a_held_queue_lets_only_safety_out_until_it_is_released(office: Office) -> None:
    anna = await office.person()
    await holding.hold(office.database, office.clock.now())
    await office.plan(await office.person(BORIS), Kind.CHECK_IN)
    await office.plan(anna, Kind.ESCALATION)
    courier = office.courier()
    alarm = Alarm(office.clock, courier, office.database)
    running = asyncio.create_task(courier.run())
    await until(lambda: len(office.texts()) == 1)
    await alarm.tick()
    await asyncio.sleep(0.2)

    assert courier.held
    assert office.texts() == ["escalation 2"]
    assert office.texts(BORIS) == []

    waiting = await holding.release(office.database, office.clock.now())
    await alarm.tick()
    await until(lambda: office.texts(BORIS) == ["check_in 1"])
    await courier.stop()
    await running

    assert waiting == {Kind.CHECK_IN: 1}


async def test_a_hold_that_comes_while_the_bot_runs_is_heeded_at_the_next_tick(
    office: Office,
) -> None:
    anna = await office.person()
    courier = office.courier()
    await holding.hold(office.database, office.clock.now())
    await office.plan(anna)

    with capture_logs() as lines:
        await Alarm(office.clock, courier, office.database).tick()
    await courier.drain()

    assert office.texts() == []
    assert [each["event"] for each in lines] == ["queue_held"]


async def test_a_pulse_that_fails_stops_no_tick(office: Office) -> None:
    beats = 0

    async def pulse() -> None:
        nonlocal beats
        beats += 1
        raise LookupError("no network")

    alarm = Alarm(office.clock, office.courier(), office.database, pulse=pulse)
    await alarm.tick()
    await alarm.tick()

    assert beats == 2
