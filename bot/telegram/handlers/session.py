"""Logging a massage, step by step; each step's answer travels in the next button."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

import dateparser

from bot.care import timing
from bot.care.model import SessionId
from bot.service import escalating, massages, people
from bot.telegram.handlers import interview, steps
from bot.telegram.views import escalation as escalation_views
from bot.telegram.views import session as views
from bot.telegram.views.view import View

if TYPE_CHECKING:
    from bot.telegram.callbacks import Callback
    from bot.telegram.turn import Turn

SLACK = timedelta(minutes=5)  # a clock a little ahead is not the future
# "today 6.30pm": the parser would drop the time without a word and answer "now".
CLOCK_DOT = re.compile(r"(?<![\d.:])(\d{1,2})\.([0-5]\d)(?=\s*(?:[ap]\.?m\.?)?\s*$)", re.I)


async def command(turn: Turn) -> None:
    """/session, or the button "I had a massage"."""
    await turn.toast()
    if turn.known.zone is None:
        await steps.ask_zone(turn)
        return
    last = await massages.last_logged(turn.practice, turn.known.id)
    recent = last is not None and turn.now - last.at <= massages.OLDEST
    await turn.send(views.ask_when(turn.language, turn.now, last.id if last and recent else None))


async def tapped(turn: Turn, _: Callback) -> None:
    """The button "I had a massage"."""
    await command(turn)


async def today_tapped(turn: Turn, _: Callback) -> None:
    """Earlier today: about what time?"""
    await turn.toast()
    await turn.edit(views.ask_hour(turn.language, turn.now, turn.zone))


async def yesterday_tapped(turn: Turn, _: Callback) -> None:
    """Yesterday: about when?"""
    await turn.toast()
    day = timing.local(turn.now, turn.zone).date() - timedelta(days=1)
    choices = [(part, timing.resolve(day, time(hour), turn.zone)) for hour, part in views.YESTERDAY]
    await turn.edit(views.ask_yesterday(turn.language, choices))


async def pick_tapped(turn: Turn, _: Callback) -> None:
    """Another time: it is typed next."""
    await turn.toast()
    await people.await_text(turn.practice, turn.known.id, "session_time", turn.now)
    await turn.edit(View(turn.say("session.type_when")))


async def time_typed(turn: Turn, text: str) -> bool:
    """A typed time, read back for a yes; False when it can't be read as one."""
    local_now = timing.local(turn.now, turn.zone)
    parsed = dateparser.parse(
        CLOCK_DOT.sub(r"\1:\2", text),
        languages=[turn.language.code, "en"] if turn.language.code != "en" else ["en"],
        settings={
            "RELATIVE_BASE": local_now.replace(tzinfo=None),
            "PREFER_DATES_FROM": "past",
            "RETURN_AS_TIMEZONE_AWARE": False,
        },
    )
    if parsed is None:
        return False
    at = timing.resolve(parsed.date(), parsed.time().replace(second=0, microsecond=0), turn.zone)
    problem = _problem(at, turn.now)
    if problem:
        await turn.send(View(turn.say(problem)))
        return True
    await people.await_text(turn.practice, turn.known.id, None, turn.now)
    await turn.send(views.confirm_when(turn.language, at, turn.zone))
    return True


def _problem(at: datetime, now: datetime) -> str | None:
    if at > now + SLACK:
        return "session.in_future"
    return "session.too_old" if now - at > massages.OLDEST else None


async def when_tapped(turn: Turn, callback: Callback) -> None:
    """The time is known; where a massage is logged close to it, ask whether this is another."""
    await turn.toast()
    at = _instant(callback)
    problem = _problem(at, turn.now)
    near = await massages.near(turn.practice, turn.known, at)
    if problem:
        await turn.edit(View(turn.say(problem)))
    elif near is None:
        await _ask_on(turn, at)
    elif near.at == at:
        await turn.edit(View(turn.say("session.already")))
    else:
        await turn.edit(views.ask_another(turn.language, at, near.at, turn.zone))


