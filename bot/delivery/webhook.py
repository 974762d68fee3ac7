"""The web server for updates that Telegram brings by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.delivery.receiver import ALLOWED_UPDATES, webhook_routes
from bot.delivery.server import Server

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.routing import Route
    from telegram import Bot

    from bot.delivery.inbox import Inbox


class Webhook(Server):
    """The server Telegram calls: `url` is what Telegram is told, `listen` host and port here.

    `secret` must come with every call of Telegram's. `beside` are routes that share the port.
    """

    def __init__(
        self,
        *,
        url: str,
        secret: str,
        listen: tuple[str, int],
        inbox: Inbox,
        beside: Sequence[Route] = (),
    ) -> None:
        self._url = url
        self._secret = secret
        routes = webhook_routes(inbox, secret, urlsplit(url).path or "/")
        super().__init__(listen=listen, routes=[*routes, *beside])

    async def announce(self, bot: Bot) -> None:
        """Tell Telegram where to call."""
        await bot.set_webhook(
            self._url, secret_token=self._secret, allowed_updates=list(ALLOWED_UPDATES)
        )
