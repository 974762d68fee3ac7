"""The ledger sees a broken promise, over books made up for it, and keeps quiet over good ones."""

from __future__ import annotations

from typing import Any

import pytest

from bot.care.model import EscalationState, Kind, OccurrenceState
from tests.faults.actors import Silence, Told
from tests.faults.books import Attempt, Books, Witness
from tests.faults.ledger import balance
from tests.faults.machine import Spell
from tests.faults.starving import Starving

CHAT = 5001


def occurrence(**values: Any) -> dict[str, Any]:
    """A nudge, sent at 10 s as message 7, unless told otherwise."""
    return {
        "id": 1, "person_id": 1, "chat_id": CHAT, "kind": Kind.HYDRATION, "priority": 2,
        "item": "water", "state": OccurrenceState.SENT, "due_at": 10.0, "leased_until": None,
        "attempts": 1, "repeat": False, "message_id": 7, "sent_at": 10.0, "reason": None,
        "escalation_id": None, "session_id": None, "plan_version": 1, "sequence": 0,
    } | values  # fmt: skip


def nudge_sent(at: float = 10.0, number: int = 1, **values: Any) -> Attempt:
    return Attempt(at, CHAT, frozenset({("n", number)}), **values)


def books(*occurrences: dict[str, Any], **values: Any) -> Books:
    return Books(occurrences=list(occurrences), chats={1: CHAT}, **values)


def witness(*attempts: Attempt, **values: Any) -> Witness:
    given: dict[str, Any] = {
        "messages": {(CHAT, 7): 10.0},
        "up": [(0.0, 1000.0)],
        "ended": 1000.0,
    } | values
    return Witness(attempts=list(attempts), **given)


def test_a_nudge_that_was_due_and_came_is_no_matter() -> None:
    assert balance(books(occurrence()), witness(nudge_sent())).broken == []


@pytest.mark.parametrize(
    ("written", "seen", "said"),
    [
        ({}, witness(messages={}), "counts as sent and never came"),
        ({}, witness(nudge_sent(), nudge_sent(40.0)), "came 2 times"),
        ({"state": OccurrenceState.FAILED, "reason": "bug"}, witness(), "failed: bug"),
        ({"state": OccurrenceState.EXPIRED}, witness(), "without a reason"),
        ({"state": OccurrenceState.PLANNED}, witness(), "still planned"),
        ({"state": OccurrenceState.LEASED, "leased_until": 70.0}, witness(), "still leased"),
        ({"state": OccurrenceState.UNCERTAIN}, witness(), "nothing was wrong"),
    ],
)
def test_a_nudge_lost_doubled_or_left_lying_is_seen(
    written: dict[str, Any], seen: Witness, said: str
) -> None:
    (broken,) = balance(books(occurrence(**written)), seen).broken
    assert said in broken


def test_an_uncertain_nudge_is_let_be_where_the_bot_died_over_it() -> None:
    kept = books(occurrence(state=OccurrenceState.UNCERTAIN, sent_at=70.0))
    assert balance(kept, witness(deaths=[12.0])).broken == []


def test_two_messages_that_count_as_sent_by_one_are_seen() -> None:
    kept = books(occurrence(), occurrence(id=2, item="steps"))
    (broken,) = balance(kept, witness(nudge_sent(), nudge_sent(number=2))).broken
    assert "by one message" in broken


def escalation(**values: Any) -> Books:
    row = {
        "kind": Kind.ESCALATION, "priority": 0, "item": "escalation_emergency",
        "escalation_id": 3, "due_at": 10.0,
    } | values  # fmt: skip
    opened = {
        "id": 3, "person_id": 1, "level": "emergency", "reasons": ["chest_pain"],
        "opened_at": 10.0, "changed_at": 10.0, "interview_id": None,
    }  # fmt: skip
    return books(occurrence(**row), escalations=[opened])


def advice(at: float, **values: Any) -> Attempt:
    return Attempt(at, CHAT, frozenset({("e", 3)}), **values)


