"""A road to PostgreSQL that can be made to swallow what is on it: nothing comes, nothing closes."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.engine import make_url

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Relay:
    """`url` leads through it."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        folder = Path(str(parsed.query["host"]))
        self._socket = next(
            each for each in folder.glob(".s.PGSQL.*") if not each.name.endswith(".lock")
        )
        self._through = parsed.set(query={}, host="127.0.0.1")
        self._tasks: set[asyncio.Task[None]] = set()
        self._silent: set[asyncio.StreamWriter] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.swallows_new_ones = False

    @property
    def url(self) -> str:
        """The database's address, by this road."""
        assert self._server is not None
        port = self._server.sockets[0].getsockname()[1]
        return self._through.set(port=port).render_as_string(hide_password=False)

    def fall_silent(self) -> None:
        """Swallow from now on whatever comes on the connections that there are."""
        self._silent |= self._writers

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._join, "127.0.0.1", 0)

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for writer in self._writers:
            writer.close()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(str(self._socket))
        self._writers |= {writer, back}
        if self.swallows_new_ones:
            self._silent |= {writer, back}
        for source, to in ((reader, back), (there, writer)):
            self._tasks.add(asyncio.create_task(self._pass_on(source, to)))

    async def _pass_on(self, source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        while data := await source.read(65536):
            if to not in self._silent:
                to.write(data)
        if to not in self._silent:
            to.close()


@asynccontextmanager
async def relay_to(url: str) -> AsyncIterator[Relay]:
    """A relay to the database at `url`, open meanwhile."""
    relay = Relay(url)
    await relay.start()
    try:
        yield relay
    finally:
        await relay.stop()
