"""Taps that come twice, too late, or from somebody else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.sandbox.person import Toast
from tests.journeys.harness import NONE, PLANNED, labels, walking

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox import Person
    from bot.sandbox.views import ChatMessage
    from tests.journeys.harness import Walk

CLOSED = Toast("That check-in is closed. If something is wrong, send /worse.")
ALREADY = Toast("I have your answer to that already.")
FOREIGN = Toast("That button is from an older version. /today shows what is open.")


def data_of(message: ChatMessage, label: str) -> str:
    data = message.button(label).data
    assert data is not None
    return data


async def is_asked(walk: Walk) -> None:
    await walk.next_with("how are you right now?")


async def is_asked_in_full(walk: Walk) -> None:
    await walk.taps(NONE, NONE)
    await is_asked(walk)


CHECKED_IN = (*PLANNED, is_asked)  # up to the first list, four hours after the massage
FULLY_CHECKED_IN = (*CHECKED_IN, is_asked_in_full)


async def taps_again(walk: Walk, message: ChatMessage, data: str) -> Toast | None:
    toast = await walk.person.tap(message.message_id, data, stale=True)
    await walk.quiet()
    return toast


async def test_a_second_tap_on_the_same_button_is_a_polite_nothing(tmp_path: Path) -> None:
    async with walking(tmp_path, *CHECKED_IN) as walk:
        first = walk.last
        none = data_of(first, NONE)
        await walk.taps(NONE)
        second = walk.last

        toast = await taps_again(walk, first, none)

        assert toast == ALREADY
        assert walk.last == second
        assert "First list: None of these" in walk.person.message(first.message_id).text


async def test_a_double_press_valid_for_two_questions_answers_only_the_one_it_was_meant_for(
    tmp_path: Path,
) -> None:
    """ "None of these" ends the first list and the second: two quick taps end only the first."""
    async with walking(tmp_path, *CHECKED_IN) as walk:
        first = walk.last
        none = data_of(first, NONE)

        walk.person.press(first.message_id, none)
        walk.person.press(first.message_id, none, stale=True)
        await walk.quiet()

        assert "is anything on this list true now?" in walk.last.text
        assert NONE in labels(walk.last)
        assert sum("on this list true now?" in each.text for each in walk.person.from_bot) == 1


async def test_two_quick_ticks_of_one_list_are_both_kept(tmp_path: Path) -> None:
    async with walking(tmp_path, *CHECKED_IN) as walk:
        await walk.taps(NONE)
        second = walk.last

        walk.person.press(second.message_id, "Light-headed")
        walk.person.press(second.message_id, "A mild headache")
        await walk.quiet()

        shown = labels(walk.person.message(second.message_id))
        assert "✅ Light-headed" in shown
        assert "✅ A mild headache" in shown


async def test_the_same_tick_pressed_twice_stays_ticked(tmp_path: Path) -> None:
    async with walking(tmp_path, *CHECKED_IN) as walk:
        await walk.taps(NONE)
        second = walk.last
        tick = data_of(second, "Light-headed")

        walk.person.press(second.message_id, tick)
        walk.person.press(second.message_id, tick, stale=True)
        await walk.quiet()

        assert "✅ Light-headed" in labels(walk.person.message(second.message_id))


async def test_a_tick_is_taken_back_by_a_second_look(tmp_path: Path) -> None:
    async with walking(tmp_path, *CHECKED_IN) as walk:
        await walk.taps(NONE, "Light-headed", "✅ Light-headed", NONE)

        assert "all noted" in walk.last.text


async def test_a_button_of_an_older_question_changes_nothing(tmp_path: Path) -> None:
    async with walking(tmp_path, *FULLY_CHECKED_IN) as walk:
        first = walk.last
        await walk.taps(NONE, NONE)
        change = walk.last
        worse = data_of(change, "Much worse")
        await walk.taps("Much better")

        toast = await taps_again(walk, change, worse)

        assert toast == ALREADY
        assert "Since the massage: Much better" in walk.person.message(change.message_id).text
        assert first.message_id != change.message_id


async def test_a_button_of_an_expired_check_in_says_it_is_closed(tmp_path: Path) -> None:
    async with walking(tmp_path, *CHECKED_IN) as walk:
        early = walk.last
        none = data_of(early, NONE)
        await walk.passes(hours=21)

        toast = await taps_again(walk, early, none)

        assert toast == CLOSED


async def test_a_danger_sign_ticked_under_an_old_check_in_counts_now(tmp_path: Path) -> None:
    async with walking(tmp_path, *CHECKED_IN) as walk:
        early = walk.last
        numb = data_of(early, "Numb between my legs")
        await walk.passes(days=8)
        before = len(walk.person.from_bot)

        await taps_again(walk, early, numb)

        came = walk.person.from_bot[before:]
        assert any("Please get help right now" in each.text for each in came)
        assert any(each.at == walk.now.replace(microsecond=0) for each in came)


async def test_a_danger_sign_ticked_under_a_finished_check_in_counts_now(tmp_path: Path) -> None:
    async with walking(tmp_path, *CHECKED_IN) as walk:
        early = walk.last
        numb = data_of(early, "Numb between my legs")
        await walk.taps(NONE, NONE)
        assert "all noted" in walk.last.text

        await taps_again(walk, early, numb)

        assert "Please get help right now" in walk.last.text


@pytest.mark.parametrize(
    "forged",
    [
        "v1:a:999999:danger_now:d",
        "v1:a:x:danger_now:d",
        "v1:a:1:no_such_question:c:5",
        "v1:a:1",
        "v1:a",
        "v1:e:999999:helped",
        "v1:e:1:nonsense",
        "v1:n:999999:done",
        "v1:n:1:nonsense",
        "v1:z:1:next_year",
        "v1:put:quiet_start:99999",
        "v1:put:morning:-5",
        "v1:put:country:XX",
        "v1:put:language:xx",
        "v1:log:0:0:9",
        "v1:log:30000000:0:9",
        "v1:log:99999999999999:0:5",
        "v1:when:x",
        "v1:zone:../../etc/passwd",
        "v1:guide:no_such_guide",
        "v1:guide:finding_doctor:99",
        "v1:re:999999:pain",
        "v1:ask:999999",
        "v1:no_such_action",
        "v2:a:1:danger_now:d",
        "v1:",
        "nonsense",
        "v1:a:1:pain:c:999999999999999999999999",
        "v1:a:99999999999999999999999999:pain:c:5",
    ],
)
async def test_forged_buttons_are_answered_and_change_nothing(tmp_path: Path, forged: str) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        plan = await walk.planned()
        report = (await walk.says("/report")).text
        shown = walk.last

        await taps_again(walk, shown, forged)

        assert await walk.planned() == plan
        assert (await walk.says("/report")).text == report
        assert "Please get help right now" not in walk.said
        assert "Something went wrong on my side" not in walk.said


async def joins_too(walk: Walk, person: Person) -> None:
    other = type(walk)(walk.tryout, person)
    await other.joins()
    await other.tells()


async def test_another_persons_check_in_can_not_be_answered(tmp_path: Path) -> None:
    async with walking(tmp_path, *CHECKED_IN) as walk:
        first = walk.last
        eve = walk.tryout.sandbox.person(1002, first_name="Eve")
        await joins_too(walk, eve)
        on_eves_phone = eve.from_bot[-1]

        toast = await eve.tap(on_eves_phone.message_id, data_of(first, NONE), stale=True)
        await walk.quiet()
        assert toast == CLOSED
        sign = data_of(first, "Chest pain, hard to breathe")
        await eve.tap(on_eves_phone.message_id, sign, stale=True)
        await walk.quiet()

        assert any("Please get help right now" in each.text for each in eve.from_bot), "her own"
        assert labels(walk.person.message(first.message_id)) == labels(first)
        assert "Please get help right now" not in walk.said
        assert "Still open" not in (await walk.says("/today")).text


async def test_another_persons_escalation_can_not_be_answered(tmp_path: Path) -> None:
    async with walking(tmp_path, *CHECKED_IN) as walk:
        await walk.taps("Chest pain, hard to breathe")
        helped = data_of(walk.showing("I've got help"), "I've got help")
        eve = walk.tryout.sandbox.person(1002, first_name="Eve")
        await joins_too(walk, eve)

        await eve.tap(eve.from_bot[-1].message_id, helped, stale=True)
        await walk.quiet()

        came = await walk.passes(minutes=31)
        assert any("Have you got help?" in each.text for each in came)


async def test_the_last_answer_can_be_changed(tmp_path: Path) -> None:
    async with walking(tmp_path, *FULLY_CHECKED_IN) as walk:
        await walk.answers(change="Better", pain=3)

        await walk.taps("Change", "5")

        assert "Pain now (0 to 10): 5" in walk.said
        assert "Pain now (0 to 10): 3" not in walk.said
        assert "Pain now (0 to 10): 5" in (await walk.says("/report")).text


async def test_only_the_last_answer_can_be_changed(tmp_path: Path) -> None:
    async with walking(tmp_path, *FULLY_CHECKED_IN) as walk:
        await walk.taps(NONE, NONE, "Better")
        change = walk.showing("Change")
        assert "Since the massage: Better" in change.text
        again = data_of(change, "Change")
        await walk.taps("3")

        toast = await taps_again(walk, change, again)

        assert toast == Toast("Only the last answer can be changed.")
        assert re.search(r"Since the massage: Better$", walk.person.message(change.message_id).text)


async def test_an_answer_changed_for_the_worse_is_judged_again(tmp_path: Path) -> None:
    async with walking(tmp_path, *FULLY_CHECKED_IN) as walk:
        await walk.taps(NONE, NONE, "Much worse", "7")
        assert "Please book an appointment" in walk.said

        await walk.taps("Change", "9")

        assert "Please get advice today" in walk.said


async def test_an_emergency_answer_can_not_be_changed_away(tmp_path: Path) -> None:
    async with walking(tmp_path, *CHECKED_IN) as walk:
        first = walk.last
        await walk.taps("Chest pain, hard to breathe")

        assert "Change" not in labels(walk.person.message(first.message_id))
        toast = await taps_again(walk, first, "v1:re:2:danger_now")
        assert toast == Toast("Only the last answer can be changed.")
        assert "a glass of water" not in await walk.upcoming()


async def test_only_the_last_answer_keeps_its_change_button(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await walk.joins()
        await walk.tells()
        await walk.says("/worse")

        await walk.taps(NONE, NONE, "Better")

        offers = [each.text for each in walk.person.from_bot if "Change" in labels(each)]
        assert offers == ["Since the massage: Better"]
