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
        return [each.update_id for each in await inbox.waiting(tx, after=0, limit=10)]


async def test_an_update_that_comes_twice_is_kept_once(database: Database) -> None:
    assert await receive(database, 1)
    assert not await receive(database, 1)

    async with database.reading() as tx:
        assert await inbox.of_chat(tx, ChatId(5), first=0, limit=10) == (
            inbox.InboxItem(1, ChatId(5), b'{"update_id": 1}', 0, NOW),
        )


async def test_updates_wait_in_telegrams_order(database: Database) -> None:
    for update_id in (12, 10, 11):
        await receive(database, update_id, chat_id=None)

    assert await waiting(database) == [10, 11, 12]
    async with database.reading() as tx:
        assert await inbox.waiting(tx, after=10, limit=1) == (inbox.Waiting(11, None),)
        found = await inbox.of_chat(tx, None, first=11, limit=2)
    assert [each.update_id for each in found] == [11, 12]


async def test_a_chat_has_its_own_updates(database: Database) -> None:
    for update_id, chat_id in ((1, 5), (2, 6), (3, 5), (4, None)):
        await receive(database, update_id, chat_id)

    async with database.reading() as tx:
        found = await inbox.of_chat(tx, ChatId(5), first=0, limit=10)
    assert [each.update_id for each in found] == [1, 3]


async def test_what_came_before_an_instant_is_found(database: Database) -> None:
    await receive(database, 1)

    async with database.reading() as tx:
        assert await inbox.waiting(tx, after=0, before=NOW, limit=10) == ()
        assert await inbox.waiting(tx, after=0, before=NOW + HOUR, limit=10) != ()


async def test_an_update_dealt_with_waits_no_more_and_is_still_known(database: Database) -> None:
    await receive(database, 1)
    async with database.transaction() as tx:
        await inbox.done(tx, [(1, NOW)])

    assert await waiting(database) == []
    assert not await receive(database, 1)
    assert await waiting(database) == []


async def begun(database: Database) -> int:
    async with database.reading() as tx:
        (item,) = await inbox.of_chat(tx, ChatId(5), first=0, limit=10)
    return item.begun


async def test_an_update_waits_with_how_often_it_was_begun_and_did_not_end(
    database: Database,
) -> None:
    await receive(database, 1)
    assert await begun(database) == 0

    for times in (1, 2):
        async with database.transaction() as tx:
            assert await inbox.begin(tx, 1)
        assert await begun(database) == times

    async with database.transaction() as tx:
        await inbox.put_back(tx, [1])
    assert await begun(database) == 1


async def test_a_defect_is_an_end(database: Database) -> None:
    await receive(database, 1)
    async with database.transaction() as tx:
        await inbox.begin(tx, 1)
        await inbox.count(tx, 1, reason="KeyError", defects=2)
        await inbox.put_back(tx, [1])
    assert await begun(database) == 0

    async with database.transaction() as tx:
        await inbox.begin(tx, 1)
    assert await begun(database) == 1


async def test_what_is_closed_can_not_be_begun(database: Database) -> None:
    await receive(database, 1)
    async with database.transaction() as tx:
        await inbox.done(tx, [(1, NOW)])

        assert not await inbox.begin(tx, 1)


async def test_a_failed_update_waits_no_more_and_nothing_brings_it_back(
    database: Database,
) -> None:
    await receive(database, 1)
    async with database.transaction() as tx:
        await inbox.fail(tx, 1, reason="KeyError", at=NOW)
        await inbox.count(tx, 1, reason="again", defects=1)

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
