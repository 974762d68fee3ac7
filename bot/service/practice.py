"""What every use case works with: the database, the content, and the operator's choices."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from bot.store import people
from bot.store.together import Together

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.care.model import ChatId, Person
    from bot.library.library import Language, Library
    from bot.store.database import Database

Asked = TypeVar("Asked")
Given = TypeVar("Given")


@dataclass(frozen=True, slots=True)
class Practice:
    """The database, the content, and the country whose numbers are given by default."""

    database: Database
    library: Library
    country: str
    _gathered: dict[object, Together[Any, Any]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def together(
        self, answer: Callable[[Practice, Sequence[Asked]], Awaitable[Sequence[Given]]]
    ) -> Together[Asked, Given]:
        """Where what many people ask of `answer` at the same time is gathered."""
        if answer not in self._gathered:
            self._gathered[answer] = Together(partial(answer, self))
        return self._gathered[answer]

    async def person_of(self, chat_id: ChatId) -> Person | None:
        """The person of this chat; whoever asks at the same time is looked up together."""
        return await self.together(_find).ask(chat_id)

    def language(self, person: Person) -> Language:
        """The person's language, or the nearest one there is."""
        return self.library.language(person.language)


async def _find(practice: Practice, chat_ids: Sequence[ChatId]) -> list[Person | None]:
    async with practice.database.reading() as tx:
        known = await people.by_chats(tx, chat_ids)
    return [known.get(each) for each in chat_ids]
