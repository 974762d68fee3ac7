"""What a request carries: query, form, multipart or JSON, as one set of values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import orjson

from bot.sandbox.errors import bad_request
from bot.sandbox.spec import Upload

if TYPE_CHECKING:
    from starlette.types import Receive, Scope

#: Telegram takes uploads up to 50 MB; one more for the other parts.
MAX_BODY_BYTES = 51 * 1024 * 1024

_PARAMETER = re.compile(r'([\w*-]+)=(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))')


async def read_body(receive: Receive) -> bytes:
    """The whole request body. Raises `ApiError` 400 when it is larger than Telegram takes."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            raise bad_request("file is too big")
        chunks.append(chunk)
        if not message.get("more_body"):
            return b"".join(chunks)


def header(scope: Scope, name: bytes) -> str:
    """A request header's value, or an empty string. `name` in lower case."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin-1"))
    return ""


def read_values(
    query: bytes, content_type: str, body: bytes
) -> tuple[dict[str, Any], dict[str, Upload]]:
    """The named values of a request and its files.

    Raises `ApiError` 400 for a body that is not what its type says.
    """
    values: dict[str, Any] = dict(parse_qsl(query.decode(), keep_blank_values=True))
    kind = content_type.split(";", 1)[0].strip().lower()
    if not body:
        return values, {}
    if kind == "application/x-www-form-urlencoded":
        values.update(parse_qsl(body.decode(), keep_blank_values=True))
    elif kind == "application/json":
        values.update(_json_object(body))
    elif kind == "multipart/form-data":
        texts, uploads = _multipart(content_type, body)
        return {**values, **texts}, uploads
    else:
        raise bad_request(f'unsupported content type "{kind}"')
    return values, {}


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        data = None
    if not isinstance(data, dict):
        raise bad_request("can't parse the body as a JSON object")
    return data


def _multipart(content_type: str, body: bytes) -> tuple[dict[str, str], dict[str, Upload]]:
    boundary = _parameters(content_type).get("boundary")
    if not boundary:
        raise bad_request("multipart body without a boundary")
    texts: dict[str, str] = {}
    uploads: dict[str, Upload] = {}
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary.encode("latin-1"))[1:]:
        if part.startswith(b"--"):
            return texts, uploads
        head, found, content = part.partition(b"\r\n\r\n")
        headers = _part_headers(head)
        named = _parameters(headers.get("content-disposition", ""))
        if not found or "name" not in named:
            raise bad_request("malformed multipart body")
        if "filename" in named:
            mime_type = headers.get("content-type", "application/octet-stream")
            uploads[named["name"]] = Upload(named["filename"], mime_type, content)
        else:
            texts[named["name"]] = content.decode()
    raise bad_request("multipart body without its end")


def _part_headers(head: bytes) -> dict[str, str]:
    lines = head.decode("utf-8", "replace").split("\r\n")
    pairs = (line.partition(":") for line in lines if ":" in line)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _parameters(value: str) -> dict[str, str]:
    return {
        name.lower(): (quoted or bare).replace('\\"', '"')
        for name, quoted, bare in _PARAMETER.findall(value)
    }
