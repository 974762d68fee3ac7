"""How values stand in a column: instants as epoch milliseconds, enums and JSON as text."""

from __future__ import annotations

import enum
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import orjson
from sqlalchemy import BigInteger, Dialect, Integer, SmallInteger, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

if TYPE_CHECKING:
    from collections.abc import Callable

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)

T = TypeVar("T")
W = TypeVar("W", bound=enum.StrEnum)

# SQLite's STRICT tables know INTEGER, TEXT and BLOB; only INTEGER makes a rowid.
Big: TypeEngine[int] = BigInteger().with_variant(Integer(), "sqlite")
Small: TypeEngine[int] = SmallInteger().with_variant(Integer(), "sqlite")


def to_ms(instant: datetime) -> int:
    """Milliseconds since 1970 in UTC, rounded down; a naive instant raises ValueError."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no zone")
    return (instant - EPOCH) // MILLISECOND


def from_ms(milliseconds: int) -> datetime:
    """The instant in UTC of these milliseconds since 1970."""
    return EPOCH + milliseconds * MILLISECOND


class Kept(TypeDecorator[T]):
    """A value kept as another: `keep` turns it into what stands in the column, `read` back."""

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = Text
    cache_ok = True

    def __init__(
        self, column: TypeEngine[Any], keep: Callable[[T], Any], read: Callable[[Any], T]
    ) -> None:
        super().__init__()
        self.impl = self.impl_instance = column
        self.column = column
        self.keep = keep
        self.read = read

    def bind_processor(self, dialect: Dialect) -> Callable[[T | None], Any]:  # noqa: ARG002
        """What turns a value into what stands in the column; NULL for None.

        SQLAlchemy's own way to it makes three calls of each value, of which a row has twenty.
        """
        keep = self.keep
        return lambda value: None if value is None else keep(value)

    def result_processor(
        self,
        dialect: Dialect,  # noqa: ARG002
        coltype: object,  # noqa: ARG002
    ) -> Callable[[Any], T | None]:
        """What turns it back; None for NULL."""
        read = self.read
        return lambda value: None if value is None else read(value)


def wall_text(wall: time) -> str:
    """A wall time as short as it can be read back: 18:30, or 18:30:15 where seconds matter."""
    return wall.isoformat("auto" if wall.second or wall.microsecond else "minutes")


def _to_json(value: Any) -> str:
    return orjson.dumps(value).decode()


def word(words: type[W]) -> Kept[W]:
    """A member of this StrEnum, kept as its value."""
    return Kept(Text(), str, {str(each): each for each in words}.__getitem__)


instant = Kept(Big, to_ms, from_ms)
flag = Kept(Small, int, bool)
json: Kept[Any] = Kept(Text(), _to_json, orjson.loads)  # None is NULL
local_date = Kept(Text(), date.isoformat, date.fromisoformat)  # no zone: 2026-10-25
wall_time = Kept(Text(), wall_text, time.fromisoformat)  # on the person's clock: 18:30
