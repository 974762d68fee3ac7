"""What was due, sent, answered and judged, held against each other at the end of a campaign.

Each function is one promise; docs/faults.md says in words what it means.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from bot.care.model import (
    CHECK_INS,
    NUDGES,
    SAFETY,
    EscalationState,
    InterviewState,
    Kind,
    OccurrenceState,
)
from tests.faults.actors import EMERGENCIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.faults.actors import Silence, Told
    from tests.faults.books import Attempt, Books, Row, Witness

ESCALATION_S = 5.0
SETTLE_S = 10.0  # more ticks of one list may join a message below emergency
LEASE_S = 60.0  # a lease left by a crash comes back within this
RECORDED_S = 3.0  # what was on the wire when the person said stop
SILENT_S = 12.0  # what had left when Telegram first said that nobody is there
LATE_S = 15.0  # what is due at the very end has this long
ORDER_S = 1.5
HOUR_S = 3600.0
HELD = ", the lease of a dead process not counted"
CONFUSING = ("clock", "two pollers")
FINAL = (OccurrenceState.CANCELLED, OccurrenceState.EXPIRED)


@dataclass
class Ledger:
    """Figures, and every promise that was broken."""

    figures: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)


def balance(books: Books, seen: Witness) -> Ledger:
    """Hold every promise against the books and what was seen."""
    ledger = Ledger()
    for promise in PROMISES:
        ledger.broken += promise(books, seen)
    count = ledger.figures
    count["updates"] = len(seen.updates)
    count["taps"] = len(seen.told)
    count["answers"] = len(books.answers)
    count["escalations"] = len(books.escalations)
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


def updates_kept(books: Books, seen: Witness) -> Iterator[str]:
    """Whatever Telegram had for the bot was written down and seen through."""
    for update_id in seen.updates:
        row = books.inbox.get(update_id)
        if row is None:
            yield f"update {update_id} was never written down"
        elif row["state"] != "done":
            yield f"update {update_id} ended as {row['state']}: {row['reason']}"


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
        (each["session_id"], each["escalation_id"], each["item"], each["sequence"], version)
        for each in books.occurrences
        for version in (each["plan_version"],)
        if each["session_id"] is not None or each["escalation_id"] is not None
    )
    for key, count in keys.items():
        if count > 1:
            yield f"planned {count} times: {key}"
    opened = Counter(each["occurrence_id"] for each in books.interviews.values())
    for occurrence_id, count in opened.items():
        if occurrence_id is not None and count > 1:
            yield f"check-in {occurrence_id} opened {count} interviews"


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
    begin, end = occurrence["sent_at"] - LEASE_S - 45.0, occurrence["sent_at"] + 5.0
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

    One for an answer (its reply asks what is next, and again where the bot died in between), for
    a wish to answer it now, and for a reminder, which may come twice when it is in doubt.
    """
    allowed: Counter[int] = Counter()
    for told in seen.told:
        _, action, *arguments = told.data.split(":")
        if action in ("a", "ask"):
            allowed[int(arguments[0])] += 2
    for row in books.occurrences:
        if row["kind"] is Kind.REMINDER and row["attempts"]:
            for interview in books.interviews.values():
                if interview["person_id"] == row["person_id"]:
                    allowed[interview["id"]] += 2 if row["repeat"] else 1
    return allowed


def _times(seen: Witness, action: str) -> Counter[int]:
    return Counter(
        number
        for each in seen.attempts
        if each.came
        for what, number in each.buttons
        if what == action
    )


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
            came = seen.ended if each["state"] not in FINAL else _real(row["changed_at"], seen)
        waited, why = _waited(each, row, came, tries[row["id"]], seen)
        if waited > ESCALATION_S:
            yield (
                f"escalation {row['id']} ({row['level']}) waited {waited:.1f} s while the bot"
                f" could send{why}"
            )


def _waited(
    occurrence: Row, escalation: Row, came: float, tries: list[Attempt], seen: Witness
) -> tuple[float, str]:
    """Seconds of being able to send, since the last thing that stood in this message's way."""
    began = _real(escalation["opened_at"], seen)
    if escalation["level"] != "emergency":
        began += SETTLE_S
    for each in tries:
        if each.at <= came and not each.came:
            began = max(began, each.at + each.wait_s)
    # Also one that was cancelled, or told by another message, while a dead process held it.
    if not (occurrence["repeat"] or (occurrence["state"] in FINAL and occurrence["attempts"])):
        return able(seen, began, came), ""
    return able(seen, _let_go(seen, escalation, began, came), came), HELD


