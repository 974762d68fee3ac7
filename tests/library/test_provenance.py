"""What messages rest on, and when they count as reviewed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from bot.care.model import Level
from bot.library import provenance
from bot.library.loader import load
from bot.library.provenance import Review

if TYPE_CHECKING:
    from pathlib import Path

    from bot.library.library import Library
    from bot.library.provenance import Grounds
    from tests.library.conftest import Edit

ARTICLE = "Lifescript: How to Relieve Back Pain With Massage Therapy"
NHS, NCCIH = "NHS: Back pain", "NCCIH: Massage Therapy: What You Need To Know"
SPINE = "IFOMPT framework, Finucane et al."


def titles(grounds: Grounds | None) -> list[str]:
    assert grounds is not None
    return [each.title for each in grounds.cited]


def review(on: str) -> str:
    return f"reviewed_by: Dr Made Up, reviewed_on: {on}"


def test_every_entry_of_the_shipped_content_rests_on_something(shipped: Library) -> None:
    assert [
        (section, entry)
        for section, entries in shipped.origins.items()
        for entry, grounds in entries.items()
        if not grounds.cited
    ] == []


def test_a_verdict_rests_on_its_two_highest_rules(shipped: Library) -> None:
    reasons = ("calf_swelling", "leg_pain", "sore", "saddle_numbness")

    assert titles(provenance.of_verdict(shipped, Level.EMERGENCY, reasons)) == [NHS, NCCIH]


def test_two_rules_of_one_source_name_it_once(shipped: Library) -> None:
    reasons = ("saddle_numbness", "bladder_bowel", "leg_giving_way")

    assert titles(provenance.of_verdict(shipped, Level.EMERGENCY, reasons)) == [NHS]


def test_a_verdict_without_a_known_rule_rests_on_its_level(shipped: Library) -> None:
    assert titles(provenance.of_verdict(shipped, Level.SELF_CARE, ())) == ["NICE guideline NG59"]
    assert titles(provenance.of_verdict(shipped, Level.DOCTOR, ("gone_by_now",))) == [NHS]


def test_a_list_of_danger_signs_rests_on_its_rules(shipped: Library) -> None:
    assert titles(provenance.of_question(shipped, "danger_now")) == [NHS, SPINE]
    assert titles(provenance.of_question(shipped, "cleared")) == [SPINE, ARTICLE]
    assert titles(provenance.of_question(shipped, "onset")) == [ARTICLE]
    assert provenance.of_question(shipped, "unheard_of") is None


def test_a_nudge_rests_on_its_exercise_else_on_its_line_of_the_plan(shipped: Library) -> None:
    english = shipped.language("en")

    def rests(kind: str, item: str, exercise: str | None = None) -> list[str]:
        return titles(provenance.of_nudge(shipped, english, kind, item, exercise))

    assert rests("hydration", "hydration_2h") == [ARTICLE]
    assert rests("movement", "put_off") == ["NICE guideline NG59"]
    assert rests("strengthening", "stretch_daily", "bridge") == [
        "AAOS OrthoInfo: Spine Conditioning Program"
    ]
    assert provenance.of_nudge(shipped, english, "stretch", "stretch_daily", "gone") is None


def test_a_glass_of_water_is_reviewed_once_its_plan_and_its_words_are(
    folder: Path, edit: Edit
) -> None:
    def water() -> Review | None:
        library = load(folder)
        english = library.language("en")
        grounds = provenance.of_nudge(library, english, "hydration", "hydration_2h", None)
        assert grounds is not None
        return grounds.review

    edit("plan.yaml", "{id: hydration_2h,", f"{{id: hydration_2h, {review('2026-03-01')},")
    assert water() is None

    words = f"\nreviews: {{hydration: {{{review('2026-01-15')}}}}}\nhydration:\n"
    edit("en/nudges.yaml", "\nhydration:\n", words)
    assert water() == Review("Dr Made Up", date(2026, 1, 15))  # the older of the two


def test_advice_is_reviewed_once_its_rule_and_its_level_are(folder: Path, edit: Edit) -> None:
    lines = "    reviewed_by: Dr Made Up\n    reviewed_on: 2026-03-01\n"
    edit("rules.yaml", "  - id: leg_pain\n", "  - id: leg_pain\n" + lines)
    assert provenance.of_verdict(load(folder), Level.DOCTOR, ("leg_pain",)).review is None

    edit("rules.yaml", "  - id: doctor\n", "  - id: doctor\n" + lines)
    library = load(folder)
    reviewed = provenance.of_verdict(library, Level.DOCTOR, ("leg_pain",)).review
    assert reviewed == Review("Dr Made Up", date(2026, 3, 1))
    assert provenance.of_verdict(library, Level.DOCTOR, ("leg_pain", "arm_pain")).review is None


def test_a_guide_names_its_first_sources_as_they_stand_there(shipped: Library) -> None:
    guide = replace(shipped.language("en").guide("safety"), source=("A, 2020", "B", "C"))

    grounds = provenance.of_guide(guide)

    assert [(each.title, each.evidence) for each in grounds.cited] == [
        ("A, 2020", "guideline"),
        ("B", None),
    ]
