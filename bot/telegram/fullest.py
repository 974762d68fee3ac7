"""Every message of a language, made by its own view with the most that can stand in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, get_args

from bot.care.model import EscalationState, InterviewKind, Kind, Level, Status, Verdict
from bot.library.markup import plain
from bot.library.text import MESSAGE_LIMIT
from bot.service.due import NudgeDue
from bot.service.overview import Overview
from bot.telegram import longest
from bot.telegram.turn import TOAST
from bot.telegram.views import (
    escalation,
    interview,
    joining,
    nudge,
    pages,
    session,
    settings,
    today,
)
from bot.telegram.views.view import PlainView, View, button, keyboard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.library.library import Library
    from bot.library.markup import Template
    from bot.library.strictyaml import Step
    from bot.library.text import Language

TOASTS = (
    "interview.over",
    "interview.stale",
    "interview.last_only",
    "nudge.closed",
    "nudge.done_reply",
    "nudge.skip_reply",
    "escalation.closed",
    "session.already",
    "session.not_last",
    "other.old_button",
    "pause.escalation",
    "today.paused",
)
PLAIN_LIMITS = {  # texts that are no messages, by id or its beginning; Bot API
    **dict.fromkeys(TOASTS, TOAST),
    "zone.placeholder": 64,
    "command.": 256,
    "identity.short": 120,
    "identity.description": 512,
}
ESCALATED = [level for level in Level if level >= Level.DOCTOR]
OPEN = (EscalationState.OPEN, EscalationState.HELPED, EscalationState.STOPPED)
SAID = ("helped", "not_yet", "stopped")
SEEN = ("seen_fine", "seen_wait")
LEADS = ("worse.lead", "freetext.cannot_judge", "other.media")
UNREAD = ("zone.unknown", "session.not_understood")  # said above what words can't be judged
SHOWN_AHEAD = 8  # messages that /today lists


@dataclass(frozen=True, slots=True)
class Made:
    """A message, what it is, and the text to shorten when it is too long."""

    what: str
    file: str
    path: tuple[Step, ...]
    make: Callable[[], View | PlainView]
    limit: int = MESSAGE_LIMIT


def messages(library: Library, language: Language) -> Iterator[Made]:
    """Each message of this language at its longest."""
    yield from _alone(library, language)
    yield from _escalations(library, language)
    yield from _questions(library, language)
    yield from _typed(library, language)
    yield from _closings(library, language)
    yield from _exercises(library, language)
    yield from _guides(library, language)
    yield from _overviews(library, language)
    yield from _first_steps(library, language)


def _alone(library: Library, language: Language) -> Iterator[Made]:
    """Every message by itself: most are sent so, and all are part of others."""
    values = longest.values(library, language)
    for message_id, message in language.messages.items():
        limits = [PLAIN_LIMITS[each] for each in PLAIN_LIMITS if message_id.startswith(each)]
        limit = min(limits, default=MESSAGE_LIMIT)
        for form in message.forms.values():
            make = partial(_filled, form, values, is_plain=bool(limits))
            yield Made("this message", "messages", (message_id,), make, limit)


def _filled(form: Template, values: dict[str, object], *, is_plain: bool) -> View:
    """A message with its values; toasts, commands and descriptions take no HTML."""
    text: str = form.fill(values)
    return View(plain(text) if is_plain else text)


def _escalations(library: Library, language: Language) -> Iterator[Made]:
    """What an escalation of every reason there is says, asks and answers."""
    numbers = longest.numbers(library, language)
    for level in ESCALATED:
        for state in OPEN:
            held = longest.escalation(level, library, state)
            again = partial(escalation.message, language, held, numbers, again=True)
            standing = partial(escalation.standing, language, held, numbers)
            yield _of_level(level, "body", again)
            yield _of_level(level, "body", standing)
            for said in (*SAID, *SEEN):
                make = partial(escalation.response, language, held, said, numbers, stretches=True)
                yield _of_level(level, said if said in SAID else "body", make)
            for count in range(len(language.escalation(level.id).follow_ups)):
                ask = partial(escalation.follow_up, language, held, count + 1, numbers, again=True)
                yield _of_level(level, "follow_up", ask, count)


def _of_level(level: Level, part: str, make: Callable[[], View], *index: int) -> Made:
    path: tuple[Step, ...] = ("levels", level.id, part, *index)
    return Made(f"{level.id} with every reason", "escalations", path, make)


def _questions(library: Library, language: Language) -> Iterator[Made]:
    """Each question of each interview, with all there is to say above and below it."""
    values = longest.values(library, language)
    leads = (longest.of(language.say(each, **values) for each in ids) for ids in (UNREAD, LEADS))
    lead, after = "\n\n".join(leads), language.say("interview.again")
    for kind in get_args(InterviewKind):
        held = longest.interview(kind, library)
        for question in library.questions:
            if kind not in question.interviews:
                continue
            path = (question.id, "prompt")
            ask = partial(interview.prompt, language, held, question, lead=lead, after=after)
            told = partial(interview.answered, language, held, question, changeable=True)
            yield Made("this question with all its options", "questions", path, ask)
            yield Made("the answer with everything ticked", "questions", path, told)


def _typed(library: Library, language: Language) -> Iterator[Made]:
    """The question about a sign that somebody's words may mean."""
    advice = language.say("freetext.hit", advice=longest.values(library, language)["advice"])
    for question in library.questions:
        if question.kind != "ticks" or "worse" not in question.interviews:
            continue
        for option, words in language.question(question.id).options.items():
            label = language.say("freetext.yes", label=words.label)
            make = partial(_yes, advice, label, question.id, option)
            path = (question.id, "options", option, "label")
            yield Made("the question about typed words", "questions", path, make)


