"""Questions, what was answered, and the words at the end of a check-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram import InlineKeyboardMarkup

from bot.care.model import Answer, Interview, Level, Verdict
from bot.telegram.callbacks import decode
from bot.telegram.views.view import Row, View, bullets, button, in_rows, keyboard, wrong_row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from telegram import InlineKeyboardButton

    from bot.care.questions import Question
    from bot.care.taps import Act
    from bot.library.text import Language

ACTS: Mapping[str, Act] = {"t": "tick", "u": "untick", "c": "choose", "d": "confirm", "s": "skip"}
TICKED = "✅ "
CHECK_IN = "check_in"  # what a closing message is about, in its button
CHANGE = "re"  # the action of the button "Change"
SCALE_WIDTH = 6


def prompt(
    language: Language,
    interview: Interview,
    question: Question,
    *,
    lead: str | None = None,
    after: str | None = None,
    known: Sequence[str] = (),
) -> View:
    """A question with its buttons; `lead` stands above it where there is more to say first.

    `after` stands below: nothing may come before the first line of what was not asked for.
    `known` is ticked in a list that was not touched yet.
    """
    text = language.question(question.id)
    parts = [lead] if lead else []
    parts.append(text.prompt)
    if question.kind == "ticks":
        options = question.options_for(interview.answers)
        parts.append(bullets(text.options[each].phrase for each in options))
    if after:
        parts.append(f"<i>{after}</i>")
    rows = [*_rows(language, interview, question, known)]
    if question.optional:
        rows.append([_answer(language.say("button.skip"), interview, question, "s")])
    if interview.occurrence_id is not None:
        rows.append(wrong_row(language))
    return View("\n\n".join(parts), keyboard(rows))


def _rows(
    language: Language, interview: Interview, question: Question, known: Sequence[str]
) -> list[Row]:
    text = language.question(question.id)
    if question.kind == "scale":
        numbers = [_answer(str(n), interview, question, "c", n) for n in range(11)]
        return in_rows(numbers, SCALE_WIDTH)
    if question.kind == "choice":
        return [
            [_answer(text.options[each].label, interview, question, "c", each)]
            for each in question.options_for(interview.answers)
        ]
    held = interview.answers.get(question.id)
    ticks = held.value if held and isinstance(held.value, tuple) else known
    rows: list[Row] = [
        [
            _answer(
                (TICKED if each in ticks else "") + text.options[each].label,
                interview,
                question,
                "u" if each in ticks else "t",
                each,
            )
        ]
        for each in question.options_for(interview.answers)
    ]
    last = text.done if ticks else text.none
    rows.append([_answer(last, interview, question, "d", style="success" if ticks else None)])
    return rows


def _answer(
    label: str,
    interview: Interview,
    question: Question,
    act: str,
    option: str | int | None = None,
    style: str | None = None,
) -> InlineKeyboardButton:
    arguments: list[str | int] = [interview.id, question.id, act]
    if option is not None:
        arguments.append(option)
    return button(label, "a", *arguments, style=style)


def answered(
    language: Language, interview: Interview, question: Question, *, changeable: bool
) -> View:
    """The prompt once it is answered: "question: your answer", and a way to change it."""
    text = language.question(question.id)
    said = in_words(language, question, interview.answers.get(question.id))
    rows: list[Row] = []
    if changeable:
        rows.append([button(language.say("button.change"), CHANGE, interview.id, question.id)])
    return View(f"<b>{text.short}:</b> {said}", keyboard(rows) if rows else None)


def offers_change(view: View) -> bool:
    """Whether this is an answer with its "Change", and not the question asked again."""
    if not isinstance(view.keyboard, InlineKeyboardMarkup):
        return False
    data = [each.callback_data for row in view.keyboard.inline_keyboard for each in row]
    tapped = [decode(each) if isinstance(each, str) else None for each in data]
    return all(each is not None and each.action == CHANGE for each in tapped)


def in_words(language: Language, question: Question, answer: Answer | None) -> str:
    """An answer as the person would read it back."""
    text = language.question(question.id)
    if answer is None or answer.value is None:
        return language.say("interview.skipped")
    if isinstance(answer.value, tuple):
        labels = [text.options[each].label for each in answer.value if each in text.options]
        return ", ".join(labels) or text.none
    if isinstance(answer.value, int):
        return str(answer.value)
    return text.options[answer.value].label


def _ticked(interview: Interview) -> bool:
    return any(isinstance(each.value, tuple) and each.value for each in interview.answers.values())


def reported(language: Language, reasons: tuple[str, ...]) -> str:
    """The person's own answers that gave a verdict, as a list."""
    return bullets(language.reason(each).reported for each in reasons)


def beside(language: Language, verdict: Verdict) -> View | None:
    """What to do meanwhile about answers that other advice does not speak of."""
    told = language.meanwhile(verdict.reasons)
    return View(f"{language.say('escalation.beside')}\n{told}") if told else None


def closing(
    language: Language,
    interview: Interview,
    verdict: Verdict,
    numbers: dict[str, str],
    *,
    more: bool,
) -> View:
    """The words at the end of a check-in that needs no doctor; `more`: something is planned.

    A verdict of doctor or higher that comes here is one whose advice was settled since.
    """
    wrong = keyboard([wrong_row(language, CHECK_IN, interview.id)])
    level = verdict.level
    if level >= Level.DOCTOR:
        return View(language.say("interview.settled"), wrong)
    if interview.kind == "worse" and level is Level.SELF_CARE:
        # Every sign has a rule: one that was ticked and gave no reason has been checked before.
        said = "worse.checked" if _ticked(interview) else "worse.nothing"
        return View(language.say(said, **numbers), wrong)
    if level is Level.SELF_CARE and not more:
        return View(language.say("interview.nothing_planned"), wrong)
    return View(language.advice(level.id, verdict.reasons, **numbers), wrong)
