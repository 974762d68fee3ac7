"""What a long queue costs: room for a message, and an index for every look."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from bot.store import queue
from bot.store.database import Database
from tests.store.makers import MINUTE, NOW, make_person, message, plan

MESSAGES = 10_000
BATCH = 100


async def fill(database: Database) -> None:
    person = await make_person(database)
    await plan(database, person, *(message(sequence=n) for n in range(MESSAGES)))


async def drain(database: Database) -> int:
    sent = 0
    while True:
        async with database.transaction() as tx:
            batch = await queue.lease(tx, owner="one", now=NOW, until=NOW + MINUTE, limit=BATCH)
        if not batch:
            return sent
        receipts = [queue.Receipt(each.id, 1, NOW) for each in batch]
        async with database.transaction() as tx:
            sent += len(await queue.acknowledge_all(tx, receipts, owner="one"))


def size(sqlite_url: str) -> int:
    return Path(sqlite_url.removeprefix("sqlite:///")).stat().st_size


async def test_a_sent_message_takes_less_than_250_bytes_on_sqlite(sqlite_url: str) -> None:
    empty = size(sqlite_url)
    database = await Database.open(sqlite_url)
    await fill(database)
    await drain(database)
    await database.close()

    assert (size(sqlite_url) - empty) / MESSAGES < 250


async def test_leasing_and_looking_use_the_index(sqlite_database: Database) -> None:
    due = "state = 'planned' AND priority = 2 AND due_at <= 5"
    for statement in (
        f"SELECT id FROM occurrences WHERE {due} ORDER BY due_at LIMIT 9",  # noqa: S608
        "SELECT min(due_at) FROM occurrences WHERE state = 'planned' AND priority = 2",
    ):
        async with sqlite_database.reading() as tx:
            steps = (await tx.execute(text(f"EXPLAIN QUERY PLAN {statement}"))).all()
        told = " ".join(str(step[3]) for step in steps)
        assert "USING INDEX occurrences_queue (priority=?" in told.replace("COVERING ", "")
        assert "TEMP B-TREE" not in told
