"""What the ledger looks at: the bot's own rows, and what its Telegram and its people saw."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import select

from bot.sandbox.updates import FIRST_UPDATE_ID
from bot.store.tables import metadata
from tests.faults.starving import Starving

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.sandbox.model import Call
    from bot.store.database import Database
    from tests.faults.actors import Silence, Told
    from tests.faults.machine import Spell

SENDS = ("sendMessage", "sendPhoto")
NOT_TAKEN = ("drop_before",)  # Telegram did nothing
PLANNED_ACTIONS = ("n", "a", "e")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Attempt:
    """A message the bot asked Telegram to send, and what its buttons belong to.

    `at` is in seconds of the monotonic clock. `buttons` are pairs of what a button is for (n: a
    nudge, a: a question, e: advice) and the id it carries. `refused` is Telegram's error code;
    `lost` says that the request never reached Telegram.
    """

    at: float
    chat_id: int
    buttons: frozenset[tuple[str, int]]
    refused: int | None = None
    lost: bool = False
    wait_s: float = 0.0  # what Telegram asked for
    slow: bool = False  # the answer came seconds later

    @property
    def is_planned(self) -> bool:
        """Whether it is a nudge, which nobody is sent in reply to anything."""
        return any(what == "n" for what, _ in self.buttons)

    @property
    def came(self) -> bool:
        """Whether it stands in the chat."""
        return self.refused is None and not self.lost


@dataclass(slots=True)
class Books:
    """All rows at the end, by table. Instants are turned into seconds of the monotonic clock."""

    occurrences: list[Row] = field(default_factory=list)
    interviews: dict[int, Row] = field(default_factory=dict)
    answers: list[Row] = field(default_factory=list)
    escalations: list[Row] = field(default_factory=list)
    responses: list[Row] = field(default_factory=list)
    inbox: dict[int, Row] = field(default_factory=dict)
    arrivals: list[int] = field(default_factory=list)  # the inbox's numbers, row by row
    chats: dict[int, int] = field(default_factory=dict)  # person to chat


@dataclass(slots=True)
class Witness:
    """What was seen from outside; instants in seconds of the monotonic clock."""

    attempts: list[Attempt] = field(default_factory=list)
    messages: dict[tuple[int, int], float] = field(default_factory=dict)  # of the bot: when
    updates: Sequence[int] = ()  # every one that Telegram made
    answered: list[tuple[float, int, int]] = field(default_factory=list)  # at, chat, update
    told: list[Told] = field(default_factory=list)
    silences: dict[int, list[Silence]] = field(default_factory=dict)  # by chat
    up: list[tuple[float, float]] = field(default_factory=list)
    deaths: list[float] = field(default_factory=list)
    spells: list[Spell] = field(default_factory=list)
    starving: Starving = field(default_factory=Starving)
    advice_waited: list[float] = field(default_factory=list)  # seconds, filled in by the ledger
    ended: float = 0.0


async def read_books(database: Database, offset: float) -> Books:
    """Everything the bot has written down; `offset` is Unix time less monotonic time."""

    async def rows(name: str) -> list[Row]:
        table = metadata.tables[name]
        async with database.reading() as tx:
            found = (await tx.execute(select(table).order_by(*table.primary_key))).mappings()
            return [{key: _moved(value, offset) for key, value in row.items()} for row in found]

    inbox = await rows("inbox")
    return Books(
        arrivals=[each["update_id"] for each in inbox],
        occurrences=await rows("occurrences"),
        interviews={each["id"]: each for each in await rows("interviews")},
        answers=await rows("answers"),
        escalations=await rows("escalations"),
        responses=await rows("responses"),
        inbox={each["update_id"]: each for each in inbox},
        chats={each["id"]: each["chat_id"] for each in await rows("people")},
    )


def _moved(value: Any, offset: float) -> Any:
    return value.timestamp() - offset if hasattr(value, "timestamp") else value


def attempts_in(calls: Iterable[Call], offset: float) -> list[Attempt]:
    """Every message that the bot tried to send."""
    return [
        Attempt(
            at=call.at.timestamp() - offset,
            chat_id=int(call.params["chat_id"]),
            buttons=_belongs_to(call.params.get("reply_markup")),
            refused=call.error_code,
            lost=call.fault in NOT_TAKEN,
            wait_s=_asked_to_wait(call),
            slow=call.fault == "slow",
        )
        for call in calls
        if call.method in SENDS
    ]


def _asked_to_wait(call: Call) -> float:
    last = (call.description or "").rpartition(" ")[2]
    return float(last) if call.error_code == 429 and last.isdecimal() else 0.0


def _belongs_to(markup: Any) -> frozenset[tuple[str, int]]:
    if isinstance(markup, str):
        markup = orjson.loads(markup)
    found = set()
    for row in (markup or {}).get("inline_keyboard", ()):
        for button in row:
            parts = button.get("callback_data", "").split(":")
            if len(parts) > 2 and parts[1] in PLANNED_ACTIONS and parts[2].isdecimal():
                found.add((parts[1], int(parts[2])))
    return frozenset(found)


def answered_in(calls: Iterable[Call], offset: float) -> list[tuple[float, int, int]]:
    """When each tap was answered: instant, chat and update, in the order of the calls."""
    found = []
    for call in calls:
        query = str(call.params.get("callback_query_id", ""))
        if call.method == "answerCallbackQuery" and query.isdecimal():
            digits = len(str(FIRST_UPDATE_ID))
            chat_id, update_id = int(query[:-digits] or 0), int(query[-digits:])
            found.append((call.at.timestamp() - offset, chat_id, update_id))
    return found
