"""PostgreSQL's driver over a network that may fall silent.

A machine that lost its power or a gateway that forgot us closes nothing: without an eye of our
own a statement waits for hours, and psycopg, cancelled, waits for the answer to the cancelling.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from psycopg import waiting
from psycopg.pq import TransactionStatus

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from psycopg.abc import PQGen

SILENCE_S = 2.0  # statements take milliseconds; after so long we ask whether it is at work at all
LAST_S = 0.5  # for an answer that was under way while we asked
TO_CONNECT_S = 4
TO_ASK_S = 2  # the least that libpq knows
LOOK_S = 0.1

# TCP's own part: an idle connection that died is found out within 20 s.
KEEPALIVE = {
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
# What a session that lost us holds is free again soon; a migration has no such limits.
LIMITS = (
    "SET statement_timeout = '60s'; SET lock_timeout = '10s'; "
    "SET idle_in_transaction_session_timeout = '5s'"
)
# Where nothing is told of states, a session that is there counts as at work.
AT_WORK = "SELECT coalesce(state, '') NOT LIKE 'idle%%' FROM pg_stat_activity WHERE pid = %s"

T = TypeVar("T")


class Connection(psycopg.AsyncConnection[Any]):
    """A connection that is closed where the server is no longer at work on what it was asked.

    Cancelled in the middle of a statement it is closed as well, at once.
    """

    another: Callable[[], Awaitable[psycopg.AsyncConnection[Any]]] | None = None

    async def wait(
        self,
        gen: PQGen[T],
        interval: float = LOOK_S,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109  # psycopg's own; not asked for here
    ) -> T:
        """What psycopg asks the server; OperationalError where the server has fallen silent."""
        try:
            return await self._answer(gen, interval)
        except asyncio.CancelledError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()
            raise

    async def _answer(self, gen: PQGen[T], interval: float) -> T:
        patience_s, is_last = SILENCE_S, False
        while True:
            try:
                async with asyncio.timeout(patience_s):
                    return await waiting.wait_async(gen, self.pgconn.socket, interval)
            except TimeoutError:
                if is_last:
                    self.pgconn.finish()
                    raise psycopg.OperationalError("PostgreSQL has fallen silent") from None
            is_last = not await self._is_at_work()
            patience_s = LAST_S if is_last else SILENCE_S

    async def _is_at_work(self) -> bool:
        """Whether the server, asked by another connection, still works on our statement."""
        if self.another is None:
            return True
        try:
            async with asyncio.timeout(TO_ASK_S), await self.another() as other:
                cursor = await other.execute(AT_WORK, [self.pgconn.backend_pid])
                return await cursor.fetchone() == (True,)
        except (TimeoutError, psycopg.Error, OSError):
            return False


async def connect(*arguments: Any, **options: Any) -> Connection:
    """A connection with limits, for SQLAlchemy; what the address says itself is left alone."""
    options = {"connect_timeout": TO_CONNECT_S} | KEEPALIVE | options
    connection = await Connection.connect(*arguments, **options)
    connection.another = lambda: psycopg.AsyncConnection.connect(*arguments, **options)
    await connection.set_autocommit(True)
    await connection.execute(LIMITS)
    await connection.set_autocommit(False)
    return connection
