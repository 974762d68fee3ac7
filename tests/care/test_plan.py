from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from bot.care.model import Kind, PlannedMessage, Preferences, Profile, QuietHours
from bot.care.plan import PlanRequest, Sent, lay_out
from bot.care.suitable import Avoid
from bot.care.timing import local, resolve
from tests.care.planbook import PLAN, ROTATION, STRENGTHENING

BERLIN = "Europe/Berlin"
MONDAY = date(2026, 6, 1)
HOUR = timedelta(hours=1)
STRETCHES = (Kind.STRETCH, Kind.STRENGTHENING)


def at(hour: int, minute: int = 0, *, day: int = 0) -> datetime:
    """A wall time in Berlin, days after Monday 1 June 2026."""
    return resolve(MONDAY + timedelta(days=day), time(hour, minute), BERLIN)


def request(session_at: datetime, **changes: object) -> PlanRequest:
    plain = PlanRequest(
        session_at=session_at,
        now=session_at,
        zone=BERLIN,
        profile=Profile(),
        preferences=Preferences(),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def times(messages: tuple[PlannedMessage, ...], *kinds: Kind, last_day: int = 28) -> list[str]:
    """Items with their local day and time, such as `hydration_2h 0 12:00`."""
    shown = []
    for message in messages:
        wall = local(message.due_at, BERLIN)
        day = (wall.date() - MONDAY).days
        if (not kinds or message.kind in kinds) and day <= last_day:
            shown.append(f"{message.item} {day} {wall:%H:%M}")
    return shown


def as_sent(messages: tuple[PlannedMessage, ...], before: datetime) -> tuple[Sent, ...]:
    return tuple(
        Sent(kind=each.kind, at=each.due_at, item=each.item, sequence=each.sequence)
        for each in messages
        if each.due_at < before
    )


def test_the_day_of_a_morning_massage() -> None:
    assert times(lay_out(request(at(10)), PLAN), last_day=0) == [
        "hydration_30m 0 10:30",
        "hydration_2h 0 12:00",
        "check_in_4h 0 14:00",
        "movement_4h 0 14:45",
        "hydration_5h 0 15:30",
        "check_in_4h_reminder 0 17:00",
    ]


def test_the_day_after_a_morning_massage() -> None:
    assert [
        each for each in times(lay_out(request(at(10)), PLAN), last_day=1) if " 1 " in each
    ] == [
        "hydration_morning 1 08:30",
        "stretch_daily 1 09:15",
        "check_in_24h 1 10:00",
        "check_in_24h_reminder 1 13:00",
        "stretch_daily 1 18:30",
    ]


def test_check_ins_come_after_a_day_three_days_and_then_weekly() -> None:
    assert times(lay_out(request(at(10)), PLAN), Kind.CHECK_IN) == [
        "check_in_4h 0 14:00",
        "check_in_24h 1 10:00",
        "check_in_72h 3 10:00",
        "check_in_7d 7 10:00",
        "check_in_14d 14 10:00",
        "check_in_21d 21 10:00",
        "check_in_28d 28 10:00",
    ]


def test_the_early_check_in_asks_for_symptoms_only_and_its_reminder_the_same() -> None:
    subjects = {each.item: each.subject for each in lay_out(request(at(10)), PLAN)}

    assert subjects["check_in_4h"] == subjects["check_in_4h_reminder"] == "early"
    assert subjects["check_in_24h"] == subjects["check_in_24h_reminder"] == "full"


def test_after_an_evening_massage_nudges_in_quiet_hours_are_dropped_and_the_check_in_waits() -> (
    None
):
    shown = times(lay_out(request(at(19)), PLAN), last_day=1)

    assert shown[:4] == [
        "hydration_30m 0 19:30",
        "check_in_4h 1 08:00",
        "hydration_morning 1 08:45",
        "stretch_daily 1 09:30",
    ]


def test_a_day_later_is_a_full_day_also_when_the_clock_is_put_forward() -> None:
    before_the_change = resolve(date(2026, 3, 28), time(10), BERLIN)

    plan = lay_out(request(before_the_change), PLAN)

    check_in = next(each for each in plan if each.item == "check_in_24h")
    assert check_in.due_at - before_the_change == 24 * HOUR
    assert local(check_in.due_at, BERLIN).time() == time(11)
    evening = next(each for each in plan if each.item == "stretch_daily" and each.sequence == 3)
    assert local(evening.due_at, BERLIN).time() == time(18, 30)


def test_stretches_come_twice_a_day_for_a_week_and_then_every_other_morning() -> None:
    days = [
        (local(each.due_at, BERLIN).date() - MONDAY).days
        for each in lay_out(request(at(10)), PLAN)
        if each.kind is Kind.STRETCH
    ]

    assert days == [day for day in range(1, 8) for _ in range(2)] + list(range(8, 29, 2))


def test_women_in_their_fifties_get_both_slots_every_day() -> None:
    profile = Profile(sex="female", age="50_59")

    plan = lay_out(request(at(10), profile=profile), PLAN)

    assert sum(each.kind is Kind.STRETCH for each in plan) == 56


def test_stretches_go_round_the_muscle_groups_and_through_each_groups_exercises() -> None:
    subjects = [
        each.subject for each in lay_out(request(at(10)), PLAN) if each.kind is Kind.STRETCH
    ]

    assert subjects[:9] == [
        "hamstring_strap",
        "hip_half_kneeling",
        "chest_doorway",
        "back_cat_cow",
        "hamstring_seated",
        "hip_standing",
        "chest_doorway",
        "back_childs_pose",
        "hamstring_strap",
    ]
    assert set(subjects) == {exercise for group in ROTATION for exercise in group}


def test_every_third_stretch_becomes_strengthening_once_the_person_is_better() -> None:
    plan = lay_out(request(at(10), strengthening=True), PLAN)

    kinds = [each.kind for each in plan if each.kind in STRETCHES]
    assert kinds[:6] == [Kind.STRETCH, Kind.STRETCH, Kind.STRENGTHENING] * 2
    strong = [each.subject for each in plan if each.kind is Kind.STRENGTHENING]
    assert strong[:4] == [*STRENGTHENING, STRENGTHENING[0]]


def test_an_exercise_that_does_not_suit_gives_its_turn_to_another() -> None:
    swaps = {
        "hamstring_strap": (Avoid("pregnant", "hamstring_seated"),),
        "bridge": (Avoid("pregnant", "bird_dog"),),
    }
    pregnant = Profile(conditions=frozenset({"pregnant"}))

    plan = lay_out(
        request(at(10), strengthening=True, profile=pregnant), replace(PLAN, avoid=swaps)
    )

    chosen = [each.subject for each in plan if each.kind in STRETCHES]
    assert chosen[:3] == ["hamstring_seated", "hip_half_kneeling", "bird_dog"]
    assert set(swaps).isdisjoint(chosen)
    assert None not in chosen


def test_each_exercise_of_the_persons_own_has_its_turn_beside_the_muscle_groups() -> None:
    subjects = [
        each.subject
        for each in lay_out(request(at(10), own=("own:7", "own:9")), PLAN)
        if each.kind is Kind.STRETCH
    ]

    assert subjects[3:7] == ["back_cat_cow", "own:7", "own:9", "hamstring_seated"]


def test_without_the_wish_for_water_or_with_a_fluid_limit_there_is_none() -> None:
    limited = Profile(conditions=frozenset({"fluid_limit"}))

    assert not times(lay_out(request(at(10), profile=limited), PLAN), Kind.HYDRATION)
    unwanted = Preferences(hydration=False)
    assert not times(lay_out(request(at(10), preferences=unwanted), PLAN), Kind.HYDRATION)


def test_without_the_wish_for_stretching_check_ins_and_water_stay() -> None:
    plan = lay_out(request(at(10), preferences=Preferences(stretching=False)), PLAN)

    kinds = {each.kind for each in plan}
    assert kinds == {Kind.CHECK_IN, Kind.REMINDER, Kind.HYDRATION}


def test_paused_kinds_are_absent_and_the_rotation_goes_on_after_the_pause() -> None:
    paused = frozenset({Kind.STRETCH, Kind.STRENGTHENING, Kind.MOVEMENT})
    whole = lay_out(request(at(10)), PLAN)

    during = lay_out(request(at(10), paused=paused), PLAN)
    after = lay_out(request(at(10), now=at(12, day=3), sent=as_sent(during, at(12, day=3))), PLAN)

    assert not paused & {each.kind for each in during}
    assert [each for each in after if each.kind is Kind.STRETCH] == [
        each for each in whole if each.kind is Kind.STRETCH and each.due_at > at(12, day=3)
    ]


def test_a_nudge_keeps_its_lateness_in_delivery_but_never_reaches_quiet_hours() -> None:
    plan = {each.item: each for each in lay_out(request(at(15, 15)), PLAN)}

    assert plan["hydration_30m"].expires_at == at(16, 45)
    assert plan["hydration_5h"].due_at == at(20, 45)
    assert plan["hydration_5h"].expires_at == at(21)


def test_a_stretch_is_over_when_the_next_slot_comes() -> None:
    close = Preferences(morning=time(9), evening=time(10, 30))

    plan = lay_out(request(at(12), preferences=close), PLAN)

    first = next(each for each in plan if each.item == "stretch_daily")
    assert first.wall == time(9)
    assert first.expires_at == at(10, 30, day=1)


def test_check_ins_never_expire_and_reminders_do_with_the_next_check_in() -> None:
    plan = {each.item: each for each in lay_out(request(at(10)), PLAN)}

    assert plan["check_in_72h"].expires_at is None
    assert plan["check_in_72h_reminder"].expires_at == plan["check_in_7d"].due_at


def test_slots_keep_their_intended_wall_time_beside_the_instant() -> None:
    plan = {(each.item, each.sequence): each for each in lay_out(request(at(10)), PLAN)}

    moved = plan["stretch_daily", 2]
    assert (moved.local_date, moved.wall) == (MONDAY + timedelta(days=1), time(8, 30))
    assert plan["check_in_24h", 1].wall is None


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
