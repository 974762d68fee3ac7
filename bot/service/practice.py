"""What every use case works with: the database, the content, and the operator's choices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.care.model import Person
    from bot.library.library import Language, Library
    from bot.store.database import Database


@dataclass(frozen=True, slots=True)
class Practice:
    """The database, the content, and the country whose numbers are given by default."""

    database: Database
    library: Library
    country: str

    def language(self, person: Person) -> Language:
        """The person's language, or the nearest one there is."""
        return self.library.language(person.language)
