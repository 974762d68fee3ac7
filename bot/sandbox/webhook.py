"""Posting updates to the bot's webhook, again and again until it says yes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import orjson

if TYPE_CHECKING:
    from bot.sandbox.model import Json
    from bot.sandbox.state import World

FIRST_PAUSE_S = 0.02
LONGEST_PAUSE_S = 2.0
#: How long the bot may take to answer; then the update is posted again.
ANSWER_TIMEOUT_S = 60.0


class WebhookPoster:
    """Delivers one update after the other, in order."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to watch for updates."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Stop, in the middle of a delivery if need be."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        world = self._world
        await world.changed.wait_until(self._has_work, None)
        timeout = aiohttp.ClientTimeout(total=ANSWER_TIMEOUT_S)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            pause_s = FIRST_PAUSE_S
            while True:
                await world.changed.wait_until(self._has_work, None)
                first, webhook = world.updates.first(), world.bot.webhook
                if first is None or webhook is None:
                    continue
                problem = await _post(session, webhook, first.update)
                if problem is None:
                    world.updates.confirm(first.update_id + 1)
                    pause_s = FIRST_PAUSE_S
                else:
                    webhook["last_error_date"] = world.unix()
                    webhook["last_error_message"] = problem
                    await asyncio.sleep(pause_s)
                    pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    def _has_work(self) -> bool:
        return self._world.bot.webhook is not None and self._world.updates.pending > 0


async def _post(session: aiohttp.ClientSession, webhook: Json, update: Json) -> str | None:
    """What went wrong, in Telegram's words; None when the bot took the update."""
    headers = {"Content-Type": "application/json"}
    if webhook["secret_token"]:
        headers["X-Telegram-Bot-Api-Secret-Token"] = webhook["secret_token"]
    try:
        body = orjson.dumps(update)
        async with session.post(webhook["url"], data=body, headers=headers) as answer:
            await answer.read()
            if 200 <= answer.status < 300:
                return None
            return f"Wrong response from the webhook: {answer.status} {answer.reason}"
    except TimeoutError:
        return "Read timeout expired"
    except aiohttp.ClientError as error:
        return f"Connection failed: {type(error).__name__}"
