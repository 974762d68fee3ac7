from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.care.model import Level
from bot.library.cases import Judged, triage
from bot.library.errors import ContentError

if TYPE_CHECKING:
    from pathlib import Path

    from bot.library.library import Library

CASE = """
- id: saddle_after_two_sessions
  note: one sign is enough
  profile: {onset: under_6_weeks, baseline_pain: 6, recent_fall: true, conditions: [pregnant]}
  sessions: [0, 72.5]
  checkins:
    - {at: 24, pain: 5, change: better}
    - {at: 76, symptoms: [sore, saddle_numbness]}
  expect: {level: emergency, reasons: [saddle_numbness, pregnant, sore]}
"""


def judged(tmp_path: Path, library: Library, text: str) -> list[Judged]:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return list(triage(path, library))


def refusal(tmp_path: Path, library: Library, text: str) -> str:
    with pytest.raises(ContentError) as caught:
        judged(tmp_path, library, text)
    return str(caught.value)


def test_a_case_is_judged_and_compared(tmp_path: Path, shipped: Library) -> None:
    [case] = judged(tmp_path, shipped, CASE)

    assert case.level is Level.EMERGENCY
    assert case.reasons == ("saddle_numbness", "pregnant", "sore")
    assert case.agrees
    assert case.where == "mine.yaml:2:3"


def test_a_wrong_expectation_is_seen(tmp_path: Path, shipped: Library) -> None:
    [level] = judged(tmp_path, shipped, CASE.replace("level: emergency", "level: urgent"))
    [reasons] = judged(tmp_path, shipped, CASE.replace(", sore]}\n", "]}\n"))

    assert not level.agrees
    assert not reasons.agrees


def test_a_case_without_an_expectation_is_judged_only(tmp_path: Path, shipped: Library) -> None:
    [case] = judged(tmp_path, shipped, CASE.partition("  expect")[0])

    assert case.level is Level.EMERGENCY
    assert case.expected is None
    assert case.agrees


def test_the_profile_alone_can_be_judged(tmp_path: Path, shipped: Library) -> None:
    text = "- id: a\n  profile: {conditions: [cancer]}\n  sessions: []\n  checkins: []\n"

    [case] = judged(tmp_path, shipped, text)

    assert (case.level, case.reasons) == (Level.DOCTOR, ("cancer",))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "saddle_numbness]}",
            "sadle_numbness]}",
            'mine.yaml:8:33: "sadle_numbness" is no symptom.',
        ),
        ("emergency, reasons: [saddle", "emergency, reasons: [sadle", "mine.yaml:9:40"),
        ("level: emergency", "level: emergancy", 'Did you mean "emergency"?'),
        ("pain: 5", "pain: 11", "mine.yaml:7:22"),
        ("change: better", "change: beter", 'Did you mean "better"?'),
        ("recent_fall: true", "recent_fall: yes", "expected true or false"),
        ("[0, 72.5]", "[72.5, 0]", "times go from the first to the last"),
        ("at: 24", "at: 90", "times go from the first to the last"),
        ("  sessions: [0, 72.5]\n", "", '"sessions" is missing'),
        ("sessions:", "sesions:", 'Did you mean "sessions"?'),
        ("[pregnant]", "[pregnant], cleared: [fever]", '"fever" is no clearable rule'),
        ("[sore, saddle_numbness]}", "[sore, sore]}", "a symptom stands there twice"),
    ],
)
def test_a_mistake_in_a_case_is_told_by_line(
    tmp_path: Path, shipped: Library, old: str, new: str, said: str
) -> None:
    assert old in CASE

    assert said in refusal(tmp_path, shipped, CASE.replace(old, new, 1))


def test_two_cases_of_one_name_are_refused(tmp_path: Path, shipped: Library) -> None:
    assert "is already there, in line 2" in refusal(tmp_path, shipped, CASE + CASE.lstrip())


def test_a_file_that_is_no_list_is_refused(tmp_path: Path, shipped: Library) -> None:
    assert "expected a list" in refusal(tmp_path, shipped, "cases: []")
