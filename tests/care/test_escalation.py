from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care.escalation import (
    FOLLOW_UP_GAP,
    Opening,
    Response,
    cleared_by,
    decide,
    follow_ups,
    news,
    ordinary,
    pauses,
    pauses_massage_talk,
    released_by_clean_check_in,
    respond,
)
from bot.care.model import (
    NUDGES,
    Change,
    CheckIn,
    Escalation,
    EscalationId,
    EscalationState,
    Held,
    InterviewId,
    Kind,
    Level,
    PersonId,
    Preferences,
    QuietHours,
    Verdict,
)
from bot.care.timing import is_quiet, local, resolve
from tests.care.rulebook import RULES, START, hours

BERLIN = "Europe/Berlin"
MONDAY = date(2026, 6, 1)
THIS = InterviewId(5)
LATER = InterviewId(6)
ESCALATING = (Level.DOCTOR, Level.URGENT, Level.EMERGENCY)
CLEAN = CheckIn(at=hours(80), complete=True, signs_answered=True)
FINE = Verdict(Level.SELF_CARE, ())


def verdict(*reasons: str) -> Verdict:
    level = max((RULES.rule(each).level for each in reasons), default=Level.SELF_CARE)
    return Verdict(level, RULES.in_order(reasons))


def escalation(*reasons: str, state: EscalationState = EscalationState.OPEN) -> Escalation:
    return Escalation(
        id=EscalationId(9),
        person_id=PersonId(1),
        level=verdict(*reasons).level,
        reasons=RULES.in_order(reasons),
        state=state,
        opened_at=START,
        changed_at=START,
        interview_id=THIS,
    )


@pytest.mark.parametrize("reasons", [(), ("sore",), ("window_closing", "worse")])
def test_below_doctor_nothing_opens(reasons: tuple[str, ...]) -> None:
    assert decide(None, verdict(*reasons), RULES) is None
    assert decide(escalation("fever"), verdict(*reasons), RULES, LATER) is None


def test_a_first_escalation_names_its_reasons_without_the_ordinary_ones() -> None:
    opening = decide(None, verdict("sore", "leg_pain", "fever"), RULES)

    assert opening == Opening(Level.URGENT, ("fever", "leg_pain"))


def test_the_same_doctors_reason_does_not_open_twice() -> None:
    standing = escalation("cancer", "leg_pain")

    assert decide(standing, verdict("cancer"), RULES, LATER) is None
    assert decide(standing, verdict("leg_pain", "sore"), RULES, LATER) is None


def test_a_new_doctors_reason_carries_the_old_ones_on() -> None:
    opening = decide(escalation("leg_pain"), verdict("much_worse"), RULES, LATER)

    assert opening == Opening(Level.DOCTOR, ("leg_pain", "much_worse"), EscalationId(9))


def test_a_lesser_new_reason_never_lowers_an_open_escalation() -> None:
    opening = decide(escalation("chest_pain"), verdict("leg_pain"), RULES, LATER)

    assert opening == Opening(Level.EMERGENCY, ("chest_pain", "leg_pain"), EscalationId(9))


def after(opening: Opening, current: Escalation) -> Escalation:
    """The one that stands after the opening: what it does not tell of the other, it holds."""
    untold = tuple(each for each in current.all_reasons if each not in opening.reasons)
    return replace(
        escalation(*opening.reasons),
        level=opening.level,
        interview_id=LATER,
        held=Held(current.gravest, untold) if untold else None,
    )


def beside_help(*reasons: str, found_help_for: str = "chest_pain") -> Escalation:
    """One that was opened after help was found for something graver."""
    current = escalation(found_help_for, state=EscalationState.HELPED)
    opening = decide(current, verdict(*reasons), RULES, LATER)
    assert opening is not None
    return after(opening, current)


