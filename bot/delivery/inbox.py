"""Updates, safe in the database before Telegram hears that they arrived, and then handled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson

from bot.care.model import ChatId
from bot.delivery.backoff import Backoff
from bot.delivery.clerk import Clerk, Handle, Letter
from bot.delivery.lanes import Lanes
from bot.delivery.metrics import Metrics
from bot.store import inbox as table
from bot.store.together import Together

if TYPE_CHECKING:
    from telegram import Bot

    from bot.delivery.clock import Clock
    from bot.store.database import Database

GRACE_S = 3.0
LONGEST_REST_S = 10.0  # a danger sign may wait so long after the network is back
LEFT_AFTER = timedelta(seconds=30)


class Inbox:
    """The table of updates, and the handling of them: in order in a chat, side by side across.

    An update that has to be tried again holds up its chat; other chats notice nothing, however
    many wait. `Lanes` keeps the order, and `Clerk` says what is tried for how long and when
    `on_poison` is called.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        handle: Handle,
        bot: Bot,
        *,
        on_poison: Handle | None = None,
        backoff: Backoff | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        backoff = backoff or Backoff(first_s=0.5, most_s=LONGEST_REST_S)
        self._clerk = Clerk(
            database,
            clock,
            handle,
            bot,
            on_poison=on_poison,
            backoff=backoff,
            metrics=metrics or Metrics(),
        )
        self._lanes = Lanes(database, self._clerk, backoff)
        self._arrivals = Together(self._keep)
        self._doubtful: set[int] = set()  # perhaps stored, and not handed on
        self._started = False

    @property
    def is_open(self) -> bool:
        """Whether updates may come in."""
        return self._started

    async def start(self) -> None:
        """Take up what an earlier run received and did not finish, before anything new of the
        same chat.
        """
        self._started = True
        self._lanes.catch_up()

    async def take_up_left(self) -> None:
        """Take up what another process received and has not finished for a while.

        It may have died on a machine that stays down. Where it lives and is only slow, both
        handle the update, which is harmless. Returns at once.
        """
        if self._started:
            self._lanes.take_up(self._clock.now() - LEFT_AFTER)

    async def receive(self, updates: Iterable[Mapping[str, Any]]) -> int:
        """Store updates as Telegram's JSON gave them; how many were new.

        They are taken in the order of their numbers, which is that of the acts. When this returns
        they are committed, and may be confirmed to Telegram. Raises what the database raises;
        then none is, and none may be. Waits while updates of far too many chats are unhandled.
        """
        if not self._started:
            raise RuntimeError("the inbox finishes what is left over first: call start()")
        await self._lanes.room()
        at = self._clock.now()
        in_order = sorted(updates, key=lambda each: int(each["update_id"]))
        return await self._arrivals.ask(
            [
                table.Arrival(int(update["update_id"]), chat_of(update), orjson.dumps(update), at)
                for update in in_order
            ]
        )

    async def settled(self) -> None:
        """Return once no update is waiting or being handled."""
        await self._lanes.settled()

    async def stop(self) -> None:
        """Finish the updates in hand, within 4 s; the others stay in the table for next time."""
        self._clerk.hurry()
        await self._lanes.stop(GRACE_S)
        await self._clerk.put_back()

    async def _keep(self, brought: Sequence[Sequence[table.Arrival]]) -> list[int]:
        """Store what came in meanwhile with one commit, and hand on what is new, in order."""
        arrivals = [each for together in brought for each in together]
        try:
            async with self._database.transaction() as tx:
                new = await table.receive(tx, arrivals)
        except Exception:
            # The commit may have gone through and its answer been lost.
            self._doubtful.update(each.update_id for each in arrivals)
            raise
        # Telegram may bring the same update twice at once: it is new, and handed on, once.
        first = {each.update_id: each for each in reversed(arrivals)}
        for update_id, each in sorted(first.items()):
            if update_id in new:
                self._lanes.put(each.chat_id, Letter(update_id, each.payload, each.at))
            elif update_id in self._doubtful:
                self._lanes.hold(table.Waiting(update_id, each.chat_id))
        self._doubtful.difference_update(first)
        return [
            sum(each.update_id in new and first[each.update_id] is each for each in together)
            for together in brought
        ]


def chat_of(update: Mapping[str, Any]) -> ChatId | None:
    """The chat an update belongs to, else the user it is from; None where it names neither."""
    for part in update.values():
        if not isinstance(part, Mapping):
            continue
        message = part.get("message")
        places = (part, message if isinstance(message, Mapping) else {})
        for place, name in ((p, n) for n in ("chat", "from", "user") for p in places):
            found = place.get(name)
            if isinstance(found, Mapping) and isinstance(found.get("id"), int):
                return ChatId(found["id"])
    return None
