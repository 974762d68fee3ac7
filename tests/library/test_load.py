from __future__ import annotations

import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.care.model import NUDGES, Kind, Level
from bot.care.plan import AfterSession, Audience, Slots
from bot.care.rules import After, Any, Morning, PreviousChangeIs, parts_of
from bot.library.errors import ContentError
from bot.library.loader import load

if TYPE_CHECKING:
    from pathlib import Path

    from bot.library.library import Library
    from tests.library.conftest import Edit


def refusal(folder: Path) -> list[str]:
    with pytest.raises(ContentError) as caught:
        load(folder)
    return [str(problem) for problem in caught.value.problems]


def line_of(folder: Path, file: str, text: str) -> int:
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


def test_the_shipped_content_loads_with_all_rules(shipped: Library) -> None:
    assert len(shipped.rules.rules) == 32
    assert shipped.rules.rules[0].id == "saddle_numbness"
    assert shipped.rules.rules[-1].id == "headache"


def test_only_the_two_rules_over_progress_wait_for_the_whole_check_in(shipped: Library) -> None:
    waiting = [rule.id for rule in shipped.rules.rules if rule.whole_check_in]

    assert waiting == ["no_improvement", "window_closing"]


def test_a_rule_is_read_as_it_is_written(shipped: Library) -> None:
    fall = list(parts_of(shipped.rules.rule("fall_risk").when))
    twice = list(parts_of(shipped.rules.rule("worse_twice").when))

    assert sum(isinstance(part, Any) for part in fall) == 1
    assert len(fall) == 6
    assert PreviousChangeIs(frozenset({"worse", "much_worse"}), 24) in twice


def test_an_emergency_asks_again_at_night_and_next_morning(shipped: Library) -> None:
    policy = shipped.rules.levels[Level.EMERGENCY]

    assert policy.pauses == NUDGES
    assert policy.follow_ups == (
        After(timedelta(minutes=30), quiet_allowed=True),
        After(timedelta(hours=3), quiet_allowed=True),
        Morning(1),
    )


def test_doctor_holds_back_stretches_and_leaves_water(shipped: Library) -> None:
    assert shipped.rules.levels[Level.DOCTOR].pauses == {Kind.STRETCH, Kind.STRENGTHENING}


def test_the_plan_checks_in_as_the_reference_says(shipped: Library) -> None:
    delays = [
        item.delay / timedelta(hours=1)
        for item in shipped.plan.items
        if isinstance(item, AfterSession) and item.kind is Kind.CHECK_IN
    ]

    assert delays == [4, 24, 72, 168, 336, 504, 672]


def test_women_in_their_fifties_get_both_slots_to_the_end(shipped: Library) -> None:
    last = next(
        item
        for item in shipped.plan.items
        if isinstance(item, Slots) and item.id == "stretch_alternate"
    )

    assert last.daily_both_for == Audience(sex="female", age="50_59")
    assert last.last_day == 28


def test_each_muscle_group_has_at_least_five_stretches(shipped: Library) -> None:
    assert [len(group) >= 5 for group in shipped.plan.rotation] == [True] * 4
    assert len(shipped.plan.strengthening) == 6


def test_every_exercise_names_its_picture(shipped: Library) -> None:
    assert all(each.picture == each.id for each in shipped.exercises.values())


def test_a_check_in_with_nothing_to_report_takes_four_taps(shipped: Library) -> None:
    full = [question for question in shipped.questions if "full" in question.interviews]

    assert [question.id for question in full] == ["danger_now", "symptoms", "change", "pain"]


def test_an_early_check_in_asks_symptoms_only(shipped: Library) -> None:
    early = [question.id for question in shipped.questions if "early" in question.interviews]

    assert early == ["danger_now", "symptoms"]


@pytest.mark.parametrize(
    ("code", "found"),
    [("en", "en"), ("en-GB", "en"), ("en_US", "en"), ("xx", "en"), ("", "en"), (None, "en")],
)
def test_a_language_falls_back_to_its_base_and_to_english(
    shipped: Library, code: str | None, found: str
) -> None:
    assert shipped.language(code).code == found


