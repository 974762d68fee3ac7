"""Every level, in every language, has its message, buttons, pauses and follow-ups.

What a level holds back and when it asks again is held to section 4 of the clinical reference.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.care.model import NUDGES, Kind, Level
from bot.care.rules import After, Morning
from bot.library.errors import Problem, hint, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.care.rules import FollowUp, LevelPolicy
    from bot.library.library import Library
    from bot.library.strictyaml import Document
    from bot.library.text import EscalationText, Language

# What each level holds back at least, and when it asks again: clinical reference, section 4.
HOLDS_BACK: Mapping[Level, frozenset[Kind]] = {
    Level.EMERGENCY: NUDGES,
    Level.URGENT: NUDGES,
    Level.DOCTOR: frozenset({Kind.STRETCH, Kind.STRENGTHENING}),
}
ASKS_AGAIN: Mapping[Level, tuple[FollowUp, ...]] = {
    Level.EMERGENCY: (
        After(timedelta(minutes=30), quiet_allowed=True),
        After(timedelta(hours=3), quiet_allowed=True),
        Morning(1),
    ),
    Level.URGENT: (After(timedelta(hours=4)), Morning(1), Morning(2)),
    Level.DOCTOR: (After(timedelta(days=2)), After(timedelta(days=7))),
}
# What the words of a level can't do without: whom to call, and the person's own answers.
NEEDED: Mapping[Level, Mapping[str, tuple[str, ...]]] = {
    Level.EMERGENCY: {
        "body": ("emergency", "reasons", "tell"),
        "follow_up": ("emergency",),
        "not_yet": ("emergency",),
        "stopped": ("emergency",),
    },
    Level.URGENT: {
        "body": ("advice_line", "reasons", "tell"),
        "follow_up": ("advice_line",),
        "not_yet": ("advice_line",),
        "stopped": ("advice_line",),
    },
    Level.DOCTOR: {"body": ("reasons", "tell")},
    Level.THERAPIST: {"body": ("reasons", "tell")},
}
BUTTONS = (
    "escalation.helped",
    "escalation.not_yet",
    "escalation.stopped",
    "escalation.find_doctor",
    "escalation.seen_fine",
    "escalation.seen_wait",
)
REPLIES = (
    "escalation.seen_question",
    "escalation.seen_fine_reply",
    "escalation.seen_wait_reply",
    "escalation.still_stands",
    "button.wrong",
)
NAMED_FOR = ("today.open_", "report.level_", "freetext.advice_")  # and the level's id
FIND_DOCTOR = "finding_doctor"  # the guide behind a button of every escalation


def level_faults(library: Library, name: str) -> Iterator[Problem]:
    """Levels that hold back too little, ask again too late, or lack words in a language."""
    document = library.documents[f"{name}/rules.yaml"]
    for level, policy in library.rules.levels.items():
        for key, text in _policy_faults(level, policy):
            yield Problem(document.where(_place(document, level, key)), text)
    for language in library.languages.values():
        yield from _Words(library, name, language).faults()


def _place(document: Document, level: Level, key: str) -> tuple[str | int, ...]:
    levels = document.value["levels"] if isinstance(document.value, dict) else None
    assert isinstance(levels, list)
    ids = [each["id"] for each in levels if isinstance(each, dict)]
    return "levels", ids.index(level.id), key


def _policy_faults(level: Level, policy: LevelPolicy) -> Iterator[tuple[str, str]]:
    lacking = sorted(kind.value for kind in HOLDS_BACK.get(level, frozenset()) - policy.pauses)
    if lacking:
        what = "every nudge" if HOLDS_BACK[level] == NUDGES else "stretches and strengthening"
        yield "pauses", f"{level.id} holds back {what}. Add to pauses: {', '.join(lacking)}."
    if level >= Level.DOCTOR and not policy.pauses_massage_talk:
        yield (
            "pauses_massage_talk",
            f"{level.id} holds back words about another massage. Set pauses_massage_talk: true.",
        )
    wanted = ASKS_AGAIN.get(level, ())
    if policy.follow_ups != wanted:
        text = f"{level.id} asks again {_times(wanted)}, says the clinical reference. Here: "
        yield "follow_ups", f"{text}{_times(policy.follow_ups)}. Mend follow_ups."


def _times(follow_ups: tuple[FollowUp, ...]) -> str:
    return listed(map(_time, follow_ups)) or "never"


def _time(follow_up: FollowUp) -> str:
    if isinstance(follow_up, Morning):
        return f"morning {follow_up.days}"
    minutes = int(follow_up.delay.total_seconds()) // 60
    written = f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"
    return f"after {written}{', also in quiet hours' if follow_up.quiet_allowed else ''}"


class _Words:
    """What one language has to say for the levels."""

    def __init__(self, library: Library, name: str, language: Language) -> None:
        self.library = library
        self.language = language
        self.messages = library.documents[f"{name}/{language.code}/messages.yaml"]
        self.escalations = library.documents[f"{name}/{language.code}/escalations.yaml"]
        self.guides = library.documents[f"{name}/{language.code}/guides.yaml"]

    def faults(self) -> Iterator[Problem]:
        """Whatever a person would miss in an escalation."""
        yield from self._unsaid()
        yield from self._same_buttons()
        ids = [guide.id for guide in self.language.guides]
        if FIND_DOCTOR not in ids:
            text = f'the guide "{FIND_DOCTOR}" is missing: a button opens it. Add it.'
            yield Problem(self.guides.where(()), f"{text}{hint(FIND_DOCTOR, ids)}")
        for level in Level:
            words = self.language.escalations.get(level.id)
            if words is not None:
                yield from self._lost_values(level, words)
                yield from self._too_few(level, words)

    def _unsaid(self) -> Iterator[Problem]:
        escalating = [level.id for level in Level if level in HOLDS_BACK]
        named = [f"{start}{level_id}" for start in NAMED_FOR for level_id in escalating]
        for message_id in (*BUTTONS, *REPLIES, *named):
            if message_id not in self.language.messages:
                near = hint(message_id, self.language.messages)
                text = f'there is no text for "{message_id}", which an escalation says. Add it.'
                yield Problem(self.messages.where(()), f"{text}{near}")

    def _same_buttons(self) -> Iterator[Problem]:
        """Two buttons a person could not tell apart."""
        labels: dict[str, str] = {}
        for message_id in BUTTONS:
            if message_id not in self.language.messages:
                continue
            label = str(self.language.say(message_id)).strip().casefold()
            if label in labels:
                text = f'this button reads like "{labels[label]}". Word one of them differently.'
                yield Problem(self.messages.where((message_id,)), text)
            labels.setdefault(label, message_id)

    def _lost_values(self, level: Level, text: EscalationText) -> Iterator[Problem]:
        for part, needed in NEEDED.get(level, {}).items():
            templates = text.follow_ups if part == "follow_up" else [text.parts.get(part)]
            for index, template in enumerate(templates):
                lost = [each for each in needed if template and each not in template.placeholders]
                if lost:
                    place = (part, index) if part == "follow_up" else (part,)
                    where = self.escalations.where(("levels", level.id, *place))
                    names = ", ".join(f"{{{each}}}" for each in lost)
                    yield Problem(where, f"{level.id} can't do without {names} here. Put it in.")

    def _too_few(self, level: Level, text: EscalationText) -> Iterator[Problem]:
        """A level that asks again has its words for it; the last wording serves for later ones."""
        if self.library.rules.levels[level].follow_ups and not text.follow_ups:
            where = self.escalations.where(("levels", level.id))
            yield Problem(where, f"{level.id} asks again and has no follow_up. Add its words.")