def test_once_help_was_found_a_lesser_new_reason_is_told_at_its_own_level() -> None:
    helped = escalation("chest_pain", state=EscalationState.HELPED)

    opening = decide(helped, verdict("numb_tingling", "sore"), RULES, LATER)

    assert opening == Opening(Level.DOCTOR, ("numb_tingling",), EscalationId(9))


def test_what_help_was_found_for_goes_on_pausing_beside_the_lesser_reason() -> None:
    told = beside_help("numb_tingling")

    assert told.level is Level.DOCTOR
    assert pauses(told, RULES) == pauses(escalation("chest_pain"), RULES)
    assert pauses_massage_talk(told, RULES)


def test_once_help_was_found_a_new_report_of_an_urgent_sign_is_told_as_that() -> None:
    helped = escalation("chest_pain", state=EscalationState.HELPED)

    fever = decide(helped, verdict("fever"), RULES, LATER)
    once_more = decide(helped, verdict("chest_pain"), RULES, LATER)

    assert fever == Opening(Level.URGENT, ("fever",), EscalationId(9))
    assert once_more == Opening(Level.EMERGENCY, ("chest_pain",), EscalationId(9))


def test_what_is_held_does_not_open_anew_while_it_merely_still_stands() -> None:
    told = beside_help("numb_tingling", found_help_for="cancer")

    assert decide(told, verdict("cancer"), RULES, InterviewId(7)) is None
    assert decide(told, verdict("cancer", "numb_tingling"), RULES, InterviewId(7)) is None


def test_relief_from_the_lesser_reason_lifts_nothing_that_help_was_found_for() -> None:
    eased = respond(beside_help("numb_tingling"), "stopped", hours(2))

    assert eased.is_open
    assert pauses(eased, RULES) >= NUDGES
    assert not released_by_clean_check_in(eased, CLEAN, FINE, hours(80))


def test_a_lesser_reason_that_had_stopped_and_comes_back_is_told_again() -> None:
    eased = respond(beside_help("numb_tingling"), "stopped", hours(2))

    opening = decide(eased, verdict("numb_tingling"), RULES, InterviewId(7))

    assert opening == Opening(Level.DOCTOR, ("numb_tingling",), EscalationId(9))
    assert decide(eased, verdict("numb_tingling"), RULES, LATER) is None, "the same report"


def test_relief_releases_where_nothing_graver_than_a_doctors_reason_is_held() -> None:
    told = beside_help("no_improvement", found_help_for="leg_pain")

    assert respond(told, "stopped", hours(2)).release == "stopped"


def test_being_seen_clears_what_is_held_as_well() -> None:
    told = beside_help("no_improvement", found_help_for="leg_pain")

    assert cleared_by(told, RULES) == {"leg_pain", "no_improvement"}


doctors_or_more = st.lists(
    st.sampled_from([rule.id for rule in RULES.rules if rule.level >= Level.DOCTOR]),
    min_size=1,
    max_size=3,
    unique=True,
)
still_open = st.sampled_from(
    [state for state in EscalationState if escalation("fever", state=state).is_open]
)


@given(doctors_or_more, still_open, doctors_or_more, still_open, doctors_or_more)
def test_whatever_follows_nothing_told_is_lowered_and_nothing_paused_comes_back(
    first: list[str],
    first_state: EscalationState,
    second: list[str],
    second_state: EscalationState,
    third: list[str],
) -> None:
    current = escalation(*first, state=first_state)
    for reasons, state, interview in ((second, second_state, LATER), (third, None, InterviewId(7))):
        told = verdict(*reasons)
        opening = decide(current, told, RULES, interview)
        if opening is None:
            assert set(reasons) <= set(current.all_reasons)
            continue
        standing = after(opening, current)

        assert opening.level >= told.level
        assert set(told.reasons) <= set(opening.reasons)
        assert pauses(standing, RULES) >= pauses(current, RULES)
        assert set(standing.all_reasons) == {*current.all_reasons, *told.reasons}
        current = replace(standing, state=state or standing.state, interview_id=interview)


