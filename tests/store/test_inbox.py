"""An update counts as received once it is here, and is dealt with once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.care.model import ChatId
from bot.store import inbox
from tests.store.makers import HOUR, NOW

if TYPE_CHECKING:
    from bot.store.database import Database


async def receive(database: Database, update_id: int, chat_id: int | None = 5) -> bool:
    async with database.transaction() as tx:
        arrival = inbox.Arrival(
            update_id,
            None if chat_id is None else ChatId(chat_id),
            b'{"update_id": %d}' % update_id,
            NOW,
        )
        return await inbox.receive(tx, [arrival]) == {update_id}


async def waiting(database: Database) -> list[int]:
    async with database.reading() as tx:
        return [each.update_id for each in await inbox.pending(tx, limit=10)]


async def test_an_update_that_comes_twice_is_kept_once(database: Database) -> None:
    assert await receive(database, 1)
    assert not await receive(database, 1)

    async with database.reading() as tx:
        assert await inbox.pending(tx, limit=10) == (
            inbox.InboxItem(1, ChatId(5), b'{"update_id": 1}', 0, NOW),
        )


async def test_updates_wait_in_telegrams_order(database: Database) -> None:
    for update_id in (12, 10, 11):
        await receive(database, update_id, chat_id=None)

    assert await waiting(database) == [10, 11, 12]
    async with database.reading() as tx:
        assert len(await inbox.pending(tx, limit=2)) == 2


async def test_an_update_dealt_with_waits_no_more_and_is_still_known(database: Database) -> None:
    await receive(database, 1)
    async with database.transaction() as tx:
        await inbox.done(tx, [(1, NOW)])

    assert await waiting(database) == []
    assert not await receive(database, 1)
    assert await waiting(database) == []


async def test_an_update_tried_in_vain_waits_with_its_attempts(database: Database) -> None:
    await receive(database, 1)
    async with database.transaction() as tx:
        await inbox.retry(tx, 1, reason="TimedOut", attempts=40_000)
        (item,) = await inbox.pending(tx, limit=10)

    assert item.attempts == 40_000


async def test_a_failed_update_waits_no_more_and_nothing_brings_it_back(
    database: Database,
) -> None:
    await receive(database, 1)
    async with database.transaction() as tx:
        await inbox.fail(tx, 1, reason="KeyError", at=NOW)
        await inbox.retry(tx, 1, reason="again", attempts=1)

    assert await waiting(database) == []


async def test_what_is_said_of_an_update_after_its_end_changes_nothing(
    database: Database,
) -> None:
    await receive(database, 1)
    async with database.transaction() as tx:
        await inbox.done(tx, [(1, NOW - HOUR)])
        await inbox.fail(tx, 1, reason="KeyError", at=NOW)

        assert await inbox.prune(tx, before=NOW) == 1


async def test_pruning_forgets_what_is_closed_for_long_and_nothing_that_waits(
    database: Database,
) -> None:
    for update_id in range(1, 5):
        await receive(database, update_id)
    async with database.transaction() as tx:
        await inbox.done(tx, [(1, NOW - HOUR)])
        await inbox.fail(tx, 2, reason="KeyError", at=NOW - HOUR)
        await inbox.done(tx, [(3, NOW)])

        assert await inbox.prune(tx, before=NOW) == 2

    assert await waiting(database) == [4]
    assert not await receive(database, 3)
    assert await receive(database, 1)