@pytest.mark.parametrize(
    ("seen", "written"),
    [
        (witness(advice(14.0)), {}),
        (witness(advice(40.0), up=[(0.0, 11.0), (38.0, 1000.0)]), {}),
        (witness(advice(40.0), spells=[Spell("locked", 11.0, 38.0)]), {}),
        (witness(advice(12.0, lost=True), advice(16.0)), {"repeat": True}),
        (witness(advice(12.0, refused=429, wait_s=20.0), advice(33.0)), {}),
        (witness(advice(73.0), deaths=[10.5]), {"repeat": True}),
        (witness(advice(20.0), starving=Starving([10.0, 20.0], [0.0, 6.0])), {}),
    ],
)
def test_advice_in_time_or_as_soon_as_it_could_leave_is_no_matter(
    seen: Witness, written: dict[str, Any]
) -> None:
    assert balance(escalation(**written), seen).broken == []


@pytest.mark.parametrize(
    ("seen", "written"),
    [
        (witness(advice(16.0)), {}),
        (witness(advice(12.0, lost=True), advice(18.0)), {"repeat": True}),
        (witness(advice(73.0), deaths=[10.5]), {}),
        (witness(advice(90.0), deaths=[10.5]), {"repeat": True}),
        (witness(advice(20.0), starving=Starving([10.0, 20.0], [0.0, 4.0])), {}),
        (witness(messages={}), {"state": OccurrenceState.PLANNED, "due_at": 999.0}),
    ],
)
def test_advice_that_waits_or_never_comes_is_seen(seen: Witness, written: dict[str, Any]) -> None:
    assert any("escalation 3" in each for each in balance(escalation(**written), seen).broken)


def test_advice_told_again_to_who_had_stopped_counts_from_then() -> None:
    kept = escalation(state=OccurrenceState.CANCELLED, reason="stopped", due_at=12.0)
    again = escalation(id=2, due_at=40.0).occurrences
    kept.occurrences.extend(again)
    stopped = {CHAT: [Silence("stop", 11.0, 9, ended=39.0)]}

    def broken(came: float, left: float = 11.0) -> list[str]:
        stopped[CHAT][0].began = left
        seen = witness(advice(came), silences=stopped)
        return [each for each in balance(kept, seen).broken if "escalation 3" in each]

    assert broken(41.0) == []
    assert len(broken(46.0)) == 1
    assert len(broken(41.0, left=20.0)) == 1, "it waited long before they left"


def test_a_lost_update_and_a_poisoned_one_are_seen() -> None:
    kept = books(inbox={2: {"state": "failed", "reason": "bug", "closed_at": 1.0}})
    broken = balance(kept, witness(updates=(1, 2))).broken
    assert broken == ["update 1 was never written down", "update 2 ended as failed: bug"]


def told(data: str) -> Told:
    return Told(CHAT, 5.0, data, 3, 9)


def interview(state: str = "open") -> dict[str, Any]:
    return {"id": 4, "person_id": 1, "occurrence_id": None, "state": state, "closed_at": None}


def test_an_answer_that_stands_nowhere_is_seen_and_one_that_stands_is_not() -> None:
    answer = {"interview_id": 4, "question": "pain", "value": 3, "confirmed": True}
    held = books(interviews={4: interview()}, answers=[answer])

    assert balance(held, witness(told=[told("v1:a:4:pain:c:3")])).broken == []
    (broken,) = balance(held, witness(told=[told("v1:a:4:change:c:same")])).broken
    assert "stands nowhere" in broken


def test_an_answer_written_twice_and_advice_opened_twice_are_seen() -> None:
    answer = {"interview_id": 4, "question": "pain", "value": 3, "confirmed": True}
    opened = {
        "id": 1,
        "interview_id": 4,
        "level": "urgent",
        "reasons": ["fever"],
        "state": EscalationState.OPEN,
    }
    kept = books(
        interviews={4: interview()}, answers=[answer] * 2, escalations=[opened, opened | {"id": 2}]
    )
    broken = [each for each in balance(kept, witness()).broken if "times" in each]
    assert len(broken) == 2


