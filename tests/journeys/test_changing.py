"""Asking a question again with "Change", and what happens around it meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.journeys.harness import CHECK_IN, NONE, PLANNED, Walk, labels, walking

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.person import Toast
    from bot.sandbox.views import ChatMessage

URGENT = "Please get advice today"


async def is_asked(walk: Walk) -> None:
    await walk.next_with(CHECK_IN)


async def is_asked_in_full(walk: Walk) -> None:
    await walk.taps(NONE, NONE)
    await is_asked(walk)


async def is_much_worse(walk: Walk) -> None:
    await walk.taps(NONE, NONE, "Much worse")


EARLY = (*PLANNED, is_asked)
FULL = (*EARLY, is_asked_in_full)
MUCH_WORSE = (*FULL, is_much_worse)


async def taps_on(walk: Walk, message: ChatMessage, label: str) -> Toast | None:
    toast = await walk.person.tap(message.message_id, label)
    await walk.quiet()
    return toast


def now(walk: Walk, message: ChatMessage) -> ChatMessage:
    return walk.person.message(message.message_id)


# ---- the question already asked ----


async def test_the_pain_still_counts_while_the_answer_above_it_is_asked_again(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *MUCH_WORSE) as walk:
        pain = walk.showing("9")
        await walk.taps("Change")

        toast = await taps_on(walk, pain, "9")

        assert toast is None or not toast.text
        assert "Pain now (0 to 10): 9" in now(walk, pain).text
        assert URGENT in walk.said


async def test_a_typed_pain_still_counts_while_the_answer_above_it_is_asked_again(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *MUCH_WORSE) as walk:
        await walk.taps("Change")

        await walk.says("9")

        assert URGENT in walk.said


async def test_how_it_is_still_counts_while_the_list_above_it_is_asked_again(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *FULL) as walk:
        await walk.taps(NONE, NONE)
        change = walk.showing("Much worse")
        await walk.taps("Change")

        await taps_on(walk, change, "Much worse")

        assert "Since the massage: Much worse" in now(walk, change).text
        await walk.taps(NONE, "9")
        assert URGENT in walk.said


async def test_a_tick_still_counts_while_the_list_above_it_is_asked_again(tmp_path: Path) -> None:
    async with walking(tmp_path, *FULL) as walk:
        await walk.taps(NONE)
        second = walk.last
        await walk.taps("Change")

        await taps_on(walk, second, "Light-headed")
        await taps_on(walk, second, "A mild headache")

        assert "✅ Light-headed" in labels(now(walk, second))
        assert "✅ A mild headache" in labels(now(walk, second))


# ---- its buttons ----


async def test_the_answer_asked_again_can_be_given_after_the_next_one(tmp_path: Path) -> None:
    async with walking(tmp_path, *FULL) as walk:
        await walk.taps(NONE, NONE, "Worse")
        pain = walk.showing("9")
        await walk.taps("Change")
        change = walk.showing("Much worse")
        await taps_on(walk, pain, "9")
        assert URGENT not in walk.said

        await taps_on(walk, change, "Much worse")

        assert URGENT in walk.said
        assert "Since the massage: Much worse" in now(walk, change).text


async def test_a_question_asked_again_keeps_its_buttons_when_something_else_is_answered(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *FULL) as walk:
        await walk.taps(NONE, "Change")
        first = walk.showing("Chest pain, hard to breathe")
        await walk.says("/worse")

        await walk.taps(NONE)

        assert labels(now(walk, first)) == labels(first)
        assert "Something is wrong" in labels(first)


# ---- a list asked again after the end ----


async def is_through(walk: Walk) -> None:
    await walk.taps(NONE, NONE)


THROUGH = (*EARLY, is_through)


async def test_a_list_asked_again_after_the_end_takes_several_ticks(tmp_path: Path) -> None:
    async with walking(tmp_path, *THROUGH) as walk:
        closing = walk.last
        await walk.taps("Change")
        second = walk.showing("Light-headed")

        await taps_on(walk, second, "Light-headed")
        await taps_on(walk, second, "A mild headache")

        assert "✅ Light-headed" in labels(now(walk, second))
        assert "✅ A mild headache" in labels(now(walk, second))
        assert walk.last == closing
        await taps_on(walk, second, "Done")
        assert "Second list: Light-headed, A mild headache" in now(walk, second).text
        assert "light-headed" in walk.last.text
        assert "headache" in walk.last.text


async def test_a_danger_sign_in_a_list_asked_again_is_told_without_done(tmp_path: Path) -> None:
    async with walking(tmp_path, *THROUGH) as walk:
        await walk.taps("Change", "Fever or shivering")

        await walk.passes(seconds=15)

        assert URGENT in walk.last.text


async def test_an_emergency_sign_in_a_list_asked_again_ends_it_at_once(tmp_path: Path) -> None:
    async with walking(tmp_path, *FULL) as walk:
        await walk.taps(NONE, "Change")
        first = walk.showing("Chest pain, hard to breathe")
        await taps_on(walk, first, "Chest pain, hard to breathe")

        assert "Please get help right now" in walk.last.text
        assert labels(now(walk, first)) == []


async def test_the_same_tick_twice_in_a_list_asked_again_is_one_report(tmp_path: Path) -> None:
    async with walking(tmp_path, *THROUGH) as walk:
        closing = walk.last
        await walk.taps("Change")
        second = walk.showing("Light-headed")
        tick = second.button("Light-headed").data
        assert tick is not None
        await taps_on(walk, second, tick)

        toast = await walk.person.tap(second.message_id, tick, stale=True)
        await walk.quiet()

        assert toast is not None
        assert toast.text == "I have your answer to that already."
        assert walk.last == closing


async def test_a_list_asked_again_and_left_still_reports_a_later_sign(tmp_path: Path) -> None:
    async with walking(tmp_path, *THROUGH) as walk:
        await walk.taps("Change")
        second = walk.showing("Fever or shivering")
        await walk.passes(hours=15)

        await taps_on(walk, second, "Fever or shivering")
        await walk.passes(seconds=15)

        assert URGENT in walk.said
