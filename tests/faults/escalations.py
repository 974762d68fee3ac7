"""The promises about advice: it has its words at once, and it leaves within seconds."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from bot.care.model import (
    HEARS_NOTHING,
    SAFETY,
    Kind,
    OccurrenceState,
)
from tests.faults.spans import able, ends, real

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.books import Attempt, Books, Row, Witness

ESCALATION_S = 5.0
SETTLE_S = 10.0  # more ticks of one list may join a message below emergency
LEASE_S = 60.0  # a lease left by a crash comes back within this
HELD = ", the lease of a dead process not counted"
FINAL = (OccurrenceState.CANCELLED, OccurrenceState.EXPIRED)
LEFT = {each.value for each in HEARS_NOTHING}


def escalations_have_words(books: Books, seen: Witness) -> Iterator[str]:
    """With an escalation its message is written, whatever becomes of the bot."""
    told = {each["escalation_id"] for each in books.occurrences if each["kind"] is Kind.ESCALATION}
    for each in books.escalations:
        if each["id"] not in told:
            yield f"escalation {each['id']} has no message at all"


def escalations_out(books: Books, seen: Witness) -> Iterator[str]:
    """The message of each escalation came, within seconds of the bot being able to send it."""
    tries: defaultdict[int, list[Attempt]] = defaultdict(list)
    for attempt in seen.attempts:
        for what, number in attempt.buttons:
            if what == "e":
                tries[number].append(attempt)
    opened = {each["id"]: each for each in books.escalations}
    for each in books.occurrences:
        if each["kind"] in SAFETY and each["state"] is OccurrenceState.UNCERTAIN:
            yield f"{each['kind']} {each['id']} was given up in doubt"
        if each["kind"] is not Kind.ESCALATION or not each["item"].startswith("escalation_"):
            continue
        row = opened[each["escalation_id"]]
        came = next((one.at for one in tries[row["id"]] if one.came), None)
        if came is None:
            if each["state"] in (OccurrenceState.SENT, OccurrenceState.UNCERTAIN):
                yield f"the message of escalation {row['id']} counts as {each['state']}, not come"
            came = seen.ended if each["state"] not in FINAL else real(row["changed_at"], seen)
        came = min(came, _left_at(each, row, seen))
        again_at = _told_again_at(each, books, seen)
        waited, why = _waited(each, row, came, tries[row["id"]], seen, again_at)
        seen.advice_waited.append(waited)
        if waited > ESCALATION_S:
            yield (
                f"escalation {row['id']} ({row['level']}) waited {waited:.1f} s while the bot"
                f" could send{why}"
            )


def _waited(
    occurrence: Row,
    escalation: Row,
    came: float,
    tries: list[Attempt],
    seen: Witness,
    again_at: float = 0.0,
) -> tuple[float, str]:
    """Seconds of being able to send, since the last thing that stood in this message's way."""
    began = real(escalation["opened_at"], seen)
    if escalation["level"] != "emergency":
        began += SETTLE_S
    began = max(began, again_at)
    for each in tries:
        if each.at <= came and not each.came:
            began = max(began, each.at + each.wait_s)
    # Also one that was cancelled, or told by another message, while a dead process held it.
    if not (occurrence["repeat"] or (occurrence["state"] in FINAL and occurrence["attempts"])):
        return able(seen, began, came), ""
    return able(seen, _let_go(seen, escalation, began, came), came), HELD


def _left_at(occurrence: Row, escalation: Row, seen: Witness) -> float:
    """When the person of a message that was cancelled for it left, after its advice was opened.

    The reply to /stop says what stands, and who is gone hears nothing.
    """
    opened_at = real(escalation["opened_at"], seen)
    silences = seen.silences.get(occurrence["chat_id"], ())
    if occurrence["reason"] not in LEFT:
        return seen.ended
    return min((each.began for each in silences if each.began >= opened_at), default=seen.ended)


def _told_again_at(occurrence: Row, books: Books, seen: Witness) -> float:
    """When a message was planned that tells advice again to who had left; 0 for any other."""
    had_left = any(
        each["escalation_id"] == occurrence["escalation_id"]
        and each["id"] < occurrence["id"]
        and each["reason"] in LEFT
        for each in books.occurrences
    )
    return real(occurrence["due_at"], seen) if had_left else 0.0


def _let_go(seen: Witness, escalation: Row, began: float, came: float) -> float:
    """When the lease of the last process that died over a message ran out.

    Only a death within seconds of being able to send counts: had that process not held the
    message, the one after it would have sent it.
    """
    since = real(escalation["opened_at"], seen)
    while True:
        deaths = [
            each
            for each in (*seen.deaths, *ends(seen))
            if since <= each <= came and able(seen, began, each) <= ESCALATION_S
        ]
        if not deaths:
            return began
        since = began = max(deaths) + LEASE_S
