"""Whoever, wherever and whenever: a plan keeps its caps, gaps and quiet hours.

`plan.lay_out` is asked for the plans of everyone who differs to it: a profile matters only through
the fluid limit and through the groups that plan.yaml names; a zone only through the changes of its
clock (`zones`); a level only through what it pauses. Every line of plan.yaml must reach somebody,
every check-in everybody, and no level may let through a nudge that it forbids.
"""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from bot.care.model import NUDGES, Kind, Level, PlannedMessage, Preferences
from bot.care.plan import AfterSession, PlanRequest, lay_out
from bot.care.timing import is_quiet, local
from bot.library.errors import Problem
from bot.library.proof.levels import HOLDS_BACK
from bot.library.proof.plan_requests import profiles, request_at, requests
from bot.library.proof.zones import places

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.library.library import Library
    from bot.library.strictyaml import Step

# Clinical reference, section 6.
MOST_A_DAY = 6
LEAST_GAP = timedelta(minutes=45)
CHECK_INS: dict[timedelta, str] = {
    timedelta(hours=4): "early",
    **{timedelta(days=days): "full" for days in (1, 3, 7, 14, 21, 28)},
}
LATEST_CHECK_IN = timedelta(hours=18)  # the longest quiet hours of the settings, and some room


@dataclass(frozen=True, slots=True)
class _Fault:
    """What is wrong with a plan, and the part of plan.yaml to mend."""

    path: tuple[Step, ...]
    text: str


def plan_faults(library: Library, name: str) -> Iterator[Problem]:
    """Lines of plan.yaml that break a limit, reach nobody, or contradict open advice."""
    document = library.documents[f"{name}/plan.yaml"]
    faults: dict[tuple[Step, ...], _Fault] = {}
    for fault in itertools.chain(_against_the_reference(library), _laid_out(library)):
        faults.setdefault(fault.path, fault)  # one example of each is enough
    for fault in faults.values():
        yield Problem(document.where(fault.path), fault.text)


def _against_the_reference(library: Library) -> Iterator[_Fault]:
    caps = library.plan.caps
    if caps.per_day > MOST_A_DAY:
        text = f"at most {MOST_A_DAY} messages a day, says the clinical reference. Lower it."
        yield _Fault(("caps", "per_day"), text)
    if caps.gap < LEAST_GAP:
        text = "at least 45 min between two messages, says the clinical reference. Raise it."
        yield _Fault(("caps", "gap"), text)
    asked = {
        item.delay: item.interview
        for item in library.plan.items
        if isinstance(item, AfterSession) and item.kind is Kind.CHECK_IN
    }
    for delay, interview in CHECK_INS.items():
        if asked.get(delay) not in (interview, "full"):
            hours = int(delay / timedelta(hours=1))
            text = f"the {interview} check-in {hours} h after the massage is missing. Add it."
            yield _Fault(("items",), text)
            return


def _laid_out(library: Library) -> Iterator[_Fault]:
    """The faults of all plans, and then the lines that none of them held."""
    reached: set[str] = set()
    numbers = {item.id: index for index, item in enumerate(library.plan.items)}
    for request in requests(library):
        plan = lay_out(request, library.plan)
        reached.update(message.item for message in plan)
        yield from _broken(request, plan, library, numbers)
        yield from _late_check_ins(request, plan, library, numbers)
    yield from _forbidden(library, numbers)
    for item, index in numbers.items():
        if item not in reached:
            text = (
                f'"{item}" never reaches anybody: other messages or the quiet hours always stand '
                "in its way. Give it another time or a longer lateness, or remove it."
            )
            yield _Fault(("items", index, "id"), text)


def _broken(
    request: PlanRequest,
    plan: Sequence[PlannedMessage],
    library: Library,
    numbers: dict[str, int],
) -> Iterator[_Fault]:
    """Messages in quiet hours, too close, too many a day, or already past."""
    caps, quiet, zone = library.plan.caps, request.preferences.quiet, request.zone
    for message in plan:
        ends = message.expires_at if message.kind in NUDGES else None
        if is_quiet(message.due_at, zone, quiet):
            yield _at(message, request, "falls in quiet hours", numbers)
        if ends is not None and is_quiet(ends - timedelta(seconds=1), zone, quiet):
            yield _at(message, request, "may come so late that it is quiet", numbers)
        if message.due_at <= request.now:
            yield _at(message, request, "is planned for the past", numbers)
    for sooner, message in pairwise(plan):
        if message.due_at - sooner.due_at < caps.gap:
            yield _at(message, request, "comes too soon after the one before", numbers)
    days = Counter(local(each.at, zone).date() for each in request.sent)
    for message in plan:
        day = local(message.due_at, zone).date()
        days[day] += 1
        if days[day] > caps.per_day:
            yield _at(message, request, "is one too many for its day", numbers)
        if any(abs(message.due_at - each.at) < caps.gap for each in request.sent):
            yield _at(message, request, "comes too close to one already sent", numbers)


def _late_check_ins(
    request: PlanRequest,
    plan: Sequence[PlannedMessage],
    library: Library,
    numbers: dict[str, int],
) -> Iterator[_Fault]:
    """Danger signs are asked in time: every check-in comes, and no later than the night allows."""
    came = {each.item: each.due_at for each in plan if each.kind is Kind.CHECK_IN}
    if not came:
        text = "nobody would be asked for danger signs: no check-in fits. Add one, or more room."
        yield _Fault(("items",), text)
    for item in library.plan.items:
        if not isinstance(item, AfterSession) or item.kind is not Kind.CHECK_IN:
            continue
        meant = request.session_at + item.delay
        if meant <= request.now:
            continue
        at = came.get(item.id)
        if at is None or at - meant > LATEST_CHECK_IN:
            late = "never" if at is None else f"{int((at - meant) / timedelta(hours=1))} h late"
            text = (
                f'the check-in "{item.id}" comes {late} for a massage at '
                f"{_clock(request.session_at, request)}. Allow more a day, or a shorter gap."
            )
            yield _Fault(("items", numbers[item.id]), text)


def _forbidden(library: Library, numbers: dict[str, int]) -> Iterator[_Fault]:
    """Nudges that an open escalation of each level forbids, and does not pause."""
    steady, busiest = places()[0], profiles(library)[-1]
    for level, strengthening in itertools.product(HOLDS_BACK, (False, True)):
        request = replace(
            request_at(steady, time(9), busiest, Preferences()),
            paused=library.rules.levels[level].pauses,
            strengthening=strengthening,
        )
        plan = lay_out(request, library.plan)
        yield from _broken(request, plan, library, numbers)
        for message in plan:
            if message.kind in HOLDS_BACK[level]:
                yield _Fault(("items", numbers[message.item]), _contradicts(message, level))


def _contradicts(message: PlannedMessage, level: Level) -> str:
    return (
        f"sends {message.kind.value} while {level.id} advice is open. "
        f"Add {message.kind.value} to the pauses of {level.id} in rules.yaml."
    )


def _at(
    message: PlannedMessage, request: PlanRequest, wrong: str, numbers: dict[str, int]
) -> _Fault:
    item = message.item.removesuffix("_reminder")
    path = ("items", numbers[item]) if item in numbers else ("items",)
    text = (
        f'"{message.item}" {wrong}: {_clock(message.due_at, request)} in {request.zone}, '
        f"for a massage at {_clock(request.session_at, request)}."
    )
    return _Fault(path, text)


def _clock(instant: datetime, request: PlanRequest) -> str:
    return f"{local(instant, request.zone):%Y-%m-%d %H:%M}"
