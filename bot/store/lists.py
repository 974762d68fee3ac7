"""Many numbers as one parameter, so that a statement reads the same however many there are.

`IN` with a placeholder for each number is written out, taken apart and planned anew for each
length; that costs more than finding the rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import ARRAY, BigInteger, Column, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NULLTYPE, TypeDecorator

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import ColumnElement, Dialect
    from sqlalchemy.sql.compiler import SQLCompiler
    from sqlalchemy.types import TypeEngine


class Numbers(TypeDecorator[list[Any]]):
    """A list of numbers: an array on PostgreSQL; JSON on SQLite, where it may hold lists too."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """How the list goes to this kind of database."""
        return Text() if dialect.name == "sqlite" else ARRAY(BigInteger())

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        """What makes a list into what goes there."""
        return _to_json if dialect.name == "sqlite" else _to_array


def among(column: Column[int], name: str) -> ColumnElement[bool]:
    """Whether the column is one of the numbers in the parameter `name`."""
    return _Among(column, bindparam(name, type_=Numbers()))


class _Among(FunctionElement[bool]):
    inherit_cache = True
    # Behind a boolean SQLAlchemy writes `= 1` for SQLite, which then looks into no index.
    type = NULLTYPE  # type: ignore[assignment]
    name = "among"


@compiles(_Among, "sqlite")
def _in_json(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, numbers = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({numbers}))"  # noqa: S608  # no values


@compiles(_Among, "postgresql")
def _in_array(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, numbers = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} = ANY ({numbers})"


def _to_json(numbers: Any) -> str:
    return orjson.dumps(list(numbers)).decode()


def _to_array(numbers: Any) -> str:
    """As PostgreSQL writes an array; the driver's own way looks at each number in Python."""
    return f"{{{','.join(map(str, numbers))}}}"
