"""The machine the bot runs on: its process, its database and its clock, all open to trouble."""

from __future__ import annotations

import asyncio
import itertools
import resource
import shutil
import signal
import sqlite3
import sys
import time
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from tests.faults.starving import Starving, watched
from tests.journeys.processes import clean_environment

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping

    from bot.sandbox import Sandbox

FAST_PLAN = """\
reminder_after: 3 min
caps: {per_day: 50, gap: 1 min}
items:
  - {id: hydration_30m, kind: hydration, after_session: 1 min, lateness: 90 min}
  - {id: hydration_2h, kind: hydration, after_session: 3 min, lateness: 90 min}
  - {id: movement_4h, kind: movement, after_session: 5 min, lateness: 90 min}
  - {id: hydration_5h, kind: hydration, after_session: 6 min, lateness: 90 min}
  - {id: hydration_7h, kind: hydration, after_session: 7 min, lateness: 90 min}
  - {id: hydration_morning, kind: hydration, after_session: 9 min, lateness: 90 min}
  - {id: movement_1h, kind: movement, after_session: 2 min, lateness: 90 min}
  - {id: movement_6h, kind: movement, after_session: 8 min, lateness: 90 min}
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
UP_S = 30.0
CLOCK_READ_S = 1.2  # the library looks at its file once a second


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch of the monotonic clock in which something was wrong, and what."""

    what: str
    began: float
    ended: float


class Process(Protocol):
    """As much of an asyncio process as is wanted here."""

    @property
    def pid(self) -> int:
        """Its number."""

    @property
    def returncode(self) -> int | None:
        """How it ended, once it has."""

    def send_signal(self, signal: int, /) -> None:
        """As kill does."""

    async def wait(self) -> int:
        """Its return code, once it has ended."""


if TYPE_CHECKING:
    Run = Callable[[Mapping[str, str], Path], Awaitable[Process]]


async def as_an_operator_does(environment: Mapping[str, str], log: Path) -> Process:
    """`python -m bot run` with this environment, all it says going to `log`."""
    with log.open("ab") as out:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", env=environment, stdout=out, stderr=out
        )


