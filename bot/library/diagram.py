"""The flow as Mermaid, for a clinician's eyes: questions, the rules they lead to, the levels.

One flowchart from left to right. Rules over a single answer are drawn as one list for each
question and level, so that thirty rules are no thicket.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.care.model import Kind, Level
from bot.care.rules import After, All, ChangeIs, HasCondition, Symptom
from bot.library.conditions import MASSAGES, in_words, is_of_check_in, looks_at, span
from bot.library.markup import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.care.questions import Question
    from bot.care.rules import FollowUp, LevelPolicy, Rule
    from bot.library.library import Library
    from bot.library.text import Language

# Wide enough for a button's words on one line; Mermaid's own width breaks most of them.
SETTINGS = (
    '%%{init: {"flowchart": {"wrappingWidth": 460, "rankSpacing": 130, "nodeSpacing": 28}}}%%'
)
COLOURS = {  # fill and border; each level also has its name, so that no meaning is in the colour
    Level.EMERGENCY: ("#fde2e1", "#b3261e"),
    Level.URGENT: ("#ffe8cc", "#b35900"),
    Level.DOCTOR: ("#fff6c9", "#8a6d00"),
    Level.THERAPIST: ("#e1effa", "#2b6cb0"),
    Level.SELF_CARE: ("#e3f4e3", "#2f7d32"),
}
INTERVIEWS = {
    frozenset({"early", "full", "worse"}): "in every check-in and at /worse",
    frozenset({"full", "worse"}): "from the second check-in on, and at /worse",
}
PROFILE = "profile"
_MARKS = re.compile(r'[#"<>&`*\\\[\]{}|]')


def draw(library: Library, language: Language) -> str:
    """The whole flow as one Mermaid flowchart, ending with a line break.

    The words are those of `language`, the ids those of the content, in small print.
    """
    groups = {level: _groups(level, library) for level in reversed(Level)}
    lines = [
        SETTINGS,
        "flowchart LR",
        *_asked(library, language),
        *(
            line
            for level in groups
            for line in _level_rules(level, groups[level], library, language)
        ),
        *_levels(library, language),
        *_ways(groups, library),
        *_colours(groups, library),
    ]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class Group:
    """Rules drawn as one box, and the boxes they look at."""

    id: str
    rules: tuple[Rule, ...]
    sources: tuple[str, ...]


def _groups(level: Level, library: Library) -> tuple[Group, ...]:
    """The rules of a level in table order; those over one answer of a question share a box."""
    found: dict[str, list[Rule]] = {}
    for rule in library.rules.rules:
        if rule.level is level:
            found.setdefault(_box(rule, library), []).append(rule)
    return tuple(
        Group(f"rules_{level.id}_{box}", tuple(rules), _sources(rules, library))
        for box, rules in found.items()
    )


def _box(rule: Rule, library: Library) -> str:
    """Rules with the same box are a list; a rule over several answers has its own."""
    alone = isinstance(rule.when, Symptom | HasCondition | ChangeIs) and not rule.whole_check_in
    if not alone:
        return rule.id
    question = looks_at(rule.when, library)[0]
    return f"{question}_clearable" if rule.clearable else question


def _sources(rules: Sequence[Rule], library: Library) -> tuple[str, ...]:
    """The boxes the rules look at; the questions of the profile are one box."""
    of_check_in = {each.id for each in library.questions if is_of_check_in(each)}
    looked = [each for rule in rules for each in looks_at(rule.when, library)]
    return tuple(
        dict.fromkeys(
            f"asked_{each}" if each in {*of_check_in, MASSAGES} else PROFILE for each in looked
        )
    )


def _asked(library: Library, language: Language) -> Iterator[str]:
    profile = [each for each in library.questions if not is_of_check_in(each)]
    check_in = [each for each in library.questions if is_of_check_in(each)]
    for number, question in enumerate(check_in, start=1):
        yield _node(f"asked_{question.id}", _question(number, question, language))
    yield _node(
        PROFILE,
        [
            "<b>Once, at the start</b>",
            *(f"• {_title(each, language)} {_small(each.id)}" for each in profile),
        ],
    )
    yield _node(f"asked_{MASSAGES}", ["<b>Not asked</b>", "• When each massage was"])


def _question(number: int, question: Question, language: Language) -> list[str]:
    kinds = {
        "ticks": f"{len(question.options)} answers, any number of them, or none",
        "choice": "one of: "
        + ", ".join(
            _safe(language.question(question.id).options[o].label) for o in question.options
        ),
        "scale": "a number from 0 to 10",
    }
    asked = INTERVIEWS.get(question.interviews, ", ".join(sorted(question.interviews)))
    return [
        f"<b>Question {number}: {_title(question, language)}</b> {_small(question.id)}",
        kinds[question.kind],
        f"<i>{asked}</i>",
    ]


def _title(question: Question, language: Language) -> str:
    """The first line of a prompt: the question itself."""
    return _safe(language.question(question.id).prompt.partition("\n")[0])


def _level_rules(
    level: Level, groups: Sequence[Group], library: Library, language: Language
) -> Iterator[str]:
    if groups:
        yield f'  subgraph rules_{level.id}["Rules of level {level.id}"]'
        for group in groups:
            yield _node(group.id, [*_rules(group, library, language)])
        yield "  end"


def _rules(group: Group, library: Library, language: Language) -> Iterator[str]:
    if len(group.rules) > 1:
        yield "<b>Any of</b>"
        for rule in group.rules:
            yield f"• {_safe(in_words(rule.when, library, language))} {_small(rule.id)}"
    else:
        yield from _one_rule(group.rules[0], library, language)
    if group.rules[0].whole_check_in:
        yield "<i>judged when the whole check-in is answered</i>"
    if group.rules[0].clearable:
        yield "<i>not once a doctor has checked it, unless it gets worse</i>"


def _one_rule(rule: Rule, library: Library, language: Language) -> Iterator[str]:
    if isinstance(rule.when, All):
        yield f"<b>All of</b> {_small(rule.id)}"
        for part in rule.when.parts:
            yield f"• {_safe(in_words(part, library, language))}"
    else:
        yield f"{_safe(in_words(rule.when, library, language))} {_small(rule.id)}"


def _levels(library: Library, language: Language) -> Iterator[str]:
    yield '  subgraph levels["What it leads to: the highest level wins"]'
    for level in reversed(Level):
        policy = library.rules.levels[level]
        title = _safe(language.escalation(level.id).title)
        lines = [f"<b>{title}</b> {_small(level.id)}", *_policy(policy, language)]
        if not any(rule.level is level for rule in library.rules.rules):
            lines.append("<i>when no rule fires</i>")
        yield _node(f"level_{level.id}", lines)
    yield "  end"


def _policy(policy: LevelPolicy, language: Language) -> Iterator[str]:
    paused = [_safe(language.say(f"kind.{each}")) for each in Kind if each in policy.pauses]
    if policy.pauses_massage_talk:
        paused.append("any word about another massage")
    yield f"Pauses: {', '.join(paused) or 'nothing'}"
    asks = ", ".join(map(_follow_up, policy.follow_ups))
    yield f"Asks again: {asks}" if asks else "Asks again: at the next check-in"


def _follow_up(follow_up: FollowUp) -> str:
    if isinstance(follow_up, After):
        quiet = " (also in quiet hours)" if follow_up.quiet_allowed else ""
        return f"after {span(follow_up.delay.total_seconds() / 3600)}{quiet}"
    return "next morning" if follow_up.days == 1 else f"in the morning, {follow_up.days} days on"


def _ways(groups: dict[Level, tuple[Group, ...]], library: Library) -> Iterator[str]:
    check_in = [f"asked_{each.id}" for each in library.questions if is_of_check_in(each)]
    for level, boxes in groups.items():
        for group in boxes:
            for source in group.sources:
                yield f"  {source} --> {group.id}"
            yield f"  {group.id} --> level_{level.id}"
        if not boxes:
            yield f"  {check_in[-1]} -.-> level_{level.id}"


def _colours(groups: dict[Level, tuple[Group, ...]], library: Library) -> Iterator[str]:
    asked = [f"asked_{each.id}" for each in library.questions if is_of_check_in(each)]
    yield "  classDef asked fill:#f4f4f6,stroke:#6b6b76,color:#1a1a1a,text-align:left"
    yield f"  class {','.join([*asked, PROFILE, f'asked_{MASSAGES}'])} asked"
    for level, boxes in groups.items():
        fill, border = COLOURS[level]
        yield f"  classDef {level.id} fill:{fill},stroke:{border},color:#1a1a1a,text-align:left"
        yield f"  class {','.join([*(each.id for each in boxes), f'level_{level.id}'])} {level.id}"


def _node(node_id: str, lines: Sequence[str]) -> str:
    return f'    {node_id}["{"<br/>".join(lines)}"]'


def _small(content_id: str) -> str:
    return f"<small>({content_id})</small>"


def _safe(text: str) -> str:
    """Words of the content as they may stand between Mermaid's quotes: marks by their number."""
    return _MARKS.sub(lambda mark: f"#{ord(mark[0])};", html.unescape(plain(text)))
