"""From validated entries to the values the care decides with, and what keeps them from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from bot.care import plan, rules
from bot.care.model import Kind, Level
from bot.care.questions import AskIf, Question
from bot.library.errors import Problem, hint
from bot.library.repertoire import avoided

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from bot.library import entries
    from bot.library.strictyaml import Document, Step

# From the key of a condition to the node it stands for. `all`, `any` and `previous_change` are
# made in `when`.
_NODES: Mapping[str, Callable[[entries.WhenEntry], rules.When]] = {
    "symptom": lambda entry: rules.Symptom(entry.symptom or ""),
    "condition": lambda entry: rules.HasCondition(entry.condition or ""),
    "recent_fall": lambda _: rules.RecentFall(),
    "age": lambda entry: rules.AgeIs(frozenset(entry.age or ())),
    "onset": lambda entry: rules.OnsetIs(frozenset(entry.onset or ())),
    "area": lambda entry: rules.AreaIs(frozenset(entry.area or ())),
    "change": lambda entry: rules.ChangeIs(frozenset(entry.change or ())),
    "pain_at_least": lambda entry: rules.PainAtLeast(entry.pain_at_least or 0),
    "hours_at_least": lambda entry: rules.HoursAtLeast(entry.hours_at_least or 0),
    "sessions": lambda entry: rules.SessionsExactly(entry.sessions or 0),
    "benefit_window": lambda _: rules.WindowClosed(),
    "improved": lambda _: rules.NotImproved(),
}


def when(entry: entries.WhenEntry) -> rules.When:
    """The condition an entry of rules.yaml says."""
    if entry.all is not None:
        return rules.All(tuple(when(part) for part in entry.all))
    if entry.any is not None:
        return rules.Any(tuple(when(part) for part in entry.any))
    if entry.previous_change is not None:
        return rules.PreviousChangeIs(frozenset(entry.previous_change), entry.hours_before or 0)
    key = next(iter(entry.model_fields_set))
    return _NODES[key](entry)


def make_rules(file: entries.RulesFile) -> rules.Rules:
    """The rules of rules.yaml; call `rules_problems` first."""
    made = tuple(
        rules.Rule(
            id=entry.id,
            level=Level.from_id(entry.level),
            when=when(entry.when),
            clearable=entry.clearable,
            whole_check_in=entry.judged == "whole_check_in",
        )
        for entry in file.rules
    )
    levels = {Level.from_id(entry.id): _policy(entry) for entry in file.levels}
    return rules.Rules(made, levels)


def _policy(entry: entries.LevelEntry) -> rules.LevelPolicy:
    return rules.LevelPolicy(
        level=Level.from_id(entry.id),
        pauses=frozenset(Kind(kind) for kind in entry.pauses),
        pauses_massage_talk=entry.pauses_massage_talk,
        follow_ups=tuple(_follow_up(each) for each in entry.follow_ups),
    )


def _follow_up(entry: entries.FollowUpEntry) -> rules.FollowUp:
    if entry.after is not None:
        return rules.After(entry.after, quiet_allowed=entry.in_quiet_hours)
    return rules.Morning(entry.morning or 1)


def rules_problems(file: entries.RulesFile, document: Document) -> Iterator[Problem]:
    """What keeps rules.yaml from being used."""
    yield from repeated(document, "rules", [entry.id for entry in file.rules])
    yield from repeated(document, "levels", [entry.id for entry in file.levels])
    missing = [level.id for level in Level if level.id not in {each.id for each in file.levels}]
    for level_id in missing:
        yield Problem(document.where(("levels",)), f'the level "{level_id}" is missing. Add it.')
    for index, entry in enumerate(file.rules):
        waits = any(
            isinstance(part, rules.NotImproved) for part in rules.parts_of(when(entry.when))
        )
        if waits and entry.judged != "whole_check_in":
            text = "a rule with improved: no waits for all answers. Add judged: whole_check_in."
            yield Problem(document.where(("rules", index, "when")), text)


def make_plan(
    file: entries.PlanFile, exercises: Sequence[entries.ExerciseEntry]
) -> plan.PlanContent:
    """The plan of plan.yaml with the exercises of each group in turn."""
    return plan.PlanContent(
        version=file.version,
        items=tuple(_item(entry) for entry in file.items),
        caps=plan.Caps(per_day=file.caps.per_day, gap=file.caps.gap),
        rotation=tuple(
            tuple(each.id for each in exercises if each.kind == "stretch" and each.group == group)
            for group in file.rotation
        ),
        strengthening=tuple(each.id for each in exercises if each.kind == "strengthening"),
        avoid=avoided(exercises),
        reminder_after=file.reminder_after,
    )


def _item(entry: entries.ItemEntry) -> plan.PlanItem:
    kind = Kind(entry.kind)
    if entry.after_session is not None:
        return plan.AfterSession(
            id=entry.id,
            kind=kind,
            delay=entry.after_session,
            lateness=entry.lateness,
            interview=entry.interview,
        )
    if entry.days is None:
        return plan.Morning(id=entry.id, kind=kind, day=entry.morning or 1, lateness=entry.lateness)
    audience = entry.daily_both_for
    return plan.Slots(
        id=entry.id,
        kind=kind,
        first_day=entry.days.first,
        last_day=entry.days.last,
        every_days=entry.days.every,
        slots=tuple(entry.slots or ()),
        daily_both_for=plan.Audience(sex=audience.sex, age=audience.age) if audience else None,
        lateness=entry.lateness,
    )


def plan_problems(
    file: entries.PlanFile, exercises: Sequence[entries.ExerciseEntry], document: Document
) -> Iterator[Problem]:
    """What keeps plan.yaml from being used."""
    yield from repeated(document, "items", [entry.id for entry in file.items])
    groups = {each.group for each in exercises if each.kind == "stretch"}
    for index, group in enumerate(file.rotation):
        if group not in groups:
            text = f'no stretch in exercises.yaml has the group "{group}".{hint(group, groups)}'
            yield Problem(document.where(("rotation", index)), text)


def make_questions(file: entries.QuestionsFile) -> tuple[Question, ...]:
    """All questions in order: the profile's, which may be skipped, then the check-ins'."""
    profile = (_question(each, ("profile",), optional=True) for each in file.profile)
    check_in = (
        _question(each, each.interviews, optional=each.kind != "ticks") for each in file.check_in
    )
    return (*profile, *check_in)


def _question(
    entry: entries.QuestionEntry,
    interviews: Iterable[Literal["profile", "early", "full", "worse"]],
    *,
    optional: bool,
) -> Question:
    return Question(
        id=entry.id,
        kind=entry.kind,
        options=tuple(entry.options or ()),
        interviews=frozenset(interviews),
        optional=optional,
        ask_if=_ask_if(entry.ask_if) if entry.ask_if else None,
        option_if={option: _ask_if(each) for option, each in entry.option_if.items()},
    )


def _ask_if(entry: entries.AskIfEntry) -> AskIf:
    return AskIf(entry.question, frozenset(entry.any_of))


def questions_problems(file: entries.QuestionsFile, document: Document) -> Iterator[Problem]:
    """What keeps questions.yaml from being used: an `ask_if` looks back, at options that are."""
    sections: tuple[tuple[str, Sequence[entries.QuestionEntry]], ...] = (
        ("profile", file.profile),
        ("check_in", file.check_in),
    )
    for section, questions in sections:
        yield from repeated(document, section, [entry.id for entry in questions])
        earlier: dict[str, list[str]] = {}
        for index, entry in enumerate(questions):
            path = (section, index)
            if entry.ask_if:
                where = document.where((*path, "ask_if", "question"))
                yield from _looks_back(entry.ask_if, earlier, where)
            for option, condition in entry.option_if.items():
                where = document.where((*path, "option_if", option, "question"))
                yield from _looks_back(condition, earlier, where)
            earlier[entry.id] = entry.options or []


def _looks_back(
    condition: entries.AskIfEntry, earlier: Mapping[str, list[str]], where: str
) -> Iterator[Problem]:
    if condition.question not in earlier:
        near = hint(condition.question, earlier)
        yield Problem(where, f'"{condition.question}" is not asked before this question.{near}')
        return
    options = earlier[condition.question]
    for option in condition.any_of:
        if option not in options:
            text = f'"{option}" is not an option of "{condition.question}".{hint(option, options)}'
            yield Problem(where, text)


def repeated(document: Document, section: str | None, ids: Sequence[str]) -> Iterator[Problem]:
    """Ids that stand twice in a list of entries."""
    for index, entry_id in enumerate(ids):
        if entry_id in ids[:index]:
            base: tuple[Step, ...] = () if section is None else (section,)
            first = document.line((*base, ids.index(entry_id)))
            where = document.where((*base, index))
            yield Problem(where, f'"{entry_id}" is already there, in line {first}. Rename one.')
