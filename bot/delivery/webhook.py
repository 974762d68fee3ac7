"""The web server for updates that Telegram brings by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from telegram.error import BadRequest

from bot.delivery.receiver import ALLOWED_UPDATES, webhook_routes
from bot.delivery.server import Server
from bot.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.routing import Route
    from telegram import Bot

    from bot.delivery.inbox import Inbox


class Webhook(Server):
    """The server Telegram calls: `url` is what Telegram is told, `listen` host and port here.

    `secret` must come with every call of Telegram's. `beside` are routes that share the port.
    `on_set` hears that Telegram knows where to call.
    """

    def __init__(
        self,
        *,
        url: str,
        secret: str,
        listen: tuple[str, int],
        inbox: Inbox,
        beside: Sequence[Route] = (),
        on_set: Callable[[], None] | None = None,
    ) -> None:
        self._url = url
        self._secret = secret
        self._on_set = on_set
        routes = webhook_routes(inbox, secret, urlsplit(url).path or "/")
        super().__init__(listen=listen, routes=[*routes, *beside])

    async def announce(self, bot: Bot) -> None:
        """Tell Telegram where to call. SettingError, in its words, where it will not call there."""
        try:
            await bot.set_webhook(
                self._url, secret_token=self._secret, allowed_updates=list(ALLOWED_UPDATES)
            )
        except BadRequest as error:
            words = " ".join(error.message.split())
            raise SettingError(
                f"AFTERCARE_WEBHOOK_URL is refused by Telegram: {words[:1].lower()}{words[1:]}"
            ) from None
        if self._on_set is not None:
            self._on_set()