@dataclass
class Machine:
    """Runs the bot, and remembers when it was up.

    `up` are the spans from the first question for updates to the end; `spells` what was wrong
    meanwhile; `exits` how the process ended (kill, term, or alone), its code, and after how many
    seconds with a processor. Starting, ending and freezing keep out of each other's way.
    """

    sandbox: Sandbox
    folder: Path
    database_url: str
    content: Path
    starving: Starving
    run: Run = as_an_operator_does
    shifts_clocks: bool = True
    process: Process | None = None
    up: list[tuple[float, float | None]] = field(default_factory=list)
    spells: list[Spell] = field(default_factory=list)
    exits: list[tuple[str, int, float]] = field(default_factory=list)
    _hands: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def faketime(self) -> str | None:
        """The library that shifts clocks (Debian: faketime), if installed and wanted."""
        found = next((each for each in FAKETIME if Path(each).exists()), None)
        return found if self.shifts_clocks else None

    @property
    def is_up(self) -> bool:
        """Whether the bot has begun to ask for updates."""
        return bool(self.up) and self.up[-1][1] is None

    @property
    def up_since(self) -> float:
        """When it was last seen to begin so, in seconds of the monotonic clock."""
        return self.up[-1][0] if self.up else 0.0

    @property
    def sqlite(self) -> Path | None:
        """The database's file, where it is one."""
        prefix = "sqlite:///"
        return (
            Path(self.database_url.removeprefix(prefix))
            if self.database_url.startswith(prefix)
            else None
        )

    @contextmanager
    def spell(self, what: str) -> Iterator[None]:
        """Remember that something is wrong meanwhile."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.spells.append(Spell(what, began, time.monotonic()))

    async def _start(self) -> None:
        """Start the bot and wait until it is about to ask for updates; it can send by then."""
        heard = len(self.sandbox.world.calls)
        self.process = process = await self._spawn("bot.log")

        def asks() -> bool:
            new = itertools.islice(self.sandbox.world.calls, heard, None)
            return any(each.method == "deleteWebhook" and each.ok for each in new)

        up = asyncio.create_task(self.sandbox.world.changed.wait_until(asks, UP_S))
        down = asyncio.create_task(process.wait())
        await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
        up.cancel()
        down.cancel()
        if process.returncode is None:
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
                "FAKETIME_TIMESTAMP_FILE": str(self._clock_file),
                "FAKETIME_CACHE_DURATION": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                "FAKETIME_FORCE_MONOTONIC_FIX": "0",  # else every wait of a thread takes seconds
            }
        return await self.run(environment, self.folder / log)

    async def ensure_up(self) -> None:
        """Start the bot again if it is down, also where the trouble made it give up."""
        async with self._hands:
            if self.process is not None and self.process.returncode is None:
                return
            if self.process is not None:
                self.exits.append(("alone", self.process.returncode or 0, 0.0))
                _sweep(self.process.pid)
            self._is_down()
            await self._start()

    async def kill(self) -> None:
        """kill -9."""
        await self._end("kill", signal.SIGKILL)

    async def terminate(self) -> None:
        """SIGTERM."""
        await self._end("term", signal.SIGTERM)

    async def _end(self, how: str, sent: signal.Signals) -> None:
        async with self._hands:
            if self.process is None or self.process.returncode is not None:
                return
            began = time.monotonic()
            self._is_down()
            with suppress(ProcessLookupError):
                self.process.send_signal(sent)
            code = await self.process.wait()
            ended = time.monotonic()
            took_s = ended - began - self.starving.between(began, ended)
            self.exits.append((how, code, took_s))
            _sweep(self.process.pid)
            self.process = None

    async def freeze(self, seconds: float) -> None:
        """SIGSTOP, and SIGCONT later: a laptop's lid, a machine that is moved."""
        async with self._hands:
            if self.process is None or self.process.returncode is not None:
                return
            self.process.send_signal(signal.SIGSTOP)
            with self.spell("frozen"):
                await asyncio.sleep(seconds)
            with suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGCONT)

    async def second_poller(self, seconds: float) -> None:
        """The same bot started once more, by mistake."""
        with self.spell("two pollers"):
            other = await self._spawn("second.log")
            await asyncio.sleep(seconds)
            with suppress(ProcessLookupError):
                other.send_signal(signal.SIGTERM)
            await other.wait()
            _sweep(other.pid)

    async def lock_database(self, seconds: float) -> None:
        """Another program holds SQLite's write lock."""
        if self.sqlite is None:
            return
        connection = sqlite3.connect(self.sqlite, isolation_level=None, check_same_thread=False)
        try:
            await asyncio.to_thread(connection.execute, "BEGIN IMMEDIATE")
            with self.spell("locked"):
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
        files = self.sqlite.parent.glob(f"{self.sqlite.name}*")
        largest = max(each.stat().st_size for each in files)
        pid = self.process.pid
        with suppress(ProcessLookupError), self.spell("disk full"):
            unlimited = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (largest + 4096, unlimited[1]))
            await asyncio.sleep(seconds)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, unlimited)

    async def shift_clock(self, hours: int, seconds: float) -> None:
        """The machine's clock is wrong by hours for a while."""
        with self.spell("clock"):
            self._set_clock(f"{hours:+d}h")
            await asyncio.sleep(seconds)
            self._set_clock("+0")
            await asyncio.sleep(CLOCK_READ_S)

    def _set_clock(self, shift: str) -> None:
        fresh = self.folder / "clock.new"
        fresh.write_text(shift)
        fresh.replace(self._clock_file)

    @property
    def _clock_file(self) -> Path:
        return self.folder / "clock"

    def _is_down(self) -> None:
        if self.up and self.up[-1][1] is None:
            self.up[-1] = (self.up[-1][0], time.monotonic())


def _sweep(pid: int) -> None:
    """Take away the shared memory that libfaketime leaves behind in a killed process."""
    for each in (f"faketime_shm_{pid}", f"sem.faketime_sem_{pid}"):
        Path("/dev/shm", each).unlink(missing_ok=True)


@asynccontextmanager
async def machine(
    sandbox: Sandbox,
    folder: Path,
    database_url: str,
    content: Path,
    *,
    run: Run | None = None,
    beside: Callable[[], Iterable[int]] = tuple,
) -> AsyncIterator[Machine]:
    """A machine with the bot on it, switched off at the end.

    `run` starts the bot in another way than an operator would, and then clocks stay right;
    `beside` are the processes of the database.
    """
    here: list[Machine] = []

    def pids() -> list[int]:
        ours = here[0].process if here else None
        return [*([ours.pid] if ours is not None else []), *beside()]

    async with watched(pids) as starving:
        made = Machine(sandbox, folder, database_url, content, starving)
        if run is not None:
            made.run, made.shifts_clocks = run, False
        here.append(made)
        made._set_clock("+0")
        try:
            await made.ensure_up()
            if not made.up:
                raise RuntimeError(f"the bot does not start; see {folder / 'bot.log'}")
            yield made
        finally:
            await made.kill()


def fast_content(shipped: Path, target: Path) -> Path:
    """The shipped content with a plan of minutes: a campaign sees days of it go by."""
    shutil.copytree(shipped, target)
    plan = target / "plan.yaml"
    head, _, tail = plan.read_text(encoding="utf-8").partition("reminder_after:")
    avoid = tail.partition("\nrotation:")[2].partition("\n")[2]
    plan.write_text(head + FAST_PLAN + avoid, encoding="utf-8")
    rules = target / "rules.yaml"
    text = rules.read_text(encoding="utf-8")
    for slow, fast in (("after: 30 min", "after: 1 min"), ("after: 3 h", "after: 2 min")):
        text = text.replace(slow, fast)
    rules.write_text(text, encoding="utf-8")
    return target
