"""PostgreSQL's driver over a network that may fall silent.

A machine that lost its power or a gateway that forgot us closes nothing: without limits of our
own a statement waits for hours.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from psycopg import waiting
from psycopg.pq import TransactionStatus

if TYPE_CHECKING:
    from psycopg.abc import PQGen

LOOK_S = 0.1
# An address may say otherwise. What is sent and not taken for 10 s ends a connection, and one at
# rest that died is found out within 20 s.
NETWORK = {
    "connect_timeout": 4,
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

T = TypeVar("T")


class Connection(psycopg.AsyncConnection[Any]):
    """A connection that is closed, at once, when a statement on it is cancelled.

    psycopg asks the server to cancel it, and waits up to 10 s for a server that may be gone.
    """

    async def wait(
        self,
        gen: PQGen[T],
        interval: float = LOOK_S,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> T:
        """What psycopg asks the server."""
        try:
            return await waiting.wait_async(gen, self.pgconn.socket, interval, timeout)
        except asyncio.CancelledError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()
            raise


async def connect(*arguments: Any, **options: Any) -> Connection:
    """A connection with limits, for SQLAlchemy; what the address says itself is left alone."""
    connection = await Connection.connect(*arguments, **NETWORK | options)
    await connection.set_autocommit(True)
    await connection.execute(LIMITS)
    await connection.set_autocommit(False)
    return connection
