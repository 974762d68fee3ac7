from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.care.model import (
    Answer,
    CheckIn,
    Interview,
    InterviewId,
    InterviewState,
    OccurrenceId,
    PersonId,
    Profile,
)
from bot.care.questions import (
    AskIf,
    Question,
    in_hand_until,
    next_question,
    progress,
    to_checkin,
    to_profile,
)
from tests.care.rulebook import EMERGENCY_SIGNS, START, SYMPTOMS

Value = str | int | tuple[str, ...] | None

DANGER = Question(
    id="danger_now",
    kind="ticks",
    options=EMERGENCY_SIGNS,
    interviews=frozenset({"early", "full", "worse"}),
    danger=True,
)
SIGNS = Question(
    id="symptoms",
    kind="ticks",
    options=SYMPTOMS[len(EMERGENCY_SIGNS) :],
    interviews=frozenset({"early", "full", "worse"}),
    danger=True,
)
CHANGE = Question(
    id="change",
    kind="choice",
    options=("better", "same", "worse"),
    interviews=frozenset({"full", "worse"}),
)
PAIN = Question(
    id="pain",
    kind="scale",
    options=tuple(map(str, range(11))),
    interviews=frozenset({"full", "worse"}),
)
FALL = Question(
    id="recent_fall",
    kind="choice",
    options=("yes", "no"),
    interviews=frozenset({"profile"}),
    optional=True,
)
CLEARED = Question(
    id="cleared",
    kind="ticks",
    options=("leg_pain", "fall_risk"),
    interviews=frozenset({"profile"}),
    option_if={"fall_risk": AskIf("recent_fall", frozenset({"yes"}))},
)
WHERE = Question(
    id="where",
    kind="choice",
    options=("leg", "arm"),
    interviews=frozenset({"full"}),
    ask_if=AskIf("symptoms", frozenset({"leg_pain", "arm_pain"})),
)
QUESTIONS = (DANGER, SIGNS, WHERE, CHANGE, PAIN, FALL, CLEARED)


def answers(*said: tuple[str, Value], open_list: str | None = None) -> dict[str, Answer]:
    return {
        question: Answer(question, value, question != open_list, START + timedelta(minutes=minute))
        for minute, (question, value) in enumerate(said, start=1)
    }


def interview(
    *said: tuple[str, Value],
    state: InterviewState = InterviewState.OPEN,
    open_list: str | None = None,
) -> Interview:
    return Interview(
        id=InterviewId(1),
        person_id=PersonId(1),
        kind="full",
        state=state,
        opened_at=START,
        course=1,
        answers=answers(*said, open_list=open_list),
    )


def test_danger_signs_are_asked_first() -> None:
    for kind in ("early", "full", "worse"):
        assert next_question(kind, {}, QUESTIONS) is DANGER


def test_the_early_check_in_ends_after_the_symptoms() -> None:
    said = answers(("danger_now", ()), ("symptoms", ("sore",)))

    assert next_question("early", said, QUESTIONS) is None
    assert next_question("full", said, QUESTIONS) is CHANGE


def test_a_list_stays_the_question_until_it_is_confirmed() -> None:
    ticking = answers(("danger_now", ("chest_pain",)), open_list="danger_now")

    assert next_question("full", ticking, QUESTIONS) is DANGER


def test_a_question_asked_again_holds_nothing_up_unless_it_is_a_list() -> None:
    said: tuple[tuple[str, Value], ...] = (("danger_now", ()), ("symptoms", ()), ("change", "same"))

    assert next_question("full", answers(*said, open_list="change"), QUESTIONS) is PAIN
    assert next_question("full", answers(*said, open_list="symptoms"), QUESTIONS) is SIGNS


def test_a_skipped_question_is_not_asked_again() -> None:
    assert next_question("profile", answers(("recent_fall", None)), QUESTIONS) is CLEARED


def test_a_question_waits_for_the_answer_that_makes_it_fit() -> None:
    plain = answers(("danger_now", ()), ("symptoms", ("sore",)))
    nerve = answers(("danger_now", ()), ("symptoms", ("sore", "leg_pain")))

    assert next_question("full", plain, QUESTIONS) is CHANGE
    assert next_question("full", nerve, QUESTIONS) is WHERE


def test_an_option_shows_once_an_earlier_answer_makes_it_fit() -> None:
    assert CLEARED.options_for(answers(("recent_fall", "no"))) == ("leg_pain",)
    assert CLEARED.options_for({}) == ("leg_pain",)
    assert CLEARED.options_for(answers(("recent_fall", "yes"))) == ("leg_pain", "fall_risk")


def test_progress_counts_only_what_will_be_asked() -> None:
    assert progress("full", {}, QUESTIONS) == (1, 4)
    nerve = answers(("danger_now", ()), ("symptoms", ("leg_pain",)))
    assert progress("full", nerve, QUESTIONS) == (3, 5)
    done = answers(("danger_now", ()), ("symptoms", ()), ("change", "same"), ("pain", 3))
    assert progress("full", done, QUESTIONS) == (4, 4)


