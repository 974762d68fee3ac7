"""The web server for updates that Telegram brings by itself."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette

from bot.delivery.receiver import ALLOWED_UPDATES, webhook_routes
from bot.errors import SettingError

if TYPE_CHECKING:
    from telegram import Bot

    from bot.delivery.inbox import Inbox


class Webhook:
    """The server Telegram calls: `url` is what Telegram is told, `listen` host and port here.

    `secret` must come with every call.
    """

    def __init__(self, *, url: str, secret: str, listen: tuple[str, int], inbox: Inbox) -> None:
        self._url = url
        self._secret = secret
        self._listen = listen
        routes = webhook_routes(inbox, secret, urlsplit(url).path or "/")
        self._server = uvicorn.Server(
            uvicorn.Config(
                Starlette(routes=routes),
                log_config=None,
                access_log=False,
                lifespan="off",
                timeout_graceful_shutdown=2,
            )
        )
        self._socket: socket.socket | None = None
        self._serving: asyncio.Task[None] | None = None

    @property
    def address(self) -> tuple[str, int]:
        """Host and port it listens on, once started; port 0 has become a real one."""
        assert self._socket is not None
        host, port = self._socket.getsockname()[:2]
        return host, port

    def listen(self) -> None:
        """Take the port; calls wait until the server is up. SettingError where it is taken."""
        # Uvicorn itself would end the whole process over a port it can't have.
        self._socket = _listening(self._listen)

    def start(self) -> None:
        """Answer calls; `listen` comes first."""
        assert self._socket is not None
        self._serving = asyncio.create_task(self._server._serve(sockets=[self._socket]))

    async def announce(self, bot: Bot) -> None:
        """Tell Telegram where to call."""
        await bot.set_webhook(
            self._url, secret_token=self._secret, allowed_updates=list(ALLOWED_UPDATES)
        )

    async def stop(self) -> None:
        """Stop listening; Telegram keeps what it could not deliver and tries again."""
        self._server.should_exit = True
        if self._serving is not None:
            await asyncio.gather(self._serving, return_exceptions=True)


def _listening(address: tuple[str, int]) -> socket.socket:
    host, port = address
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server(address, family=family)
    except OSError as error:
        reason = str(error.strerror or error).partition(" (")[0]
        raise SettingError(
            f"AFTERCARE_LISTEN: can't listen on {host}:{port} ({reason}); choose another"
        ) from None
