"""The promises about a chat: order kept, and silence where it is wanted."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

from bot.care.model import (
    CHECK_INS,
    NUDGES,
    OccurrenceState,
)
from tests.faults.spans import CONFUSING, fed, real, troubled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.actors import Silence
    from tests.faults.books import Books, Row, Witness

LEASE_S = 60.0  # a lease left by a crash comes back within this
KNOCKED_S = 0.8  # what had left when Telegram said that nobody is there, and writing it down
RECORDED_S = 3.0  # what was on the wire when the person said stop
SECOND_S = 1.0  # a message's date has whole seconds: it came within the second that began then
ORDER_S = 1.5


def order_kept(books: Books, seen: Witness) -> Iterator[str]:
    """In one chat taps are answered in the order they were made, and messages come as due."""
    latest: dict[int, int] = {}
    first: set[int] = set()
    for at, chat_id, update_id in seen.answered:
        if update_id in first:
            continue
        first.add(update_id)
        if update_id < latest.get(chat_id, 0) and not _confused(seen, at):
            yield f"chat {chat_id}: tap {update_id} was answered after {latest[chat_id]}"
        latest[chat_id] = max(update_id, latest.get(chat_id, 0))
    yield from _due_order(books, seen)


def _due_order(books: Books, seen: Witness) -> Iterator[str]:
    sent: defaultdict[tuple[int, int], list[Row]] = defaultdict(list)
    for each in books.occurrences:
        plain = each["state"] is OccurrenceState.SENT and not each["repeat"]
        if plain and (each["chat_id"], each["message_id"]) in seen.messages:
            sent[(each["chat_id"], each["priority"])].append(each)
    for (chat_id, _), rows in sent.items():
        rows.sort(key=lambda row: row["message_id"])
        for before, after in pairwise(rows):
            came = seen.messages[(chat_id, after["message_id"])]
            if _known_by(after, before, seen, came) and not _confused(seen, came):
                yield f"chat {chat_id}: {before['id']} came before {after['id']}, due earlier"


def _known_by(after: Row, before: Row, seen: Witness, came: float) -> bool:
    """Whether `after` was due first, and planned no later, so that it should have left first."""
    slack_s = ORDER_S + seen.starving.between(after["due_at"], came)
    earlier = after["due_at"] < before["due_at"] - slack_s
    return bool(earlier and after["id"] < before["id"])


def _confused(seen: Witness, at: float) -> bool:
    """Whether two processes, or two clocks, were at work about this time."""
    margin = LEASE_S
    return any(
        each.what in CONFUSING and each.began - 2 <= at <= each.ended + margin
        for each in seen.spells
    )


def silence_kept(books: Books, seen: Witness) -> Iterator[str]:
    """Whoever blocked, closed the account, stopped or paused hears nothing of the plan."""
    for chat_id, silences in seen.silences.items():
        for silence in silences:
            if silence.what in ("block", "gone"):
                yield from _no_knocking(books, seen, chat_id, silence)
            else:
                yield from _quiet(books, seen, chat_id, silence)


def _no_knocking(books: Books, seen: Witness, chat_id: int, silence: Silence) -> Iterator[str]:
    """After a no of Telegram's that the bot lived to write down there is no more trying."""
    end = silence.ended or float("inf")
    refusals = [
        each
        for each in seen.attempts
        if each.chat_id == chat_id and each.refused == 403 and silence.began <= each.at <= end
    ]
    # What the person had said before and is handled late takes them for being back; a second
    # poller's share of it may be the last to be handled.
    rows = [books.inbox[each] for each in silence.said if each in books.inbox]
    said = max((real(row["closed_at"] or seen.ended, seen) for row in rows), default=0.0)
    heard = next(
        (
            each.at
            for each in refusals
            if each.at > said and not each.slow and _is_written_down(seen, each.at)
        ),
        None,
    )
    if heard is None:
        return
    for each in refusals:
        if each.at <= heard or fed(seen, heard, each.at) <= KNOCKED_S:
            continue
        if each.is_planned or not troubled(seen, heard, each.at):
            yield (
                f"chat {chat_id}: tried again {each.at - heard:.0f} s after Telegram said"
                f" that nobody is there ({silence.what})"
            )


def _is_written_down(seen: Witness, refused_at: float) -> bool:
    """Whether the bot went on undisturbed, for as long as writing an ending down may take."""
    end = refused_at + KNOCKED_S
    while fed(seen, refused_at, end) < KNOCKED_S and end < refused_at + 10 * KNOCKED_S:
        end += 0.5
    return not troubled(seen, refused_at - 1.0, end)


def _quiet(books: Books, seen: Witness, chat_id: int, silence: Silence) -> Iterator[str]:
    handled = books.inbox.get(silence.update_id or 0)
    if handled is None or handled["closed_at"] is None:
        return
    began = max(silence.began, real(handled["closed_at"], seen)) + RECORDED_S
    end = silence.ended or float("inf")
    for attempt in seen.attempts:
        if attempt.chat_id != chat_id or not attempt.came or not began < attempt.at < end:
            continue
        if fed(seen, began - RECORDED_S, attempt.at) <= RECORDED_S:
            continue
        for what, number in attempt.buttons:
            if what == "n":
                yield f"chat {chat_id}: nudge {number} came after /{silence.what}"
    for each in books.occurrences:
        at = seen.messages.get((chat_id, each["message_id"]))
        ours = each["chat_id"] == chat_id and each["kind"] in CHECK_INS
        if at is None or not ours or not began < at <= end - SECOND_S:
            continue
        if fed(seen, began, at) > RECORDED_S:
            yield f"chat {chat_id}: {each['kind']} {each['id']} came after /{silence.what}"


def silence_written(books: Books, seen: Witness) -> Iterator[str]:
    """By the bot's own books nothing of the plan was sent after /stop or /pause was handled.

    What was on its way then is cancelled in the same commit, and does not count as sent.
    """
    for chat_id, silences in seen.silences.items():
        for silence in silences:
            handled = books.inbox.get(silence.update_id or 0)
            if silence.what not in ("stop", "pause") or not handled or not handled["closed_at"]:
                continue
            began, end = real(handled["closed_at"], seen), silence.ended or float("inf")
            for each in books.occurrences:
                ours = each["chat_id"] == chat_id and each["kind"] in NUDGES | CHECK_INS
                sent = each["state"] is OccurrenceState.SENT and each["sent_at"]
                if ours and sent and began < real(each["sent_at"], seen) < end:
                    yield f"chat {chat_id}: {each['kind']} {each['id']} counts as sent later"
