"""Every way through the questions ends, asks nothing twice, and asks for every danger sign.

Which ways there are: an answer matters to what comes next only through the `ask_if` and
`option_if` that name its question. So of the answers to a question one for each combination of
those is enough, and one to a question that none names; `next_question` is walked over all of
these, one after the other.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, get_args

from bot.care.model import Answer, InterviewKind
from bot.care.questions import AskIf, Question, next_question
from bot.library.errors import Problem, listed
from bot.library.proof.circumstances import ASKED_AT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from bot.library.library import Library
    from bot.library.strictyaml import Document

CHECK_INS: tuple[InterviewKind, ...] = ("early", "full", "worse")
MOST_WAYS = 20_000  # ways through one interview; more than anybody could review


def interview_faults(library: Library, name: str, signs: Collection[str]) -> Iterator[Problem]:
    """Interviews that would not end, ask twice, or leave out one of these danger signs."""
    document = library.documents[f"{name}/questions.yaml"]
    yield from _asked_twice(library.questions, document)
    unasked: dict[str, list[InterviewKind]] = {}
    for kind in get_args(InterviewKind):
        lost: set[str] = set()
        for fault in _way_faults(kind, library.questions, frozenset(signs), lost):
            yield Problem(document.where(()), fault)
        for sign in lost if kind in CHECK_INS else ():
            unasked.setdefault(sign, []).append(kind)
    yield from _unasked(unasked, library.questions, document)


def _asked_twice(questions: Sequence[Question], document: Document) -> Iterator[Problem]:
    """A question, or a symptom of a list, that two places ask for."""
    first: dict[str, str] = {}
    for question, path in zip(questions, _paths(questions), strict=True):
        for asked, place in _asked_by(question):
            where = document.where((*path, *place))
            if asked in first:
                text = f"{asked} is asked twice: {first[asked]} asks it too. Remove one of them."
                yield Problem(where, text)
            first.setdefault(asked, where)


def _asked_by(question: Question) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    yield f'the question "{question.id}"', ("id",)
    if question.kind == "ticks" and "profile" not in question.interviews:
        for index, option in enumerate(question.options):
            yield f'"{option}"', ("options", index)


def _paths(questions: Sequence[Question]) -> Iterator[tuple[str | int, ...]]:
    """Where each question stands in questions.yaml: the profile's first, as they are loaded."""
    counts = {"profile": itertools.count(), "check_in": itertools.count()}
    for question in questions:
        section = "profile" if "profile" in question.interviews else "check_in"
        yield section, next(counts[section])


def _way_faults(
    kind: InterviewKind, questions: Sequence[Question], signs: frozenset[str], lost: set[str]
) -> Iterator[str]:
    """What is wrong with a way through an interview; adds to `lost` the signs one leaves out."""
    for number, (asked, shown) in enumerate(_ways(kind, questions)):
        if number > MOST_WAYS:
            yield f"there are over {MOST_WAYS:,} ways through {kind}. Take some ask_if away."
            return
        if len(set(asked)) < len(asked):
            twice = next(each for each in asked if asked.count(each) > 1)
            yield f'{kind} asks "{twice}" again after it was answered, and may never end.'
            return
        lost |= signs - shown


def _unasked(
    kinds: Mapping[str, list[InterviewKind]], questions: Sequence[Question], document: Document
) -> Iterator[Problem]:
    """The signs that check-ins of these kinds can leave out, at the question that has them."""
    nowhere = set(kinds)
    for question, path in zip(questions, _paths(questions), strict=True):
        left_out = [each for each in question.options if each in kinds]
        if left_out and "profile" not in question.interviews:
            nowhere.difference_update(left_out)
            when = listed(dict.fromkeys(kind for each in left_out for kind in kinds[each]))
            text = (
                f"a check-in ({when}) can end without asking for {listed(sorted(left_out))}. Ask "
                "everyone: no ask_if, no option_if, and all of early, full, worse in interviews."
            )
            yield Problem(document.where(path), text)
    if nowhere:
        text = f"no check-in asks for {listed(sorted(nowhere))}. Add it to a list."
        yield Problem(document.where(("check_in",)), text)


def _ways(
    kind: InterviewKind, questions: Sequence[Question]
) -> Iterator[tuple[list[str], frozenset[str]]]:
    """Every way through: the questions asked in turn, and the options that were shown."""
    conditions = list(_conditions(questions))
    begun: list[tuple[dict[str, Answer], list[str], frozenset[str]]] = [({}, [], frozenset())]
    while begun:
        answers, asked, shown = begun.pop()
        question = next_question(kind, answers, questions)
        if question is None or question.id in asked:
            yield (asked if question is None else [*asked, question.id]), shown
            continue
        options = question.options_for(answers)
        for value in _values(question, options, conditions):
            answer = Answer(question.id, value, confirmed=True, at=ASKED_AT)
            more = {**answers, question.id: answer}
            begun.append((more, [*asked, question.id], shown.union(options)))


def _conditions(questions: Sequence[Question]) -> Iterator[AskIf]:
    for question in questions:
        if question.ask_if is not None:
            yield question.ask_if
        yield from question.option_if.values()


def _values(
    question: Question, options: Sequence[str], conditions: Sequence[AskIf]
) -> list[str | tuple[str, ...] | None]:
    """One answer for each combination of conditions that answers to this question can meet."""
    about = [each for each in conditions if each.question == question.id]
    possible: list[str | tuple[str, ...] | None] = [None, *options]
    if question.kind == "ticks":
        alike = {tuple(each in condition.any_of for condition in about): each for each in options}
        sizes = range(len(alike) + 1)
        ticked = (itertools.combinations(alike.values(), size) for size in sizes)
        possible = list(itertools.chain.from_iterable(ticked))
    kinds: dict[tuple[bool, ...], str | tuple[str, ...] | None] = {}
    for value in possible:
        answers = {question.id: Answer(question.id, value, confirmed=True, at=ASKED_AT)}
        kinds.setdefault(tuple(each.holds(answers) for each in about), value)
    return list(kinds.values())