@pytest.mark.parametrize("reason", ["chest_pain", "fever", "bruise_thinners", "much_worse_severe"])
def test_each_new_report_of_an_emergency_or_urgent_sign_counts(reason: str) -> None:
    opening = decide(escalation(reason), verdict(reason), RULES, LATER)

    assert opening == Opening(RULES.rule(reason).level, (reason,), EscalationId(9))


def test_the_same_report_judged_again_opens_nothing() -> None:
    standing = escalation("chest_pain", "fever")

    assert decide(standing, verdict("chest_pain", "sore"), RULES, THIS) is None


def test_one_more_sign_in_the_same_interview_opens_anew() -> None:
    opening = decide(escalation("fever"), verdict("fever", "chest_pain"), RULES, THIS)

    assert opening == Opening(Level.EMERGENCY, ("chest_pain", "fever"), EscalationId(9))


def test_a_fall_that_still_stands_in_the_profile_is_not_a_new_report() -> None:
    assert decide(escalation("fall_risk"), verdict("fall_risk"), RULES, LATER) is None


def test_after_a_release_the_same_reason_opens_again() -> None:
    over = escalation("leg_pain", state=EscalationState.RELEASED)

    assert decide(over, verdict("leg_pain"), RULES, LATER) == Opening(Level.DOCTOR, ("leg_pain",))


def follow_up_times(
    level: Level, hour: int, minute: int = 0, preferences: Preferences | None = None
) -> list[str]:
    opened_at = resolve(MONDAY, time(hour, minute), BERLIN)
    messages = follow_ups(level, opened_at, BERLIN, preferences or Preferences(), RULES)
    assert messages[0].kind is Kind.ESCALATION
    assert messages[0].due_at == opened_at
    return [f"{local(each.due_at, BERLIN):%d %H:%M}" for each in messages[1:]]


def test_an_emergency_is_followed_up_the_same_hour_and_next_morning() -> None:
    assert follow_up_times(Level.EMERGENCY, 15) == ["01 15:30", "01 18:00", "02 08:30"]


def test_an_emergency_is_followed_up_in_the_night_too() -> None:
    assert follow_up_times(Level.EMERGENCY, 23) == ["01 23:30", "02 02:00", "02 08:30"]


def test_in_the_small_hours_the_next_morning_is_the_coming_one() -> None:
    assert follow_up_times(Level.EMERGENCY, 2) == ["01 02:30", "01 05:00", "01 08:30"]


def test_an_urgent_one_is_followed_up_after_four_hours_and_on_two_mornings() -> None:
    assert follow_up_times(Level.URGENT, 11) == ["01 15:00", "02 08:30", "03 08:30"]


def test_an_urgent_follow_up_waits_for_the_end_of_quiet_and_the_mornings_move_on() -> None:
    assert follow_up_times(Level.URGENT, 19) == ["02 08:00", "03 08:30", "04 08:30"]
    assert follow_up_times(Level.URGENT, 2) == ["01 08:00", "02 08:30", "03 08:30"]


def test_a_doctors_one_is_followed_up_after_two_and_seven_days() -> None:
    assert follow_up_times(Level.DOCTOR, 12) == ["03 12:00", "08 12:00"]
    assert follow_up_times(Level.DOCTOR, 22) == ["04 08:00", "09 08:00"]


def test_a_morning_slot_in_quiet_hours_waits_for_their_end() -> None:
    early = Preferences(morning=time(6))

    assert follow_up_times(Level.EMERGENCY, 15, preferences=early)[-1] == "02 08:00"


def test_therapist_and_self_care_follow_up_with_nothing() -> None:
    assert follow_up_times(Level.THERAPIST, 12) == []


def test_follow_ups_are_numbered_and_never_expire() -> None:
    messages = follow_ups(Level.URGENT, START, BERLIN, Preferences(), RULES)

    assert [(each.item, each.sequence) for each in messages] == [
        ("escalation_urgent", 0),
        ("follow_up_urgent", 1),
        ("follow_up_urgent", 2),
        ("follow_up_urgent", 3),
    ]
    assert all(each.expires_at is None for each in messages)


