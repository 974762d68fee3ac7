"""Processes of their own: each contender is measured alone, and the sink answers beside it."""

from __future__ import annotations

import asyncio
import importlib
import subprocess
import sys
import tempfile
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

import orjson

from tests.bench.sink import SENDS

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "12345678:the-token-of-the-bench-is-no-token"


@dataclass(slots=True)
class Apart:
    """A contender in a process of its own; what it logs goes into a file, as a service's would."""

    process: subprocess.Popen[bytes]
    log: IO[bytes]

    def end(self, timeout_s: float = 900) -> dict[str, Any]:
        """What it returned; RuntimeError with its last words where it failed."""
        out, _ = self.process.communicate(timeout=timeout_s)
        self.log.seek(0)
        logged = self.log.read().decode()
        self.log.close()
        if self.process.returncode != 0:
            raise RuntimeError(logged[-3000:])
        result: dict[str, Any] = orjson.loads(out.splitlines()[-1])
        return result


def begin(target: str, **arguments: object) -> Apart:
    """Start `module:coroutine function` in a process of its own."""
    log = tempfile.TemporaryFile()  # noqa: SIM115
    command = [sys.executable, "-m", "tests.bench.apart", target, orjson.dumps(arguments).decode()]
    pipe = subprocess.PIPE
    return Apart(subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=log), log)


def run(target: str, **arguments: object) -> dict[str, Any]:
    """Run `module:coroutine function` in a process of its own, and wait for what it returns."""
    return begin(target, **arguments).end()


@dataclass(frozen=True, slots=True)
class SinkApi:
    """The sink, from outside."""

    port: int

    @property
    def api_url(self) -> str:
        """What stands before the token in its addresses."""
        return f"http://127.0.0.1:{self.port}/bot"

    def set(self, *, delay_ms: float, fast: float = 1.0) -> None:
        """Begin anew, with so much delay before each answer."""
        self._ask("set", orjson.dumps({"delay_ms": delay_ms, "fast": fast}))

    def stats(self) -> dict[str, Any]:
        """What it counted since `set`."""
        stats: dict[str, Any] = self._ask("stats")
        return stats

    def log(self) -> list[tuple[float, str, int]]:
        """Every arrival since `set`: seconds of CLOCK_MONOTONIC, method, chat."""
        log: list[tuple[float, str, int]] = self._ask("log")
        return log

    def sends(self) -> list[float]:
        """When each message to a chat arrived."""
        return [at for at, method, _ in self.log() if method in SENDS]

    def _ask(self, what: str, body: bytes = b"") -> Any:
        url = f"http://127.0.0.1:{self.port}/{what}"
        with urllib.request.urlopen(url, data=body, timeout=60) as answer:
            return orjson.loads(answer.read())


@contextmanager
def sink() -> Iterator[SinkApi]:
    """A sink that runs meanwhile."""
    command = [sys.executable, "-m", "tests.bench.sink"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        yield SinkApi(int(process.stdout.readline()))
    finally:
        process.kill()
        process.wait()


def _main(target: str, told: str) -> None:
    module, _, name = target.partition(":")
    function = getattr(importlib.import_module(module), name)
    result = asyncio.run(function(**orjson.loads(told)))
    print(orjson.dumps(result).decode(), flush=True)


if __name__ == "__main__":
    _main(*sys.argv[1:])
