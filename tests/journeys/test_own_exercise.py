"""My own exercise: added, got as a nudge, removed; and never in the way of a danger sign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.journeys.harness import SETTLED, START, labels, walking

if TYPE_CHECKING:
    from pathlib import Path

    from tests.journeys.harness import Walk

TYPED = "Wall <b>slide</b>\nStand with your back to a wall & slide down.\nHold for 5 seconds."
STANDS = "Your own exercise: Wall <b>slide</b>"
ASKED = "Which exercise is it?"
CANT_JUDGE = "I can't judge that from text"


async def is_asked(walk: Walk) -> None:
    await walk.says("/settings")
    await walk.taps("My own exercise")
    assert ASKED in walk.said


async def adds(walk: Walk, typed: str = TYPED) -> None:
    await is_asked(walk)
    await walk.says(typed)
    await walk.taps("Keep")


async def test_an_exercise_is_read_back_kept_and_comes_in_turn_with_the_stretches(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await is_asked(walk)

        echo = await walk.says(TYPED)

        assert echo.text.startswith(STANDS)
        assert "back to a wall & slide down.\nHold for 5 seconds." in echo.text
        assert labels(echo) == ["Keep", "Again", "Remove", "Something is wrong"]
        await walk.taps("Keep")
        await walk.has_massage()
        nudge = await walk.next_with(STANDS)
        assert (nudge.at - START).days == 2  # the fifth slot, after one of each muscle group
        first, _, rest = nudge.text.partition("\n")
        assert "exercise" not in first
        assert rest.index(STANDS) < rest.index("Hold for 5 seconds.") < rest.index("/worse")
        assert labels(nudge) == ["Done", "Later", "Skip", "Something is wrong"]
        await walk.taps("Done")
        assert walk.person.message(nudge.message_id).text == "Well done."


async def test_one_that_was_put_off_and_then_removed_does_not_come(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await adds(walk)
        await walk.has_massage()
        await walk.next_with(STANDS)
        await walk.taps("Later", "In 1 hour")

        await walk.says("/settings")
        await walk.taps("My own exercise", "Remove: Wall <b>slide</b>")
        came = await walk.passes(days=20)

        assert "no exercise of your own" in walk.said
        assert not [each for each in came if STANDS in each.text]


async def test_three_can_be_added_and_each_removed_by_its_name(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await adds(walk, "One\nSlowly.")
        for name in ("Two", "Three"):
            await walk.says("/settings")
            await walk.taps("My own exercise", "Add one")
            await walk.says(f"{name}\nSlowly.")
            await walk.taps("Keep")

        await walk.says("/settings")
        await walk.taps("My own exercise")
        page = walk.showing("Remove: Two")
        assert labels(page) == ["Remove: One", "Remove: Two", "Remove: Three", "Back"]
        await walk.taps("Remove: Two")

        page = walk.showing("Remove: One")
        assert labels(page) == ["Remove: One", "Remove: Three", "Add one", "Back"]


async def test_again_asks_once_more_and_remove_keeps_nothing(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await is_asked(walk)
        await walk.says("Wal slide\nSlowly.")
        await walk.taps("Again")
        echo = await walk.says("Wall slide\nSlowly.")
        await walk.taps("Remove")

        assert "no exercise of your own" in walk.person.message(echo.message_id).text
        await walk.says("/settings")
        await walk.taps("My own exercise")
        assert ASKED in walk.showing("Back").text


async def test_keep_pressed_twice_or_later_keeps_one(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await is_asked(walk)
        echo = await walk.says(TYPED)
        keep = echo.button("Keep").data
        assert keep is not None

        for _ in range(3):
            walk.person.press(echo.message_id, keep, stale=True)
        await walk.quiet()

        await walk.says("/settings")
        await walk.taps("My own exercise")
        page = walk.showing("Add one")
        assert labels(page) == ["Remove: Wall <b>slide</b>", "Add one", "Back"]


async def test_a_danger_sign_typed_in_its_place_is_asked_about(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await is_asked(walk)

        answer = await walk.says("Since today\nI have chest pain")

        assert "Do you have this right now?" in answer.text
        assert "Keep" not in labels(answer)
        await walk.taps("Yes: Chest pain, hard to breathe")
        assert "Please get help right now" in walk.said


async def test_one_line_is_no_exercise_and_gets_the_danger_signs(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await is_asked(walk)

        answer = await walk.says("it hurts more than before")

        assert answer.text.startswith("For an exercise of your own I need two lines")
        assert CANT_JUDGE in answer.text
        echo = await walk.says(TYPED)
        assert echo.text.startswith(STANDS)


async def test_whoever_does_something_else_first_is_heard_as_ever(tmp_path: Path) -> None:
    two_lines = "it is worse today\nand I feel bad"
    async with walking(tmp_path, *SETTLED) as walk:
        assert CANT_JUDGE in (await walk.says(two_lines)).text

        for command in ("/today", "/help"):
            await is_asked(walk)
            await walk.says(command)
            assert CANT_JUDGE in (await walk.says(two_lines)).text

        await is_asked(walk)
        await walk.taps("Something is wrong")
        assert CANT_JUDGE in (await walk.says(two_lines)).text

        await is_asked(walk)
        await walk.passes(hours=2)
        assert CANT_JUDGE in (await walk.says(two_lines)).text


async def test_words_after_a_check_in_came_are_not_taken_for_an_exercise(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await walk.has_massage()
        await walk.passes(hours=3, minutes=50)
        await is_asked(walk)
        await walk.passes(minutes=15)  # the first check-in

        answer = await walk.says("it is worse today\nand I feel bad")

        assert CANT_JUDGE in answer.text


async def test_under_open_advice_no_exercise_is_asked_for(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await walk.says("/worse")
        await walk.taps("Chest pain, hard to breathe")

        await walk.says("/settings")
        await walk.taps("My own exercise")

        assert "Exercises can wait for now" in walk.said
        assert ASKED not in walk.said


async def test_privacy_says_that_it_is_kept_and_erases_it(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await adds(walk)

        assert "exercises you typed" in (await walk.says("/privacy")).text
        await walk.taps("Erase everything", "Yes, erase it")
        await walk.joins()
        await walk.tells()
        await walk.says("/settings")
        await walk.taps("My own exercise")

        assert ASKED in walk.showing("Back").text
