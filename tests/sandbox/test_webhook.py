from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from bot.sandbox.listener import Listener

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from bot.sandbox import Person, Sandbox
    from tests.sandbox.conftest import Api


class Hook:
    """A bot's webhook that refuses the first `refusals` posts."""

    def __init__(self) -> None:
        self.refusals = 0
        self.posts: list[tuple[str | None, dict[str, Any]]] = []
        self.url = ""

    async def take(self, request: Request) -> Response:
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token")
        self.posts.append((secret, await request.json()))
        if self.refusals:
            self.refusals -= 1
            return Response(status_code=500)
        return Response()


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    opened = Hook()
    listener = Listener(Starlette(routes=[Route("/hook", opened.take, methods=["POST"])]))
    port = await listener.start("127.0.0.1", 0)
    opened.url = f"http://127.0.0.1:{port}/hook"
    yield opened
    await listener.stop()


async def test_updates_are_posted_in_order_with_the_secret(
    sandbox: Sandbox, anna: Person, api: Api, hook: Hook
) -> None:
    await anna.send("one")
    await api("setWebhook", url=hook.url, secret_token="s3cret")
    await anna.send("two")
    await sandbox.settled()

    assert [(secret, post["message"]["text"]) for secret, post in hook.posts] == [
        ("s3cret", "one"),
        ("s3cret", "two"),
    ]


async def test_a_refused_post_is_repeated_until_it_is_taken(
    sandbox: Sandbox, anna: Person, api: Api, hook: Hook
) -> None:
    hook.refusals = 2
    await api("setWebhook", url=hook.url)
    await anna.send("one")
    await sandbox.settled()

    assert len(hook.posts) == 3
    info = await api("getWebhookInfo")
    assert info["pending_update_count"] == 0
    assert info["last_error_message"].startswith("Wrong response from the webhook: 500")


async def test_a_duplicate_is_posted_twice(
    sandbox: Sandbox, anna: Person, api: Api, hook: Hook
) -> None:
    sandbox.faults.duplicate_updates()
    await api("setWebhook", url=hook.url)
    await anna.send("one")
    await sandbox.settled()

    first, second = hook.posts
    assert first == second


async def test_without_a_webhook_polling_goes_on_where_it_stopped(anna: Person, api: Api) -> None:
    await api("setWebhook", url="http://127.0.0.1:9/nobody-there")
    await anna.send("one")
    refused = await api.answer("getUpdates")
    await api("deleteWebhook")

    assert refused["description"].startswith("Conflict: can't use getUpdates method while webhook")
    assert len(await api("getUpdates")) == 1


async def test_pending_updates_can_be_dropped(anna: Person, api: Api) -> None:
    await anna.send("one")
    await api("deleteWebhook", drop_pending_updates=True)

    assert await api("getUpdates") == []


@pytest.mark.parametrize(
    ("params", "error"),
    [
        (
            {"url": "http://example.org/hook"},
            "bad webhook: HTTPS url must be provided for webhook",
        ),
        (
            {"url": "https://example.org:9999/hook"},
            "bad webhook: webhook can be set up only on ports 80, 88, 443 or 8443",
        ),
        (
            {"url": "https://example.org/hook", "secret_token": "no spaces"},
            "secret token contains unallowed characters",
        ),
    ],
)
async def test_a_webhook_telegram_would_refuse_is_refused(
    api: Api, params: dict[str, str], error: str
) -> None:
    assert await api.refusal("setWebhook", **params) == f"Bad Request: {error}"
