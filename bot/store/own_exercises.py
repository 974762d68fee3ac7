"""The exercises that people added for themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Executable, bindparam, delete, insert, select

from bot.care.own import OwnExercise, OwnExerciseId, OwnWords
from bot.store.tables import own_exercises as table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.care.model import PersonId
    from bot.store.transaction import Transaction

OF_PERSON = (
    select(table.c.id, table.c.name, table.c.how)
    .where(table.c.person_id == bindparam("of"))
    .order_by(table.c.id)
)
ONE = OF_PERSON.where(table.c.id == bindparam("number"))


async def add(
    tx: Transaction, person_id: PersonId, words: OwnWords, *, at: datetime
) -> OwnExerciseId:
    """Keep one more exercise of the person's own; its id comes back."""
    row = insert(table).values(person_id=person_id, name=words.name, how=words.how, added_at=at)
    added: OwnExerciseId = (await tx.execute(row.returning(table.c.id))).scalar_one()
    return added


async def of_person(tx: Transaction, person_id: PersonId) -> tuple[OwnExercise, ...]:
    """The person's own exercises, in the order they were added."""
    return await _select(tx, OF_PERSON, {"of": person_id})


async def get(tx: Transaction, person_id: PersonId, own_id: OwnExerciseId) -> OwnExercise | None:
    """The exercise with this id, where it is this person's and still there."""
    found = await _select(tx, ONE, {"of": person_id, "number": own_id})
    return found[0] if found else None


async def remove(tx: Transaction, person_id: PersonId, own_id: OwnExerciseId) -> bool:
    """Forget an exercise of this person; False where there is none such."""
    statement = delete(table).where(table.c.person_id == person_id, table.c.id == own_id)
    return (await tx.execute(statement)).rowcount > 0


async def _select(
    tx: Transaction, statement: Executable, parameters: Mapping[str, int]
) -> tuple[OwnExercise, ...]:
    rows = await tx.execute(statement, parameters)
    return tuple(OwnExercise(own_id, OwnWords(name, how)) for own_id, name, how in rows)