def test_a_regional_language_falls_back_to_its_own_base_first(folder: Path) -> None:
    italian(folder)

    library = load(folder)

    assert library.language("it-CH").code == "it"
    assert library.language("fr", "it").code == "it"


def italian(folder: Path) -> None:
    """A language of its own beside the shipped ones; the words do not matter here."""
    shutil.copytree(folder / "en", folder / "it")
    (folder / "it/language.yaml").write_text("name: Italiano\nversion: 1\ntranslates: 1\n")


def test_an_unknown_country_gets_numbers_that_work_in_many(shipped: Library) -> None:
    assert shipped.country("GB").emergency == ("999", "112")
    assert shipped.country("gb").is_known
    assert shipped.country("ZZ").emergency == ("112", "911")
    assert shipped.country(None).advice is None


def test_where_tells_the_line_that_an_author_edits(shipped: Library, folder: Path) -> None:
    assert shipped.where("hydration_2h") == (
        f"content/plan.yaml:{line_of(folder, 'plan.yaml', 'id: hydration_2h')}"
    )
    assert shipped.where("check_in_4h_reminder") == shipped.where("check_in_4h")
    assert shipped.where("follow_up_urgent") == (
        f"content/rules.yaml:{line_of(folder, 'rules.yaml', 'id: urgent')}"
    )
    assert shipped.where("nothing") is None


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("rules.yaml", "level: urgent", "level: urgnt", 'Did you mean "urgent"?'),
        ("rules.yaml", "clearable: true", "clearble: true", 'Did you mean "clearable"?'),
        ("rules.yaml", "clearable: true", "clearable: yes", 'expected true or false, found "yes"'),
        ("rules.yaml", "{symptom: fever}", "{symptom: 3}", "found the number 3. Put it in quotes."),
        (
            "rules.yaml",
            "{symptom: fever}",
            "{symptom: fever, condition: cancer}",
            "a condition says exactly one thing",
        ),
        ("rules.yaml", "- id: fever", "- id: chest_pain", '"chest_pain" is already there, in line'),
        (
            "rules.yaml",
            "\n    judged: whole_check_in",
            "\n    clearable: false",
            "is already there",
        ),
        ("rules.yaml", "in_quiet_hours: true", "in_quiet_hours: 1", "expected true or false"),
        ("rules.yaml", "- {after: 30 min,", "- {after: half an hour,", 'a time such as "45 min"'),
        ("plan.yaml", "lateness: 60 min", "lateness: 60", 'a time such as "45 min"'),
        ("plan.yaml", "gap: 45 min", "gap: 45 min\n  per_week: 3", '"per_week" is not a key here'),
        ("plan.yaml", "per_day: 6", "per_day: six", 'expected a whole number, found "six"'),
        ("plan.yaml", "chest,", "chests,", 'Did you mean "chest"?'),
        ("plan.yaml", "id: hydration_5h", "id: hydration_2h", "already there"),
        ("plan.yaml", ", interview: early", "", "a check_in has after_session and interview"),
        ("questions.yaml", "kind: choice", "kind: choise", 'Did you mean "choice"?'),
        ("questions.yaml", "question: conditions", "question: condition", "not asked before"),
        ("questions.yaml", "any_of: [pregnant]", "any_of: [pregnent]", 'Did you mean "pregnant"?'),
        ("exercises.yaml", "    sides: 2", "    sides: 3", "is not one of: 1, 2."),
        ("exercises.yaml", "hold_s: [20, 30]", "hold_s: 20", "expected a list"),
        ("countries.yaml", '["112"]', "[112]", "found the number 112. Put it in quotes."),
        ("countries.yaml", "https://www2", "http://www2", "begins with https://"),
        ("countries.yaml", "code: default", "code: XX", '"default" is missing'),
        ("en/messages.yaml", "<b>Hello", "<b>Hello <i>", "stands where </i> was expected"),
        ("en/messages.yaml", "<b>Hello", "<h1>Hello", "<h1> is not one of the tags"),
        ("en/messages.yaml", "Hello", "Hello {", "Write a brace"),
        ("en/messages.yaml", "{emergency}", "{emergency!r}", "is not a placeholder"),
        (
            "en/escalations.yaml",
            "Call {emergency}",
            "Call {emergancy}",
            'Did you mean "emergency"?',
        ),
        ("en/questions.yaml", "saddle_numbness:", "sadle_numbness:", 'no text for "saddle_numb'),
        ("en/questions.yaml", "  short: First list\n", "", 'there is no text for "short"'),
        ("en/escalations.yaml", "\n  fever:", "\n  fevre:", 'Did you mean "fevre"?'),
        ("en/exercises.yaml", "\nbridge:", "\nbridg:", 'no text for "bridge"'),
        ("en/guides.yaml", "- id: water", "- id: safety", "guides stand there twice: safety"),
        ("en/nudges.yaml", "hydration:", "hydratoin:", '"hydration" is missing'),
        ("en/language.yaml", "version: 1", "version: one", 'expected a whole number, found "one"'),
    ],
)
def test_a_broken_file_is_told_by_file_line_and_column_with_advice(
    folder: Path, edit: Edit, file: str, old: str, new: str, said: str
) -> None:
    edit(file, old, new)

    problems = refusal(folder)

    where = f"content/{file}:"
    told = [problem for problem in problems if said in problem]
    assert told, problems
    place, _, _ = told[0].removeprefix(where).partition(": ")
    line, column = place.split(":")
    assert told[0].startswith(where)
    assert int(line) >= 1
    assert int(column) >= 1


