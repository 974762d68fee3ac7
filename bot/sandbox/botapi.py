"""The Bot API over HTTP: `/bot<token>/<method>` and `/file/bot<token>/<path>`."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from bot.sandbox.body import header, read_body, read_values
from bot.sandbox.errors import ApiError
from bot.sandbox.methods import PLAYED
from bot.sandbox.model import Call
from bot.sandbox.spec import Upload, method_names, read_params

if TYPE_CHECKING:
    import asyncio

    from starlette.types import Receive, Scope, Send

    from bot.sandbox.faults import Fault
    from bot.sandbox.state import World

NOT_FOUND = ApiError(404, "Not Found", defect=True)
UNAUTHORIZED = ApiError(401, "Unauthorized")


class BotApi:
    """An ASGI application that answers the bot."""

    def __init__(self, world: World, token: str) -> None:
        self._world = world
        self._call_path = f"/bot{token}/"
        self._file_path = f"/file/bot{token}/"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope["path"]
        if path.startswith(self._file_path):
            await self._send_file(path.removeprefix(self._file_path), send)
        elif path.startswith(self._call_path):
            await self._answer(path.removeprefix(self._call_path), scope, receive, send)
        else:
            await _send_json(send, 401, _refusal(UNAUTHORIZED))

    async def _send_file(self, path: str, send: Send) -> None:
        stored = self._world.uploads.at_path(path)
        if stored is None:
            await _send_json(send, 404, _refusal(NOT_FOUND))
            return
        content = self._world.uploads.read(stored)
        await _send(send, 200, content, b"application/octet-stream")

    async def _answer(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Read, spoil if a fault says so, carry out, write down, answer."""
        asked = _Asked(method_names().get(name.lower(), name))
        error: ApiError | None = None
        answer: dict[str, Any] = {}
        try:
            await asked.read(scope, receive)
            asked.fault = self._world.faults.take(asked.method, asked.chat_id())
            _spoil_before(asked.fault)
            answer = {"ok": True, "result": await self._carry_out(asked)}
        except ApiError as raised:
            error, answer = raised, _refusal(raised)
        except _Dropped:
            pass
        transport: asyncio.Transport = scope["state"]["transport"]
        unheard = transport.is_closing()
        if unheard and asked.method == "getUpdates":
            return  # a poller that went away while nothing happened
        self._note(asked, error)
        if unheard:
            return  # what was asked is done, and nobody hears of it
        if asked.trouble == "slow":
            world = self._world
            await world.changed.wait_until(lambda: world.closing, asked.fault_delay_s())
        if asked.trouble in {"drop_before", "drop_after"}:
            await _hang_up(transport, receive)
        else:
            await _send_json(send, error.code if error else 200, answer)

    async def _carry_out(self, asked: _Asked) -> Any:
        play = PLAYED.get(asked.method)
        if play is None:
            if asked.method not in method_names().values():
                raise NOT_FOUND
            reason = f"Bad Request: the sandbox does not play {asked.method}"
            raise ApiError(400, reason, defect=True)
        params = read_params(asked.method, asked.values, asked.uploads)
        asked.values = params
        result = play(self._world, params)
        return await result if inspect.isawaitable(result) else result

    def _note(self, asked: _Asked, error: ApiError | None) -> None:
        world = self._world
        call = Call(
            at=world.now(),
            method=asked.method,
            params=asked.shown(),
            ok=error is None and asked.trouble != "drop_before",
            error_code=error.code if error else None,
            description=error.description if error else None,
            fault=asked.trouble,
        )
        world.calls.append(call)
        if error is not None and error.defect:
            world.refused.append(call)
        world.changed.notify()


@dataclass(slots=True)
class _Asked:
    """One request: raw values until they were checked, then the checked ones."""

    method: str
    values: dict[str, Any] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    fault: Fault | None = None

    async def read(self, scope: Scope, receive: Receive) -> None:
        body = await read_body(receive)
        kind = header(scope, b"content-type")
        self.values, self.uploads = read_values(scope["query_string"], kind, body)

    @property
    def trouble(self) -> str | None:
        return self.fault.answer if self.fault else None

    def fault_delay_s(self) -> float:
        return self.fault.delay_s if self.fault else 0.0

    def chat_id(self) -> int | None:
        try:
            return int(self.values["chat_id"])
        except (KeyError, TypeError, ValueError):
            return None

    def shown(self) -> dict[str, Any]:
        """The parameters for the log; of files the name and the size in bytes."""
        return {
            name: {"file": value.name, "size": len(value.content)}
            if isinstance(value, Upload)
            else value
            for name, value in {**self.uploads, **self.values}.items()
        }


class _Dropped(Exception):  # noqa: N818 - not an error: the connection is to be cut
    pass


def _spoil_before(fault: Fault | None) -> None:
    """Refuse or drop a call that a fault does not let through."""
    if fault is None:
        return
    match fault.answer:
        case "429":
            seconds = fault.retry_after_s
            raise ApiError(
                429,
                f"Too Many Requests: retry after {seconds}",
                parameters={"retry_after": seconds},
            )
        case "500":
            raise ApiError(500, "Internal Server Error")
        case "502":
            raise ApiError(502, "Bad Gateway")
        case "403":
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        case "drop_before":
            raise _Dropped


def _refusal(error: ApiError) -> dict[str, Any]:
    answer = {"ok": False, "error_code": error.code, "description": error.description}
    return {**answer, "parameters": error.parameters} if error.parameters else answer


async def _hang_up(transport: asyncio.Transport, receive: Receive) -> None:
    """Cut the connection without an answer."""
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send_json(send: Send, status: int, answer: dict[str, Any]) -> None:
    await _send(send, status, orjson.dumps(answer), b"application/json")


async def _send(send: Send, status: int, content: bytes, kind: bytes) -> None:
    headers = [(b"content-type", kind), (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
