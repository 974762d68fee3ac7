"""Methods by which a bot gets what people did: updates, taps, files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.sandbox.entities import utf16_length
from bot.sandbox.errors import bad_request, conflict
from bot.sandbox.updates import MAX_BATCH, updates_allowed

if TYPE_CHECKING:
    from bot.sandbox.model import Json
    from bot.sandbox.spec import Params
    from bot.sandbox.state import World

MAX_TOAST = 200
MAX_DOWNLOAD_BYTES = 20 * 1024 * 1024
MAX_POLL_S = 50
WEBHOOK_PORTS = {None, 80, 88, 443, 8443}
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
OLD_QUERY = "query is too old and response timeout expired or query ID is invalid"
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


async def get_updates(world: World, params: Params) -> list[Json]:
    """Long polling; only one at a time, and not while a webhook is set."""
    if world.bot.webhook is not None:
        raise conflict(
            "can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first"
        )
    _choose_updates(world, params)
    limit = params.get("limit", MAX_BATCH)
    if not 1 <= limit <= MAX_BATCH:
        limit = MAX_BATCH
    timeout_s = min(max(params.get("timeout", 0), 0), MAX_POLL_S)
    return await world.updates.fetch(params.get("offset", 0), limit, timeout_s)


def _choose_updates(world: World, params: Params) -> None:
    allowed = updates_allowed(params, world.bot.allowed_updates)
    if allowed != world.bot.allowed_updates:
        world.bot.allowed_updates = allowed
        world.save_bot()


def set_webhook(world: World, params: Params) -> bool:
    """Where updates are to be posted; https, or http to this machine."""
    if not params["url"]:
        return delete_webhook(world, params)
    url = urlsplit(params["url"])
    local = url.scheme == "http" and url.hostname in LOOPBACK
    if not url.hostname or not (url.scheme == "https" or local):
        raise bad_request("bad webhook: HTTPS url must be provided for webhook")
    if not local and url.port not in WEBHOOK_PORTS:
        raise bad_request("bad webhook: webhook can be set up only on ports 80, 88, 443 or 8443")
    secret = params.get("secret_token")
    if secret is not None and not SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    _choose_updates(world, params)
    if params.get("drop_pending_updates"):
        world.updates.drop_all()
    world.bot.webhook = {
        "url": params["url"],
        "secret_token": secret,
        "max_connections": params.get("max_connections", 40),
        "has_custom_certificate": "certificate" in params,
    }
    world.updates.take_over("terminated by setWebhook request")
    world.save_bot()
    return True


def delete_webhook(world: World, params: Params) -> bool:
    """Back to getUpdates."""
    if params.get("drop_pending_updates"):
        world.updates.drop_all()
    world.bot.webhook = None
    world.save_bot()
    return True


def get_webhook_info(world: World, params: Params) -> Json:  # noqa: ARG001 - as every method
    """Where updates go, how many wait and what went wrong last."""
    webhook = world.bot.webhook or {"url": "", "has_custom_certificate": False}
    info = {name: value for name, value in webhook.items() if name != "secret_token"}
    info["pending_update_count"] = world.updates.pending
    if world.bot.allowed_updates:
        info["allowed_updates"] = world.bot.allowed_updates
    return info


def answer_callback_query(world: World, params: Params) -> bool:
    """End the spinner on a tapped button, with a toast or an alert if there is text."""
    query = world.open_query(params["callback_query_id"])
    if query is None:
        raise bad_request(OLD_QUERY, defect=False)
    text = params.get("text", "")
    if utf16_length(text) > MAX_TOAST:
        raise bad_request("MESSAGE_TOO_LONG")
    query.answered = True
    query.text = text or None
    query.alert = params.get("show_alert", False)
    chat = world.chats[query.chat_id]
    if text:
        toast = {"text": text, "alert": query.alert, "query_id": query.query_id}
        world.publish(chat, "toast", toast)
    world.changed.notify()
    return True


def get_file(world: World, params: Params) -> Json:
    """Where to download a file of up to 20 MB."""
    stored = world.uploads.get(params["file_id"])
    if stored is None:
        raise bad_request("invalid file_id")
    if stored.size > MAX_DOWNLOAD_BYTES:
        raise bad_request("file is too big")
    return {
        "file_id": stored.file_id,
        "file_unique_id": stored.unique_id,
        "file_size": stored.size,
        "file_path": stored.path,
    }


def say_yes(world: World, params: Params) -> bool:  # noqa: ARG001 - as every method
    """logOut and close have nothing to do here."""
    return True
