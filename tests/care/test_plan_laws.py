"""What holds for every plan, whoever, wherever and whenever."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import get_args
from zoneinfo import available_timezones

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.care.model import (
    CHECK_INS,
    NUDGES,
    Age,
    Kind,
    PlannedMessage,
    Preferences,
    Profile,
    QuietHours,
    Sex,
)
from bot.care.plan import PlanRequest, Sent, lay_out
from bot.care.timing import is_quiet, local
from tests.care.planbook import PLAN

GAP = PLAN.caps.gap
ZONES = sorted(name for name in available_timezones() if "/" in name)
START = datetime(2026, 1, 1, tzinfo=UTC)

walls = st.builds(time, st.integers(0, 23), st.integers(0, 59))
quiets = st.just(QuietHours()) | st.builds(QuietHours, start=walls, end=walls)
minutes = st.integers(0, 3 * 365 * 24 * 60).map(lambda count: timedelta(minutes=count))


@st.composite
def requests(draw: st.DrawFn) -> PlanRequest:
    session_at = START + draw(minutes)
    late = draw(st.sampled_from([0, 0, 0, 5, 30, 100, 400]))
    earlier = draw(st.lists(st.integers(-2000, 60 * late), max_size=4))
    return PlanRequest(
        session_at=session_at,
        now=session_at + timedelta(hours=late),
        zone=draw(st.sampled_from(ZONES)),
        profile=Profile(
            sex=draw(st.sampled_from(get_args(Sex))),
            age=draw(st.sampled_from(get_args(Age))),
            conditions=draw(st.sampled_from([frozenset(), frozenset({"fluid_limit"})])),
        ),
        preferences=Preferences(
            quiet=draw(quiets),
            morning=draw(st.just(time(8, 30)) | walls),
            evening=draw(st.just(time(18, 30)) | walls),
            hydration=draw(st.booleans()),
            stretching=draw(st.booleans()),
        ),
        strengthening=draw(st.booleans()),
        paused=draw(st.frozensets(st.sampled_from(sorted(NUDGES)))),
        sent=tuple(
            Sent(
                kind=Kind.STRETCH,
                at=session_at + timedelta(minutes=after),
                item="stretch_daily",
                sequence=number,
                of_this_session=False,
            )
            for number, after in enumerate(earlier)
        ),
    )


def as_sent(message: PlannedMessage) -> Sent:
    return Sent(kind=message.kind, at=message.due_at, item=message.item, sequence=message.sequence)


Plan = tuple[PlannedMessage, ...]


def no_message_falls_or_is_delivered_late_in_quiet_hours(request: PlanRequest, plan: Plan) -> None:
    quiet = request.preferences.quiet

    for message in plan:
        assert not is_quiet(message.due_at, request.zone, quiet)
        if message.kind in NUDGES:
            assert message.expires_at is not None
            just_before = message.expires_at - timedelta(seconds=1)
            assert message.due_at < message.expires_at
            assert not is_quiet(just_before, request.zone, quiet)


def no_local_day_holds_more_than_the_cap(request: PlanRequest, plan: Plan) -> None:
    before = Counter(local(sent.at, request.zone).date() for sent in request.sent)
    planned = Counter(local(each.due_at, request.zone).date() for each in plan)
    for day, count in planned.items():
        assert count + before[day] <= PLAN.caps.per_day


def no_two_messages_are_closer_than_the_gap(request: PlanRequest, plan: Plan) -> None:
    assert all(later.due_at - sooner.due_at >= GAP for sooner, later in pairwise(plan))
    for message in plan:
        assert all(abs(message.due_at - sent.at) >= GAP for sent in request.sent)


def everything_comes_after_now_and_not_before_it_was_meant_to(
    request: PlanRequest, plan: Plan
) -> None:
    meant = {item.id: item for item in PLAN.items}

    for message in plan:
        assert message.due_at > request.now
        if message.kind is Kind.CHECK_IN:
            delay = meant[message.item].delay  # type: ignore[union-attr]
            assert message.due_at - request.session_at >= delay


def what_is_unwanted_paused_or_limited_never_comes(request: PlanRequest, plan: Plan) -> None:
    kinds = {message.kind for message in plan}

    assert kinds.isdisjoint(request.paused)
    if not request.preferences.stretching:
        assert kinds.isdisjoint({Kind.MOVEMENT, Kind.STRETCH, Kind.STRENGTHENING})
    if not request.preferences.hydration or request.profile.conditions:
        assert Kind.HYDRATION not in kinds


def check_ins_come_whatever_nudges_there_are(request: PlanRequest, plan: Plan) -> None:
    alone = lay_out(replace(request, paused=NUDGES), PLAN)

    assert [each for each in plan if each.kind in CHECK_INS] == list(alone)


def the_danger_signs_are_always_asked_at_least_once_more(_: PlanRequest, plan: Plan) -> None:
    assert any(each.kind is Kind.CHECK_IN for each in plan)


def laying_out_twice_gives_the_same(request: PlanRequest, plan: Plan) -> None:
    assert lay_out(request, PLAN) == plan


def no_message_is_planned_twice(_: PlanRequest, plan: Plan) -> None:
    assert len({(each.item, each.sequence) for each in plan}) == len(plan)


LAWS = (
    no_message_falls_or_is_delivered_late_in_quiet_hours,
    no_local_day_holds_more_than_the_cap,
    no_two_messages_are_closer_than_the_gap,
    everything_comes_after_now_and_not_before_it_was_meant_to,
    what_is_unwanted_paused_or_limited_never_comes,
    check_ins_come_whatever_nudges_there_are,
    the_danger_signs_are_always_asked_at_least_once_more,
    laying_out_twice_gives_the_same,
    no_message_is_planned_twice,
)


@given(requests())
@settings(max_examples=200)
def test_every_plan_keeps_every_law(request: PlanRequest) -> None:
    plan = lay_out(request, PLAN)

    for law in LAWS:
        law(request, plan)


@given(requests(), st.integers(0, 29 * 24 * 60))
def test_a_plan_laid_out_anew_half_way_goes_on_as_it_was(
    request: PlanRequest, minutes_later: int
) -> None:
    first = lay_out(request, PLAN)
    now = request.now + timedelta(minutes=minutes_later)
    late = request.now > request.session_at + timedelta(hours=4)
    missed = [each for each in first if each.kind is Kind.CHECK_IN]
    # A check-in caught up on comes a gap from whenever the plan is laid out; once it is out, the
    # rest stands.
    assume(not late or now > missed[0].due_at)
    gone = tuple(as_sent(each) for each in first if each.due_at <= now)

    second = lay_out(replace(request, now=now, sent=request.sent + gone), PLAN)

    assert second == tuple(each for each in first if each.due_at > now)