walls = st.builds(time, st.integers(0, 23), st.integers(0, 59))
openings = st.integers(0, 730 * 24 * 60).map(
    lambda count: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=count)
)


@given(
    st.sampled_from(ESCALATING),
    openings,
    st.sampled_from(sorted(name for name in available_timezones() if "/" in name)),
    st.builds(QuietHours, start=walls, end=walls),
    walls,
)
def test_follow_ups_are_all_there_and_apart_wherever_the_person_lives(
    level: Level, opened_at: datetime, zone: str, quiet: QuietHours, morning: time
) -> None:
    preferences = Preferences(quiet=quiet, morning=morning)

    messages = follow_ups(level, opened_at, zone, preferences, RULES)

    assert len(messages) == 1 + len(RULES.levels[level].follow_ups)
    assert messages[1].due_at > opened_at
    for sooner, later in pairwise(messages[1:]):
        assert later.due_at - sooner.due_at >= FOLLOW_UP_GAP
    if level is not Level.EMERGENCY:
        assert not any(is_quiet(each.due_at, zone, quiet) for each in messages[1:])


def test_an_open_escalation_pauses_what_its_level_says() -> None:
    assert pauses(escalation("chest_pain"), RULES) >= NUDGES
    assert pauses(escalation("fever"), RULES) >= NUDGES
    assert {Kind.STRETCH, Kind.STRENGTHENING} <= pauses(escalation("leg_pain"), RULES)
    assert Kind.HYDRATION not in pauses(escalation("leg_pain"), RULES)


def test_no_escalation_pauses_a_check_in() -> None:
    for reason in ("chest_pain", "fever", "leg_pain"):
        assert Kind.CHECK_IN not in pauses(escalation(reason), RULES)


@pytest.mark.parametrize("state", [EscalationState.HELPED, EscalationState.STOPPED])
def test_help_and_relief_alone_resume_nothing(state: EscalationState) -> None:
    assert pauses(escalation("fever", state=state), RULES) >= NUDGES
    assert pauses_massage_talk(escalation("fever", state=state), RULES)


@pytest.mark.parametrize("state", [EscalationState.RELEASED, EscalationState.RAISED])
def test_a_closed_escalation_pauses_nothing(state: EscalationState) -> None:
    assert pauses(escalation("fever", state=state), RULES) == frozenset()
    assert not pauses_massage_talk(escalation("fever", state=state), RULES)
    assert pauses(None, RULES) == frozenset()
    assert not pauses_massage_talk(None, RULES)


@pytest.mark.parametrize(
    ("response", "state"),
    [
        ("helped", EscalationState.HELPED),
        ("seen_wait", EscalationState.OPEN),
        ("not_yet", EscalationState.OPEN),
        ("stopped", EscalationState.STOPPED),
        ("seen_fine", EscalationState.RELEASED),
    ],
)
def test_what_a_button_does_to_an_urgent_escalation(
    response: Response, state: EscalationState
) -> None:
    assert respond(escalation("fever"), response, hours(2)).state is state


def test_told_to_wait_after_help_was_found_stays_with_the_help() -> None:
    helped = respond(escalation("fever"), "helped", hours(2))

    assert respond(helped, "seen_wait", hours(3)).state is EscalationState.HELPED


def test_a_reason_that_led_to_advice_before_is_no_news() -> None:
    verdict = Verdict(Level.URGENT, ("fever", "leg_pain"))

    assert news(verdict, ("fever",), RULES) == Verdict(Level.DOCTOR, ("leg_pain",))
    assert news(verdict, verdict.reasons, RULES) == Verdict(Level.SELF_CARE, ())
    assert news(verdict, (), RULES) == verdict


