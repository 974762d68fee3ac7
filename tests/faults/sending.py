"""The promises about what was planned: nothing lost, nothing twice without a word."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from bot.care.model import (
    NUDGES,
    Kind,
    OccurrenceState,
)
from tests.faults.spans import real

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.actors import Told
    from tests.faults.books import Books, Row, Witness

LEASE_S = 60.0  # a lease left by a crash comes back within this
LATE_S = 15.0  # what is due at the very end has this long
FINAL = (OccurrenceState.CANCELLED, OccurrenceState.EXPIRED)


def endings_told(books: Books, seen: Witness) -> Iterator[str]:
    """Nothing planned disappears: it is sent, or it says why not, or it is yet to come."""
    for each in books.occurrences:
        state, name = each["state"], f"{each['kind']} {each['id']}"
        reason = each["reason"]
        if state is OccurrenceState.FAILED:
            yield f"{name} failed: {reason}"
        elif state in FINAL and not reason:
            yield f"{name} was {state} without a reason"
        elif state is OccurrenceState.PLANNED and each["due_at"] < seen.ended - LATE_S:
            yield f"{name} is still planned, {seen.ended - each['due_at']:.0f} s after its time"
        elif state is OccurrenceState.LEASED and each["leased_until"] < seen.ended - LATE_S:
            yield f"{name} is still leased, though its lease ran out"


def planned_once(books: Books, seen: Witness) -> Iterator[str]:
    """The same message is planned once, and a check-in opens one interview."""
    keys = Counter(
        (_whose(each), each["item"], each["sequence"], each["plan_version"])
        for each in books.occurrences
    )
    for key, count in keys.items():
        if count > 1:
            yield f"planned {count} times: {key}"
    opened = Counter(each["occurrence_id"] for each in books.interviews.values())
    for occurrence_id, count in opened.items():
        if occurrence_id is not None and count > 1:
            yield f"check-in {occurrence_id} opened {count} interviews"


def _whose(occurrence: Row) -> tuple[str, int]:
    """The massage or the advice that a message belongs to; else the person."""
    for name in ("session_id", "escalation_id"):
        if occurrence[name] is not None:
            return name, int(occurrence[name])
    return "person_id", int(occurrence["person_id"])


def sent_means_sent(books: Books, seen: Witness) -> Iterator[str]:
    """What counts as sent stands in the chat, and no two share a message."""
    users: defaultdict[tuple[int, int], list[str]] = defaultdict(list)
    for each in books.occurrences:
        if each["state"] is not OccurrenceState.SENT:
            continue
        place = (each["chat_id"], each["message_id"])
        users[place].append(f"{each['kind']} {each['id']}")
        if place not in seen.messages:
            yield f"{each['kind']} {each['id']} counts as sent and never came"
    for names in users.values():
        if len(names) > 1:
            yield f"{' and '.join(names)} count as sent by one message"


def nudges_once(books: Books, seen: Witness) -> Iterator[str]:
    """A nudge comes at most once, and never after it was given up."""
    times = _times(seen, "n")
    for each in books.occurrences:
        if each["kind"] not in NUDGES:
            continue
        count = times[each["id"]]
        if count > 1:
            yield f"nudge {each['id']} came {count} times"
        if each["state"] is OccurrenceState.EXPIRED and count:
            yield f"nudge {each['id']} came and counts as expired"
        if each["state"] is OccurrenceState.UNCERTAIN and not _was_in_doubt(each, seen):
            yield f"nudge {each['id']} counts as uncertain, and nothing was wrong"


def _was_in_doubt(occurrence: Row, seen: Witness) -> bool:
    """Whether the bot died, froze or lost an answer or its database about that time.

    A lease that ran out began a minute before the time that is noted.
    """
    noted = real(occurrence["sent_at"], seen)
    if noted == occurrence["sent_at"]:  # a lease made by a wrong clock ends when it was right again
        noted = real(noted - LEASE_S, seen) + LEASE_S
    begin, end = noted - LEASE_S - 45.0, noted + 5.0
    return (
        any(begin < at < end for at in seen.deaths)
        or any(each.began < end and each.ended > begin for each in seen.spells)
        or any(
            begin < each.at < end and (each.lost or each.refused or each.wait_s)
            for each in seen.attempts
            if each.chat_id == occurrence["chat_id"]
        )
        or _answer_lost(occurrence, seen, begin, end)
    )


def _answer_lost(occurrence: Row, seen: Witness, begin: float, end: float) -> bool:
    return any(
        ("n", occurrence["id"]) in each.buttons and begin < each.at < end for each in seen.attempts
    )


def check_ins_asked(books: Books, seen: Witness) -> Iterator[str]:
    """A check-in in doubt comes once more and is marked so; else it comes once."""
    interviews = {each["occurrence_id"]: each["id"] for each in books.interviews.values()}
    prompts = _prompts(books, seen)
    came = _times(seen, "a")
    for each in books.occurrences:
        if each["kind"] is not Kind.CHECK_IN:
            continue
        if each["state"] is OccurrenceState.UNCERTAIN and not each["repeat"]:
            yield f"check-in {each['id']} is uncertain and was not sent again"
        interview = interviews.get(each["id"])
        if interview is None:
            continue
        allowed = (2 if each["repeat"] else 1) + prompts[interview]
        if came[interview] > allowed:
            yield f"check-in {each['id']} came {came[interview]} times, at most {allowed} expected"


def _prompts(books: Books, seen: Witness) -> Counter[int]:
    """How often each interview's questions may have come for other reasons than its check-in.

    One for an answer (its reply asks what is next, and again each time the handling began anew),
    for a wish to answer it now, and for a reminder, which may come twice when it is in doubt.
    """
    allowed: Counter[int] = Counter()
    for told in seen.told:
        _, action, *arguments = told.data.split(":")
        if action in ("a", "ask"):
            allowed[int(arguments[0])] += _handled(books, seen, told)
    for row in books.occurrences:
        if row["kind"] is Kind.REMINDER and row["attempts"]:
            for interview in books.interviews.values():
                if interview["person_id"] == row["person_id"]:
                    allowed[interview["id"]] += 2 if row["repeat"] else 1
    return allowed


def _handled(books: Books, seen: Witness, told: Told) -> int:
    """How often at most a tap was handled: anew after each death and each call that failed."""
    row = books.inbox.get(told.update_id)
    if row is None:
        return 2
    end = (row["closed_at"] or seen.ended) + 1.0
    deaths = sum(told.at <= each <= end for each in seen.deaths)
    spells = sum(told.at <= each.ended and each.began <= end for each in seen.spells)
    return 2 + int(row["attempts"]) + deaths + 3 * spells


def _times(seen: Witness, action: str) -> Counter[int]:
    return Counter(
        number
        for each in seen.attempts
        if each.came
        for what, number in each.buttons
        if what == action
    )
