"""Every rule can fire: for each one a person's answers are made up that lead to it.

The answers go the way of real ones: `next_question` asks them, and what it does not ask is not
answered. `triage.judge` has the last word.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.care.model import (
    Answer,
    Case,
    CheckIn,
    Interview,
    InterviewId,
    InterviewState,
    Kind,
    PersonId,
    Profile,
)
from bot.care.plan import AfterSession
from bot.care.questions import next_question, to_checkin, to_profile
from bot.care.rules import Rules
from bot.care.triage import judge
from bot.library.errors import Problem
from bot.library.proof.circumstances import ASKED_AT
from bot.library.proof.verdict_space import Space, of_rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.care.model import InterviewKind
    from bot.care.questions import AskIf, Question
    from bot.care.rules import Rule
    from bot.library.library import Library

FULLEST: tuple[InterviewKind, ...] = ("worse", "full", "early")


def reach_faults(library: Library, name: str) -> Iterator[Problem]:
    """Rules that no answers lead to."""
    space = Space(library)
    document = library.documents[f"{name}/rules.yaml"]
    for index, rule in enumerate(library.rules.rules):
        text = _unreached(rule, space)
        if text:
            yield Problem(document.where(("rules", index, "when")), text)


def _unreached(rule: Rule, space: Space) -> str | None:
    """Why a rule never fires; None for one that does."""
    alone = Rules((rule,), space.rules.levels)
    fires = [case for case in of_rule(rule) if judge(case, alone).reasons]
    if not fires:
        return f'"{rule.id}" never fires: its conditions exclude each other. Take one away.'
    in_time = [case for case in fires if _since(case) <= _last_asked(space.library)]
    if not in_time:
        last = _last_asked(space.library)
        return (
            f'"{rule.id}" never fires: the last check-in of plan.yaml comes {last.days} days after '
            "the massage. Ask for fewer hours, or add a check-in."
        )
    if not any(rule.id in _played(case, space.library) for case in in_time):
        return (
            f'"{rule.id}" never fires: questions.yaml does not ask for all it looks at in one '
            "check-in. Add the question or option, or mend the rule."
        )
    return None


def _since(case: Case) -> timedelta:
    return ASKED_AT - max(case.sessions) if case.sessions else timedelta()


def _last_asked(library: Library) -> timedelta:
    delays = [
        item.delay
        for item in library.plan.items
        if isinstance(item, AfterSession) and item.kind is Kind.CHECK_IN
    ]
    return max(delays, default=timedelta())


def _played(case: Case, library: Library) -> frozenset[str]:
    """The rules that fire once the case's answers have been given as questions ask for them.

    The case says nothing of some questions: those are skipped, and in a second try answered with
    whatever an `ask_if` waits for.
    """
    conditions = [each for question in library.questions for each in _conditions(question)]
    fired: set[str] = set()
    for waited_for in ([], conditions):
        told = _walk("profile", case, library.questions, waited_for)
        profile = to_profile(Profile(baseline_pain=case.profile.baseline_pain), told)
        for kind in FULLEST:
            checkin = _check_in(kind, case, library.questions, waited_for)
            asked = replace(case, profile=profile, checkins=(*case.checkins[:-1], checkin))
            fired.update(judge(asked, library.rules).reasons)
    return frozenset(fired)


def _conditions(question: Question) -> tuple[AskIf, ...]:
    own = () if question.ask_if is None else (question.ask_if,)
    return (*own, *question.option_if.values())


def _check_in(
    kind: InterviewKind, case: Case, questions: tuple[Question, ...], waited_for: Sequence[AskIf]
) -> CheckIn:
    interview = Interview(
        id=InterviewId(1),
        person_id=PersonId(1),
        kind=kind,
        state=InterviewState.COMPLETE,
        opened_at=ASKED_AT,
        course=1,
        answers=_walk(kind, case, questions, waited_for),
    )
    return replace(to_checkin(interview), at=ASKED_AT)


def _walk(
    kind: InterviewKind, case: Case, questions: tuple[Question, ...], waited_for: Sequence[AskIf]
) -> dict[str, Answer]:
    """Every question of an interview answered as the case has it, or as `waited_for` wants it."""
    answers: dict[str, Answer] = {}
    for _ in questions:
        question = next_question(kind, answers, questions)
        if question is None:
            break
        options = question.options_for(answers)
        about = [each.any_of for each in waited_for if each.question == question.id]
        wanted = [each for each in options if any(each in any_of for any_of in about)]
        value = _answer(question, case, options)
        if isinstance(value, tuple):
            value = tuple(dict.fromkeys((*value, *wanted)))
        elif value is None and wanted:
            value = wanted[0]
        answers[question.id] = Answer(question.id, value, confirmed=True, at=ASKED_AT)
    return answers


def _answer(
    question: Question, case: Case, options: tuple[str, ...]
) -> str | int | tuple[str, ...] | None:
    profile, checkin = case.profile, case.checkins[-1]
    if question.kind == "ticks":
        held = profile.conditions | checkin.symptoms
        if question.id == "cleared":
            held = profile.cleared
        return tuple(each for each in options if each in held)
    falls = {True: "yes", False: "no", None: None}
    known: dict[str, str | int | None] = {
        "onset": profile.onset,
        "area": profile.area,
        "age": profile.age,
        "sex": profile.sex,
        "recent_fall": falls[profile.recent_fall],
        "change": checkin.change,
        "pain": checkin.pain,
    }
    value = known.get(question.id)
    return value if question.kind == "scale" or value in options else None
