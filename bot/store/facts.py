"""Small things the program remembers about itself, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select

from bot.store.tables import facts as table

if TYPE_CHECKING:
    from bot.store.transaction import Transaction


async def get(tx: Transaction, name: str) -> Any:
    """The value kept under `name`; None where there is none."""
    statement = select(table.c.value).where(table.c.name == name)
    return (await tx.execute(statement)).scalar_one_or_none()


async def set(tx: Transaction, name: str, value: Any) -> None:
    """Keep text, a number, True or False, or lists and dictionaries of them; None forgets it."""
    await tx.execute(delete(table).where(table.c.name == name))
    if value is not None:
        await tx.execute(insert(table).values(name=name, value=value))
