"""What every use case works with: the database, the content, and the operator's choices."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.store import people
from bot.store.together import Together

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.care.model import ChatId, Person
    from bot.library.library import Language, Library
    from bot.store.database import Database


@dataclass(frozen=True, slots=True)
class Practice:
    """The database, the content, and the country whose numbers are given by default."""

    database: Database
    library: Library
    country: str
    _finder: Together[ChatId, Person | None] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_finder", Together(self._find))

    async def person_of(self, chat_id: ChatId) -> Person | None:
        """The person of this chat; whoever asks at the same time is looked up together."""
        return await self._finder.ask(chat_id)

    async def _find(self, chat_ids: Sequence[ChatId]) -> list[Person | None]:
        async with self.database.reading() as tx:
            known = await people.by_chats(tx, chat_ids)
        return [known.get(each) for each in chat_ids]

    def language(self, person: Person) -> Language:
        """The person's language, or the nearest one there is."""
        return self.library.language(person.language)
