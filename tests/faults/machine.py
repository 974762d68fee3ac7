"""The machine the bot runs on: its process, its database and its clock, all open to trouble."""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import signal
import sqlite3
import sys
import time
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.journeys.processes import clean_environment

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator

    from bot.sandbox import Sandbox

FAST_PLAN = """\
version: 1
reminder_after: 3 min
caps: {per_day: 50, gap: 1 min}
items:
  - {id: hydration_30m, kind: hydration, after_session: 1 min, lateness: 5 min}
  - {id: hydration_2h, kind: hydration, after_session: 3 min, lateness: 5 min}
  - {id: movement_4h, kind: movement, after_session: 5 min, lateness: 5 min}
  - {id: hydration_5h, kind: hydration, after_session: 6 min, lateness: 5 min}
  - {id: hydration_morning, kind: hydration, after_session: 9 min, lateness: 5 min}
  - {id: check_in_4h, kind: check_in, after_session: 2 min, interview: early}
  - {id: check_in_24h, kind: check_in, after_session: 4 min, interview: full}
  - {id: check_in_72h, kind: check_in, after_session: 7 min, interview: full}
  - {id: check_in_7d, kind: check_in, after_session: 10 min, interview: full}
rotation: [hamstrings, hip_flexors, chest, low_back]
"""
FAKETIME = (
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
)
STOPS_WITHIN_S = 5.0
UP_S = 30.0


@dataclass
class Machine:
    """Runs `python -m bot run`, as an operator would, and remembers when it was up."""

    sandbox: Sandbox
    folder: Path
    database_url: str
    content: Path
    process: Process | None = None
    up: list[tuple[float, float | None]] = field(default_factory=list)
    exits: list[tuple[str, int, float]] = field(default_factory=list)

    @property
    def clock_file(self) -> Path:
        """What the bot's clock is shifted by, where libfaketime is there."""
        return self.folder / "clock"

    @property
    def faketime(self) -> str | None:
        """The library that shifts clocks (Debian: faketime), if installed."""
        return next((each for each in FAKETIME if Path(each).exists()), None)

    @property
    def sqlite(self) -> Path | None:
        """The database's file, where it is one."""
        prefix = "sqlite:///"
        return (
            Path(self.database_url.removeprefix(prefix))
            if self.database_url.startswith(prefix)
            else None
        )

    async def start(self) -> None:
        """Start the bot and wait until it asks for updates."""
        asked = len(self.sandbox.calls)
        self.process = await self._spawn("bot.log")
        await self.sandbox.wait_until(
            lambda: any(each.method == "getUpdates" for each in self.sandbox.calls[asked:])
            or self.process is None
            or self.process.returncode is not None,
            timeout_s=UP_S,
        )
        self.up.append((time.monotonic(), None))

    async def _spawn(self, log: str) -> Process:
        environment = clean_environment(
            token=self.sandbox.token,
            api_url=self.sandbox.api_url,
            file_url=self.sandbox.file_url,
            database_url=self.database_url,
            content=str(self.content),
        )
        if self.faketime:
            environment |= {
                "LD_PRELOAD": self.faketime,
                "FAKETIME_TIMESTAMP_FILE": str(self.clock_file),
                "FAKETIME_NO_CACHE": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            }
        with (self.folder / log).open("ab") as out:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run", env=environment, stdout=out, stderr=out
            )

    async def ensure_up(self) -> None:
        """Start the bot again if it is down, also where the trouble made it give up."""
        if self.process is not None and self.process.returncode is None:
            return
        self._is_down()
        with suppress(TimeoutError):
            await self.start()

    async def kill(self) -> None:
        """kill -9."""
        await self._end("kill", signal.SIGKILL)

    async def terminate(self) -> None:
        """SIGTERM; how it ended, and how long it took, stands in `exits`."""
        await self._end("term", signal.SIGTERM)

    async def _end(self, how: str, sent: signal.Signals) -> None:
        if self.process is None or self.process.returncode is not None:
            return
        began = time.monotonic()
        self.process.send_signal(sent)
        code = await self.process.wait()
        self.exits.append((how, code, time.monotonic() - began))
        self._is_down()
        self.process = None

    async def freeze(self, seconds: float) -> None:
        """SIGSTOP, and SIGCONT later: a laptop's lid, a machine that is moved."""
        if self.process is None or self.process.returncode is not None:
            return
        self.process.send_signal(signal.SIGSTOP)
        self._is_down()
        await asyncio.sleep(seconds)
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGCONT)
        self.up.append((time.monotonic(), None))

    async def second_poller(self, seconds: float) -> None:
        """The same bot started once more, by mistake."""
        other = await self._spawn("second.log")
        await asyncio.sleep(seconds)
        with suppress(ProcessLookupError):
            other.terminate()
        await other.wait()

    async def lock_database(self, seconds: float) -> None:
        """Another program holds SQLite's write lock."""
        if self.sqlite is None:
            return
        connection = sqlite3.connect(self.sqlite, isolation_level=None, check_same_thread=False)
        try:
            await asyncio.to_thread(connection.execute, "BEGIN IMMEDIATE")
            await asyncio.sleep(seconds)
            connection.execute("ROLLBACK")
        except sqlite3.OperationalError:
            pass  # the bot was faster
        finally:
            connection.close()

    async def fill_disk(self, seconds: float) -> None:
        """No file of the bot may grow any more, as on a full disk."""
        if self.sqlite is None or self.process is None or self.process.returncode is not None:
            return
        largest = max(each.stat().st_size for each in self.sqlite.parent.glob(f"{self.sqlite.name}*"))
        pid = self.process.pid
        with suppress(ProcessLookupError):
            unlimited = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (largest + 4096, unlimited[1]))
            await asyncio.sleep(seconds)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, unlimited)

    async def shift_clock(self, hours: int, seconds: float) -> None:
        """The machine's clock is wrong by hours for a while."""
        if self.faketime is None:
            return
        self._shift(f"{hours:+d}h")
        await asyncio.sleep(seconds)
        self._shift("+0")

    def _shift(self, by: str) -> None:
        fresh = self.clock_file.with_suffix(".new")
        fresh.write_text(by)
        fresh.replace(self.clock_file)

    def _is_down(self) -> None:
        if self.up and self.up[-1][1] is None:
            self.up[-1] = (self.up[-1][0], time.monotonic())


@asynccontextmanager
async def machine(
    sandbox: Sandbox, folder: Path, database_url: str, content: Path
) -> AsyncIterator[Machine]:
    """A machine with the bot on it, switched off at the end."""
    made = Machine(sandbox, folder, database_url, content)
    made._shift("+0")
    try:
        await made.start()
        yield made
    finally:
        with suppress(ProcessLookupError):
            if made.process is not None and made.process.returncode is None:
                os.kill(made.process.pid, signal.SIGCONT)
        await made.kill()


def fast_content(shipped: Path, target: Path) -> Path:
    """The shipped content with a plan of minutes: a campaign sees days of it go by."""
    shutil.copytree(shipped, target)
    plan = target / "plan.yaml"
    plan.write_text(FAST_PLAN, encoding="utf-8")
    rules = target / "rules.yaml"
    text = rules.read_text(encoding="utf-8")
    for slow, fast in (("after: 30 min", "after: 1 min"), ("after: 3 h", "after: 2 min")):
        text = text.replace(slow, fast)
    rules.write_text(text, encoding="utf-8")
    return target
