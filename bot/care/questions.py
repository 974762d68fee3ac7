"""Answers so far, the next question, and what the answers say in the words of the rules.

Questions are ordered, and `ask_if` looks back only, so that no interview can loop.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, cast, get_args

from bot.care.model import (
    Age,
    Answer,
    Area,
    Change,
    CheckIn,
    Condition,
    Interview,
    InterviewKind,
    InterviewState,
    Onset,
    Profile,
    Sex,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


# What the profile interview can clear; the rest of `cleared` comes from "I've been seen".
CLEARED_BY_PROFILE = frozenset(
    {"leg_pain", "arm_pain", "numb_tingling", "cancer", "pregnant", "fall_risk"}
)

IN_HAND = timedelta(minutes=30)  # so long somebody may take over the next answer


@dataclass(frozen=True, slots=True)
class AskIf:
    """Holds when an earlier question was answered with any of these options."""

    question: str
    any_of: frozenset[str]

    def holds(self, answers: Mapping[str, Answer]) -> bool:
        """Whether the answers so far meet it."""
        answer = answers.get(self.question)
        return answer is not None and not self.any_of.isdisjoint(_options(answer))


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question; `danger` when it asks for danger signs, and so never behind an `ask_if`.

    `option_if` hides an option until an earlier answer makes it fit.
    """

    id: str
    kind: Literal["choice", "ticks", "scale"]
    options: tuple[str, ...]
    interviews: frozenset[InterviewKind]
    optional: bool = False
    danger: bool = False
    ask_if: AskIf | None = None
    option_if: Mapping[str, AskIf] = field(default_factory=dict)

    def options_for(self, answers: Mapping[str, Answer]) -> tuple[str, ...]:
        """The options to show after these answers."""
        return tuple(
            option
            for option in self.options
            if option not in self.option_if or self.option_if[option].holds(answers)
        )


def next_question(
    interview_kind: InterviewKind, answers: Mapping[str, Answer], questions: Sequence[Question]
) -> Question | None:
    """The first question of this interview still to be asked; None when it is done.

    A list is asked until it is done. A question of another kind that is asked again holds nothing
    up: its old answer counts until there is a new one.
    """
    for question in _asked(interview_kind, answers, questions):
        answer = answers.get(question.id)
        if answer is None or (question.kind == "ticks" and not answer.confirmed):
            return question
    return None


def progress(
    interview_kind: InterviewKind, answers: Mapping[str, Answer], questions: Sequence[Question]
) -> tuple[int, int]:
    """Which question the person is at, from 1, and of how many as things stand."""
    asked = _asked(interview_kind, answers, questions)
    upcoming = next_question(interview_kind, answers, questions)
    at = asked.index(upcoming) + 1 if upcoming is not None else len(asked)
    return at, len(asked)


def to_checkin(interview: Interview) -> CheckIn:
    """What an early, full or worse interview says so far.

    Ticks count before their list is confirmed: a danger sign is not held back by a missing
    "done". A finished or expired interview is complete.
    """
    answers = interview.answers
    ticks = [answer for answer in answers.values() if isinstance(answer.value, tuple)]
    finished = interview.state is InterviewState.COMPLETE
    return CheckIn(
        at=min((answer.at for answer in answers.values()), default=interview.opened_at),
        pain=_pain(answers),
        change=cast("Change | None", _chosen(answers, "change", get_args(Change))),
        symptoms=frozenset(tick for answer in ticks for tick in _options(answer)),
        complete=interview.state is not InterviewState.OPEN,
        signs_answered=finished and bool(ticks) and all(answer.confirmed for answer in ticks),
    )


def in_hand_until(waiting: Iterable[Interview], now: datetime) -> datetime | None:
    """Until when a check-in still waiting for answers counts as being answered; None if none does.

    From a person's last answer on; a /worse, which they asked for themselves, from its beginning.
    A planned check-in that nobody began to answer is in nobody's hand, nor is a profile, which
    no check-in closes.
    """
    touched: list[datetime] = []
    for each in waiting:
        if each.kind != "profile":
            touched += (answer.at for answer in each.answers.values())
            touched += () if each.occurrence_id else (each.opened_at,)
    # What lies ahead was told under a clock that has been set back since.
    latest = max((at for at in touched if at <= now), default=None)
    return latest + IN_HAND if latest and latest + IN_HAND > now else None


def to_profile(profile: Profile, answers: Mapping[str, Answer]) -> Profile:
    """The profile after these answers; what was skipped or not asked stays as it was.

    A list that is done replaces the one before it, save clearances the interview can't give.
    Until then its conditions count beside those of `profile`, and its clearances do not count.
    """
    onset = cast("Onset | None", _chosen(answers, "onset", get_args(Onset)))
    area = cast("Area | None", _chosen(answers, "area", get_args(Area)))
    age = cast("Age | None", _chosen(answers, "age", get_args(Age)))
    sex = cast("Sex | None", _chosen(answers, "sex", get_args(Sex)))
    fall = _chosen(answers, "recent_fall", ("yes", "no"))
    conditions = _ticked(answers, "conditions")
    if conditions is not None and not answers["conditions"].confirmed:
        conditions |= profile.conditions
    cleared = _ticked(answers, "cleared")
    if cleared is not None and not answers["cleared"].confirmed:
        cleared = profile.cleared
    return replace(
        profile,
        onset=onset or profile.onset,
        area=area or profile.area,
        age=age or profile.age,
        sex=sex or profile.sex,
        recent_fall=profile.recent_fall if fall is None else fall == "yes",
        conditions=profile.conditions if conditions is None else _conditions(conditions),
        cleared=(
            profile.cleared if cleared is None else cleared | (profile.cleared - CLEARED_BY_PROFILE)
        ),
    )


def _asked(
    interview_kind: InterviewKind, answers: Mapping[str, Answer], questions: Sequence[Question]
) -> list[Question]:
    return [
        question
        for question in questions
        if interview_kind in question.interviews
        and (question.ask_if is None or question.ask_if.holds(answers))
    ]


def _options(answer: Answer) -> tuple[str, ...]:
    """The option ids of any answer: one, several, or none for a skipped question."""
    if answer.value is None:
        return ()
    if isinstance(answer.value, tuple):
        return answer.value
    return (str(answer.value),)


def _chosen(answers: Mapping[str, Answer], question: str, options: Sequence[str]) -> str | None:
    answer = answers.get(question)
    return (
        answer.value
        if answer and isinstance(answer.value, str) and answer.value in options
        else None
    )


def _ticked(answers: Mapping[str, Answer], question: str) -> frozenset[str] | None:
    answer = answers.get(question)
    if answer is None or not isinstance(answer.value, tuple):
        return None
    return frozenset(answer.value)


def _conditions(ids: frozenset[str]) -> frozenset[Condition]:
    return frozenset(each for each in get_args(Condition) if each in ids)


def _pain(answers: Mapping[str, Answer]) -> int | None:
    """The points given, whether stored as a number or as the id of a button."""
    answer = answers.get("pain")
    if answer is None or isinstance(answer.value, tuple) or answer.value is None:
        return None
    points = int(answer.value) if str(answer.value).isdecimal() else None
    return points if points is not None and points <= 10 else None
