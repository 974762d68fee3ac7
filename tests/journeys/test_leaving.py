"""Blocking, pausing, stopping, coming back, and being forgotten."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from tests.journeys.harness import NONE, PLANNED, walking

if TYPE_CHECKING:
    from pathlib import Path

    from tests.journeys.harness import Walk

CHEST = "Chest pain, hard to breathe"


def sends_to(walk: Walk, before: int) -> int:
    """How often the bot tried to write since call number `before`."""
    return sum(each.method == "sendMessage" for each in walk.tryout.sandbox.calls[before:])


async def test_a_block_in_the_middle_of_a_plan_stops_it(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.next_message()

        await walk.person.block()
        await walk.quiet()

        assert await walk.planned() == []
        before = len(walk.tryout.sandbox.calls)
        await walk.passes(days=3)
        assert sends_to(walk, before) == 0


async def test_a_block_that_telegram_only_tells_when_we_write_stops_the_plan_too(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        walk.tryout.sandbox.faults.add("sendMessage", answer="403")
        before = len(walk.tryout.sandbox.calls)
        await walk.passes(days=3)

        assert sends_to(walk, before) == 1
        assert await walk.planned() == []


async def test_an_unblock_takes_the_plan_up_again_without_a_flood(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.person.block()
        await walk.passes(days=5)
        before = len(walk.person.from_bot)

        await walk.person.unblock()
        await walk.quiet()

        at_once = walk.person.from_bot[before:]
        assert len(at_once) == 0
        assert "a stretch" in await walk.upcoming()
        came = await walk.passes(hours=2)
        assert len(came) <= 2
        assert sum("how are you right now?" in each.text for each in came) == 1


async def test_a_message_after_a_block_is_answered_and_takes_the_plan_up_again(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.person.block()
        await walk.passes(days=1)
        await walk.person.unblock()

        answer = await walk.says("/today")

        assert "What comes:" in answer.text


async def test_an_escalation_open_at_a_block_is_told_again_on_coming_back(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.says("/worse")
        await walk.taps(CHEST)
        await walk.person.block()
        await walk.passes(days=1)
        before = len(walk.person.from_bot)

        await walk.person.unblock()
        await walk.quiet()

        came = walk.person.from_bot[before:]
        assert any("Please get help right now" in each.text for each in came)


async def test_a_deleted_account_stops_the_plan(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.person.deactivate()
        before = len(walk.tryout.sandbox.calls)
        await walk.passes(days=2)

        assert sends_to(walk, before) == 1
        assert await walk.planned() == []


async def test_a_pause_holds_everything_but_safety_follow_ups(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.says("/worse")
        await walk.taps(CHEST)

        paused = await walk.says("/pause")

        assert "Paused." in paused.text
        assert "My earlier advice still stands" in paused.text
        came = await walk.passes(days=2)
        assert [each.text.split("\n")[0] for each in came] == [
            "Have you got help?",
            "I am still asking: have you got help?",
            "I am still asking: have you got help?",
        ]


async def test_worse_works_during_a_pause(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.says("/pause")

        await walk.says("/worse")
        await walk.taps(CHEST)

        assert "Please get help right now" in walk.said


async def test_resume_goes_on_from_now_and_replays_nothing(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.says("/pause")
        assert await walk.passes(days=4) == []

        resumed = await walk.says("/resume")

        assert "I am back" in resumed.text
        assert all(at > walk.now for at, _ in await walk.planned())
        assert len(await walk.passes(hours=1)) <= 1
        assert "a stretch" in await walk.upcoming()


async def test_resume_without_a_pause_says_so(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        assert "I was not paused" in (await walk.says("/resume")).text


async def test_stop_is_the_end_of_every_message_and_open_advice_is_told_once_more(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.says("/worse")
        await walk.taps(CHEST)

        stopped = await walk.says("/stop")

        assert "Still open: call" in stopped.text
        assert "I have stopped" in stopped.text
        assert await walk.passes(days=10) == []


async def test_start_after_stop_brings_the_plan_back(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.says("/stop")
        await walk.passes(days=1)

        await walk.says("/start")

        assert "Welcome back" in walk.said
        assert "a stretch" in await walk.upcoming()


def rows_naming(folder: Path, chat_id: int) -> list[str]:
    """Every table with a row in which the chat's number stands, in a column or in text."""
    found = []
    with closing(sqlite3.connect(folder / "aftercare.db")) as database:
        names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in names:
            for row in database.execute(f"SELECT * FROM {name}"):  # noqa: S608
                texts = [bytes(v).decode() if isinstance(v, bytes) else str(v) for v in row]
                if any(str(chat_id) in text for text in texts):
                    found.append(name)
    return found


def files_with(folder: Path, words: bytes) -> list[str]:
    """The database's files, its log included, in which these words still stand."""
    return [each.name for each in folder.glob("aftercare.db*") if words in each.read_bytes()]


def rows_of_people(folder: Path) -> dict[str, int]:
    tables = ("people", "notes", "sessions", "interviews", "answers", "escalations", "responses",
              "occurrences")  # fmt: skip
    with closing(sqlite3.connect(folder / "aftercare.db")) as database:
        count = "SELECT count(*) FROM "
        return {each: database.execute(count + each).fetchone()[0] for each in tables}


async def test_erase_everything_leaves_no_trace_in_any_table(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED, user_id=748_301_559) as walk:
        await walk.says("my secret note")
        await walk.next_with("how are you right now?")
        await walk.taps(NONE, "Fever or shivering", "Done")
        await walk.taps("Not yet")
        assert all(rows_of_people(tmp_path).values())
        assert files_with(tmp_path, b"my secret note")
        assert rows_naming(tmp_path, 748_301_559)
        await walk.says("/privacy")

        await walk.taps("Erase everything", "Yes, erase it")

        assert "Everything is erased" in walk.last.text
        assert rows_naming(tmp_path, 748_301_559) == []
        assert not any(rows_of_people(tmp_path).values())
        assert files_with(tmp_path, b"my secret note") == []
        assert await walk.passes(days=2) == []


async def test_a_second_thought_keeps_everything(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        plan = await walk.planned()
        await walk.says("/privacy")

        await walk.taps("Erase everything", "No, keep it")

        assert "Nothing was changed" in walk.last.text
        assert await walk.planned() == plan


async def test_old_buttons_of_someone_who_was_erased_lead_to_start(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        nudge = await walk.next_message()
        await walk.says("/privacy")
        await walk.taps("Erase everything", "Yes, erase it")

        await walk.person.tap(nudge.message_id, "Done")
        await walk.quiet()

        assert "/start first" in walk.last.text


async def test_erasing_one_leaves_the_other_alone(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        eve = type(walk)(walk.tryout, walk.tryout.sandbox.person(1002, first_name="Eve"))
        for chapter in PLANNED:
            await chapter(eve)
        plan = await walk.planned()

        await eve.says("/privacy")
        await eve.taps("Erase everything", "Yes, erase it")

        assert await walk.planned() == plan
        assert rows_of_people(tmp_path)["people"] == 1
