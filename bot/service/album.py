"""The drawings Telegram holds already: a file id is sent in place of the picture's bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.store import facts

if TYPE_CHECKING:
    from bot.store.database import Database


@dataclass(frozen=True, slots=True)
class Album:
    """File ids by the key of what they show; they belong to one bot alone, whose id is `bot_id`."""

    database: Database
    bot_id: int
    _known: dict[str, str] = field(default_factory=dict)

    async def file_id(self, key: str) -> str | None:
        """What Telegram calls this picture; None until it was sent once."""
        if key not in self._known:
            async with self.database.reading() as tx:
                kept = await facts.get(tx, self._name(key))
            if not isinstance(kept, str):
                return None
            self._known[key] = kept
        return self._known[key]

    async def keep(self, key: str, file_id: str) -> None:
        """Remember what Telegram calls a picture, in place of what it was called before."""
        if self._known.get(key) == file_id:
            return
        async with self.database.transaction() as tx:
            await facts.set(tx, self._name(key), file_id)
        self._known[key] = file_id

    def _name(self, key: str) -> str:
        return f"picture:{self.bot_id}:{key}"
