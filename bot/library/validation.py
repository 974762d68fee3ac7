"""From a read file to a validated one: pydantic's errors told by file, line and column."""

from __future__ import annotations

import types
import typing
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from bot.library.entries import FORMS
from bot.library.errors import ContentError, Problem, hint, listed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic_core import ErrorDetails

    from bot.library.strictyaml import Document, Step

Shape = TypeVar("Shape", bound=BaseModel)

_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping (key: value)",
    "model_type": "a mapping (key: value)",
}


def shaped(document: Document, shape: type[Shape], *, root: str | None = None) -> Shape:
    """The document in its shape. With `root` the whole value is the field of that name.

    Raises ContentError with every problem found.
    """
    value = document.value if root is None else {root: document.value}
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        problems = [
            _problem(document, shape, each, root) for each in error.errors(include_url=False)
        ]
        raise ContentError(problems) from None


def _problem(
    document: Document, shape: type[BaseModel], error: ErrorDetails, root: str | None
) -> Problem:
    given = error["loc"][1:] if root is not None else error["loc"]
    path = _real(document, given)
    is_key = error["type"] == "extra_forbidden" or given[-1:] == ("[key]",)
    return Problem(document.where(path, key=is_key), _said(error, shape))


def _real(document: Document, loc: Iterable[Step]) -> tuple[Step, ...]:
    """The steps that exist in the file: pydantic adds names of types and of missing keys."""
    path: tuple[Step, ...] = ()
    for step in loc:
        if (*path, step) in document.places:
            path = (*path, step)
    return path


def _said(error: ErrorDetails, shape: type[BaseModel]) -> str:
    kind, given, loc = error["type"], error["input"], error["loc"]
    context = error.get("ctx", {})
    if kind == "missing":
        return f'"{loc[-1]}" is missing. Add it.'
    if kind == "extra_forbidden":
        known = _fields(shape, loc[:-1])
        near = hint(str(loc[-1]), known)
        return f'"{loc[-1]}" is not a key here ({listed(known)}).{near or " Remove it."}'
    if kind == "literal_error":
        return _not_an_option(given, str(context["expected"]))
    if kind in _EXPECTED:
        quotes = " Put it in quotes." if kind == "string_type" and _is_number(given) else ""
        return f"expected {_EXPECTED[kind]}, found {_shown(given)}.{quotes}"
    if kind == "value_error":
        return f"{context['error']}. Found {_shown(given)}."
    if kind == "string_pattern_mismatch":
        form = FORMS.get(context["pattern"], context["pattern"])
        return f"{_shown(given)} is not {form}."
    return f"{error['msg']}, found {_shown(given)}."


def _not_an_option(given: object, expected: str) -> str:
    known = expected.replace("'", "").replace(" or ", ", ")
    near = hint(str(given), known.split(", ")) if isinstance(given, str) else ""
    return f"{_shown(given)} is not one of: {known}.{near}"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return f'"{value[:60]}…"' if len(value) > 60 else f'"{value}"'
    if isinstance(value, dict):
        return f"a mapping of {listed(map(str, value), 4)}" if value else "an empty mapping"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return str(value).lower() if isinstance(value, bool) else f"the number {value}"


def _fields(shape: type[BaseModel], loc: tuple[Step, ...]) -> list[str]:
    """The keys known to the model that stands at `loc`."""
    here: Any = shape
    for step in loc:
        here = _step_into(here, step)
    return list(here.model_fields) if _is_model(here) else []


def _step_into(here: Any, step: Step) -> Any:
    if _is_model(here):
        field = here.model_fields.get(str(step))
        return _unwrapped(field.annotation) if field else here
    inner = [_unwrapped(each) for each in get_args(here)]
    if get_origin(here) is dict and len(inner) == 2:
        return inner[1]
    return inner[0] if inner else here


def _unwrapped(annotation: Any) -> Any:
    """The type within Optional and Annotated; of a union, its model."""
    while True:
        if get_origin(annotation) is typing.Annotated:
            annotation = get_args(annotation)[0]
        elif get_origin(annotation) in (typing.Union, types.UnionType):
            options = [each for each in get_args(annotation) if each is not type(None)]
            models = [each for each in options if _is_model(_unwrapped(each))]
            annotation = (models or options)[0]
        else:
            return annotation


def _is_model(here: Any) -> bool:
    return isinstance(here, type) and issubclass(here, BaseModel)
