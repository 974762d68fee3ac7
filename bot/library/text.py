"""What the bot says in one language: one lookup for every text, with values escaped.

Every text is Telegram HTML. Buttons and toasts take no HTML: `markup.plain` makes it plain.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from babel import Locale
from babel.lists import format_list

from bot.library.markup import Html, length

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.care.freetext import Phrasebook
    from bot.library.entries import Evidence
    from bot.library.markup import Template
    from bot.library.provenance import Review


MESSAGE_LIMIT = 4096  # UTF-16 units after the tags are read, Bot API: sendMessage.text
ADVICE_LIMIT = MESSAGE_LIMIT - 400  # leaves room for a line before or after the advice


def bullets(lines: Iterable[object]) -> Html:
    """A plain list, one line each."""
    return Html.joined((Html(f"• {Html.of(line)}") for line in lines), "\n")


@dataclass(frozen=True, slots=True)
class Message:
    """A text, or one text for each CLDR plural category of {count}."""

    forms: Mapping[str, Template]
    is_plural: bool

    @property
    def placeholders(self) -> frozenset[str]:
        """All names any form wants, and `count` for a plural."""
        names = (form.placeholders for form in self.forms.values())
        return frozenset({"count"} if self.is_plural else ()).union(*names)


@dataclass(frozen=True, slots=True)
class OptionText:
    """An option: its button, the sentence it stands for, and how it is told back."""

    label: Html
    phrase: Html
    reported: Html


@dataclass(frozen=True, slots=True)
class QuestionText:
    """A question; `none` and `done` are the last button of a list without and with ticks."""

    prompt: Html
    short: Html
    options: Mapping[str, OptionText]
    none: Html
    done: Html


@dataclass(frozen=True, slots=True)
class ReasonText:
    """Why a rule fired, as the person's own answer, and what to tell the doctor.

    `now` is what to do about it meanwhile; empty where there is nothing to do.
    """

    reported: Html
    tell: Html
    now: Html

    @property
    def in_full(self) -> Html:
        """What to tell, and what to do meanwhile."""
        return Html.joined([each for each in (self.tell, self.now) if each], " ")


@dataclass(frozen=True, slots=True)
class EscalationText:
    """What a level says: `title` alone, and texts with values in `say` and `say_follow_up`."""

    title: Html
    again: Html
    parts: Mapping[str, Template]
    follow_ups: Sequence[Template]

    def say(self, part: str, /, **values: object) -> Html:
        """The `body`, or the answer to `not_yet`, `helped`, `stopped`.

        Raises KeyError for a part this level has no words for, or a missing value.
        """
        return self.parts[part].fill(values)

    def say_follow_up(self, index: int, /, **values: object) -> Html:
        """The follow-up with this index, from 0; the last wording serves for all later ones.

        Raises KeyError for a level that does not ask again, or a missing value.
        """
        if not self.follow_ups:
            raise KeyError("follow_up")
        return self.follow_ups[min(max(index, 0), len(self.follow_ups) - 1)].fill(values)


@dataclass(frozen=True, slots=True)
class ExerciseText:
    """How to do an exercise."""

    name: Html
    position: Html
    steps: tuple[Html, ...]
    dose: Html
    easier: Html
    stop: Html


@dataclass(frozen=True, slots=True)
class GuideText:
    """Something to read, in pages of one message each, with its sources and the year checked.

    `evidence` is of the first source.
    """

    id: str
    title: Html
    pages: tuple[Html, ...]
    source: tuple[str, ...]
    checked: int | None
    evidence: Evidence | None = None
    review: Review | None = None


@cache
def _locale(code: str) -> Locale:
    return Locale.parse(code, sep="-")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Language:
    """All texts of one language. Lookups raise KeyError for an id without a text.

    Each is itself alone, so that what was made of its texts can be kept by it.
    """

    code: str
    name: str
    version: int
    translates: int | None
    refused_words: tuple[str, ...]
    messages: Mapping[str, Message]
    questions: Mapping[str, QuestionText]
    escalations: Mapping[str, EscalationText]
    reasons: Mapping[str, ReasonText]
    exercises: Mapping[str, ExerciseText]
    guides: tuple[GuideText, ...]
    nudge_wordings: Mapping[str, tuple[Html, ...]]
    phrases: Phrasebook
    nudge_reviews: Mapping[str, Review] = field(default_factory=dict)

    @property
    def locale(self) -> Locale:
        """The CLDR data of the language."""
        return _locale(self.code)

    def say(self, text_id: str, /, **values: object) -> Html:
        """The message with this id, its placeholders filled; values that are not Html escaped.

        A plural takes its form from `count`. Raises KeyError for an unknown id or missing value.
        """
        message = self.messages[text_id]
        if not message.is_plural:
            return message.forms["other"].fill(values)
        category = self.locale.plural_form(abs(_count(values)))
        return message.forms.get(category, message.forms["other"]).fill(values)

    def question(self, question_id: str) -> QuestionText:
        """The words of a question."""
        return self.questions[question_id]

    def escalation(self, level_id: str) -> EscalationText:
        """The words of a level."""
        return self.escalations[level_id]

    def advice(self, level_id: str, rule_ids: Sequence[str], /, **values: object) -> Html:
        """The body of a level with its reasons and what to tell, as lists in the order given.

        It fits into one message with a line to spare: where there are very many, the last things
        to tell are left out. Reasons this content has no words for any more are left out too.
        """
        text = self.escalation(level_id)
        reasons = [self.reasons[each] for each in rule_ids if each in self.reasons]
        reported = bullets(each.reported for each in reasons)
        told = [each.in_full for each in reasons]
        body = text.say("body", **values, reasons=reported, tell=bullets(told))
        while length(body) > ADVICE_LIMIT and told:
            told.pop()
            body = text.say("body", **values, reasons=reported, tell=bullets([*told, Html("…")]))
        return body

    def meanwhile(self, rule_ids: Sequence[str]) -> Html:
        """What was told, each with what to do about it for now; empty where there is nothing to do.

        It holds whatever other advice stands.
        """
        reasons = [self.reasons[each] for each in rule_ids if each in self.reasons]
        return bullets(Html(f"{each.reported}. {each.now}") for each in reasons if each.now)

    def reason(self, rule_id: str) -> ReasonText:
        """The words of a rule that fired."""
        return self.reasons[rule_id]

    def exercise(self, exercise_id: str) -> ExerciseText:
        """The words of an exercise."""
        return self.exercises[exercise_id]

    def guide(self, guide_id: str) -> GuideText:
        """The guide with this id."""
        for guide in self.guides:
            if guide.id == guide_id:
                return guide
        raise KeyError(guide_id)

    def nudges(self, kind: str) -> tuple[Html, ...]:
        """The wordings of a kind of nudge, at least one."""
        return self.nudge_wordings[kind]

    def either(self, items: Sequence[str]) -> str:
        """The items as an alternative: "999 or 112". Plain text."""
        return format_list(list(items), style="or", locale=self.locale)

    def country_name(self, country_code: str) -> str | None:
        """What the language calls a country (ISO code); None for one CLDR does not name."""
        name = self.locale.territories.get(country_code)
        return None if name is None else str(name)


def _count(values: Mapping[str, object]) -> float:
    count = values["count"]
    if not isinstance(count, int | float):
        raise KeyError("count must be a number")
    return count
