"""Logging a massage, of now and of earlier."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.journeys.harness import NONE, SETTLED, START, Walk, labels, walking

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.views import ChatMessage


async def types_a_time(walk: Walk, typed: str) -> ChatMessage:
    await walk.says("/session")
    await walk.taps("Another time")
    return await walk.says(typed)


async def test_a_massage_of_just_now_shows_its_plan_and_keeps_it(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await walk.has_massage(pain=6)

        assert "Here is your plan" in walk.last.text
        assert labels(walk.last) == ["Looks good", "Change times", "That was a mistake"]
        coming = await walk.planned()
        assert coming[0] == (START + timedelta(minutes=30), "a glass of water")
        assert (START + timedelta(hours=4), "check-in") in coming


async def test_an_hour_ago_counts_from_an_hour_ago(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await walk.says("/session")

        await walk.taps("1 hour ago", "6")

        coming = await walk.planned()
        assert (START + timedelta(hours=3), "check-in") in coming
        assert coming[0] == (START + timedelta(hours=1), "a glass of water")


async def test_earlier_today_offers_hours_of_today_only(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await walk.says("/session")

        await walk.taps("Earlier today")

        hours = ["08:00", "07:00", "06:00", "04:00", "02:00", "00:00"]
        assert labels(walk.last) == [*hours, "Another time"]
        await walk.taps("08:00", "Skip")
        assert (START + timedelta(hours=2), "check-in") in await walk.planned()


async def test_yesterday_asks_which_part_of_it(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await walk.says("/session")

        await walk.taps("Yesterday", "Evening", "6")

        in_a_day = datetime(2026, 3, 10, 19, tzinfo=UTC)
        assert (in_a_day, "check-in") in await walk.planned()


async def test_a_massage_logged_late_still_asks_for_the_danger_signs(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await types_a_time(walk, "6 March 10:00")
        await walk.taps("Yes", "6")

        check_in = await walk.next_with("how are you right now?")

        assert check_in.at == START + timedelta(minutes=45)
        assert "Numb between my legs" in labels(check_in)
        await walk.taps("Chest pain, hard to breathe")
        assert "Please get help right now" in walk.said


@pytest.mark.parametrize(
    ("typed", "read_back", "counts_from"),
    [
        ("yesterday 17:30", "Mon, Mar 9, 17:30", datetime(2026, 3, 9, 17, 30, tzinfo=UTC)),
        ("yesterday 6.30pm", "Mon, Mar 9, 18:30", datetime(2026, 3, 9, 18, 30, tzinfo=UTC)),
        ("today 8.30am", "Tue, Mar 10, 08:30", datetime(2026, 3, 10, 8, 30, tzinfo=UTC)),
        ("4 March 9:00", "Wed, Mar 4, 09:00", datetime(2026, 3, 4, 9, tzinfo=UTC)),
    ],
)
async def test_a_typed_time_is_read_back_before_it_counts(
    tmp_path: Path, typed: str, read_back: str, counts_from: datetime
) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        asked = await types_a_time(walk, typed)

        assert read_back in asked.text
        assert labels(asked) == ["Yes", "No, another time"]
        assert await walk.planned() == []
        await walk.taps("Yes", "6")
        assert (counts_from + timedelta(days=14), "check-in") in await walk.planned()


async def test_a_time_read_wrongly_can_be_typed_again(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await types_a_time(walk, "yesterday 17:30")

        await walk.taps("No, another time")

        assert "09:15" in (await walk.says("today 9:15")).text


@pytest.mark.parametrize(
    ("typed", "why"),
    [("tomorrow 10:00", "still to come"), ("2 January 10:00", "longer ago")],
)
async def test_a_massage_to_come_or_long_past_is_refused_with_the_reason(
    tmp_path: Path, typed: str, why: str
) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        answer = await types_a_time(walk, typed)

        assert why in answer.text
        assert await walk.planned() == []


async def test_a_time_that_can_not_be_read_is_said_so_and_can_be_typed_again(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        answer = await types_a_time(walk, "flurble")

        assert "I could not read that as a time" in answer.text
        assert "Chest pain, hard to breathe" in labels(answer)
        assert "17:30" in (await walk.says("yesterday 17:30")).text


async def test_the_same_massage_logged_twice_is_one_massage(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await walk.has_massage()
        before = await walk.planned()

        await walk.says("/session")
        await walk.taps("Just now")

        assert walk.last.text == "I have that massage already. /today shows what comes."
        assert await walk.planned() == before


async def test_one_massage_told_twice_stays_one_and_brings_no_advice(tmp_path: Path) -> None:
    async with walking(tmp_path, Walk.joins) as walk:
        await walk.tells("Less than 6 weeks ago", "One place")
        await walk.has_massage()
        await walk.passes(minutes=2)
        before = await walk.planned()

        await walk.says("/session")
        await walk.taps("Just now")

        assert "You told me of one already: Tue, Mar 10, 10:00." in walk.last.text
        await walk.taps("No, the same one")
        assert walk.last.text.startswith("Then it stays one massage")
        assert await walk.planned() == before
        await walk.passes(hours=24)
        await walk.answers(change="About the same", pain=6)
        assert "two massages" not in walk.said
        assert (await walk.says("/report")).text.count("pain before") == 1


async def test_another_massage_soon_after_the_first_counts_as_one_more(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await walk.has_massage()
        await walk.passes(hours=2)

        await walk.says("/session")
        await walk.taps("Just now", "Yes, another one", "The same pain", "5")

        assert "Here is your plan" in walk.last.text
        assert (await walk.says("/report")).text.count("pain before") == 2


async def test_massages_of_two_sittings_are_not_taken_for_one(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await walk.has_massage()
        await walk.passes(hours=3, minutes=1)

        await walk.says("/session")
        await walk.taps("Just now")

        assert "same back pain" in walk.last.text


async def test_telling_begun_twice_at_once_asks_before_it_counts_two(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await walk.says("/session")
        await walk.taps("Just now")
        first = walk.last
        await walk.passes(minutes=1)
        await walk.says("/session")
        await walk.taps("Just now", "6")

        await walk.person.tap(first.message_id, "6")
        await walk.quiet()

        asked = walk.person.message(first.message_id)
        assert "Is that another massage?" in asked.text
        await walk.person.tap(first.message_id, "No, the same one")
        await walk.quiet()
        assert (await walk.says("/report")).text.count("pain before") == 1


async def test_a_double_press_on_the_pain_logs_one_massage(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await walk.says("/session")
        await walk.taps("Just now")
        asked = walk.last
        six, seven = asked.button("6").data, asked.button("7").data
        assert six is not None
        assert seven is not None

        walk.person.press(asked.message_id, six, stale=True)
        walk.person.press(asked.message_id, seven, stale=True)
        await walk.quiet()

        assert "Here is your plan" in walk.person.message(asked.message_id).text
        assert (await walk.planned()).count((START + timedelta(hours=4), "check-in")) == 1
        await walk.says("/report")
        assert "pain before: 6 of 10" in walk.last.text
        assert "pain before: 7 of 10" not in walk.last.text


async def test_a_new_massage_replaces_what_is_left_of_the_old_plan(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await walk.has_massage()
        await walk.passes(days=2)
        old = {at for at, what in await walk.planned() if what == "check-in"}

        await walk.has_massage()

        new = {at for at, what in await walk.planned() if what == "check-in"}
        assert START + timedelta(days=2, hours=4) in new
        assert START + timedelta(days=7) in old - new
        came = await walk.passes(days=1)
        assert len(came) <= 6 + 3


async def test_a_new_pain_asks_the_profile_again(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await walk.has_massage()
        await walk.passes(days=5)

        await walk.has_massage(new=True)

        assert "When did it begin?" in walk.last.text


async def test_a_massage_while_a_check_in_is_open_closes_it_and_keeps_its_answers(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await walk.has_massage()
        await walk.next_with("how are you right now?")
        await walk.taps(NONE, "Light-headed")
        open_list = walk.last

        await walk.has_massage()
        await walk.person.tap(open_list.message_id, "Done")
        await walk.quiet()

        assert "you feel light-headed since the massage" in walk.last.text
        await walk.says("/report")
        assert "Light-headed" in walk.last.text


async def test_who_takes_blood_thinners_hears_of_bruises_once_a_massage(tmp_path: Path) -> None:
    async with walking(tmp_path, Walk.joins) as walk:
        await walk.taps(*["Skip"] * 5, "Blood thinners", "Done")
        await walk.tells()

        for number in (1, 2):
            await walk.has_massage()
            await walk.passes(hours=4)
            await walk.taps(NONE, NONE)

            assert walk.said.count("look out for bruises") == number
            await walk.passes(days=3)


async def test_nobody_else_hears_of_bruises(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await walk.has_massage()

        assert "bruise" not in walk.last.text


# ---- taken out again ----


async def has_two(walk: Walk) -> None:
    """New pain in one place, and its one massage told of twice."""
    await walk.tells("Less than 6 weeks ago", "One place")
    await walk.has_massage()
    await walk.passes(minutes=2)
    await walk.has_massage()


TOLD_TWICE = (Walk.joins, has_two)


async def test_a_massage_told_of_by_mistake_is_taken_out_after_a_second_question(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await walk.has_massage()
        before = await walk.planned()
        await walk.passes(minutes=2)
        await walk.has_massage()

        await walk.taps("That was a mistake")

        assert "Shall I take this massage out?\nTue, Mar 10, 10:02" in walk.last.text
        assert labels(walk.last) == ["Yes, take it out", "No, keep it"]
        assert (START + timedelta(hours=4, minutes=2), "check-in") in await walk.planned()
        await walk.taps("Yes, take it out")
        assert walk.last.text.startswith("That massage no longer counts.")
        assert "I go on with the plan of your last massage that counts." in walk.last.text
        assert await walk.planned() == before


async def test_a_massage_taken_out_is_not_held_against_the_one_that_was(tmp_path: Path) -> None:
    async with walking(tmp_path, *TOLD_TWICE) as walk:
        await walk.taps("That was a mistake", "Yes, take it out")

        await walk.passes(hours=24)
        await walk.answers(change="About the same", pain=6)

        assert "two massages" not in walk.said
        assert (await walk.says("/report")).text.count("pain before") == 1


async def test_no_keep_it_keeps_it(tmp_path: Path) -> None:
    async with walking(tmp_path, *TOLD_TWICE) as walk:
        before = await walk.planned()

        await walk.taps("That was a mistake", "No, keep it")

        assert walk.last.text == "Then it stays. /today shows what comes."
        assert await walk.planned() == before


async def test_the_only_massage_taken_out_leaves_no_plan(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await walk.has_massage()

        await walk.taps("That was a mistake", "Yes, take it out")

        assert "Its plan has ended." in walk.last.text
        assert await walk.planned() == []
        assert await walk.passes(days=8) == []
        assert "My last one was a mistake" not in labels(await walk.says("/session"))


async def test_a_mistake_noticed_later_is_taken_out_from_session(tmp_path: Path) -> None:
    async with walking(tmp_path, *TOLD_TWICE) as walk:
        await walk.next_with("how are you right now?")
        await walk.says("/session")

        await walk.taps("My last one was a mistake", "Yes, take it out")

        assert "I go on with the plan of your last massage that counts." in walk.last.text
        assert (START + timedelta(hours=24), "check-in") in await walk.planned()


async def test_old_buttons_of_a_massage_taken_out_change_nothing(tmp_path: Path) -> None:
    async with walking(tmp_path, *TOLD_TWICE) as walk:
        plan = walk.last
        await walk.taps("That was a mistake")
        asked = walk.last
        yes, no = asked.button("Yes, take it out").data, asked.button("No, keep it").data
        assert yes is not None
        assert no is not None
        await walk.taps("Yes, take it out")
        before = await walk.planned()
        done = walk.last

        for message, pressed in ((plan, "That was a mistake"), (asked, no)):
            toast = await walk.person.tap(message.message_id, pressed, stale=message is asked)
            assert toast is not None
            assert toast.text.startswith("I can only take out the last massage")
        await walk.person.tap(asked.message_id, yes, stale=True)
        await walk.quiet()

        assert walk.last == done
        assert await walk.planned() == before


async def test_only_the_massage_told_of_last_is_taken_out(tmp_path: Path) -> None:
    async with walking(tmp_path, *SETTLED) as walk:
        await walk.has_massage()
        first = walk.last
        await walk.passes(hours=4)
        await walk.has_massage()
        before = await walk.planned()

        toast = await walk.person.tap(first.message_id, "That was a mistake")

        assert toast is not None
        assert toast.text.startswith("I can only take out the last massage")
        assert await walk.planned() == before


async def test_a_new_pain_told_of_by_mistake_goes_with_its_massage(tmp_path: Path) -> None:
    async with walking(tmp_path, Walk.joins) as walk:
        await walk.tells("Less than 6 weeks ago", "One place")
        await walk.has_massage()
        await walk.passes(hours=24)
        await walk.answers(change="About the same", pain=6)
        await walk.has_massage(new=True)

        await walk.taps("That was a mistake", "Yes, take it out")
        await walk.has_massage()

        await walk.passes(hours=24)
        await walk.answers(change="About the same", pain=6)
        assert "• it is not clearly better after two massages" in walk.said


async def test_advice_that_is_open_stands_when_the_massage_is_taken_out(tmp_path: Path) -> None:
    async with walking(tmp_path, *TOLD_TWICE) as walk:
        await walk.next_with("how are you right now?")
        await walk.taps(NONE, "Pain shooting down one leg", "Done")
        await walk.says("/session")

        await walk.taps("My last one was a mistake", "Yes, take it out")

        assert "Please book an appointment in the next few days." in walk.last.text
        assert "Still open" in (await walk.says("/today")).text
