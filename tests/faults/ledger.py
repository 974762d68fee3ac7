"""What was due, sent, answered and judged, held against each other at the end of a campaign."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import select

from bot.care.model import NUDGES, SAFETY, Kind, OccurrenceState
from bot.store.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.sandbox.model import Call
    from bot.store.database import Database
    from tests.faults.actors import Actor

SENDS = ("sendMessage", "sendPhoto")
NOT_TAKEN = ("drop_before",)  # Telegram did nothing
FIRST_SENT_WITHIN_S = 5.0
ON_ITS_WAY_S = 12.0  # what had left, or was leased, when the person stopped or blocked
CHECK_IN_KINDS = (Kind.CHECK_IN, Kind.REMINDER, Kind.GO_ON)
OVER = ("released", "raised", "answered", "stopped", "gone", "emergency", "urgent", "doctor")


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that Telegram put into a chat, and what its buttons belong to."""

    at: float
    chat_id: int
    action: str  # n: a nudge, a: a question, e: advice, go: shall I go on
    number: int


@dataclass(frozen=True, slots=True)
class Books:
    """All rows at the end, by table."""

    occurrences: list[dict[str, Any]]
    interviews: dict[int, dict[str, Any]]
    answers: list[dict[str, Any]]
    escalations: list[dict[str, Any]]
    responses: list[dict[str, Any]]
    inbox: list[dict[str, Any]]
    chats: dict[int, int]  # person to chat


@dataclass
class Ledger:
    """Figures, and every promise that was broken."""

    figures: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)


async def read_books(database: Database) -> Books:
    """Everything the bot has written down."""

    async def rows(name: str) -> list[dict[str, Any]]:
        async with database.reading() as tx:
            found = await tx.execute(select(metadata.tables[name]))
            return [dict(each) for each in found.mappings()]

    return Books(
        occurrences=await rows("occurrences"),
        interviews={each["id"]: each for each in await rows("interviews")},
        answers=await rows("answers"),
        escalations=await rows("escalations"),
        responses=await rows("responses"),
        inbox=await rows("inbox"),
        chats={each["id"]: each["chat_id"] for each in await rows("people")},
    )


def sent_messages(calls: Iterable[Call], offset: float) -> list[Sent]:
    """Every message that reached a chat, also where the answer was lost; times are monotonic."""
    sent = []
    for call in calls:
        taken = call.error_code is None and call.fault not in NOT_TAKEN
        if call.method not in SENDS or not taken:
            continue
        for action, number in sorted(_belongs_to(call.params.get("reply_markup"))):
            at = call.at.timestamp() - offset
            sent.append(Sent(at, int(call.params["chat_id"]), action, number))
    return sent


def _belongs_to(markup: Any) -> set[tuple[str, int]]:
    if isinstance(markup, str):
        markup = orjson.loads(markup)
    found = set()
    for row in (markup or {}).get("inline_keyboard", ()):
        for button in row:
            parts = button.get("callback_data", "").split(":")
            if len(parts) > 2 and parts[1] in ("n", "a", "e") and parts[2].isdecimal():
                found.add((parts[1], int(parts[2])))
    return found


def balance(
    books: Books,
    sent: list[Sent],
    actors: list[Actor],
    able: list[tuple[float, float]],
    offset: float,
) -> Ledger:
    """Hold every promise against the books; `able` are the spans in which the bot could send."""
    ledger = Ledger()
    for check in (
        _updates(books),
        _nudges(books, sent, actors),
        _check_ins(books),
        _escalations(books, sent, able, offset),
        _answers(books, actors),
        _judged_once(books, actors),
        _silence(books, sent, actors),
    ):
        ledger.broken += check
    states = Counter((each["kind"], each["state"]) for each in books.occurrences)
    ledger.figures = Counter({f"{kind} {state}": n for (kind, state), n in states.items()})
    ledger.figures["updates"] = len(books.inbox)
    ledger.figures["answers"] = len(books.answers)
    ledger.figures["escalations"] = len(books.escalations)
    ledger.figures["taps"] = sum(len(each.told) for each in actors)
    return ledger


def _updates(books: Books) -> Iterator[str]:
    for each in books.inbox:
        if each["state"] != "done":
            yield f"update {each['update_id']} ended as {each['state']}: {each['reason']}"


def _nudges(books: Books, sent: list[Sent], actors: list[Actor]) -> Iterator[str]:
    """At most once each, but for those put off; never missing without a word."""
    times = Counter(each.number for each in sent if each.action == "n")
    put_off = Counter(
        int(told.data.split(":")[2])
        for actor in actors
        for told in actor.told
        if told.data.split(":")[1] == "z"
    )
    for each in books.occurrences:
        if each["kind"] not in NUDGES:
            continue
        count, state = times[each["id"]], each["state"]
        if count > 1 + put_off[each["id"]]:
            yield f"nudge {each['id']} came {count} times"
        if state is OccurrenceState.SENT and count == 0:
            yield f"nudge {each['id']} counts as sent and never came"
        if state in (OccurrenceState.FAILED, OccurrenceState.LEASED):
            yield f"nudge {each['id']} ended as {state}: {each['reason']}"


