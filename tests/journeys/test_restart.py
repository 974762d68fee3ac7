"""Crashes, restarts, and a Telegram that has a bad day."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.journeys.harness import NONE, PLANNED, SETTLED, walking
from tests.journeys.processes import UP_S, Street, street

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox import Person
    from bot.sandbox.faults import Answer

CHEST = "Chest pain, hard to breathe"
HELP_NOW = "Please get help right now"
STOPS_WITHIN_S = 5.0


async def joins(person: Person) -> None:
    """From Start to a zone, over the real process."""
    await person.start()
    await tap(person, "How old are you?", "I am 18 or older")
    await tap(person, "Is that all right?", "I agree, let's begin")
    await person.expect("What is your time zone?", timeout_s=UP_S)
    await person.send("London")
    await tap(person, "where you are now?", "Yes, that is right")
    await person.expect("When did it begin?", timeout_s=UP_S)


async def tap(person: Person, text: str, label: str) -> None:
    message = await person.expect(text, timeout_s=UP_S)
    await person.tap(message.message_id, label)


async def asks_for_danger_signs(person: Person) -> int:
    await person.send("/worse")
    return (await person.expect("how are you right now?", timeout_s=UP_S)).message_id


async def called(running: Street, method: str, *, fault: str) -> None:
    """Wait until a call of this method met this trouble."""
    await running.sandbox.wait_until(
        lambda: any(each.method == method and each.fault == fault for each in running.sandbox.calls)
    )


async def test_a_kill_between_an_answer_and_its_reply_loses_neither(tmp_path: Path) -> None:
    async with street(tmp_path) as running:
        anna = running.sandbox.person()
        await joins(anna)
        first = await asks_for_danger_signs(anna)
        running.sandbox.faults.add("answerCallbackQuery", answer="slow", delay_s=30)

        anna.press(first, NONE)
        await called(running, "answerCallbackQuery", fault="slow")  # the answer is committed
        await running.kill()
        assert "on this list" not in "".join(each.text for each in anna.from_bot)
        await running.open()

        await anna.expect("is anything on this list true now?", timeout_s=UP_S)
        await tap_report(anna)
        assert "First list: None of these" in anna.from_bot[-1].text


async def tap_report(person: Person) -> None:
    await person.send("/report")
    await person.expect("My notes after massage", timeout_s=UP_S)


async def test_a_kill_between_an_emergency_and_its_message_loses_neither(tmp_path: Path) -> None:
    async with street(tmp_path) as running:
        anna = running.sandbox.person()
        await joins(anna)
        first = await asks_for_danger_signs(anna)
        running.sandbox.faults.add("sendMessage", answer="429", retry_after_s=2, times=1000)

        anna.press(first, CHEST)
        await called(running, "sendMessage", fault="429")  # committed, and certainly not sent
        await asyncio.sleep(0.3)
        await running.kill()
        running.sandbox.faults.clear()
        assert not any(HELP_NOW in each.text for each in anna.from_bot)
        await running.open()

        told = await anna.expect(HELP_NOW, timeout_s=UP_S)
        assert "you have chest pain or trouble breathing" in told.text
        assert told.button("I've got help")
        assert sum(HELP_NOW in each.text for each in anna.from_bot) == 1


async def test_an_update_that_came_while_the_bot_was_down_is_answered(tmp_path: Path) -> None:
    async with street(tmp_path) as running:
        anna = running.sandbox.person()
        await running.kill()

        await anna.start()
        await running.open()

        await anna.expect("How old are you?", timeout_s=UP_S)
        assert sum("How old are you?" in each.text for each in anna.from_bot) == 1


@pytest.mark.parametrize("hanging", [False, True], ids=["idle", "while a send hangs"])
async def test_sigterm_ends_the_bot_within_five_seconds_with_0(
    tmp_path: Path, hanging: bool
) -> None:
    async with street(tmp_path) as running:
        anna = running.sandbox.person()
        if hanging:
            running.sandbox.faults.add("sendMessage", answer="slow", delay_s=30)
            await anna.start()
            await called(running, "sendMessage", fault="slow")

        async with asyncio.timeout(STOPS_WITHIN_S):
            code = await running.terminate()

        assert code == 0


async def test_a_check_in_goes_on_after_a_restart_where_it_was(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.next_with("how are you right now?")
        await walk.taps(NONE, "Light-headed")

    async with walking(tmp_path) as walk:
        await walk.taps("Done")

        assert "Here is what may help" in walk.last.text
        assert "you feel light-headed" in walk.last.text
        assert "a stretch" in await walk.upcoming()


async def test_a_restart_sends_nothing_of_its_own(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        plan, shown = await walk.planned(), len(walk.person.from_bot)

    async with walking(tmp_path) as walk:
        await walk.quiet()

        assert await walk.planned() == plan
        assert len(walk.person.from_bot) == shown


async def test_updates_that_come_twice_are_taken_once(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        walk.tryout.sandbox.faults.duplicate_updates(1000)
        await walk.joins()
        await walk.tells()
        await walk.has_massage()
        await walk.next_with("how are you right now?")
        await walk.taps(NONE, NONE)

        texts = [each.text for each in walk.person.from_bot]
        assert sum("all noted" in each for each in texts) == 1
        assert sum("When was your massage?" in each for each in texts) == 0
        assert sum("Here is your plan" in each for each in texts) == 1
        assert sum("Second list: None of these" in each for each in texts) == 1
        assert (await walk.says("/report")).text.count("First list") == 1


TROUBLES: tuple[Answer, ...] = ("429", "500", "502", "drop_before", "drop_after")


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_a_prompt_that_telegram_did_not_take_is_sent_again(
    tmp_path: Path, trouble: Answer
) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        walk.tryout.sandbox.faults.add("sendMessage", answer=trouble)

        await walk.says("/worse")

        assert "how are you right now?" in walk.last.text
        await walk.taps(NONE)
        assert "on this list true now?" in walk.last.text


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_an_emergency_message_arrives_whatever_telegram_says_first(
    tmp_path: Path, trouble: Answer
) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await walk.says("/worse")
        walk.tryout.sandbox.faults.add("sendMessage", answer=trouble)

        await walk.taps(CHEST)
        await walk.passes(seconds=90)

        told = [each for each in walk.person.from_bot if HELP_NOW in each.text]
        assert len(told) == (2 if trouble == "drop_after" else 1)
        may_be_the_second = trouble != "429"  # all others leave it open whether it arrived
        assert ("This may reach you twice" in told[-1].text) == may_be_the_second


async def test_a_refused_edit_does_not_keep_the_next_question_back(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await walk.says("/worse")
        walk.tryout.sandbox.faults.add("editMessageText", answer="500")

        await walk.taps(NONE)

        assert "on this list true now?" in walk.last.text
        assert sum("on this list true now?" in each.text for each in walk.person.from_bot) == 1
