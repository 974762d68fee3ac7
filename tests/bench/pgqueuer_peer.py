"""pgqueuer's side of `workers`; runs in an environment that has pgqueuer and none of ours."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from datetime import timedelta

CHUNK = 10_000
QUIET_S = 2.0  # without a job for so long, all are done


async def fill(dsn: str, count: int) -> None:
    import asyncpg
    from pgqueuer import AsyncpgDriver, Queries

    connection = await asyncpg.connect(dsn)
    queries = Queries(AsyncpgDriver(connection))
    await queries.install()
    for first in range(0, count, CHUNK):
        number = min(CHUNK, count - first)
        payloads = [str(first + n).encode() for n in range(number)]
        await queries.enqueue(["nudge"] * number, payloads, [0] * number)
    await connection.close()


async def work(dsn: str, start_at: float, batch: int) -> None:
    import asyncpg
    from pgqueuer import AsyncpgPoolDriver, Job, Queries, QueueManager

    async with asyncpg.create_pool(dsn, min_size=4, max_size=8) as pool:
        manager = QueueManager(Queries(AsyncpgPoolDriver(pool)))
        done, latest = 0, start_at

        @manager.entrypoint("nudge")  # type: ignore[untyped-decorator]
        async def nudge(_: Job) -> None:
            nonlocal done, latest
            done += 1
            latest = time.monotonic()

        async def stop_when_quiet() -> None:
            while time.monotonic() - latest < QUIET_S:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
            manager.shutdown.set()

        await asyncio.sleep(max(0.0, start_at - time.monotonic()))
        latest = time.monotonic()
        stopping = asyncio.create_task(stop_when_quiet())
        await manager.run(batch_size=batch, dequeue_timeout=timedelta(seconds=1))
        await stopping
        print(json.dumps({"done": done, "end": latest}), flush=True)


if __name__ == "__main__":
    if sys.argv[2] == "fill":
        asyncio.run(fill(sys.argv[1], int(sys.argv[3])))
    else:
        asyncio.run(work(sys.argv[1], float(sys.argv[3]), int(sys.argv[4])))
