"""The bot's own web server: for Telegram's calls, for whoever watches over the bot, or for both."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

import uvicorn
from starlette.applications import Starlette

from bot.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.routing import Route


class Server:
    """Answers `routes` on host and port `listen`."""

    def __init__(self, *, listen: tuple[str, int], routes: Sequence[Route]) -> None:
        self._listen = listen
        self._server = uvicorn.Server(
            uvicorn.Config(
                Starlette(routes=list(routes)),
                log_config=None,
                access_log=False,
                proxy_headers=False,  # nobody asks where a call comes from
                server_header=False,
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

    def start(self) -> None:
        """Take the port and answer calls. SettingError where it is taken."""
        # Uvicorn itself would end the whole process over a port it can't have.
        self._socket = _listening(self._listen)
        self._serving = asyncio.create_task(self._server._serve(sockets=[self._socket]))

    async def stop(self) -> None:
        """Finish the calls in hand and stop listening; harmless where it never started."""
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