def test_a_check_in_holds_what_was_said() -> None:
    told = interview(
        ("danger_now", ()),
        ("symptoms", ("sore", "dizzy")),
        ("change", "worse"),
        ("pain", 7),
        state=InterviewState.COMPLETE,
    )

    assert to_checkin(told) == CheckIn(
        at=START + timedelta(minutes=1),
        pain=7,
        change="worse",
        symptoms=frozenset({"sore", "dizzy"}),
        complete=True,
        signs_answered=True,
    )


def test_a_tick_counts_before_its_list_is_done() -> None:
    ticking = interview(("danger_now", ("chest_pain",)), open_list="danger_now")

    checkin = to_checkin(ticking)

    assert checkin.symptoms == {"chest_pain"}
    assert not checkin.complete
    assert not checkin.signs_answered


def test_an_expired_check_in_is_complete_but_its_signs_are_not_answered() -> None:
    expired = to_checkin(interview(("danger_now", ()), state=InterviewState.EXPIRED))

    assert expired.complete
    assert not expired.signs_answered


def test_signs_are_answered_only_when_every_list_was_confirmed() -> None:
    said: tuple[tuple[str, Value], ...] = (("danger_now", ()), ("symptoms", ()))

    cut_short = interview(*said, state=InterviewState.COMPLETE, open_list="symptoms")

    assert not to_checkin(cut_short).signs_answered
    assert to_checkin(interview(*said, state=InterviewState.COMPLETE)).signs_answered


def test_a_check_in_without_answers_is_of_the_time_it_was_opened() -> None:
    assert to_checkin(interview()) == CheckIn(at=START)


def test_pain_counts_as_a_number_or_as_the_id_of_its_button() -> None:
    assert to_checkin(interview(("pain", 0))).pain == 0
    assert to_checkin(interview(("pain", "10"))).pain == 10
    assert to_checkin(interview(("pain", None))).pain is None
    assert to_checkin(interview(("pain", "11"))).pain is None


def test_a_change_nobody_offers_is_no_answer() -> None:
    assert to_checkin(interview(("change", "splendid"))).change is None
    assert to_checkin(interview(("change", None))).change is None


def test_a_check_in_is_in_hand_for_half_an_hour_after_the_last_answer() -> None:
    asked = replace(interview(("danger_now", ())), occurrence_id=OccurrenceId(7))
    until = START + timedelta(minutes=31)

    assert in_hand_until([asked], START + timedelta(minutes=1)) == until
    assert in_hand_until([asked], until - timedelta(seconds=1)) == until
    assert in_hand_until([asked], until) is None


def test_only_what_a_person_asked_for_themselves_is_in_hand_from_its_beginning() -> None:
    own = interview()
    asked = replace(own, occurrence_id=OccurrenceId(7))
    profile = replace(interview(("recent_fall", "no")), kind="profile")

    assert in_hand_until([own, asked], START) == START + timedelta(minutes=30)
    assert in_hand_until([asked, profile], START + timedelta(minutes=2)) is None


def test_an_answer_under_a_clock_that_was_set_back_holds_nothing_up() -> None:
    assert in_hand_until([interview(("danger_now", ()))], START - timedelta(days=1)) is None


def test_a_profile_holds_what_was_said() -> None:
    said = answers(
        ("onset", "over_12_weeks"),
        ("area", "widespread"),
        ("age", "60_plus"),
        ("sex", "other"),
        ("recent_fall", "yes"),
        ("conditions", ("cancer", "steroids")),
        ("cleared", ("cancer",)),
    )

    assert to_profile(Profile(baseline_pain=6), said) == Profile(
        onset="over_12_weeks",
        area="widespread",
        age="60_plus",
        sex="other",
        baseline_pain=6,
        recent_fall=True,
        conditions=frozenset({"cancer", "steroids"}),
        cleared=frozenset({"cancer"}),
    )


def test_a_skipped_or_unasked_question_leaves_the_profile_as_it_was() -> None:
    before = Profile(age="50_59", recent_fall=True, conditions=frozenset({"cancer"}))

    after = to_profile(before, answers(("age", None), ("recent_fall", None), ("conditions", None)))

    assert after == before


def test_unticking_takes_a_condition_and_a_clearance_back_but_not_what_a_doctor_said() -> None:
    before = Profile(
        recent_fall=True,
        conditions=frozenset({"pregnant"}),
        cleared=frozenset({"pregnant", "no_improvement"}),
    )

    after = to_profile(before, answers(("recent_fall", "no"), ("conditions", ()), ("cleared", ())))

    assert after == Profile(recent_fall=False, cleared=frozenset({"no_improvement"}))


def test_a_health_list_that_is_not_done_adds_to_what_was_known_and_takes_nothing_away() -> None:
    before = Profile(conditions=frozenset({"blood_thinners"}))

    after = to_profile(before, answers(("conditions", ("immune",)), open_list="conditions"))

    assert after == Profile(conditions=frozenset({"blood_thinners", "immune"}))


def test_a_list_of_what_a_doctor_checked_clears_nothing_before_it_is_done() -> None:
    before = Profile(cleared=frozenset({"arm_pain"}))

    after = to_profile(before, answers(("cleared", ("leg_pain",)), open_list="cleared"))

    assert after == before
