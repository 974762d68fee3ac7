"""What no content can bring about, a mistake in the code can: the proof finds that too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING

import pytest

from bot.care import plan as plan_of_care
from bot.care import questions, triage
from bot.care.model import NUDGES, Case, Kind, Level, PlannedMessage, Verdict
from bot.care.rules import HoursAtLeast
from bot.library.proof import interviews, plans, reference, verdict_space, verdicts
from bot.library.proof.circumstances import circumstances
from bot.library.proof.plan_requests import requests

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.care.model import Answer, InterviewKind
    from bot.care.plan import PlanContent, PlanRequest
    from bot.care.questions import Question
    from bot.care.rules import Rules
    from bot.library.library import Library

Judge = Callable[[Case, "Rules"], Verdict]


def one_rule_decides(case: Case, rules: Rules) -> Verdict:
    """The last rule that fires decides, as in a table of which one line counts."""
    verdict = triage.judge(case, rules)
    if not verdict.reasons:
        return verdict
    return Verdict(rules.rule(verdict.reasons[-1]).level, verdict.reasons)


def mild_pain_calms(case: Case, rules: Rules) -> Verdict:
    """A low pain takes a level off."""
    verdict = triage.judge(case, rules)
    pain = case.checkins[-1].pain
    calm = pain is not None and pain <= 2
    return Verdict(Level(max(0, verdict.level - calm)), verdict.reasons)


def a_doctor_clears_all(case: Case, rules: Rules) -> Verdict:
    """Whatever stands in `cleared` stays silent, alarm or not."""
    verdict = triage.judge(case, rules)
    kept = tuple(each for each in verdict.reasons if each not in case.profile.cleared)
    return Verdict(max((rules.rule(each).level for each in kept), default=Level.SELF_CARE), kept)


def two_symptoms_are_one_too_many(case: Case, rules: Rules) -> Verdict:
    """With a second symptom the first one is forgotten."""
    verdict = triage.judge(case, rules)
    if len(case.checkins[-1].symptoms) < 2:
        return verdict
    return Verdict(Level.SELF_CARE, ())


def a_better_day_silences(case: Case, rules: Rules) -> Verdict:
    """Once somebody feels better, nothing else counts."""
    if case.checkins[-1].change == "much_better":
        return Verdict(Level.SELF_CARE, ())
    return triage.judge(case, rules)


@pytest.mark.parametrize(
    "judge",
    [
        one_rule_decides,
        mild_pain_calms,
        a_doctor_clears_all,
        two_symptoms_are_one_too_many,
        a_better_day_silences,
    ],
)
def test_a_judge_that_lowers_a_level_is_found(
    shipped: Library, monkeypatch: pytest.MonkeyPatch, judge: Judge
) -> None:
    monkeypatch.setattr(verdicts, "judge", judge)

    faults = verdicts.verdict_faults(shipped, "content", reference.BY_RULE, reference.CLEARABLE)

    assert next(iter(faults), None) is not None


def test_the_cases_of_a_rule_hold_all_it_looks_at(shipped: Library) -> None:
    cases = verdict_space.of_rule(shipped.rules.rule("fall_risk"))

    falls = {case.profile.recent_fall for case in cases}
    assert {True} < falls
    assert {case.profile.age == "60_plus" for case in cases} == {True, False}
    assert len({case.profile.conditions for case in cases}) == 4  # neither, either and both
    assert {case.checkins[-1].complete for case in cases} == {True, False}
    assert {bool(case.profile.cleared) for case in cases} == {True, False}
    assert {case.checkins[-1].change in triage.WORSE for case in cases} == {True, False}


def test_every_moment_is_tried_beside_every_check_in_before(shipped: Library) -> None:
    moments = verdict_space.Space(shipped).moments

    massages, before = ({each.sessions for each in moments}, {each.previous for each in moments})
    assert len(before) > 1
    assert len(moments) == len(massages) * len(before) == len(set(moments))


def test_a_boundary_in_hours_is_tried_at_it_and_on_both_sides() -> None:
    since = {
        case.checkins[-1].at - max(case.sessions)
        for case in circumstances([HoursAtLeast(72)])
        if case.sessions
    }

    boundary, near = timedelta(hours=72), timedelta(seconds=1)
    assert {boundary - near, boundary, boundary + near} < since


def test_a_question_asked_again_after_its_answer_is_found(
    shipped: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forgetful(
        kind: InterviewKind, answers: Mapping[str, Answer], asked: Sequence[Question]
    ) -> Question | None:
        return questions.next_question(kind, {}, asked)

    monkeypatch.setattr(interviews, "next_question", forgetful)

    found = [each.text for each in interviews.interview_faults(shipped, "content", ())]

    assert any("may never end" in each for each in found)


Change = Callable[["PlanRequest", list[PlannedMessage]], list[PlannedMessage]]


def at_night(_: PlanRequest, messages: list[PlannedMessage]) -> list[PlannedMessage]:
    night = replace(messages[-1], due_at=messages[-1].due_at.replace(hour=2))
    return [*messages[:-1], night]


def expiring_at_night(_: PlanRequest, messages: list[PlannedMessage]) -> list[PlannedMessage]:
    def late(each: PlannedMessage) -> PlannedMessage:
        return replace(each, expires_at=each.due_at + timedelta(hours=12))

    return [late(each) if each.kind in NUDGES else each for each in messages]


def in_a_rush(_: PlanRequest, messages: list[PlannedMessage]) -> list[PlannedMessage]:
    soon = replace(messages[1], due_at=messages[0].due_at + timedelta(minutes=10))
    return [messages[0], soon, *messages[2:]]


def all_in_one_day(_: PlanRequest, messages: list[PlannedMessage]) -> list[PlannedMessage]:
    first = messages[0].due_at
    return [replace(each, due_at=first + n * timedelta(hours=1)) for n, each in enumerate(messages)]


def in_the_past(request: PlanRequest, messages: list[PlannedMessage]) -> list[PlannedMessage]:
    return [replace(messages[0], due_at=request.now), *messages[1:]]


def unasked(_: PlanRequest, messages: list[PlannedMessage]) -> list[PlannedMessage]:
    return [each for each in messages if each.kind is not Kind.CHECK_IN]


def heedless_of_pauses(
    request: PlanRequest, messages: list[PlannedMessage]
) -> list[PlannedMessage]:
    stretch = replace(messages[-1], kind=Kind.STRETCH, item="stretch_daily")
    return [*messages[:-1], stretch] if request.paused else messages


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (at_night, "falls in quiet hours"),
        (expiring_at_night, "may come so late that it is quiet"),
        (in_a_rush, "comes too soon after the one before"),
        (all_in_one_day, "is one too many for its day"),
        (in_the_past, "is planned for the past"),
        (unasked, "no check-in fits"),
        (heedless_of_pauses, "advice is open"),
    ],
)
def test_a_plan_that_breaks_a_limit_is_found(
    shipped: Library, monkeypatch: pytest.MonkeyPatch, change: Change, said: str
) -> None:
    def broken(request: PlanRequest, content: PlanContent) -> tuple[PlannedMessage, ...]:
        return tuple(change(request, list(plan_of_care.lay_out(request, content))))

    monkeypatch.setattr(plans, "lay_out", broken)
    # Every plan is broken, so a few of them are enough.
    monkeypatch.setattr(plans, "requests", lambda library: islice(requests(library), 3))

    found = [each.text for each in plans.plan_faults(shipped, "content")]

    assert any(said in each for each in found), found
