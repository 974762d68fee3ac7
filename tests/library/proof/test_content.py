from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.library.claims import claims, illnesses
from bot.library.proof.content import Finding, check
from tests.library.test_load import italian, line_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.library.conftest import Edit


def errors(folder: Path) -> list[str]:
    return [str(finding) for finding in check(folder) if finding.severity == "error"]


def test_content_that_does_not_load_is_told_as_errors(folder: Path, edit: Edit) -> None:
    edit("rules.yaml", "level: urgent", "level: soon")

    [finding] = check(folder)

    assert isinstance(finding, Finding)
    assert finding.severity == "error"
    assert finding.where.startswith("content/rules.yaml:")


SADDLE = """  - id: saddle_numbness
    level: emergency
    when: {symptom: saddle_numbness}
"""


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("rules.yaml", SADDLE, SADDLE.replace("emergency", "doctor"), "gives doctor, the clinical"),
        ("rules.yaml", SADDLE, SADDLE + "    clearable: true\n", "can't be cleared"),
        (
            "rules.yaml",
            "{symptom: fever}",
            "{symptom: fewer}",
            'no check-in asks for the symptom "',
        ),
        ("rules.yaml", "pauses: [hydration, ", "pauses: [", "holds back every nudge"),
        ("rules.yaml", "massage_talk: true", "massage_talk: false", "another massage"),
        (
            "questions.yaml",
            "id: danger_now\n    kind: ticks\n    interviews: [early, full, worse]",
            "id: danger_now\n    kind: ticks\n    interviews: [full, worse]",
            "add early to interviews",
        ),
        ("en/phrases.yaml", "\nfever:", "\nfevers:", 'nothing uses "fevers"'),
        ("en/messages.yaml", "<b>All set.</b>", "I can treat you.", '"treat" claims'),
        ("en/nudges.yaml", "A glass of water", "Flush out toxins. A glass", '"toxins" claims'),
        ("en/escalations.yaml", "you have chest pain", "you may have a stroke", "names an illness"),
        ("en/questions.yaml", "You take blood thinners.", "It is monitored.", '"monitored" claims'),
        ("en/nudges.yaml", "<b>Time for a small pause?", "<b>How is your pain?", "locked screen"),
        ("en/questions.yaml", "label: Pregnant\n", f"label: {'x' * 65}\n", "a button is 65"),
        ("en/guides.yaml", "<b>What a therapist", f"{'word ' * 900}<b>", "this page is"),
        ("en/exercises.yaml", "dose: 8 to 10 times.", f"dose: {'x ' * 400}", "this exercise is"),
        ("en/exercises.yaml", "dose: 8 to 10 times.", "dose: 12 times.", "says 8, 10 here"),
        ("en/messages.yaml", "command.stop: No", f"command.stop: {'x' * 257}", "at most 256"),
    ],
)
def test_what_may_not_be_is_an_error_with_its_line(
    folder: Path, edit: Edit, file: str, old: str, new: str, said: str
) -> None:
    edit(file, old, new)

    told = [each for each in errors(folder) if said in each]

    assert told, errors(folder)
    assert told[0].startswith(f"content/{file}:")


def test_a_danger_sign_behind_a_condition_is_an_error(folder: Path, edit: Edit) -> None:
    edit(
        "questions.yaml",
        "  - id: symptoms\n    kind: ticks\n",
        "  - id: symptoms\n    kind: ticks\n"
        "    ask_if: {question: danger_now, any_of: [both_legs]}\n",
    )

    assert any("has no ask_if" in each for each in errors(folder))


def test_a_danger_sign_no_question_asks_for_is_an_error(folder: Path, edit: Edit) -> None:
    edit("questions.yaml", "      - chest_pain\n", "")

    assert any('no question asks for "chest_pain"' in each for each in errors(folder))


def test_a_rule_that_was_removed_is_missed(folder: Path, edit: Edit) -> None:
    text = (folder / "rules.yaml").read_text(encoding="utf-8")
    start = text.index("  - id: headache")
    (folder / "rules.yaml").write_text(text[:start], encoding="utf-8")

    assert any(
        'the rule "headache" of the clinical reference is missing' in e for e in errors(folder)
    )


def test_an_option_no_rule_knows_is_an_error(folder: Path, edit: Edit) -> None:
    edit("questions.yaml", "      - headache\n", "      - headache\n      - toothache\n")
    for code in ("en", "es"):
        edit(
            f"{code}/questions.yaml",
            "    headache:\n",
            "    toothache: {label: A}\n    headache:\n",
        )

    assert any('nothing is known of the option "toothache"' in each for each in errors(folder))


def test_a_claim_in_the_readme_is_an_error_with_its_line(folder: Path) -> None:
    (folder.parent / "README.md").write_text("# Aftercare\n\nIt detects trouble.\n")

    assert errors(folder) == [
        (
            'README.md:3:1: error: "detects" claims what this bot does not do. '
            "Say what the person can do instead."
        )
    ]


def test_a_translation_keeps_placeholders_and_names_its_refused_words(
    folder: Path, edit: Edit
) -> None:
    italian(folder)
    edit("it/messages.yaml", "{zone}", "{zona}")

    told = errors(folder)

    assert any("has other placeholders than English" in each for each in told)
    assert any("add refused_words" in each for each in told)


def test_a_translation_s_own_refused_words_are_found(folder: Path, edit: Edit) -> None:
    italian(folder)
    edit("it/language.yaml", "translates: 1", "translates: 1\nrefused_words: [curiam*]")
    edit("it/messages.yaml", "Hello,", "Ti curiamo,")

    assert [each for each in errors(folder) if "curiamo" in each]


def test_a_translation_of_an_older_english_is_a_warning(folder: Path, edit: Edit) -> None:
    italian(folder)
    edit("en/language.yaml", "version: 1", "version: 2")

    line = line_of(folder, "it/language.yaml", "translates")
    assert f"content/it/language.yaml:{line}:13" in [each.where for each in check(folder)]


@pytest.mark.parametrize(
    "text",
    [
        "detect", "Detection", "undetected", "self-monitoring", "telemonitor", "misdiagnosed",
        "diagnoses", "diagnostic", "treated", "mistreat", "un-treated", "treatment", "cure",
        "CURED", "incurable", "curing", "curative", "de<b>tect</b>", "ｄｅｔｅｃｔ", "de\u00adtect",
        "dia\u200bgnose", "détect", "lactic acid", "toxins", "neurotoxin", "detoxes",
    ],
)  # fmt: skip
def test_a_claim_is_found_in_whatever_form_the_word_takes(text: str) -> None:
    assert claims(f"We {text} it.")


@pytest.mark.parametrize(
    "text", ["curious", "secure", "a curve", "curtain", "retreat", "treaty", "entreat", "manicure"]
)
def test_an_innocent_word_is_let_through(text: str) -> None:
    assert claims(f"A {text} thing.") == []


def test_illnesses_are_found_and_answers_are_not() -> None:
    assert illnesses("It may be a slipped disc, sciatica or a <b>stroke</b>.") == [
        "slipped disc", "sciatica", "stroke",
    ]  # fmt: skip
    assert illnesses("you have numbness between your legs and one swollen calf") == []
