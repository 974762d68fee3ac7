"""What happens when PostgreSQL, or the network on the way to it, says nothing any more."""

from __future__ import annotations

import asyncio
import time

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.store import facts
from bot.store.database import Database
from tests.relay import relay_to
from tests.store.makers import make_person

pytestmark = pytest.mark.postgres


async def test_after_a_silence_new_connections_are_made_at_once(postgresql_url: str) -> None:
    async with relay_to(postgresql_url) as relay:
        database = await Database.open(relay.url)
        await asyncio.gather(*(make_person(database, chat) for chat in range(1, 6)))
        relay.fall_silent()

        await database.start_anew()

        async with asyncio.timeout(2):
            await asyncio.gather(*(make_person(database, chat) for chat in range(6, 11)))
        await database.close()


async def test_the_lock_of_a_session_that_lost_us_comes_free(postgresql_url: str) -> None:
    async with relay_to(postgresql_url) as relay:
        database = await Database.open(relay.url)

        async def lose_one() -> None:
            async with database.transaction() as tx:
                await facts.set(tx, "flag", "first")
                relay.fall_silent()
                async with asyncio.timeout(0.5):
                    await facts.get(tx, "flag")

        with pytest.raises((TimeoutError, SQLAlchemyError)):
            await lose_one()
        async with asyncio.timeout(8), database.transaction() as tx:
            await facts.set(tx, "flag", "second")
            assert await facts.get(tx, "flag") == "second"
        await database.close()


async def test_a_statement_that_takes_long_is_waited_for(postgresql_url: str) -> None:
    database = await Database.open(postgresql_url)

    async with database.reading() as tx:
        slept = await tx.execute(text("SELECT 'well slept' FROM pg_sleep(3.5)"))

    assert slept.scalar_one() == "well slept"
    await database.close()


async def test_a_look_at_a_silent_database_lasts_no_longer_than_it_is_given(
    postgresql_url: str,
) -> None:
    async with relay_to(postgresql_url) as relay:
        database = await Database.open(relay.url)
        await database.ping()
        relay.fall_silent()
        relay.swallows_new_ones = True

        begun = time.monotonic()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await database.ping()

        assert time.monotonic() - begun < 2
        await database.close()
