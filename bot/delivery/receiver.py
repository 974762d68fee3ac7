"""Two ways for updates to come in: we ask (long polling), or Telegram calls (a webhook).

Either way an update is confirmed only once it is committed to the inbox.
"""

from __future__ import annotations

import asyncio
import hmac
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import orjson
import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter

from bot.delivery.backoff import Backoff
from bot.delivery.inbox import Inbox, chat_of
from bot.delivery.sender import retry_after_s
from bot.delivery.transport import AiohttpRequest, read_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import Receive, Scope, Send
    from telegram import Bot

__all__ = ["ALLOWED_UPDATES", "Inbox", "Poller", "webhook_routes"]

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
LONG_POLL_S = 25
ANSWER_S = 10.0  # beyond the long poll itself
LARGEST_NUMBER = 2**63 - 1  # that a database takes
LARGEST_UPDATE = 1_000_000  # bytes; Telegram's are a few thousand
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105

log = structlog.get_logger(__name__)


class Poller:
    """Asks Telegram for updates, one long question after another.

    The offset that confirms a batch goes out with the next question, after the commit. Only one
    poller may ask with a token; Telegram tells the other 409. `on_success` hears of every
    question that was answered, once what came is stored.
    """

    def __init__(
        self,
        bot: Bot,
        inbox: Inbox,
        *,
        long_poll_s: int = LONG_POLL_S,
        backoff: Backoff | None = None,
        on_success: Callable[[], None] | None = None,
    ) -> None:
        self._bot = bot
        self._inbox = inbox
        self._long_poll_s = long_poll_s
        self._backoff = backoff or Backoff(first_s=0.5, most_s=30.0)
        # A client of its own: updates stay as Telegram wrote them, so that one that our library
        # cannot read spoils neither its batch nor the offset.
        self._request = AiohttpRequest(connections=2)
        self._on_success = on_success
        self._offset: int | None = None
        self._is_heard = False
        self._loop: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin asking, in the background."""
        await self._request.initialize()
        self._loop = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop asking, within a second; what was not committed Telegram will offer again."""
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)
            self._loop = None
        await self._request.shutdown()

    async def _run(self) -> None:
        failures = 0
        while True:
            try:
                await self._ask_once()
                failures = 0
            except Exception as error:
                self._is_heard = False
                failures += 1
                wait_s = self._backoff.wait_s(failures)
                if isinstance(error, RetryAfter):
                    wait_s = max(wait_s, retry_after_s(error))
                _tell(error, wait_s)
                await asyncio.sleep(wait_s)

    async def _ask_once(self) -> None:
        updates = await self._get_updates()
        if updates:
            await self._inbox.receive([each for each in updates if _can_be_stored(each)])
            # What is left out is confirmed too: offered for ever, it would stop all that follows.
            # Where nothing has a number this fails, and we ask again at leisure.
            self._offset = max(n for each in updates if (n := _number_of(each)) is not None) + 1
        self._is_heard = True
        if self._on_success is not None:
            self._on_success()

    async def _get_updates(self) -> list[Any]:
        question: dict[str, object] = {
            # At first, and after a failure, it should soon be known whether we are heard.
            "timeout": self._long_poll_s if self._is_heard else 0,
            "allowed_updates": orjson.dumps(ALLOWED_UPDATES).decode(),
        }
        if self._offset is not None:
            question["offset"] = self._offset
        answer = await self._request.post(
            f"{self._bot.base_url}/getUpdates?{urlencode(question)}",
            read_timeout=self._long_poll_s + ANSWER_S,
        )
        return answer if isinstance(answer, list) else []


def _tell(error: Exception, wait_s: float) -> None:
    """One log line that says what the operator may do about it."""
    rounded_s = round(wait_s, 1)
    if isinstance(error, Conflict):
        hint = "another program asks with this token, or a webhook is set; only one may"
        log.error("polling_conflict", hint=hint, wait_s=rounded_s)
    elif isinstance(error, InvalidToken):
        log.error("token_refused", hint="check AFTERCARE_TOKEN", wait_s=rounded_s)
    elif isinstance(error, NetworkError | RetryAfter):
        log.warning("polling_failed", error=type(error).__name__, wait_s=rounded_s)
    else:
        log.error("polling_failed", wait_s=rounded_s, exc_info=error)


def webhook_routes(inbox: Inbox, secret: str, path: str) -> list[Route]:
    """The route that Telegram posts updates to; it answers 200 only after the commit.

    `secret` is what setWebhook was told, and must come with every call. Anything else is turned
    away: 403 without the secret, 413 when too large, 400 when it is no update, and 503, so that
    Telegram tries again, while the inbox does not take anything yet or can't.
    """
    if not secret:
        raise ValueError("a webhook without a secret would take updates from anyone")

    return [Route(path, _Door(inbox, secret), methods=["POST"])]


class _Door:
    """What answers Telegram's calls; a bare ASGI application, because every update comes by."""

    def __init__(self, inbox: Inbox, secret: str) -> None:
        self._inbox = inbox
        self._secret = secret.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        status = await self._receive(Request(scope, receive))
        await Response(status_code=status)(scope, receive, send)

    async def _receive(self, request: Request) -> HTTPStatus:
        told = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(told.encode(), self._secret):
            return HTTPStatus.FORBIDDEN
        body = await _body_of(request)
        if body is None:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        update = _update_in(body)
        if _number_of(update) is None:
            return HTTPStatus.BAD_REQUEST
        if not _can_be_stored(update):
            return HTTPStatus.OK  # offered again it would be no better
        if not self._inbox.is_open:
            return HTTPStatus.SERVICE_UNAVAILABLE
        try:
            await self._inbox.receive([update])
        except Exception:
            log.exception("update_not_stored")  # Telegram will offer it again
            return HTTPStatus.SERVICE_UNAVAILABLE
        return HTTPStatus.OK


async def _body_of(request: Request) -> bytes | None:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_UPDATE:
            return None
    return bytes(body)


def _update_in(body: bytes) -> Any:
    try:
        return read_json(body)
    except ValueError:
        return None


def _number_of(update: Any) -> int | None:
    """What an update is confirmed by; None for what is none."""
    number = update.get("update_id") if isinstance(update, dict) else None
    known = isinstance(number, int) and abs(number) <= LARGEST_NUMBER
    return number if known else None


def _can_be_stored(update: Any) -> bool:
    """Whether the inbox can take it whatever the database does; where not, that is logged."""
    number = _number_of(update)
    if number is not None and abs(chat_of(update) or 0) <= LARGEST_NUMBER:
        try:
            orjson.dumps(update)
        except TypeError:
            pass
        else:
            return True
    log.error("update_left_out", update_id=number, reason="it cannot be stored")
    return False
