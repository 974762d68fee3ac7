"""Telegram asks for a pause, or says nothing for long: what looks better never holds up safety."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.telegram import turn
from tests.journeys.harness import NONE, PLANNED, labels, walking

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.faults import Answer
    from tests.journeys.harness import Walk

ALARM = "Please get help right now"
CHEST = "Chest pain, hard to breathe"
LIGHT = "Light-headed"
TICKED = f"✅ {LIGHT}"
SOON_S = 12.0  # real seconds, on a busy machine; Telegram's pauses here are longer
PAUSE_S = 40


async def is_at_the_second_list(walk: Walk) -> None:
    await walk.says("/worse")
    await walk.taps(NONE)


SECOND_LIST = (*PLANNED, is_at_the_second_list)


@pytest.mark.parametrize("method", ["editMessageText", "answerCallbackQuery"])
@pytest.mark.parametrize("trouble", ["429", "slow"])
async def test_a_danger_sign_waits_for_no_redrawing_of_a_list(
    tmp_path: Path, method: str, trouble: Answer
) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        first = await walk.says("/worse")
        chest = first.button(CHEST).data
        assert chest is not None
        await walk.taps(NONE)
        walk.person.catch_up()
        walk.tryout.sandbox.faults.add(
            method, answer=trouble, retry_after_s=PAUSE_S, delay_s=PAUSE_S
        )

        walk.person.press(walk.last.message_id, LIGHT)
        walk.person.press(first.message_id, chest, stale=True)

        await walk.person.expect(ALARM, timeout_s=SOON_S)


async def test_a_telegram_slow_in_everything_is_waited_for_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "PATIENCE_S", SOON_S / 2)
    async with walking(tmp_path, *PLANNED) as walk:
        first = await walk.says("/worse")
        chest = first.button(CHEST).data
        assert chest is not None
        await walk.taps(NONE)
        walk.person.catch_up()
        for method in ("answerCallbackQuery", "editMessageText", "editMessageReplyMarkup"):
            walk.tryout.sandbox.faults.add(method, answer="slow", delay_s=PAUSE_S)

        walk.person.press(walk.last.message_id, NONE)
        walk.person.press(first.message_id, chest, stale=True)

        await walk.person.expect(ALARM, timeout_s=SOON_S)


async def test_a_tick_that_never_showed_shows_when_it_is_tapped_again(tmp_path: Path) -> None:
    async with walking(tmp_path, *SECOND_LIST) as walk:
        second = walk.last
        walk.tryout.sandbox.faults.add("editMessageText", answer="429", retry_after_s=PAUSE_S)
        await walk.taps(LIGHT)
        assert TICKED not in labels(walk.person.message(second.message_id))

        await walk.taps(LIGHT)

        assert TICKED in labels(walk.person.message(second.message_id))


async def test_a_question_that_can_not_become_its_answer_keeps_the_next_one_coming(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *SECOND_LIST) as walk:
        walk.tryout.sandbox.faults.add("editMessageText", answer="429", retry_after_s=PAUSE_S)

        await walk.taps(NONE)

        assert "next to just before your latest massage?" in walk.last.text


@pytest.mark.parametrize("trouble", ["429", "slow", "502"])
async def test_what_can_not_be_told_in_place_comes_as_a_new_message(
    tmp_path: Path, trouble: Answer
) -> None:
    async with walking(tmp_path, *PLANNED) as walk:
        plan = walk.last
        walk.tryout.sandbox.faults.add(
            "editMessageText", answer=trouble, retry_after_s=PAUSE_S, delay_s=PAUSE_S
        )

        await walk.person.tap(plan.message_id, "Change times", timeout_s=SOON_S)
        settings = await walk.person.expect(
            lambda each: each.text.startswith("Settings") and each.message_id != plan.message_id,
            timeout_s=SOON_S,
        )

        assert settings.message_id > plan.message_id
