"""After an erasure nothing anywhere leads back to the person."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from bot.care.model import Answer, ChatId, Kind
from bot.care.own import OwnWords
from bot.store import escalations, inbox, interviews, own_exercises, people
from bot.store.database import Database
from bot.store.tables import metadata
from tests.store.makers import (
    HOUR,
    NOW,
    make_escalation,
    make_person,
    make_session,
    message,
    plan,
)

CHAT = 987_654_321_012
WORDS = "the words of someone who leaves"


async def live_through_everything(database: Database, chat_id: int) -> None:
    """Give a person a row in every table that holds anything of theirs."""
    person = await make_person(database, chat_id)
    session = await make_session(database, person)
    escalation = await make_escalation(database, person)
    await plan(database, person, message(), session_id=session.id)
    await plan(database, person, message(Kind.ESCALATION), escalation_id=escalation.id)
    await plan(database, person, message(Kind.STRETCH))
    async with database.transaction() as tx:
        await people.add_note(tx, person.id, text=WORDS, at=NOW)
        await own_exercises.add(tx, person.id, OwnWords("Mine", WORDS), at=NOW)
        interview = await interviews.open(
            tx,
            person_id=person.id,
            kind="worse",
            course=1,
            session_id=session.id,
            occurrence_id=None,
            at=NOW,
        )
        await interviews.answer(tx, interview, Answer("pain", 7, confirmed=True, at=NOW))
        await escalations.log_response(tx, escalation.id, response="got_help", at=NOW)
        await inbox.receive(tx, [inbox.Arrival(chat_id, ChatId(chat_id), WORDS.encode(), NOW)])


async def all_rows(database: Database) -> dict[str, list[object]]:
    async with database.reading() as tx:
        return {
            table.name: [*(await tx.execute(select(table))).all()]
            for table in metadata.tables.values()
        }


async def test_an_erased_person_is_in_no_row_of_any_table(database: Database) -> None:
    await live_through_everything(database, CHAT)
    before = await all_rows(database)
    assert [name for name, rows in before.items() if not rows] == ["facts"]

    async with database.transaction() as tx:
        person = await people.by_chat(tx, ChatId(CHAT))
        assert person is not None
        await people.erase(tx, person.id)

    after = await all_rows(database)
    assert sorted(name for name, rows in after.items() if rows) == ["budget", "inbox"]
    async with database.reading() as tx:
        (kept,) = (await tx.execute(select(metadata.tables["inbox"]))).mappings()
    assert (kept["chat_id"], kept["payload"], kept["reason"]) == (None, None, None)


async def test_an_update_of_an_erased_person_that_comes_again_is_still_known(
    database: Database,
) -> None:
    await live_through_everything(database, CHAT)
    async with database.transaction() as tx:
        person = await people.by_chat(tx, ChatId(CHAT))
        assert person is not None
        await people.erase(tx, person.id)

        assert await inbox.waiting(tx, after=0, limit=10) == ()
        assert not await inbox.receive(tx, [inbox.Arrival(CHAT, ChatId(CHAT), b"again", NOW)])


async def test_what_comes_after_the_wish_to_be_erased_still_waits_to_be_heard(
    database: Database,
) -> None:
    await live_through_everything(database, CHAT)
    async with database.transaction() as tx:
        await inbox.fail(tx, CHAT, reason="KeyError", at=NOW)
        later = [inbox.Arrival(CHAT + n, ChatId(CHAT), b"%d" % n, NOW) for n in (1, 2, 3)]
        await inbox.receive(tx, later)
        person = await people.by_chat(tx, ChatId(CHAT))
        assert person is not None
        await people.erase(tx, person.id)

        waiting = await inbox.of_chat(tx, ChatId(CHAT), first=0, limit=10)
        assert [each.payload for each in waiting] == [b"2", b"3"]


async def test_of_an_erased_person_the_numbers_of_updates_are_pruned_too(
    database: Database,
) -> None:
    await live_through_everything(database, CHAT)
    async with database.transaction() as tx:
        person = await people.by_chat(tx, ChatId(CHAT))
        assert person is not None
        await people.erase(tx, person.id)

        assert await inbox.prune(tx, before=NOW + HOUR) == 1


async def test_erasing_one_person_leaves_the_others_whole(database: Database) -> None:
    await live_through_everything(database, 1)
    alone = await all_rows(database)
    await live_through_everything(database, 2)

    async with database.transaction() as tx:
        person = await people.by_chat(tx, ChatId(2))
        assert person is not None
        await people.erase(tx, person.id)

    after = await all_rows(database)
    async with database.reading() as tx:
        inbox_table = metadata.tables["inbox"]
        theirs = select(inbox_table).where(inbox_table.c.update_id == 1)
        after["inbox"] = [*(await tx.execute(theirs)).all()]
    assert after == alone


async def test_ids_of_an_erased_person_are_never_given_to_another(database: Database) -> None:
    first = await make_person(database, 1)
    async with database.transaction() as tx:
        await people.erase(tx, first.id)

    assert (await make_person(database, 2)).id > first.id


async def test_on_sqlite_erased_words_are_gone_from_the_file_and_its_log(
    sqlite_url: str,
) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    database = await Database.open(sqlite_url)
    await live_through_everything(database, CHAT)
    assert WORDS.encode() in _bytes_of(path)

    async with database.transaction() as tx:
        person = await people.by_chat(tx, ChatId(CHAT))
        assert person is not None
        await people.erase(tx, person.id)

    assert WORDS.encode() not in _bytes_of(path)
    await database.close()


async def test_a_log_that_someone_still_reads_is_cleared_after_the_next_write(
    sqlite_url: str,
) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    database = await Database.open(sqlite_url)
    await live_through_everything(database, CHAT)

    async with database.reading() as reader:
        assert await people.by_chat(reader, ChatId(CHAT)) is not None
        async with database.transaction() as tx:
            person = await people.by_chat(tx, ChatId(CHAT))
            assert person is not None
            await people.erase(tx, person.id)
    await make_person(database, 3)

    assert WORDS.encode() not in _bytes_of(path)
    await database.close()


def _bytes_of(path: Path) -> bytes:
    return path.read_bytes() + Path(f"{path}-wal").read_bytes()
