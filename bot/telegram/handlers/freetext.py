"""Words and things that no button offered.

A text can only raise: the phrase of a danger sign brings up its question at once, everything else
the whole list of danger signs (clinical reference, section 5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.care import freetext
from bot.care.model import UNTOLD, Level
from bot.care.own import LONGEST
from bot.library.coverage import symptoms_of
from bot.service import answering
from bot.service.own import ASKED
from bot.telegram.handlers import interview, own, session, start
from bot.telegram.views.view import View, button, keyboard

if TYPE_CHECKING:
    from bot.telegram.turn import Turn

MOST_HITS = 3
ASKED_FOR_S = 3600
UNREADABLE = {
    "zone": "zone.unknown",
    "session_time": "session.not_understood",
    ASKED: "own.not_understood",
}


def signs(turn: Turn, typed: str) -> tuple[str, ...]:
    """The signs that words may mean, in the order they are asked about.

    The phrases of every language count: people fall back on the one they were hurt in.
    """
    library = turn.practice.library
    books = [each.phrases for each in library.languages.values()]
    hits = {symptom for book in books for symptom in freetext.scan(typed, book)}
    return tuple(each for each in symptoms_of(library.questions) if each in hits)


async def text(turn: Turn, typed: str) -> None:
    """Anything typed that is no command."""
    hits = signs(turn, typed)
    if turn.person is None:
        await _stranger(turn, hits)
        return
    if not hits and await _expected(turn, typed):
        return
    await answering.add_note(turn.practice, turn.known.id, typed, turn.now)
    # "My jaw aches" may be no soreness: what is common after a massage never stands alone.
    if hits and _highest(turn, hits) <= Level.THERAPIST:
        await interview.worse(turn, lead=_advice(turn, hits))
    elif hits:
        await _ask_about(turn, hits)
    else:
        await interview.worse(turn, lead=_lead(turn))


def _lead(turn: Turn) -> str:
    """That words can't be judged; after a question they did not answer, that first."""
    cannot_judge = turn.say("freetext.cannot_judge", **turn.numbers())
    step = _asked_for(turn)
    if step not in UNREADABLE:
        return cannot_judge
    return f"{turn.say(UNREADABLE[step], longest=LONGEST)}\n\n{cannot_judge}"


async def _stranger(turn: Turn, hits: tuple[str, ...]) -> None:
    """Nothing is kept of someone who has not agreed, but a danger sign still gets its advice."""
    parts: list[str] = [turn.say("start.first", **turn.numbers())]
    if hits and _highest(turn, hits) > Level.THERAPIST:
        parts.insert(0, _advice(turn, hits))
    await turn.send(View("\n\n".join(parts)))


async def _expected(turn: Turn, typed: str) -> bool:
    """Take a typed answer to what was asked: a number, a place, a time, a country."""
    if await _number(turn, typed):
        return True
    step = _asked_for(turn)
    if step == "zone":
        return await start.zone_typed(turn, typed)
    if step == ASKED:
        return await own.typed(turn, typed)
    if step == "session_time" and await session.time_typed(turn, typed):
        return True
    return turn.known.country == UNTOLD and await start.country_typed(turn, typed)


def _asked_for(turn: Turn) -> str:
    """What was asked to be typed; a question of long ago is not what today's words answer.

    Only the first time zone is waited for without end, whatever came in between.
    """
    if turn.known.zone is None:
        return "zone"
    dialog = turn.known.dialog
    if dialog is None:
        return ""
    asked = dialog.data.get("asked")
    aged_s = turn.now.timestamp() - asked if isinstance(asked, int | float) else 0
    return dialog.step if aged_s < ASKED_FOR_S else ""


async def _number(turn: Turn, typed: str) -> bool:
    waiting = await answering.open_check_in(turn.practice, turn.known.id)
    number = typed.strip()
    if waiting is None or not (number.isdecimal() and int(number) <= 10):
        return False
    looked = await answering.look(turn.practice, turn.known.id, waiting.id)
    if looked is None or looked.question is None or looked.question.kind != "scale":
        return False
    await interview.take(turn, waiting.id, looked.question.id, "choose", int(number))
    return True


async def _ask_about(turn: Turn, hits: tuple[str, ...]) -> None:
    """Ask whether the signs the words may mean are there right now, with what to do if so."""
    result = await answering.begin(turn.practice, turn.known.id, "worse", turn.now)
    asked = [q for q in turn.practice.library.questions if "worse" in q.interviews]
    rows = []
    for symptom in hits[:MOST_HITS]:
        question = next(q for q in asked if symptom in q.options)
        label = turn.language.question(question.id).options[symptom].label
        rows.append(
            [
                button(
                    turn.say("freetext.yes", label=label),
                    "a",
                    result.interview.id,
                    question.id,
                    "t",
                    symptom,
                )
            ]
        )
    rows.append([button(turn.say("freetext.no"), "ask", result.interview.id)])
    lead = turn.say("freetext.hit", advice=_advice(turn, hits))
    await turn.send(View(lead, keyboard(rows)))


def _highest(turn: Turn, hits: tuple[str, ...]) -> Level:
    """The level of the gravest sign among those found."""
    rules = turn.practice.library.rules
    return next(level for level in reversed(Level) if rules.signs(level) & set(hits))


def _advice(turn: Turn, hits: tuple[str, ...]) -> str:
    return turn.say(f"freetext.advice_{_highest(turn, hits).id}", **turn.numbers())


async def media(turn: Turn) -> None:
    """A photo, a voice message, a sticker: it can't be judged, so the danger signs are asked."""
    if turn.person is None:
        await _stranger(turn, ())
        return
    await interview.worse(turn, lead=turn.say("other.media", **turn.numbers()))
