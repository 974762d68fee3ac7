"""The promises about what people said: all of it stands, and all of it once."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from bot.care.model import (
    EscalationState,
    InterviewState,
)
from tests.faults.actors import EMERGENCIES
from tests.faults.spans import real

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.actors import Told
    from tests.faults.books import Books, Row, Witness


def updates_kept(books: Books, seen: Witness) -> Iterator[str]:
    """Whatever Telegram had for the bot was written down, once, and seen through."""
    for update_id, count in Counter(books.arrivals).items():
        if count > 1:
            yield f"update {update_id} stands in the inbox {count} times"
    for update_id in seen.updates:
        row = books.inbox.get(update_id)
        if row is None:
            yield f"update {update_id} was never written down"
        elif row["state"] != "done":
            yield f"update {update_id} ended as {row['state']}: {row['reason']}"


def answers_kept(books: Books, seen: Witness) -> Iterator[str]:
    """What a person tapped stands in their interview; a sign tapped too late, in a later one."""
    held: defaultdict[tuple[int, str], list[Row]] = defaultdict(list)
    own: defaultdict[int, set[str]] = defaultdict(set)
    for answer in books.answers:
        interview = books.interviews[answer["interview_id"]]
        held[(interview["id"], answer["question"])].append(answer)
        own[books.chats[interview["person_id"]]] |= _words(answer["value"])
    for told in seen.told:
        _, action, *arguments = told.data.split(":")
        if action != "a" or arguments[2] not in ("t", "c"):
            continue
        interview_id, question, act, option = int(arguments[0]), *arguments[1:4]
        if any(option in _words(each["value"]) for each in held[(interview_id, question)]):
            continue
        if act == "t" and option in own[told.chat_id]:
            continue
        if act == "c" and _was_over(books, seen, interview_id, told):
            continue
        yield f"chat {told.chat_id}: {told.data} stands nowhere"


def _words(value: Any) -> set[str]:
    return {str(each) for each in value} if isinstance(value, list | tuple) else {str(value)}


def _was_over(books: Books, seen: Witness, interview_id: int, told: Told) -> bool:
    """Whether the interview had been closed by the time the tap was handled."""
    interview = books.interviews.get(interview_id)
    handled = books.inbox.get(told.update_id)
    if interview is None or handled is None or interview["state"] is InterviewState.OPEN:
        return False
    over, done = (real(each["closed_at"] or 0.0, seen) for each in (interview, handled))
    return over <= done + 1.0


def judged_once(books: Books, seen: Witness) -> Iterator[str]:
    """One tap is one answer, one report, one escalation, one response."""
    rows = Counter(
        (each["interview_id"], each["question"], str(each["value"]), each["confirmed"])
        for each in books.answers
    )
    for key, count in rows.items():
        if count > 1:
            yield f"the same answer stands {count} times: {key}"
    opened = Counter(
        (each["interview_id"], each["level"], tuple(each["reasons"]))
        for each in books.escalations
        # Advice the person had ended may come back with the next answer; that is care's to say.
        if each["interview_id"] is not None and not _was_ended(each, books)
    )
    for (interview, level, reasons), count in opened.items():
        if count > 1:
            yield f"interview {interview} opened {level} for {reasons} {count} times"
    yield from _reported_once(books, seen)
    yield from _responded_once(books, seen)


def _was_ended(escalation: Row, books: Books) -> bool:
    """Whether the person has ended this advice, or the higher one it was raised into."""
    if escalation["state"] is not EscalationState.RAISED:
        return escalation["state"] is EscalationState.RELEASED
    raised = (
        each
        for each in books.escalations
        if each["person_id"] == escalation["person_id"]
        and each["opened_at"] == escalation["changed_at"]
        and each["id"] > escalation["id"]
    )
    return any(_was_ended(each, books) for each in raised)


def _reported_once(books: Books, seen: Witness) -> Iterator[str]:
    """As many interviews hold an emergency sign as there were buttons tapped for it."""
    places: defaultdict[tuple[int, str], set[tuple[int, str]]] = defaultdict(set)
    for told in seen.told:
        option = told.data.rpartition(":")[2]
        if option in EMERGENCIES:
            places[(told.chat_id, option)].add((told.message_id, told.data))
    holding: defaultdict[tuple[int, str], set[int]] = defaultdict(set)
    for answer in books.answers:
        interview = books.interviews[answer["interview_id"]]
        for sign in _words(answer["value"]) & set(EMERGENCIES):
            holding[(books.chats[interview["person_id"]], sign)].add(interview["id"])
    for key, interviews in holding.items():
        if len(interviews) > len(places[key]):
            yield f"{key} was tapped {len(places[key])} times and reported {len(interviews)} times"


def _responded_once(books: Books, seen: Witness) -> Iterator[str]:
    taps: Counter[tuple[int, str]] = Counter()
    for told in seen.told:
        _, action, *arguments = told.data.split(":")
        if action == "e":
            taps[(int(arguments[0]), arguments[1])] += 1
    said = Counter((each["escalation_id"], each["response"]) for each in books.responses)
    for key, count in said.items():
        if count > taps[key]:
            yield f"{key[1]} to escalation {key[0]} stands {count} times for {taps[key]} taps"
