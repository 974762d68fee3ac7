"""The Bot API as data (bot_api.json): every call is read against it.

The file is a reduction of https://core.telegram.org/bots/api: the parameters
of the methods that are played, the types they mention, the names of the rest.
A type is written as there ("Array of MessageEntity", "Integer|String"), with
"!" behind what is required.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

from bot.sandbox.errors import ApiError, bad_request

TRUE_WORDS = {"true", "1", "yes"}
FALSE_WORDS = {"false", "0", "no"}
#: What the API knows and the sandbox leaves out.
NOT_PLAYED_TYPES = {"InputRichMessage", "SuggestedPostParameters"}
#: Telegram's own words for the two parameters that are forgotten most.
MISSING = {"chat_id": "chat_id is empty", "text": "message text is empty"}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a multipart call."""

    name: str
    mime_type: str
    content: bytes


class Params(dict[str, Any]):
    """Checked parameters of one call, and the files that came with it by part name."""

    def __init__(self, values: dict[str, Any], uploads: dict[str, Upload]) -> None:
        super().__init__(values)
        self.uploads = uploads


@dataclass(frozen=True, slots=True)
class Spec:
    """What bot_api.json holds."""

    methods: dict[str, dict[str, str]]
    types: dict[str, dict[str, str] | list[str]]
    not_played: frozenset[str]
    #: The emoji a bot may react with.
    reactions: frozenset[str]


@cache
def spec() -> Spec:
    """The reduced Bot API, read once."""
    data = orjson.loads(files("bot.sandbox").joinpath("bot_api.json").read_bytes())
    return Spec(
        data["methods"],
        data["types"],
        not_played=frozenset(data["not_played"]),
        reactions=frozenset(data["reactions"]),
    )


@cache
def method_names() -> dict[str, str]:
    """Lower-case names to the written ones: Telegram's method names ignore case."""
    known = spec()
    return {name.lower(): name for name in [*known.methods, *known.not_played]}


def read_params(method: str, raw: dict[str, Any], uploads: dict[str, Upload]) -> Params:
    """Check and convert the parameters of a played method.

    Raises `ApiError` 400 for an unknown parameter, a missing one or a wrong type.
    """
    fields = spec().methods[method]
    values: dict[str, Any] = {}
    for name, value in {**raw, **uploads}.items():
        if name not in fields:
            if _is_attachment(name, uploads, raw):
                continue
            raise bad_request(f'unknown parameter "{name}" of {method}')
        if value is not None:
            values[name] = _from_wire(fields[name].removesuffix("!"), value, name)
    for name, kind in fields.items():
        if kind.endswith("!") and name not in values:
            raise bad_request(MISSING.get(name, f'parameter "{name}" is required'))
    return Params(values, uploads)


def _is_attachment(name: str, uploads: dict[str, Upload], raw: dict[str, Any]) -> bool:
    reference = f"attach://{name}"
    return name in uploads and any(reference in str(value) for value in raw.values())


def _from_wire(kind: str, value: Any, name: str) -> Any:
    """Forms carry objects as JSON text; a JSON body may carry them as they are."""
    if isinstance(value, str) and _is_structured(kind):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from None
    return convert(kind, value, name)


def _is_structured(kind: str) -> bool:
    return all(part.startswith("Array of ") or part in spec().types for part in kind.split("|"))


def convert(kind: str, value: Any, where: str) -> Any:
    """`value` as a `kind` of the Bot API, or `ApiError` 400 naming `where` it stood."""
    if "|" in kind:
        return _first_fit(kind.split("|"), value, where)
    if kind.startswith("Array of "):
        if not isinstance(value, list):
            raise bad_request(f'"{where}" must be an Array')
        inner = kind.removeprefix("Array of ")
        return [convert(inner, item, f"{where}[{at}]") for at, item in enumerate(value)]
    if kind in NOT_PLAYED_TYPES:
        raise bad_request(f'the sandbox does not play "{where}"')
    known = spec().types.get(kind)
    if isinstance(known, list):
        return _first_fit(known, value, where)
    if known is not None:
        return _object(kind, known, value, where)
    return _scalar(kind, value, where)


def _first_fit(kinds: list[str], value: Any, where: str) -> Any:
    """The first alternative that takes the value; else the complaint of the nearest one."""
    complaints: list[tuple[int, ApiError]] = []
    for kind in kinds:
        try:
            return convert(kind, value, where)
        except ApiError as error:
            known = spec().types.get(kind)
            shared = len(set(known) & set(value)) if known and isinstance(value, dict) else 0
            complaints.append((shared, error))
    raise max(complaints, key=lambda pair: pair[0])[1]


def _object(kind: str, fields: dict[str, str], value: Any, where: str) -> dict[str, Any]:
    if kind == "KeyboardButton" and isinstance(value, str):
        return {"text": value}  # the short form Telegram allows
    if not isinstance(value, dict):
        raise bad_request(f'"{where}" must be a {kind} object')
    for name in value:
        if name not in fields:
            raise bad_request(f'unknown field "{name}" of {kind} in "{where}"')
    for name, field in fields.items():
        if field.endswith("!") and value.get(name) is None:
            raise bad_request(f'field "{name}" of {kind} is required in "{where}"')
    return {
        name: convert(fields[name].removesuffix("!"), item, f"{where}.{name}")
        for name, item in value.items()
        if item is not None
    }


def _scalar(kind: str, value: Any, where: str) -> Any:
    reader = _READERS.get(kind)
    if reader is None:
        raise bad_request(f'the sandbox does not know the type {kind} of "{where}"')
    try:
        return reader(value)
    except (ValueError, TypeError):
        raise bad_request(f'"{where}" must be of type {kind}') from None


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise TypeError
    return int(value)


def _float(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError
    return float(value)


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _boolean(value: Any) -> bool:
    word = str(value).lower()
    if word not in TRUE_WORDS | FALSE_WORDS:
        raise ValueError
    return word in TRUE_WORDS


def _true(value: Any) -> bool:
    if not _boolean(value):
        raise ValueError
    return True


def _input_file(value: Any) -> Upload:
    if not isinstance(value, Upload):
        raise TypeError
    return value


_READERS = {
    "Integer": _integer,
    "Float": _float,
    "String": _string,
    "Boolean": _boolean,
    "True": _true,
    "InputFile": _input_file,
}
