"""A database that fails for a moment while a message is on its way costs no message its lease."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.care.model import Kind, OccurrenceState
from bot.delivery import queue as of_process
from bot.errors import DatabaseError
from bot.store import budget, queue
from tests.delivery.conftest import ANNA, Office

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.faults import Answer

    Break = Callable[[Any, str, int], list[str]]

BEN = 1002
each_kind = pytest.mark.parametrize("kind", [Kind.HYDRATION, Kind.CHECK_IN, Kind.ESCALATION])


@pytest.fixture
def fails(monkeypatch: pytest.MonkeyPatch) -> Break:
    """Let a function of the store fail so many times; the list tells each failure."""

    def let_fail(module: Any, name: str, times: int) -> list[str]:
        real, told = getattr(module, name), list[str]()

        async def sometimes(*arguments: Any, **named: Any) -> Any:
            if len(told) < times:
                told.append(name)
                raise DatabaseError("connection reset")
            return await real(*arguments, **named)

        monkeypatch.setattr(module, name, sometimes)
        return told

    return let_fail


@each_kind
async def test_a_last_look_that_fails_is_taken_again_and_the_message_leaves(
    office: Office, fails: Break, kind: Kind
) -> None:
    due = await office.plan(await office.person(), kind)
    failures = fails(queue, "held", 2)

    await office.courier().drain()

    assert failures == ["held"] * 2
    assert (await office.look_up(due)).state is OccurrenceState.SENT
    assert office.sends() == 1


@each_kind
async def test_what_never_left_for_want_of_a_look_goes_back_and_is_in_no_doubt(
    office: Office, fails: Break, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = await office.plan(await office.person(), kind)
    monkeypatch.setattr(of_process, "LOOK_SHARE", 0)
    fails(queue, "held", 1)
    courier = office.courier()

    await courier.drain()

    found = await office.look_up(due)
    assert (found.state, found.repeat) == (OccurrenceState.PLANNED, False)
    assert (office.sends(), courier.in_flight) == (0, 0)
    office.clock.jump_to(office.clock.now() + timedelta(seconds=1))
    await courier.drain()
    assert (await office.look_up(due)).state is OccurrenceState.SENT


@each_kind
async def test_telegrams_yes_is_written_down_though_the_database_fails_at_first(
    office: Office, fails: Break, kind: Kind
) -> None:
    due = await office.plan(await office.person(), kind)
    failures = fails(queue, "acknowledge_all", 3)
    courier = office.courier()

    await courier.drain()

    assert len(failures) == 3
    assert (await office.look_up(due)).state is OccurrenceState.SENT
    assert (office.sends(), courier.tally["sent"]) == (1, 1)


@pytest.mark.parametrize(
    ("ending", "answer", "state"),
    [
        ("release", "429", OccurrenceState.PLANNED),
        ("uncertain", "502", OccurrenceState.UNCERTAIN),
        ("drop", "403", OccurrenceState.CANCELLED),
    ],
)
async def test_every_other_answer_is_written_down_as_well(
    office: Office, fails: Break, ending: str, answer: Answer, state: OccurrenceState
) -> None:
    due = await office.plan(await office.person())
    office.sandbox.faults.add(method="sendMessage", answer=answer)
    failures = fails(queue, ending, 2)

    await office.courier().drain()

    assert failures
    assert (await office.look_up(due)).state is state


async def test_a_pause_that_cannot_be_shared_does_not_cost_what_telegram_put_off(
    office: Office, fails: Break
) -> None:
    due = [await office.plan(await office.person(chat)) for chat in (ANNA, BEN)]
    office.sandbox.faults.add(method="sendMessage", answer="429", retry_after_s=5, times=2)
    failures = fails(budget, "pause_until", 9)

    await office.courier().drain()

    assert failures
    found = [await office.look_up(each) for each in due]
    assert [each.state for each in found] == [OccurrenceState.PLANNED] * 2
