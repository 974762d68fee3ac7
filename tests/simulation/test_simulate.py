"""A simulation is the real bot: what a person does has its consequences, by their own clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.library.loader import default_folder, load
from bot.library.personas import read_persona
from bot.simulation import simulate

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from bot.library.library import Library

    Lived = Callable[[str], Awaitable[list[str]]]

ANN = """
name: Ann
zone: Europe/London
sessions: [{at: 2026-06-01 10:00, pain: 6}]
"""


@pytest.fixture(scope="module")
def shipped() -> Library:
    return load(default_folder())


@pytest.fixture
def lived(shipped: Library, tmp_path: Path) -> Lived:
    """What Ann lives through, with these lines added to her file."""

    async def live(more: str) -> list[str]:
        path = tmp_path / "ann.yaml"
        path.write_text(ANN + more, encoding="utf-8")
        return await simulate(read_persona(path, shipped), shipped)

    return live


def found(lines: list[str], *words: str) -> list[str]:
    return [each for each in lines if all(word in each for word in words)]


async def test_whoever_answers_nothing_is_asked_once_whether_to_go_on(lived: Lived) -> None:
    lines = await lived("")

    (asked,) = found(lines, "go_on", "Shall I go on?")
    assert lines.index(asked) == len(lines) - 8  # the figures are all that follows
    assert "check-ins and /worse: 0 answered, 0 begun" in lines


async def test_a_silent_check_in_is_asked_once_more_and_then_let_be(lived: Lived) -> None:
    lines = await lived("answers: {default: {pain: 3, change: better}}\nsilent: [day 3]")

    assert found(lines, "Thu 2026-06-04 13:00", "reminder", "check_in_72h_reminder")
    assert not found(lines, "answers", "check_in_72h")
    assert "check-ins and /worse: 6 answered, 0 begun" in lines


async def test_an_items_own_answers_go_before_its_days_and_add_to_the_default(
    lived: Lived,
) -> None:
    lines = await lived(
        "answers: {default: {pain: 3, change: better, after: 1 h},"
        " day 7: {change: same, pain: 9}, check_in_7d: {pain: 8}}"
    )

    (said,) = found(lines, "answers", "check_in_7d")
    assert "change same; pain 8" in said
    assert said.startswith("Mon 2026-06-08 11:00")


async def test_a_pause_says_what_it_keeps_back_and_resume_brings_the_rest(lived: Lived) -> None:
    lines = await lived(
        "answers: {default: {pain: 3, change: better}}\n"
        "says: [{at: 2026-06-03 12:00, text: /pause}, {at: 2026-06-10 12:00, text: /resume}]"
    )

    assert found(lines, "--", "check_in_72h", "not sent: paused")
    assert not found(lines, "answers", "check_in_72h")
    assert found(lines, "answers", "check_in_14d")


async def test_worse_at_night_brings_advice_at_once_and_holds_nudges_back(lived: Lived) -> None:
    lines = await lived("worse: [{at: 2026-06-02 03:00, symptoms: [chest_pain]}]")

    (advice,) = found(lines, "escalation_emergency")
    assert advice.startswith("Tue 2026-06-02 03:00")
    assert found(lines, "--", "stretch_daily", "held back by emergency advice")
    assert not found(lines, "bot  stretch")
    assert lines[-1] == "advice still open: emergency"


async def test_being_seen_is_told_after_help_was_found(lived: Lived) -> None:
    lines = await lived(
        "worse: [{at: 2026-06-02 09:00, symptoms: [leg_pain]}]\n"
        "responses: [{after: 2 days, say: seen_fine}]"
    )

    helped, seen = found(lines, ">    taps")
    assert "I've got help" in helped
    assert "I've been seen, all fine" in seen
    assert lines[-1] == "advice still open: none"
    assert found(lines, "bot  stretch")


async def test_a_second_response_can_be_to_the_second_advice_only(lived: Lived) -> None:
    lines = await lived(
        "worse:\n"
        "  - {at: 2026-06-02 09:00, symptoms: [leg_pain]}\n"
        "  - {at: 2026-06-05 09:00, symptoms: [leg_pain]}\n"
        "responses: [{after: 1 h, say: stopped, to: 1}, {after: 2 h, say: not_yet, to: 2}]"
    )

    assert [each[:20] for each in found(lines, ">    taps")] == [
        "Tue 2026-06-02 10:00",
        "Fri 2026-06-05 11:00",
    ]


async def test_what_falls_into_quiet_hours_is_told_when_the_massage_is(lived: Lived) -> None:
    lines = await lived('preferences: {quiet: {start: "14:30", end: "08:00"}}')

    assert found(lines, "hydration_5h", "not planned for Mon 15:00: quiet hours")
