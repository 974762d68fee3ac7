"""What was due, sent, answered and judged, held against each other at the end of a campaign.

Each promise is a function of its own; docs/faults.md says in words what it means.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.care.model import (
    CHECK_INS,
    NUDGES,
    Kind,
)
from tests.faults.answers import answers_kept, judged_once, updates_kept
from tests.faults.chats import order_kept, silence_kept, silence_written
from tests.faults.escalations import escalations_have_words, escalations_out
from tests.faults.sending import (
    check_ins_asked,
    endings_told,
    nudges_once,
    planned_once,
    sent_means_sent,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.faults.books import Books, Witness

    Promises = tuple[Callable[[Books, Witness], Iterator[str]], ...]


@dataclass
class Ledger:
    """Figures, and every promise that was broken."""

    figures: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)


def balance(books: Books, seen: Witness, promises: Promises | None = None) -> Ledger:
    """Hold every promise, or only these, against the books and what was seen."""
    ledger = Ledger()
    for promise in PROMISES if promises is None else promises:
        ledger.broken += promise(books, seen)
    count = ledger.figures
    count["updates"] = len(seen.updates)
    count["taps"] = len(seen.told)
    count["answers"] = len(books.answers)
    count["escalations"] = len(books.escalations)
    count["seconds the bot was up"] = round(sum(b - a for a, b in seen.up))
    count["seconds of these without a processor"] = round(
        sum(seen.starving.between(a, b) for a, b in seen.up)
    )
    count["longest wait for advice while able to send, in ms"] = round(
        1000 * max(seen.advice_waited, default=0.0)
    )
    count["told of somebody who is not there (403)"] = sum(
        each.refused == 403 for each in seen.attempts
    )
    count["messages sent"] = sum(each.came for each in seen.attempts)
    for each in books.occurrences:
        group = _group(each["kind"])
        count[f"{group}: {each['state']}"] += 1
        count[f"{group}: sent again"] += bool(each["repeat"])
    return ledger


def _group(kind: Kind) -> str:
    if kind in NUDGES:
        return "nudges"
    return "check-ins" if kind in CHECK_INS else "safety messages"


PROMISES: Promises = (
    updates_kept,
    endings_told,
    planned_once,
    sent_means_sent,
    nudges_once,
    check_ins_asked,
    escalations_have_words,
    escalations_out,
    answers_kept,
    judged_once,
    order_kept,
    silence_kept,
    silence_written,
)
# However busy the machine is: these compare what happened before what, not how fast.
WITHOUT_SECONDS: Promises = (
    updates_kept,
    planned_once,
    sent_means_sent,
    nudges_once,
    check_ins_asked,
    escalations_have_words,
    answers_kept,
    judged_once,
    silence_written,
)
