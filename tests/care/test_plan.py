"""One plan, laid out for a person who has just had a massage."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from bot.care.model import Kind, PlannedMessage, Preferences, Profile
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