def test_the_line_is_the_one_that_was_broken(folder: Path, edit: Edit) -> None:
    edit("plan.yaml", "kind: movement", "kind: movment")
    line = line_of(folder, "plan.yaml", "movment")

    assert refusal(folder) == [
        (
            f'content/plan.yaml:{line}:29: "movment" is not one of: hydration, movement, stretch, '
            'strengthening, check_in. Did you mean "movement"?'
        )
    ]


def test_problems_of_all_files_are_told_together(folder: Path, edit: Edit) -> None:
    edit("plan.yaml", "version: 1", "version: 0")
    edit("rules.yaml", "level: urgent", "level: soon")
    edit("en/language.yaml", "name:", "nam:")

    files = {problem.split(":")[0] for problem in refusal(folder)}

    assert files == {"content/plan.yaml", "content/rules.yaml", "content/en/language.yaml"}


def test_a_missing_file_or_folder_is_named(folder: Path) -> None:
    (folder / "plan.yaml").unlink()
    (folder / "en/phrases.yaml").unlink()

    assert refusal(folder) == [
        "content/en/phrases.yaml: the file is missing. Add it.",
        "content/plan.yaml: the file is missing. Add it.",
    ]
    assert "no such folder" in refusal(folder / "elsewhere")[0]


def test_a_rule_over_progress_may_not_be_judged_between_two_answers(
    folder: Path, edit: Edit
) -> None:
    edit("rules.yaml", "    judged: whole_check_in", "    judged: every_answer")

    assert "Add judged: whole_check_in." in refusal(folder)[0]


def test_a_translation_without_a_text_is_refused(folder: Path, edit: Edit) -> None:
    italian(folder)
    edit("it/messages.yaml", "start.welcome:", "start.welcom:")

    assert any('no text for "start.welcome"' in problem for problem in refusal(folder))


def test_a_language_folder_of_no_known_language_is_refused(folder: Path) -> None:
    italian(folder)
    (folder / "it").rename(folder / "xqx")

    assert any('"xqx" is no language CLDR knows' in problem for problem in refusal(folder))


def test_other_folders_beside_the_languages_are_left_alone(folder: Path) -> None:
    (folder / "notes").mkdir()
    (folder / "README.md").write_text("How to edit")

    assert set(load(folder).languages) == {"en", "es"}
