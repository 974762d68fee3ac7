"""A plan laid out again, or late, or beside what was sent already."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

from bot.care.model import Kind, Preferences, QuietHours
from bot.care.plan import Sent, lay_out
from tests.care.planbook import PLAN
from tests.care.test_plan import as_sent, at, request, times


def test_an_answered_check_in_is_not_asked_again() -> None:
    now = at(14, 30)
    answered = Sent(kind=Kind.CHECK_IN, at=at(14), item="check_in_4h", sequence=1, answered=True)

    open_one = lay_out(request(at(10), now=now, sent=(replace(answered, answered=False),)), PLAN)
    done = lay_out(request(at(10), now=now, sent=(answered,)), PLAN)

    assert "check_in_4h_reminder" in {each.item for each in open_one}
    assert "check_in_4h_reminder" not in {each.item for each in done}


def test_a_massage_logged_late_is_asked_about_once_and_soon() -> None:
    plan = lay_out(request(at(10), now=at(16, day=1)), PLAN)

    assert times(plan, Kind.CHECK_IN)[:2] == ["check_in_24h 1 16:45", "check_in_72h 3 10:00"]
    assert times(plan, Kind.HYDRATION) == []


def test_a_massage_logged_in_the_night_is_asked_about_in_the_morning() -> None:
    plan = lay_out(request(at(10), now=at(23, day=1)), PLAN)

    assert times(plan, Kind.CHECK_IN)[0] == "check_in_24h 2 08:00"


def test_a_missed_check_in_is_left_when_the_next_one_is_about_to_come() -> None:
    plan = lay_out(request(at(10), now=at(9, day=1)), PLAN)

    assert times(plan, Kind.CHECK_IN)[0] == "check_in_24h 1 10:00"


def test_a_caught_up_check_in_is_not_caught_up_again() -> None:
    caught_up = Sent(kind=Kind.CHECK_IN, at=at(16, 45, day=1), item="check_in_24h", sequence=1)

    plan = lay_out(request(at(10), now=at(18, day=1), sent=(caught_up,)), PLAN)

    assert times(plan, Kind.CHECK_IN)[0] == "check_in_72h 3 10:00"


def test_messages_of_an_earlier_session_fill_the_day_but_do_not_stand_for_this_one() -> None:
    earlier = tuple(
        Sent(
            kind=Kind.CHECK_IN,
            at=at(8 + number),
            item="check_in_4h",
            sequence=1,
            of_this_session=False,
        )
        for number in range(5)
    )

    plan = lay_out(request(at(13), sent=earlier), PLAN)

    assert [each for each in times(plan) if " 0 " in each] == ["check_in_4h 0 17:00"]


def test_with_the_day_full_a_check_in_waits_for_the_next_one() -> None:
    quiet_free = Preferences(quiet=QuietHours(start=time(8), end=time(8)))
    full = tuple(
        Sent(kind=Kind.STRETCH, at=at(6 + number), item="other", sequence=number)
        for number in range(6)
    )

    plan = lay_out(request(at(12), preferences=quiet_free, sent=full), PLAN)

    assert times(plan)[0] == "check_in_4h 1 00:00"


def test_a_long_finished_plan_has_only_its_missed_check_in_left() -> None:
    now = datetime(2026, 8, 1, 10, tzinfo=UTC)

    plan = lay_out(request(at(10), now=now), PLAN)

    assert [each.item for each in plan] == ["check_in_28d", "check_in_28d_reminder"]


def test_a_nudge_meant_for_quiet_hours_does_not_wait_for_their_end() -> None:
    assert times(lay_out(request(at(7)), PLAN))[0] == "hydration_2h 0 09:00"


def test_what_is_due_this_very_moment_is_not_planned_again() -> None:
    assert times(lay_out(request(at(10), now=at(10, 30)), PLAN))[0] == "hydration_2h 0 12:00"


def test_a_nudge_that_has_made_way_still_comes_in_a_new_layout() -> None:
    now = at(14, 30)
    first = lay_out(request(at(10)), PLAN)

    second = lay_out(request(at(10), now=now, sent=as_sent(first, now)), PLAN)

    assert times(second)[0] == "movement_4h 0 14:45"


def test_a_nudge_that_is_past_does_not_come_back_by_making_way() -> None:
    sent = Sent(kind=Kind.HYDRATION, at=at(10, 40), item="hydration_2h", sequence=1)

    plan = lay_out(request(at(10), now=at(11), sent=(sent,)), PLAN)

    assert "hydration_30m" not in {each.item for each in plan}


def test_a_message_delivered_late_moves_the_next_one_on() -> None:
    sent = Sent(kind=Kind.HYDRATION, at=at(13, 50), item="hydration_2h", sequence=1)

    plan = lay_out(request(at(10), now=at(13, 55), sent=(sent,)), PLAN)

    assert times(plan)[0] == "check_in_4h 0 14:35"


def test_a_missed_check_in_wants_more_than_the_gap_before_the_next_one() -> None:
    just_the_gap = lay_out(request(at(10), now=at(8, 30, day=1)), PLAN)
    a_minute_more = lay_out(request(at(10), now=at(8, 29, day=1)), PLAN)

    assert times(just_the_gap, Kind.CHECK_IN)[0] == "check_in_24h 1 10:00"
    assert times(a_minute_more, Kind.CHECK_IN)[0] == "check_in_4h 1 09:14"


def test_with_strengthening_paused_its_turns_stay_stretches() -> None:
    paused = frozenset({Kind.STRENGTHENING})

    held_back = lay_out(request(at(10), strengthening=True, paused=paused), PLAN)

    assert held_back == lay_out(request(at(10)), PLAN)


def test_an_exercise_moved_as_far_as_the_next_slot_goes() -> None:
    close = Preferences(morning=time(8, 30), evening=time(9, 15), hydration=False)
    other = Sent(kind=Kind.STRETCH, at=at(8, 30, day=1), item="", sequence=1)

    plan = lay_out(request(at(12), preferences=close, sent=(other,)), PLAN)

    shown = [(each.sequence, each.due_at) for each in plan if each.item == "stretch_daily"]
    assert shown[0] == (3, at(9, 15, day=1))


def test_a_nudge_put_off_keeps_the_gap_and_costs_no_other_of_that_day() -> None:
    """The day holds six messages, its water at five hours the last but one."""
    first = lay_out(request(at(10)), PLAN)
    again = [
        Sent(
            kind=Kind.HYDRATION,
            at=at(10, minute),
            item="",
            sequence=minute,
            of_this_session=False,
            asked_for=True,
        )
        for minute in (45, 59)
    ]

    sent = (*as_sent(first, at(11)), *again)
    later = lay_out(request(at(10), now=at(11), sent=sent), PLAN)

    assert times(later, last_day=0) == times(first, last_day=0)[1:]
    close = (*sent, replace(again[0], at=at(11, 50)))
    moved = lay_out(request(at(10), now=at(11, 50), sent=close), PLAN)
    assert times(moved, last_day=0)[0] == "hydration_2h 0 12:35"
