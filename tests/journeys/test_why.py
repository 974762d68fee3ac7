"""/why: where a tip, a question or advice comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.journeys.harness import CHECK_IN, NONE, PLANNED, SETTLED, walking

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.views import ChatMessage
    from tests.journeys.harness import Walk

UNREVIEWED = "No clinician has reviewed this yet."
ARTICLE = "Lifescript: How to Relieve Back Pain With Massage Therapy, 2012"
FIELD = "the experience of people in the field"
WATER = f"This rests on: {ARTICLE} (a custom, not proven).\n{UNREVIEWED}"
LEG_PAIN = f"This rests on: {ARTICLE} ({FIELD}).\n{UNREVIEWED}"
NHS = "NHS: Back pain, 2024 (guidance by experts)"
SPINE = "IFOMPT framework, Finucane et al., 2020 (guidance by experts)"
DANGER_LIST = f"This rests on: {NHS}; {SPINE}.\n{UNREVIEWED}"
PAIN = f"This rests on: Ostelo et al., Spine, 2008 ({FIELD}).\n{UNREVIEWED}"
NOTHING = "About that one I have nothing to tell."


async def why(walk: Walk, message: ChatMessage | None = None) -> str:
    return (await walk.says("/why", reply_to=message)).text


async def test_a_glass_of_water_is_said_to_be_a_custom(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        water = await walk.next_message()

        assert await why(walk, water) == WATER

        await walk.taps("Done")  # the message says something else now, and is the same
        assert await why(walk, water) == WATER


async def test_a_glass_of_water_that_was_put_off_is_explained_as_well(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.next_message()
        await walk.taps("Later", "In 10 minutes")

        assert await why(walk, await walk.next_message()) == WATER


async def test_a_stretch_is_explained_by_the_source_of_that_exercise(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        stretch = await walk.next_with("Easier:")

        source = "Garber et al., ACSM position stand: Quantity and quality of exercise, 2011"
        assert "Back-of-thigh" in stretch.text
        assert await why(walk, stretch) == (
            f"This rests on: {source} (guidance by experts).\n{UNREVIEWED}"
        )


async def test_advice_to_see_a_doctor_names_the_source_of_its_rule(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.says("/worse")
        await walk.taps(NONE, "Pain shooting down one leg", "Done")
        advice = walk.showing("I've got help")

        assert await why(walk, advice) == LEG_PAIN

        await walk.taps("I've got help")  # other buttons, the same advice
        assert await why(walk, walk.person.message(advice.message_id)) == LEG_PAIN


async def test_of_several_rules_the_highest_is_named_first_and_two_at_most(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.says("/worse")
        await walk.taps(
            NONE, "Sore where I was massaged", "Pain shooting down one leg", "Fever or shivering",
            "Done",
        )  # fmt: skip

        assert await why(walk) == (f"This rests on: {NHS}; {ARTICLE} ({FIELD}).\n{UNREVIEWED}")


async def test_signs_of_a_stroke_are_explained_without_its_name(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.says("/worse")
        await walk.taps("Face, speech or sight change")

        explained = await why(walk, walk.showing("I've got help"))

        assert "NHS website: when to call for an ambulance, 2024" in explained
        assert "stroke" not in explained.casefold()


async def test_each_question_of_a_check_in_is_explained_open_or_answered(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        planned = await walk.next_with(CHECK_IN)
        await walk.taps(NONE)
        assert await why(walk, walk.person.message(planned.message_id)) == DANGER_LIST

        await walk.says("/worse")
        asked = [walk.last]
        for answer in (NONE, NONE, "Better"):
            await walk.taps(answer)
            asked.append(walk.last)
        await walk.taps("3")
        closing = walk.last

        explained = [await why(walk, walk.person.message(each.message_id)) for each in asked]
        assert explained[0] == DANGER_LIST
        assert explained[1].startswith(f"This rests on: {NHS}; NCCIH: ")
        assert explained[2:] == [PAIN, PAIN]
        assert await why(walk, closing) == DANGER_LIST  # "none of the signs on my lists"


async def test_closing_words_about_a_sore_back_name_the_source_of_their_rule(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.says("/worse")
        await walk.taps(NONE, "Sore where I was massaged", "Done", "About the same", "4")

        assert await why(walk, walk.last) == (
            "This rests on: NCCIH: Massage Therapy: What You Need To Know, 2019"
            f" (a summary of studies).\n{UNREVIEWED}"
        )


async def test_without_a_reply_the_latest_is_explained(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        assert (await why(walk)).startswith(NOTHING)

        await walk.has_massage()
        await walk.next_message()
        assert await why(walk) == WATER

        await walk.passes(minutes=5)
        await walk.says("/worse")
        assert await why(walk) == DANGER_LIST

        await walk.taps(NONE, "Pain shooting down one leg", "Done")
        assert await why(walk) == LEG_PAIN  # the advice came after the next question
        await walk.taps("Skip", "Skip")
        assert await why(walk) == LEG_PAIN


async def test_a_guide_names_what_it_rests_on(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.says("/guides")
        await walk.taps("Water after a massage")

        assert await why(walk, walk.last) == (
            "This rests on: How to Relieve Back Pain With Massage Therapy, Lifescript, 2012"
            f" (a custom, not proven).\n{UNREVIEWED}"
        )


@pytest.mark.parametrize("command", ["/about", "/settings"])
async def test_a_message_without_a_source_is_answered_plainly(tmp_path: Path, command: str) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.next_message()
        other = await walk.says(command)

        explained = await why(walk, other)

        assert explained.startswith(NOTHING)
        assert "/about" in explained


async def test_a_reply_to_ones_own_words_is_answered_plainly(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        await walk.says("Where: the same words as a question of the bot")
        own = next(each for each in walk.person.messages if "the same words" in each.text)

        assert (await why(walk, own)).startswith(NOTHING)


async def test_a_danger_sign_typed_behind_the_command_is_asked_about(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        asked = await walk.says("/why I can't feel my legs")

        assert "Do you have this right now?" in asked.text


async def test_who_has_not_joined_is_asked_to_start(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        assert "/start first" in await why(walk)