async def another_tapped(turn: Turn, callback: Callback) -> None:
    """Another massage, or the one that is logged already: then all stays as it is."""
    await turn.toast()
    if callback.word(1) == "1":
        await _ask_on(turn, _instant(callback), another=True)
    else:
        await turn.edit(View(turn.say("session.same_one")))


async def _ask_on(turn: Turn, at: datetime, *, another: bool = False) -> None:
    """Ask what it was for, from the second massage on; of the first, how strong the pain was."""
    if await massages.earlier_sessions(turn.practice, turn.known):
        view = views.ask_same_pain(turn.language, views.minutes(at), another=another)
    else:
        view = views.ask_pain(turn.language, views.minutes(at), "0", another=another)
    await turn.edit(view)


async def same_tapped(turn: Turn, callback: Callback) -> None:
    """The same pain, or a new one."""
    await turn.toast()
    another = views.ANOTHER in callback.arguments
    await turn.edit(
        views.ask_pain(turn.language, callback.number(0), callback.word(1), another=another)
    )


async def pain_tapped(turn: Turn, callback: Callback) -> None:
    """The last answer: the massage is logged and its plan shown."""
    at, pain = _instant(callback), callback.word(2)
    new_pain = callback.word(1) == "1"
    problem = _problem(at, turn.now)
    if problem:
        await turn.toast()
        await turn.edit(View(turn.say(problem)))
        return
    near = await massages.near(turn.practice, turn.known, at)
    if near is not None and near.at != at and views.ANOTHER not in callback.arguments:
        # The question was begun twice, and the other one led to a massage meanwhile.
        await turn.toast()
        await turn.edit(views.ask_another(turn.language, at, near.at, turn.zone))
        return
    logged = await massages.log(
        turn.practice,
        turn.known.id,
        at=at,
        pain_before=int(pain) if pain.isdecimal() and int(pain) <= 10 else None,
        new_pain=new_pain,
        now=turn.now,
    )
    turn.person = logged.person
    turn.house.wake()
    await turn.toast(turn.say("session.already") if logged.again else None)
    await turn.edit(views.plan_shown(turn.language, turn.known, logged.massage, logged.plan))
    standing = await escalating.standing(turn.practice, turn.known.id)
    if standing and logged.opened is None:  # one that this massage opened speaks for itself
        await turn.send(escalation_views.standing(turn.language, standing, turn.numbers()))
    if new_pain and logged.number == 1 and not logged.again:
        await turn.send(View(turn.say("session.new_profile")))
        await interview.profile(turn)
    else:
        await steps.go_on(turn)


async def fine_tapped(turn: Turn, _: Callback) -> None:
    """The plan is fine as it is; what stands beside it is said once more."""
    await turn.toast()
    standing = await escalating.standing(turn.practice, turn.known.id)
    if standing:
        await turn.send(escalation_views.standing(turn.language, standing, turn.numbers()))
        return
    await turn.send(View(turn.say("session.fine_reply")))


async def undo_tapped(turn: Turn, callback: Callback) -> None:
    """The massage told of last was a mistake: asked once more, in a message below the plan."""
    session_id = SessionId(callback.number(0))
    said = callback.word(1) if len(callback.arguments) > 1 else None
    if said == views.YES:
        await _remove(turn, session_id)
        return
    last = await massages.last_logged(turn.practice, turn.known.id)
    if last is None or last.id != session_id:
        await turn.toast(turn.say("session.not_last"))
        return
    await turn.toast()
    if said is None:
        await turn.send(views.ask_remove(turn.language, last, turn.zone))
    else:
        await turn.edit(View(turn.say("session.kept")))


async def _remove(turn: Turn, session_id: SessionId) -> None:
    removed = await massages.remove(turn.practice, turn.known.id, session_id, turn.now)
    if removed is None:
        await turn.toast(turn.say("session.not_last"))
        return
    turn.person = removed.person
    turn.house.wake()
    await turn.toast()
    await turn.edit(views.removed(turn.language, removed.person, removed.before))
    standing = await escalating.standing(turn.practice, turn.known.id)
    if standing:  # whatever it came from
        await turn.send(escalation_views.standing(turn.language, standing, turn.numbers()))


def _instant(callback: Callback) -> datetime:
    return datetime.fromtimestamp(callback.number(0) * 60, UTC)