def test_beside_advice_only_the_reasons_that_need_no_doctor_are_ordinary() -> None:
    verdict = Verdict(Level.URGENT, ("fever", "leg_pain", "big_bruise"))

    assert ordinary(verdict, RULES) == Verdict(Level.THERAPIST, ("big_bruise",))
    assert ordinary(Verdict(Level.URGENT, ("fever",)), RULES) == Verdict(Level.SELF_CARE, ())


def test_a_bruise_that_needs_a_doctor_for_another_reason_is_not_ordinary() -> None:
    verdict = Verdict(Level.URGENT, ("bruise_thinners", "big_bruise", "dizzy"))

    assert ordinary(verdict, RULES) == Verdict(Level.THERAPIST, ("dizzy",))


def test_relief_releases_a_doctors_escalation_only() -> None:
    eased = respond(escalation("leg_pain"), "stopped", hours(2))

    assert (eased.state, eased.release) == (EscalationState.RELEASED, "stopped")
    assert respond(escalation("chest_pain"), "stopped", hours(2)).is_open
    assert respond(escalation("fever"), "stopped", hours(2)).release is None


def test_being_seen_releases_every_level() -> None:
    for reason in ("leg_pain", "fever", "chest_pain"):
        seen = respond(escalation(reason), "seen_fine", hours(2))

        assert (seen.state, seen.release) == (EscalationState.RELEASED, "seen")
        assert seen.changed_at == hours(2)


def test_a_second_tap_does_not_start_the_72_hours_anew() -> None:
    first = respond(escalation("fever"), "stopped", hours(2))

    assert respond(first, "stopped", hours(50)) == first


def test_a_button_under_a_closed_escalation_changes_nothing() -> None:
    over = escalation("fever", state=EscalationState.RELEASED)

    for response in ("helped", "not_yet", "stopped", "seen_fine", "seen_wait"):
        assert respond(over, response, hours(2)) == over


def test_being_seen_clears_only_what_can_be_cleared() -> None:
    seen = escalation("bladder_bowel", "fever", "fall_risk", "leg_pain", "much_worse")

    assert cleared_by(seen, RULES) == {"fall_risk", "leg_pain"}


def test_three_days_after_it_stopped_a_clean_check_in_releases() -> None:
    stopped = escalation("fever", state=EscalationState.STOPPED)

    assert released_by_clean_check_in(stopped, CLEAN, FINE, hours(80))
    exactly = replace(CLEAN, at=hours(72))
    assert released_by_clean_check_in(stopped, exactly, verdict("sore"), hours(72))


def test_a_clean_check_in_releases_nothing_too_early_unfinished_or_not_clean() -> None:
    stopped = escalation("fever", state=EscalationState.STOPPED)
    early = replace(CLEAN, at=hours(71.9))

    assert not released_by_clean_check_in(stopped, early, FINE, hours(80))
    assert not released_by_clean_check_in(stopped, CLEAN, verdict("leg_pain"), hours(80))
    half = replace(CLEAN, complete=False)
    assert not released_by_clean_check_in(stopped, half, FINE, hours(80))
    unasked = replace(CLEAN, signs_answered=False)
    assert not released_by_clean_check_in(stopped, unasked, FINE, hours(80))


@pytest.mark.parametrize("change", ["worse", "much_worse"])
def test_a_check_in_that_says_worse_is_not_clean(change: Change) -> None:
    stopped = escalation("fever", state=EscalationState.STOPPED)
    worse = replace(CLEAN, change=change)

    assert not released_by_clean_check_in(stopped, worse, verdict("worse"), hours(80))


@pytest.mark.parametrize(
    "state", [state for state in EscalationState if state is not EscalationState.STOPPED]
)
def test_a_good_answer_never_hides_an_escalation_nobody_said_has_stopped(
    state: EscalationState,
) -> None:
    assert not released_by_clean_check_in(escalation("fever", state=state), CLEAN, FINE, hours(80))