def _yes(advice: str, label: str, question: str, option: str) -> View:
    return View(advice, keyboard([[button(label, "a", longest.BIGGEST_ID, question, "t", option)]]))


def _closings(library: Library, language: Language) -> Iterator[Made]:
    """The end of a check-in that needs no doctor, for every reason there is."""
    numbers = longest.numbers(library, language)
    reasons = tuple(rule.id for rule in library.rules.rules)
    told = View(f"{language.say('escalation.beside')}\n{language.meanwhile(reasons)}")
    yield Made("what is said beside advice", "messages", ("escalation.beside",), lambda: told)
    for level in (Level.SELF_CARE, Level.THERAPIST):
        verdict = Verdict(level, reasons)
        held = longest.interview("full", library)
        closing = partial(interview.closing, language, held, verdict, numbers, more=True)
        yield _of_level(level, "body", closing)


def _exercises(library: Library, language: Language) -> Iterator[Made]:
    """Each exercise under its picture, where it has one, below every wording of its nudge."""
    person, due_at = longest.person(library), longest.latest(language)
    for exercise_id, entry in library.exercises.items():
        kind, picture = Kind(entry.kind), library.picture_of(exercise_id)
        occurrence = longest.nudge(kind, exercise_id, due_at)
        for shown in range(len(language.nudges(kind.value))):
            make = partial(nudge.message, language, NudgeDue(person, occurrence, shown), picture)
            limit = nudge.CAPTION if picture else MESSAGE_LIMIT
            what = "this exercise below its longest nudge"
            yield Made(what, "exercises", (exercise_id,), make, limit)


def _guides(library: Library, language: Language) -> Iterator[Made]:
    numbers = longest.numbers(library, language)
    for number, guide in enumerate(language.guides):
        for page in range(len(guide.pages)):
            make = partial(pages.guide, language, guide.id, page, numbers)
            yield Made("this page", "guides", (number, "pages", page), make)


def _overviews(library: Library, language: Language) -> Iterator[Made]:
    """/today and the plan of a massage, for someone active and someone who paused."""
    numbers = longest.numbers(library, language)
    plan = longest.plan(library, language)
    coming = tuple(longest.occurrence(each) for each in plan[:SHOWN_AHEAD])
    waiting = longest.interview("full", library)
    for status in (Status.ACTIVE, Status.PAUSED):
        person = longest.person(library, status=status)
        for level in ESCALATED:
            held = longest.escalation(level, library, EscalationState.OPEN)
            seen = Overview(person, held, waiting, coming)
            make = partial(today.overview, language, seen, numbers)
            path = (f"today.open_{level.id}",)
            yield Made("/today with every reason", "messages", path, make)
        shown = partial(session.plan_shown, language, person, longest.massage(plan[0].due_at), plan)
        yield Made("the plan of four weeks", "messages", ("session.plan",), shown)


def _first_steps(library: Library, language: Language) -> Iterator[Made]:
    """The views of joining, the settings and the pages, for their buttons' sake too."""
    numbers, person = longest.numbers(library, language), longest.person(library)
    at = longest.latest(language)
    views: dict[str, Callable[[], View]] = {
        "settings.overview": partial(settings.overview, language, person, numbers["country"]),
        "start.welcome": partial(joining.welcome, language),
        "start.consent": partial(joining.consent, language, numbers),
        "zone.ask": partial(joining.ask_zone, language),
        "zone.confirm": partial(joining.confirm_zone, language, longest.ZONE, "00:00"),
        "zone.choose": partial(joining.choose_zone, language, [longest.ZONE] * 8),
        "zone.kept": partial(joining.zone_kept, language, longest.ZONE, "00:00", numbers),
        "country.ask": partial(joining.ask_country, language, longest.countries(library, language)),
        "country.chosen": partial(joining.country_chosen, language, numbers),
        "help.text": partial(pages.help_page, language, numbers),
        "privacy.text": partial(pages.privacy, language, known=True),
        "guides.list": partial(pages.guides, language),
        "session.when": partial(session.ask_when, language, at, longest.massage(at).id),
        "session.another": partial(session.ask_another, language, at, at, longest.ZONE),
        "session.remove": partial(session.ask_remove, language, longest.massage(at), longest.ZONE),
        "session.removed": partial(session.removed, language, person, longest.massage(at)),
        "session.pain": partial(session.ask_pain, language, session.minutes(at), "0"),
    }
    for message_id, make in views.items():
        yield Made("this message", "messages", (message_id,), make)