def _let_go(seen: Witness, escalation: Row, began: float, came: float) -> float:
    """When the lease of the last process that died over a message ran out.

    Only a death within seconds of being able to send counts: had that process not held the
    message, the one after it would have sent it.
    """
    since = _real(escalation["opened_at"], seen)
    while True:
        deaths = [
            each
            for each in (*seen.deaths, *_ends(seen))
            if since <= each <= came and able(seen, began, each) <= ESCALATION_S
        ]
        if not deaths:
            return began
        since = began = max(deaths) + LEASE_S


def _real(instant: float, seen: Witness) -> float:
    """An instant by the right clock, where it was written while the clock was an hour off."""
    for spell in seen.spells:
        for shift in (HOUR_S, -HOUR_S):
            if spell.what == "clock" and spell.began - 2 <= instant - shift <= spell.ended + 2:
                return instant - shift
    return instant


def _ends(seen: Witness) -> list[float]:
    """When something ended that can keep an ending from being written down."""
    return [each.ended for each in seen.spells if each.what not in CONFUSING]


def able(seen: Witness, begin: float, end: float) -> float:
    """For how many seconds in between the bot was up with nothing wrong around it."""
    free = [(max(a, begin), min(b, end)) for a, b in seen.up]
    for spell in seen.spells:
        if spell.what == "two pollers":
            continue
        cut: list[tuple[float, float]] = []
        for a, b in free:
            cut += [(a, min(b, spell.began)), (max(a, spell.ended), b)]
        free = [(a, b) for a, b in cut if a < b]
    return sum(max(0.0, b - a) for a, b in free)


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
        if act == "c" and _was_over(books, interview_id, told):
            continue
        yield f"chat {told.chat_id}: {told.data} stands nowhere"


def _words(value: Any) -> set[str]:
    return {str(each) for each in value} if isinstance(value, list | tuple) else {str(value)}


def _was_over(books: Books, interview_id: int, told: Told) -> bool:
    """Whether the interview had been closed by the time the tap was handled."""
    interview = books.interviews.get(interview_id)
    handled = books.inbox.get(told.update_id)
    if interview is None or handled is None or interview["state"] is InterviewState.OPEN:
        return False
    return bool(interview["closed_at"] <= (handled["closed_at"] or 0.0) + 1.0)


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
        if each["interview_id"] is not None and each["state"] is not EscalationState.RELEASED
    )
    for (interview, level, reasons), count in opened.items():
        if count > 1:
            yield f"interview {interview} opened {level} for {reasons} {count} times"
    yield from _reported_once(books, seen)
    yield from _responded_once(books, seen)


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
            if _known_by(after, before) and not _confused(seen, came):
                yield f"chat {chat_id}: {before['id']} came before {after['id']}, due earlier"


def _known_by(after: Row, before: Row) -> bool:
    """Whether `after` was due first, and planned no later, so that it should have left first."""
    earlier = after["due_at"] < before["due_at"] - ORDER_S
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
                yield from _no_knocking(seen, chat_id, silence)
            else:
                yield from _quiet(books, seen, chat_id, silence)


def _no_knocking(seen: Witness, chat_id: int, silence: Silence) -> Iterator[str]:
    """After Telegram's first no there is no more trying, unless the bot died over it."""
    end = silence.ended or float("inf")
    refusals = [
        each
        for each in seen.attempts
        if each.chat_id == chat_id and each.refused == 403 and silence.began <= each.at <= end
    ]
    for before, after in pairwise(refusals):
        forgot = _troubled_between(seen, before.at - 1.0, after.at)
        if after.at - before.at > SILENT_S and not forgot:
            yield (
                f"chat {chat_id}: tried again {after.at - before.at:.0f} s after Telegram said"
                f" that nobody is there ({silence.what})"
            )


def _troubled_between(seen: Witness, begin: float, end: float) -> bool:
    return any(begin <= at <= end for at in seen.deaths) or any(
        each.began <= end and each.ended >= begin for each in seen.spells
    )


def _quiet(books: Books, seen: Witness, chat_id: int, silence: Silence) -> Iterator[str]:
    handled = books.inbox.get(silence.update_id or 0)
    if handled is None or handled["closed_at"] is None:
        return
    began = max(silence.began, _real(handled["closed_at"], seen)) + RECORDED_S
    end = silence.ended or float("inf")
    for attempt in seen.attempts:
        if attempt.chat_id != chat_id or not attempt.came or not began < attempt.at < end:
            continue
        for what, number in attempt.buttons:
            if what == "n":
                yield f"chat {chat_id}: nudge {number} came after /{silence.what}"
    for each in books.occurrences:
        at = seen.messages.get((chat_id, each["message_id"]))
        ours = each["chat_id"] == chat_id and each["kind"] in CHECK_INS
        if ours and at is not None and began < at < end:
            yield f"chat {chat_id}: {each['kind']} {each['id']} came after /{silence.what}"


PROMISES: tuple[Callable[[Books, Witness], Iterator[str]], ...] = (
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
)
