"""Bot processes that start at once: each is forked from one that has read the code already.

Most of a start's processor time is reading code. The forked process then does what `python -m bot
run` does, with an environment and a log of its own, and can be killed like any other.
"""

from __future__ import annotations

import asyncio
import json
import os
import select
import signal
import sys
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.journeys.processes import clean_environment

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path


@dataclass(slots=True)
class Child:
    """A forked bot."""

    pid: int
    _ended: asyncio.Future[int]

    @property
    def returncode(self) -> int | None:
        """How it ended, once it has; below 0 by which signal."""
        return self._ended.result() if self._ended.done() else None

    def send_signal(self, sent: int, /) -> None:
        """As kill does."""
        if not self._ended.done():
            os.kill(self.pid, sent)

    async def wait(self) -> int:
        """Its return code, once it has ended."""
        return await asyncio.shield(self._ended)


class Nursery:
    """Talks with the process that forks: a line in for each birth, a line out for each end."""

    def __init__(self, mother: Process) -> None:
        self._mother = mother
        self._ends: dict[int, asyncio.Future[int]] = {}
        self._born: asyncio.Queue[int] = asyncio.Queue()
        self._one_birth = asyncio.Lock()

    async def run(self, environment: Mapping[str, str], log: Path) -> Child:
        """Start the bot with this environment, all it says going to `log`."""
        assert self._mother.stdin is not None
        async with self._one_birth:
            order = {"environment": dict(environment), "log": str(log)}
            self._mother.stdin.write(json.dumps(order).encode() + b"\n")
            pid = await self._born.get()
        return Child(pid, self._ends[pid])

    async def listen(self) -> None:
        """Hear of births and ends until the mother is gone."""
        assert self._mother.stdout is not None
        while line := await self._mother.stdout.readline():
            what, pid, *code = line.split()
            if what == b"born":
                self._ends[int(pid)] = asyncio.get_running_loop().create_future()
                self._born.put_nowait(int(pid))
            else:
                self._ends[int(pid)].set_result(int(code[0]))


@asynccontextmanager
async def nursery() -> AsyncIterator[Nursery]:
    """A process that has read the bot's code; gone at the end, as is what it forked."""
    mother = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.faults.nursery",
        env=clean_environment(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    made = Nursery(mother)
    listening = asyncio.create_task(made.listen())
    try:
        yield made
    finally:
        assert mother.stdin is not None
        mother.stdin.close()
        await mother.wait()
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening


def _mother() -> None:
    """Read the code, then fork a bot for each line that comes in, and tell how each one ends."""
    import bot.cli

    heard, told = os.pipe()
    os.set_blocking(told, False)
    signal.set_wakeup_fd(told)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    living: set[int] = set()
    unread = b""
    while True:
        ready, _, _ = select.select([0, heard], [], [])
        if heard in ready:
            os.read(heard, 1000)
            _tell_ends(living)
        if 0 in ready:
            said = os.read(0, 65536)
            if not said:
                break
            *orders, unread = (unread + said).split(b"\n")
            for order in orders:
                if (pid := os.fork()) == 0:
                    _become(**json.loads(order))
                    bot.cli.main(["run"])
                living.add(pid)
                print(f"born {pid}", flush=True)
    for pid in living:
        os.kill(pid, signal.SIGKILL)


def _tell_ends(living: set[int]) -> None:
    for pid in tuple(living):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            living.discard(pid)
            print(f"ended {pid} {os.waitstatus_to_exitcode(status)}", flush=True)


def _become(environment: dict[str, str], log: str) -> None:
    """Turn a forked process into one that was started with this environment."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDONLY)
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for opened, number in ((nothing, 0), (out, 1), (out, 2)):
        os.dup2(opened, number)
    os.environ.clear()
    os.environ.update(environment)


if __name__ == "__main__":
    _mother()