def _check_ins(books: Books) -> Iterator[str]:
    for each in books.occurrences:
        if each["kind"] not in CHECK_IN_KINDS:
            continue
        if each["state"] in (OccurrenceState.FAILED, OccurrenceState.LEASED):
            yield f"{each['kind']} {each['id']} ended as {each['state']}: {each['reason']}"
        if each["state"] is OccurrenceState.UNCERTAIN and not each["repeat"]:
            yield f"{each['kind']} {each['id']} is uncertain and was not sent again"
        if each["state"] is OccurrenceState.CANCELLED and not each["reason"]:
            yield f"{each['kind']} {each['id']} was cancelled without a reason"


def _escalations(
    books: Books, sent: list[Sent], able: list[tuple[float, float]], offset: float
) -> Iterator[str]:
    """Each one's message came, within seconds of the bot being able to send it."""
    first: dict[int, float] = {}
    for each in sent:
        if each.action == "e":
            first.setdefault(each.number, each.at)
    for each in books.occurrences:
        if each["kind"] in SAFETY and each["state"] in (
            OccurrenceState.FAILED,
            OccurrenceState.LEASED,
            OccurrenceState.UNCERTAIN,
        ):
            yield f"{each['kind']} {each['id']} ended as {each['state']}: {each['reason']}"
        if each["kind"] is not Kind.ESCALATION:
            continue
        opened = next(e for e in books.escalations if e["id"] == each["escalation_id"])
        came = first.get(opened["id"])
        if came is None:
            if not (each["reason"] or "").startswith(OVER):
                yield f"the message of escalation {opened['id']} never came: {each['reason']}"
            continue
        began = opened["opened_at"].timestamp() - offset
        waited = _able_between(able, began, came)
        if waited > FIRST_SENT_WITHIN_S:
            yield f"escalation {opened['id']} waited {waited:.1f} s while the bot could send"


def _able_between(able: list[tuple[float, float]], begin: float, end: float) -> float:
    return sum(max(0.0, min(end, b) - max(begin, a)) for a, b in able)


def _answers(books: Books, actors: list[Actor]) -> Iterator[str]:
    """What people tapped stands in the book: in that interview, or in a later one of theirs."""
    held: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for answer in books.answers:
        person = books.interviews[answer["interview_id"]]["person_id"]
        held[books.chats[person]].append(answer)
    for actor in actors:
        for told in actor.told:
            _, action, *arguments = told.data.split(":")
            if action != "a" or arguments[2] not in ("t", "c"):
                continue
            interview, question, _, option = int(arguments[0]), *arguments[1:4]
            own = [each for each in held[told.chat_id] if each["question"] == question]
            if not any(_says(each["value"], option) for each in own):
                closed = books.interviews.get(interview, {}).get("state")
                yield f"chat {told.chat_id}: {told.data} is in no book (interview {closed})"


def _says(value: Any, option: str) -> bool:
    if isinstance(value, list | tuple):
        return option in value
    return str(value) == option


def _judged_once(books: Books, actors: list[Actor]) -> Iterator[str]:
    """One report opens the same advice once, and one tap under it is written down once."""
    opened = Counter(
        (each["interview_id"], each["level"], tuple(each["reasons"]))
        for each in books.escalations
        if each["interview_id"] is not None
    )
    for (interview, level, reasons), count in opened.items():
        if count > 1:
            yield f"interview {interview} opened {level} for {reasons} {count} times"
    taps = Counter(
        (int(told.data.split(":")[2]), told.data.split(":")[3])
        for actor in actors
        for told in actor.told
        if told.data.split(":")[1] == "e"
    )
    said = Counter((each["escalation_id"], each["response"]) for each in books.responses)
    for key, count in said.items():
        if count > taps[key]:
            yield f"{key[1]} to escalation {key[0]} stands {count} times for {taps[key]} taps"


def _silence(books: Books, sent: list[Sent], actors: list[Actor]) -> Iterator[str]:
    """Whoever blocked or stopped hears nothing planned, but for what was on its way."""
    planned = {each["id"]: each for each in books.occurrences}
    for actor in actors:
        spans = [*actor.blocks, *actor.stops]
        for begin, end in spans:
            late = [
                each
                for each in sent
                if each.chat_id == actor.person.chat_id
                and each.action == "n"
                and each.number in planned
                and begin + ON_ITS_WAY_S < each.at < (end or float("inf"))
            ]
            for each in late:
                after = each.at - begin
                yield f"chat {each.chat_id}: nudge {each.number} came {after:.0f} s after goodbye"
