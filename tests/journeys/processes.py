"""The bot as an operator runs it: a process of its own, against a Telegram of the test's."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.delivery.clock import SystemClock
from bot.sandbox import Sandbox

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator
    from pathlib import Path

UP_S = 30.0  # a loaded machine imports slowly


def clean_environment(**settings: str) -> dict[str, str]:
    """This process's environment with these AFTERCARE_* settings and no others."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AFTERCARE_")}
    return kept | {f"AFTERCARE_{name.upper()}": value for name, value in settings.items()}


async def start_bot(**settings: str) -> Process:
    """`python -m bot run` with these settings."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "run",
        env=clean_environment(**settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def aftercare(*arguments: str, **settings: str) -> tuple[int | None, list[str]]:
    """Another command in a process of its own; its exit code, and the lines it wrote."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        env=clean_environment(**settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode, said.decode().splitlines()


@dataclass
class Street:
    """A sandbox that outlives the bot, and the bot's processes one after the other.

    `said` is what those that have ended logged, line by line.
    """

    sandbox: Sandbox
    folder: Path
    process: Process | None = None
    log_level: str = "info"
    said: list[str] = field(default_factory=list)

    async def open(self) -> None:
        """Start the bot, and wait until it asks for updates."""
        asked = len(self.sandbox.calls)
        self.process = await start_bot(
            token=self.sandbox.token,
            api_url=self.sandbox.api_url,
            file_url=self.sandbox.file_url,
            database_url=f"sqlite:///{self.folder / 'aftercare.db'}",
            log_level=self.log_level,
        )
        await self.sandbox.wait_until(lambda: len(self.sandbox.calls) > asked, timeout_s=UP_S)

    async def kill(self) -> None:
        """kill -9: nothing is finished, nothing is said."""
        assert self.process is not None
        self.process.kill()
        await self._ended()

    async def terminate(self) -> int:
        """SIGTERM; the exit code."""
        assert self.process is not None
        self.process.terminate()
        return await self._ended()

    async def _ended(self) -> int:
        assert self.process is not None
        process, self.process = self.process, None
        _, log = await process.communicate()
        self.said += log.decode().splitlines()
        assert process.returncode is not None
        return process.returncode


@asynccontextmanager
async def street(folder: Path, *, troubles_at_start: int = 0) -> AsyncIterator[Street]:
    """A running bot process, ended at the latest with the test.

    `troubles_at_start`: how many of its first questions Telegram leaves unanswered.
    """
    async with Sandbox(now=SystemClock().now) as sandbox:
        running = Street(sandbox, folder)
        if troubles_at_start:
            sandbox.faults.add("getMe", answer="drop_before", times=troubles_at_start)
        try:
            await running.open()
            yield running
        finally:
            if running.process is not None:
                await running.kill()
