"""The HTTP client under python-telegram-bot: aiohttp and orjson instead of httpx and json.

With 64 sends in flight httpx gave 130-157 messages a second at full CPU, aiohttp about 5,000.
A second reason matters more: here a request that certainly never left is told apart from one
whose outcome nobody knows.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar, cast

import aiohttp
import orjson
from telegram._utils.defaultvalue import DefaultValue
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from telegram import Bot
    from telegram._utils.types import ODVInput

# PTB 22 warns at every 429 until told that its pauses are wanted as timedeltas.
os.environ.setdefault("PTB_TIMEDELTA", "true")

CONNECT_S = 5.0
READ_S = 15.0
WRITE_S = 15.0
UPLOAD_S = 25.0
POOL_S = 2.0
JUST_YES = b'{"ok":true,"result":true}'
FROM_TELEGRAM = re.compile(rb'\s*\{\s*"ok"\s*:\s*true')
KEEPALIVE_S = 15.0  # below what servers use, so that a stale connection is seldom reused


def read_json(payload: bytes) -> Any:
    """JSON from outside as values that can be written as JSON again; ValueError where it is none.

    Any bytes may stand in it, and half of a surrogate pair: a modified client puts what it likes
    behind a button, and Telegram passes it on. Such characters are replaced.
    """
    try:
        return orjson.loads(payload)
    except orjson.JSONDecodeError:
        pass
    try:
        text = json.dumps(json.loads(payload.decode("utf-8", "replace")), ensure_ascii=False)
    except RecursionError:
        raise ValueError("nested too deep") from None
    return orjson.loads(text.encode("utf-8", "replace"))


class UnsentError(NetworkError):
    """The request certainly did not reach Telegram: it is safe to send it again."""


class StrangeAnswerError(NetworkError):
    """What answered did not speak as Telegram does: nobody knows whether Telegram acted."""


class AiohttpRequest(BaseRequest):
    """PTB's request interface over one aiohttp session; addresses (they hold the token) stay
    out of every error text.

    Raises `UnsentError` where no connection could be had, `TimedOut` where no answer came in
    time, `StrangeAnswerError` where something on the way answered in Telegram's place, and
    `NetworkError` where a connection broke: after the last three nobody knows whether Telegram
    acted. `on_success` hears of every call that Telegram itself answered with 200.
    """

    __slots__ = ("_connections", "_on_success", "_read_s", "_session")

    def __init__(
        self,
        *,
        connections: int = 128,
        read_s: float = READ_S,
        on_success: Callable[[], None] | None = None,
    ) -> None:
        self._connections = connections
        self._read_s = read_s
        self._on_success = on_success or _nobody_listens
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        """The read time-out in seconds where a call names none."""
        return self._read_s

    async def initialize(self) -> None:
        """Open the session; harmless when it is open."""
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector(
                limit=self._connections, keepalive_timeout=KEEPALIVE_S, ttl_dns_cache=300
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                headers={"User-Agent": self.USER_AGENT},
                cookie_jar=aiohttp.DummyCookieJar(),
            )

    async def shutdown(self) -> None:
        """Close the session and its connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Telegram's JSON as a dict; StrangeAnswerError, quoting nothing, where it is none."""
        try:
            parsed = read_json(payload)
        except ValueError:
            parsed = None
        if not isinstance(parsed, dict) or not isinstance(parsed.get("ok"), bool):
            raise StrangeAnswerError("an answer that is not Telegram's")
        return parsed

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """The status and body of one request; the errors are told in the class."""
        if self._session is None:
            raise RuntimeError("this request class is not initialized")
        uploads = request_data is not None and request_data.contains_files
        timeout = _timeouts(
            read_s=_chosen(read_timeout, self._read_s),
            write_s=_chosen(write_timeout, UPLOAD_S if uploads else WRITE_S),
            connect_s=_chosen(connect_timeout, CONNECT_S),
            pool_s=_chosen(pool_timeout, POOL_S),
        )
        try:
            async with self._session.request(
                method, url, timeout=timeout, allow_redirects=False, **_body(request_data)
            ) as response:
                body = await response.read()
                if response.status == HTTPStatus.OK and FROM_TELEGRAM.match(body):
                    self._on_success()
                if not 200 <= response.status <= 299:
                    _require_telegrams(response.status, body)
                return response.status, _needed(url, body)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _told(error) from None  # the original may quote the address


def _require_telegrams(status: int, body: bytes) -> None:
    """Let a refusal pass that Telegram itself has written.

    A proxy's 403 does not mean that a person has blocked the bot, nor its 404 a wrong token.
    """
    try:
        AiohttpRequest.parse_json_payload(body)
    except StrangeAnswerError as error:
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            raise UnsentError("turned away with 429 on the way to Telegram") from None
        raise StrangeAnswerError(f"{error.message} (status {status})") from None


def _nobody_listens() -> None:
    pass


def _needed(url: str, body: bytes) -> bytes:
    """The answer without an edited message, which nobody reads.

    Telegram itself answers so where it has no message to show; making objects of one, as the
    library does, costs as much as the rest of the way.
    """
    edited = url.rpartition("/")[2].startswith("editMessage") and body.startswith(b'{"ok":true,')
    return JUST_YES if edited else body


@dataclass(frozen=True, slots=True)
class Fields:
    """What goes into a request of ours: JSON as it is, and no files."""

    parameters: Mapping[str, Any]
    contains_files: ClassVar[bool] = False


async def post(bot: Bot, method: str, parameters: Mapping[str, Any]) -> Any:
    """Call a method of the Bot API, beside the library's objects; its result as plain JSON.

    Raises what the library raises.
    """
    # The library's own class for this may only be made by the library.
    fields = cast("RequestData", Fields(parameters))
    return await bot.request.post(f"{bot.base_url}/{method}", fields)


def _chosen(asked: ODVInput[float], default: float) -> float | None:
    return default if isinstance(asked, DefaultValue) else asked


@lru_cache(maxsize=64)
def _timeouts(
    *, read_s: float | None, write_s: float | None, connect_s: float | None, pool_s: float | None
) -> aiohttp.ClientTimeout:
    """One total over all phases bounds even an answer that drips in byte by byte."""

    def together(*parts: float | None) -> float | None:
        return None if None in parts else sum(part for part in parts if part is not None)

    return aiohttp.ClientTimeout(
        total=together(read_s, write_s, connect_s, pool_s),
        connect=together(connect_s, pool_s),
        sock_connect=connect_s,
        sock_read=read_s,
    )


def _body(request_data: RequestData | None) -> dict[str, Any]:
    if request_data is None:
        return {}
    if not request_data.contains_files:
        words = orjson.dumps(request_data.parameters)
        return {"data": aiohttp.BytesPayload(words, content_type="application/json")}
    form = aiohttp.FormData()
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, content_type) in request_data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=content_type)
    return {"data": form}


def _told(error: Exception) -> NetworkError:
    """The error in PTB's words, by what is known about the request."""
    name = type(error).__name__
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return UnsentError(f"no connection to Telegram ({name})")
    if isinstance(error, aiohttp.InvalidURL):
        return UnsentError(f"the address of the Bot API is malformed ({name})")
    if isinstance(error, TimeoutError):
        return TimedOut(f"Telegram did not answer in time ({name})")
    return NetworkError(f"the connection broke ({name})")
