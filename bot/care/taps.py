"""What one tap makes of an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from bot.care.model import Answer

if TYPE_CHECKING:
    from datetime import datetime

    from bot.care.model import Profile
    from bot.care.questions import Question

Act = Literal["tick", "untick", "choose", "confirm", "skip"]


def known(profile: Profile, question: Question) -> tuple[str, ...] | None:
    """The ticks a list begins with, from what was told before; None where it begins empty.

    What a doctor has checked is asked for afresh: a clearance is never given by "done" alone.
    """
    if question.id != "conditions":
        return None
    return tuple(each for each in question.options if each in profile.conditions)


def begun(
    profile: Profile, question: Question, held: Answer | None, now: datetime
) -> Answer | None:
    """What a tap adds to: the answer held so far, or the list as it begins."""
    first = known(profile, question)
    if first is None or (held is not None and held.value is not None):
        return held
    return Answer(question.id, first, False, now)


def given(
    question: Question, held: Answer | None, act: Act, option: str | int | None, now: datetime
) -> Answer | None:
    """The answer a tap makes, or None where it does not fit the question or changes nothing."""
    if act == "skip":
        return Answer(question.id, None, True, now) if question.optional else None
    if question.kind == "ticks":
        return _ticked(question, held, act, option, now)
    if act != "choose" or not _fits(question, option):
        return None
    return Answer(question.id, option, True, now)


def _fits(question: Question, option: str | int | None) -> bool:
    if question.kind == "scale":
        return isinstance(option, int) and 0 <= option <= 10
    return option in question.options


def ticks(held: Answer | None) -> tuple[str, ...]:
    """What is ticked in a list; nothing in any other answer."""
    return held.value if held and isinstance(held.value, tuple) else ()


def _ticked(
    question: Question, held: Answer | None, act: Act, option: str | int | None, now: datetime
) -> Answer | None:
    before = ticks(held)
    if act == "confirm":
        return Answer(question.id, before, True, now)
    if option not in question.options or act not in ("tick", "untick"):
        return None
    wanted = set(before) | {option} if act == "tick" else set(before) - {option}
    if wanted == set(before):
        return None
    in_order = tuple(each for each in question.options if each in wanted)
    return Answer(question.id, in_order, False, now)