def test_advice_that_comes_back_after_it_was_ended_is_no_advice_opened_twice() -> None:
    first = {
        "id": 1, "person_id": 1, "interview_id": 4, "level": "doctor", "reasons": ["leg_pain"],
        "state": EscalationState.RAISED, "opened_at": 1.0, "changed_at": 2.0,
    }  # fmt: skip
    higher = first | {"id": 2, "interview_id": 5, "level": "emergency", "opened_at": 2.0}
    again = first | {"id": 3, "state": EscalationState.OPEN, "opened_at": 9.0}

    def broken(ended: EscalationState) -> list[str]:
        escalations = [first, higher | {"state": ended}, again]
        kept = books(interviews={4: interview()}, escalations=escalations)
        return [each for each in balance(kept, witness()).broken if "times" in each]

    assert broken(EscalationState.RELEASED) == []
    assert len(broken(EscalationState.OPEN)) == 1


def test_taps_answered_out_of_order_are_seen_unless_two_processes_were_at_work() -> None:
    crossed = [(1.0, CHAT, 11), (2.0, CHAT, 10)]
    (broken,) = balance(books(), witness(answered=crossed)).broken
    assert "was answered after" in broken

    confused = witness(answered=crossed, spells=[Spell("two pollers", 0.0, 3.0)])
    assert balance(books(), confused).broken == []


def test_knocking_again_where_nobody_is_is_seen_unless_the_bot_died_over_the_first() -> None:
    silences = {CHAT: [Silence("gone", 5.0, None)]}
    knocks = (nudge_sent(10.0, refused=403), nudge_sent(60.0, number=2, refused=403))

    (broken,) = balance(books(), witness(*knocks, silences=silences)).broken
    assert "nobody is there" in broken
    assert balance(books(), witness(*knocks, silences=silences, deaths=[10.1])).broken == []
    died_later = witness(*knocks, silences=silences, deaths=[30.0])
    assert len(balance(books(), died_later).broken) == 1
    said_before = {CHAT: [Silence("gone", 5.0, None, said=(8, 9))]}
    done = {"state": "done", "reason": None}
    late = books(inbox={8: done | {"closed_at": 20.0}, 9: done | {"closed_at": 6.0}})
    assert balance(late, witness(*knocks, silences=said_before)).broken == []


def test_an_update_that_stands_in_the_inbox_twice_is_seen() -> None:
    row = {"state": "done", "reason": None, "closed_at": 2.0}
    kept = books(inbox={9: row}, arrivals=[9, 9])
    assert balance(kept, witness()).broken == ["update 9 stands in the inbox 2 times"]


def test_a_nudge_after_stop_is_seen() -> None:
    silences = {CHAT: [Silence("stop", 1.0, 9)]}
    kept = books(occurrence(), inbox={9: {"state": "done", "reason": None, "closed_at": 2.0}})
    broken = balance(kept, witness(nudge_sent(), silences=silences)).broken
    assert len(broken) == 2  # in the chat, and in the bot's own books
    assert "came after /stop" in broken[0]
    assert "counts as sent later" in broken[1]


def test_a_check_in_after_stop_is_seen_and_one_within_the_second_of_coming_back_is_not() -> None:
    stopped = books(
        occurrence(kind=Kind.CHECK_IN, sent_at=99.0),
        inbox={9: {"state": "done", "reason": None, "closed_at": 2.0}},
    )
    for back, broken in ((10.4, []), (30.0, ["came after /stop"])):
        silences = {CHAT: [Silence("stop", 1.0, 9, ended=back)]}
        found = balance(stopped, witness(messages={(CHAT, 7): 10.0}, silences=silences)).broken
        assert [line.partition("check_in 1 ")[2] for line in found] == broken


def test_an_escalation_without_a_message_is_seen() -> None:
    kept = escalation()
    kept.occurrences.clear()
    assert balance(kept, witness()).broken == ["escalation 3 has no message at all"]


def test_what_is_planned_or_opened_twice_is_seen() -> None:
    twice = [occurrence(id=n, session_id=1, message_id=n + 6) for n in (1, 2)]
    opened = [interview() | {"id": n, "occurrence_id": 1} for n in (4, 5)]
    came = {(CHAT, 7): 10.0, (CHAT, 8): 11.0}
    kept = books(*twice, interviews={each["id"]: each for each in opened})

    broken = balance(kept, witness(messages=came)).broken

    assert broken == [
        "planned 2 times: (('session_id', 1), 'water', 0, 1)",
        "check-in 1 opened 2 interviews",
    ]
