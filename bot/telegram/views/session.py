"""Logging a massage: when, whether it is the same pain, how strong it was, and the plan."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.care import timing
from bot.care.model import (
    CHECK_INS,
    Kind,
    Person,
    PlannedMessage,
    Session,
    SessionId,
    Status,
)
from bot.telegram.views.view import (
    Row,
    View,
    bullets,
    button,
    in_rows,
    keyboard,
    moment,
    timed,
    wall,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.library.text import Language

SCALE_WIDTH = 6
ANOTHER = "another"
YES, NO = "yes", "no"
HOURS_AGO = (2, 3, 4, 6, 8, 10, 12)
YESTERDAY = ((10, "morning"), (15, "afternoon"), (19, "evening"))


def minutes(instant: datetime) -> int:
    """An instant as whole minutes since 1970, the form that fits callback data."""
    return int(instant.timestamp()) // 60


def ask_when(language: Language, now: datetime, last: SessionId | None) -> View:
    """When the massage was; or that the one told of last was a mistake."""
    an_hour_ago = minutes(now - timedelta(hours=1))
    rows: list[Row] = [
        [
            button(language.say("session.now"), "when", minutes(now)),
            button(language.say("session.hour_ago"), "when", an_hour_ago),
        ],
        [
            button(language.say("session.today"), "today"),
            button(language.say("session.yesterday"), "yesterday"),
        ],
        [button(language.say("session.pick"), "pick")],
    ]
    if last is not None:
        rows.append([button(language.say("session.mistake_last"), "undo", last)])
    return View(language.say("session.when"), keyboard(rows))


def ask_hour(language: Language, now: datetime, zone: str) -> View:
    """Which hour of today, as far as today reaches back."""
    today = timing.local(now, zone).date()
    past = [now - timedelta(hours=hours) for hours in HOURS_AGO]
    hours = [each for each in past if timing.local(each, zone).date() == today]
    buttons = [
        button(wall(timing.local(each, zone).time()), "when", minutes(each)) for each in hours
    ]
    rows: list[Row] = [*in_rows(buttons, 4), [button(language.say("session.pick"), "pick")]]
    return View(language.say("session.which_hour"), keyboard(rows))


def ask_yesterday(language: Language, choices: Sequence[tuple[str, datetime]]) -> View:
    """Which part of yesterday."""
    buttons = [button(language.say(f"session.{part}"), "when", minutes(at)) for part, at in choices]
    rows: list[Row] = [buttons, [button(language.say("session.pick"), "pick")]]
    return View(language.say("session.which_part"), keyboard(rows))


def confirm_when(language: Language, at: datetime, zone: str) -> View:
    """A typed time, read back before it counts."""
    return View(
        language.say("session.confirm") + "\n" + moment(at, zone, language),
        keyboard(
            [
                [
                    button(language.say("session.right"), "when", minutes(at), style="success"),
                    button(language.say("session.again"), "pick"),
                ]
            ]
        ),
    )


def ask_another(language: Language, at: datetime, known: datetime, zone: str) -> View:
    """Whether a massage of `at` is another one than that of `known`, which is so close."""
    return View(
        language.say("session.another", time=moment(known, zone, language)),
        keyboard(
            [
                [button(language.say("session.another_yes"), "another", minutes(at), "1")],
                [button(language.say("session.another_no"), "another", minutes(at), "0")],
            ]
        ),
    )


def ask_same_pain(language: Language, at_minutes: int, *, another: bool = False) -> View:
    """Whether this massage belongs to the same episode of pain."""
    said = _said(another=another)
    return View(
        language.say("session.same_pain"),
        keyboard(
            [
                [button(language.say("session.same"), "same", at_minutes, "0", *said)],
                [button(language.say("session.new"), "same", at_minutes, "1", *said)],
            ]
        ),
    )


def ask_pain(language: Language, at_minutes: int, new_pain: str, *, another: bool = False) -> View:
    """How strong the pain was before the massage."""
    said = _said(another=another)
    numbers = [button(str(n), "log", at_minutes, new_pain, n, *said) for n in range(11)]
    skip = [button(language.say("button.skip"), "log", at_minutes, new_pain, "-", *said)]
    return View(language.say("session.pain"), keyboard([*in_rows(numbers, SCALE_WIDTH), skip]))


def _said(*, another: bool) -> tuple[str, ...]:
    """What the next button carries where they said that this massage is another one."""
    return (ANOTHER,) if another else ()


def _quiet(language: Language, person: Person) -> str:
    quiet = person.preferences.quiet
    if quiet.start == quiet.end:
        return language.say("session.plan_no_quiet")
    start, end = wall(quiet.start), wall(quiet.end)
    return language.say("session.plan_quiet", quiet_start=start, quiet_end=end)


def plan_shown(
    language: Language, person: Person, massage: Session, plan: Sequence[PlannedMessage]
) -> View:
    """The plan of a massage with its times, and the ways to change it."""
    assert person.zone is not None
    zone, at = person.zone, massage.at
    soon = [each for each in plan if each.due_at - at < timedelta(days=1)]
    lines = [
        timed(each.due_at, zone, language, language.say(f"kind.{each.kind.value}"))
        for each in soon
        if each.kind is not Kind.REMINDER
    ]
    checks = [
        moment(each.due_at, zone, language)
        for each in plan
        if each.kind in CHECK_INS and each.kind is not Kind.REMINDER and each not in soon
    ]
    parts: list[str] = [f"{language.say('session.plan')}\n\n{_quiet(language, person)}"]
    rows = [
        [button(language.say("session.fine"), "fine", style="success")],
        [button(language.say("session.adjust"), "settings")],
    ]
    if person.status is not Status.ACTIVE:
        parts.append(language.say("today.paused"))
        rows = [[button(language.say("button.resume"), "resume")]]
    rows.append([button(language.say("session.mistake"), "undo", massage.id)])
    if "blood_thinners" in person.profile.conditions:
        # Here and not after a check-in: whatever is answered later, this is heard once a massage.
        parts.append(language.say("session.bruises"))
    if any(each.kind is Kind.STRETCH for each in plan):
        slots = (person.preferences.morning, person.preferences.evening)
        morning, evening = (wall(each) for each in slots)
        parts.append(language.say("session.plan_stretches", morning=morning, evening=evening))
    if lines:
        parts.append(f"<b>{language.say('session.plan_today')}</b>\n{bullets(lines)}")
    if checks:
        parts.append(f"<b>{language.say('session.plan_checks')}</b>\n{bullets(checks)}")
    return View("\n\n".join(parts), keyboard(rows))


def ask_remove(language: Language, massage: Session, zone: str) -> View:
    """Whether a massage logged by mistake is to be taken out."""
    return View(
        language.say("session.remove", time=moment(massage.at, zone, language)),
        keyboard(
            [
                [button(language.say("session.remove_yes"), "undo", massage.id, YES)],
                [button(language.say("session.remove_no"), "undo", massage.id, NO)],
            ]
        ),
    )


def removed(language: Language, person: Person, before: Session | None) -> View:
    """That a massage counts no more, and what goes on without it."""
    if before is None:
        goes_on = language.say("session.removed_none")
    elif person.status is Status.ACTIVE:
        goes_on = language.say("session.removed_back")
    else:
        goes_on = language.say("today.paused")
    return View(f"{language.say('session.removed')}\n\n{goes_on}")
