"""The updates that wait for the bot, and the two ways it gets them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.sandbox.errors import conflict
from bot.sandbox.spec import spec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.sandbox.disk import Keeper
    from bot.sandbox.faults import Faults
    from bot.sandbox.model import Json
    from bot.sandbox.signal import Signal

FIRST_UPDATE_ID = 100_000_001
#: Sent only to a bot that asks for them by name (Bot API, getUpdates).
ASKED_FOR_ONLY = {"chat_member", "message_reaction", "message_reaction_count"}
MAX_BATCH = 100
OTHER_POLL = (
    "terminated by other getUpdates request; make sure that only one bot instance is running"
)


@dataclass(slots=True)
class Waiting:
    """An update not confirmed yet; `repeat` when a fault will send it once more."""

    update: Json
    repeat: bool = False

    @property
    def update_id(self) -> int:
        """Its number."""
        return int(self.update["update_id"])


class Updates:
    """The queue of updates: numbered up, kept until they are confirmed."""

    def __init__(self, keeper: Keeper, changed: Signal, faults: Faults) -> None:
        self._keeper = keeper
        self._changed = changed
        self._faults = faults
        self._waiting = [Waiting(row) for row in keeper.load("update")]
        counted = [int(row["last"]) for row in keeper.load("update_counter")]
        self._last_id = counted[0] if counted else FIRST_UPDATE_ID - 1
        self._poll = 0
        self._taken_by = OTHER_POLL
        self._closed = False

    @property
    def next_id(self) -> int:
        """The number of the next update; never used before, restarts included."""
        return self._last_id + 1

    @property
    def pending(self) -> int:
        """How many are not confirmed."""
        return len(self._waiting)

    def add(self, kind: str, payload: Json, allowed: Sequence[str] | None) -> int:
        """Queue an update of one `kind`, unless the bot asked for other kinds only.

        Returns its id.
        """
        self._last_id += 1
        return self._queue({"update_id": self._last_id, kind: payload}, kind, allowed)

    def add_raw(self, update: Json, allowed: Sequence[str] | None) -> int:
        """Queue a ready-made update; without `update_id` it gets the next one.

        Raises `ValueError` when it does not hold exactly one known kind of update.
        """
        kinds = [name for name in update if name != "update_id"]
        known = spec().types["Update"]
        if len(kinds) != 1 or kinds[0] not in known:
            raise ValueError(f"an update holds exactly one of {sorted(known)}, not {kinds}")
        numbered = {"update_id": update.get("update_id", self._last_id + 1), **update}
        self._last_id = max(self._last_id, numbered["update_id"])
        return self._queue(numbered, kinds[0], allowed)

    def _queue(self, update: Json, kind: str, allowed: Sequence[str] | None) -> int:
        wanted = kind in allowed if allowed else kind not in ASKED_FOR_ONLY
        self._keeper.save("update_counter", "last", {"last": self._last_id})
        if wanted:
            self._waiting.append(Waiting(update, repeat=self._faults.takes_duplicate()))
            self._keeper.save("update", str(update["update_id"]), update)
            self._changed.notify()
        return int(update["update_id"])

    def confirm(self, offset: int) -> None:
        """Drop everything below `offset`; a negative one keeps only the last `-offset`."""
        if offset < 0:
            offset = self._waiting[offset].update_id if len(self._waiting) >= -offset else 0
        confirmed = [one for one in self._waiting if one.update_id < offset]
        if not confirmed:
            return
        again = [one for one in confirmed if one.repeat]
        for one in confirmed:
            if one.repeat:
                one.repeat = False
            else:
                self._keeper.forget("update", str(one.update_id))
        self._waiting = again + [one for one in self._waiting if one.update_id >= offset]
        self._changed.notify()

    def drop_all(self) -> None:
        """Forget whatever waits."""
        for one in self._waiting:
            self._keeper.forget("update", str(one.update_id))
        self._waiting = []
        self._changed.notify()

    def first(self) -> Waiting | None:
        """The oldest that waits."""
        return self._waiting[0] if self._waiting else None

    async def fetch(self, offset: int, limit: int, timeout_s: float) -> list[Json]:
        """Answer one getUpdates: wait up to `timeout_s` real seconds for something.

        Raises `ApiError` 409 when a later getUpdates took over.
        """
        self.confirm(offset)
        mine = self.take_over(OTHER_POLL)
        await self._changed.wait_until(
            lambda: bool(self._waiting) or self._poll != mine or self._closed, timeout_s
        )
        if self._poll != mine:
            raise conflict(self._taken_by)
        batch = [one.update for one in self._waiting[: min(limit, MAX_BATCH)]]
        if len(batch) > 1 and self._faults.takes_reorder():
            batch.reverse()
        return batch

    def take_over(self, reason: str) -> int:
        """End a getUpdates that still waits, for this reason; the number of the new reader."""
        self._poll += 1
        self._taken_by = reason
        self._changed.notify()
        return self._poll

    def close(self) -> None:
        """Let every waiting getUpdates answer at once."""
        self._closed = True
        self._changed.notify()


def updates_allowed(params: dict[str, Any], before: list[str] | None) -> list[str] | None:
    """The kinds of update a call asked for; without a word the earlier choice stays."""
    if "allowed_updates" not in params:
        return before
    return list(params["allowed_updates"]) or None
