"""What `aftercare check` says of reviews: never looked at, due again, dated in the future."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from bot.library.loader import load
from bot.library.proof.content import check
from bot.library.reviews import review_warnings
from tests.library.test_load import refusal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.library.conftest import Edit

TODAY = date(2026, 3, 10)
SADDLE = "    when: {symptom: saddle_numbness}\n"
FILES = {
    "content/rules.yaml",
    "content/plan.yaml",
    "content/questions.yaml",
    "content/exercises.yaml",
    "content/countries.yaml",
    "content/en/guides.yaml",
    "content/en/nudges.yaml",
    "content/es/guides.yaml",
    "content/es/nudges.yaml",
}


def reviewed(on: str, again_by: str | None = None, *, indent: int = 4) -> str:
    """A made-up review, as lines of an entry."""
    lines = ["reviewed_by: Dr Made Up", f"reviewed_on: {on}"]
    lines += [f"review_by: {again_by}"] if again_by else []
    return "".join(f"{' ' * indent}{line}\n" for line in lines)


def warnings(folder: Path, today: date | None = TODAY) -> list[str]:
    return [f"{each.where}: warning: {each.text}" for each in review_warnings(load(folder), today)]


def place(folder: Path, file: str, text: str) -> str:
    """ "content/FILE:line:column" of the value behind the first line that begins with `text`."""
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    number = next(n for n, line in enumerate(lines, start=1) if line.strip().startswith(text))
    return f"content/{file}:{number}:{lines[number - 1].index(': ') + 3}"


def test_what_nobody_has_reviewed_is_one_line_a_file_that_names_the_first(folder: Path) -> None:
    said = [each for each in warnings(folder) if "reviewed_by" in each]

    assert {each.partition(".yaml:")[0] + ".yaml" for each in said} == FILES
    assert len(said) == len(FILES)
    first = place(folder, "rules.yaml", "- id: emergency").rpartition(":")[0]
    assert (
        f"{first}:5: warning: 37 of 37 entries have no reviewed_by yet; this is the first." in said
    )


def test_a_review_of_one_entry_counts_for_that_entry_alone(folder: Path, edit: Edit) -> None:
    edit("rules.yaml", "  - id: emergency\n", "  - id: emergency\n" + reviewed("2026-03-01"))

    (said,) = [each for each in warnings(folder) if "/rules.yaml" in each]

    first = place(folder, "rules.yaml", "- id: urgent").rpartition(":")[0]
    assert said.startswith(f"{first}:5: warning: 36 of 37 entries")


def test_guides_and_the_wordings_of_nudges_can_be_reviewed_as_well(
    folder: Path, edit: Edit
) -> None:
    edit(
        "en/guides.yaml",
        "- id: massage_helps\n",
        "- id: massage_helps\n" + reviewed("2026-03-01", indent=2),
    )
    edit(
        "en/nudges.yaml",
        "\nhydration:\n",
        "\nreviews: {hydration: {reviewed_by: Dr Made Up, reviewed_on: 2026-03-01}}\nhydration:\n",
    )

    said = "\n".join(warnings(folder))

    assert "7 of 8 entries" in said
    assert "3 of 4 entries" in said


@pytest.mark.parametrize(
    ("again_by", "told"), [("2026-03-09", True), ("2026-03-10", False), ("2027-01-01", False)]
)
def test_an_entry_past_its_day_is_named_by_file_line_and_column(
    folder: Path, edit: Edit, again_by: str, told: bool
) -> None:
    edit("rules.yaml", SADDLE, SADDLE + reviewed("2025-03-01", again_by))

    said = [each for each in warnings(folder) if "was to be looked at again" in each]

    where = place(folder, "rules.yaml", "review_by: 2")
    expected = f'{where}: warning: "saddle_numbness" was to be looked at again by {again_by}. '
    assert [each.startswith(expected) for each in said] == ([True] if told else [])


@pytest.mark.parametrize(("on", "told"), [("2026-03-11", True), ("2026-03-10", False)])
def test_a_review_that_is_still_to_come_is_named(
    folder: Path, edit: Edit, on: str, told: bool
) -> None:
    edit("countries.yaml", "  - code: GB\n", "  - code: GB\n" + reviewed(on))

    said = [each for each in warnings(folder) if "still to come" in each]

    where = place(folder, "countries.yaml", "reviewed_on: 2")
    expected = f'{where}: warning: "GB" says it was reviewed on {on}'
    assert [each.startswith(expected) for each in said] == ([True] if told else [])


def test_without_a_day_nothing_is_said_of_days(folder: Path, edit: Edit) -> None:
    edit("rules.yaml", SADDLE, SADDLE + reviewed("2099-03-01", "2001-01-01"))

    said = "\n".join(warnings(folder, today=None))

    assert "36 of 37" in said
    assert "looked at again" not in said
    assert "still to come" not in said


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("plan.yaml", "    evidence: custom\n", "", '"evidence" is missing'),
        ("plan.yaml", "kind: hydration,", "kind: hydration, evidence: study,", "go together"),
        ("rules.yaml", "defaults:\n  levels:", "defaults:\n  rules:", "not one of: levels"),
        ("countries.yaml", "    source: https://www.911.gov/\n", "", '"source" is missing'),
        ("questions.yaml", "- id: sex\n", "- id: sex\n    reviewed_by: Me\n", "go together"),
        (
            "rules.yaml",
            "    evidence: guideline\n\nlevels:",
            "    evidence: guideline\n    reviewed_by: Dr Made Up\n\nlevels:",
            '"reviewed_by" is not a key here',  # a review of all would hold for later entries too
        ),
    ],
)
def test_half_a_basis_is_refused(
    folder: Path, edit: Edit, file: str, old: str, new: str, said: str
) -> None:
    edit(file, old, new)

    told = [each for each in refusal(folder) if said in each]

    assert told, refusal(folder)
    assert told[0].startswith(f"content/{file}:")


def test_an_entry_without_any_source_is_refused_by_its_line(folder: Path) -> None:
    text = (folder / "rules.yaml").read_text(encoding="utf-8")
    start, end = text.index("defaults:"), text.index("levels:\n  # What")
    (folder / "rules.yaml").write_text(text[:start] + text[end:], encoding="utf-8")

    told = refusal(folder)

    assert [each.partition(": ")[2] for each in told] == [
        f'"{level}" has no source, and defaults has none for it. Add one.'
        for level in ("emergency", "urgent", "doctor")
    ]
    assert told[0].startswith(place(folder, "rules.yaml", "- id: emergency").rpartition(":")[0])


def test_a_source_that_names_an_illness_needs_a_short(folder: Path, edit: Edit) -> None:
    edit("rules.yaml", '      short: "NHS website: when to call for an ambulance"\n', "")

    (told,) = [str(each) for each in check(folder) if each.severity == "error"]

    assert told.startswith(place(folder, "rules.yaml", 'title: "NHS: Stroke'))
    assert '/why would say "stroke"' in told
