"""The commands an author or operator looks with: what they say, and how they end.

That `aftercare check` finds nothing in what ships is asked in library/proof/test_breakages.py.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from bot.app import build
from bot.checkup import Finding, examine
from bot.cli import main
from bot.delivery.clock import SystemClock
from bot.errors import SettingError
from bot.library.loader import default_folder
from bot.sandbox import Sandbox
from bot.settings import load

if TYPE_CHECKING:
    from bot.settings import Settings

ELSEWHERE = "123456:AAmadeupAAmadeupAAmadeup"
CASE = """
- id: leg_pain_after_a_day
  profile: {onset: under_6_weeks}
  sessions: [0]
  checkins: [{at: 24, symptoms: [leg_pain], change: better}]
  expect: {level: doctor, reasons: [leg_pain]}
"""

PERSONA = """name: Ann
zone: Europe/London
sessions: [{at: 2026-06-01 10:00, pain: 6}]
answers:
  default: {pain: 4, change: better, symptoms: []}
  check_in_24h: {symptoms: [leg_pain]}
"""


def aftercare(*arguments: str | Path, **environ: str) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments], env=environ)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(default_folder(), tmp_path / "content"))


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    path = tmp_path / "cases.yaml"
    path.write_text(CASE, encoding="utf-8")
    return path


# ---- check ----


def test_an_error_in_a_folder_is_named_by_file_line_and_column(folder: Path) -> None:
    plan = folder / "plan.yaml"
    plan.write_text(
        plan.read_text(encoding="utf-8").replace("interview: early", "interview: earlly", 1),
        encoding="utf-8",
    )

    result = aftercare("check", folder)

    assert result.exit_code == 1
    assert result.stdout.startswith("errors: 1, ")
    assert "content/plan.yaml:" in result.stderr
    line, column = result.stderr.partition("plan.yaml:")[2].split(":")[:2]
    assert "earlly" in plan.read_text(encoding="utf-8").splitlines()[int(line) - 1]
    assert int(column) > 0


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    result = aftercare("check", tmp_path / "missing")

    assert result.exit_code == 1
    assert "there is no such folder" in result.stderr


# ---- triage ----


def test_a_case_is_judged_in_a_line_of_json(cases: Path) -> None:
    result = aftercare("triage", cases)

    assert result.exit_code == 0
    (line,) = result.stdout.splitlines()
    assert json.loads(line) == {
        "id": "leg_pain_after_a_day",
        "level": "doctor",
        "reasons": ["leg_pain"],
    }
    assert result.stderr == ""


def test_a_case_that_expects_something_else_is_told_beside_the_verdicts(cases: Path) -> None:
    cases.write_text(CASE.replace("level: doctor", "level: urgent"), encoding="utf-8")

    result = aftercare("triage", cases)

    assert result.exit_code == 1
    assert json.loads(result.stdout)["level"] == "doctor"
    (told,) = result.stderr.splitlines()
    assert told.startswith("cases.yaml:2:") or "/cases.yaml:2:" in told
    assert "expects urgent ['leg_pain'], the rules give doctor ['leg_pain']" in told


def test_a_case_that_expects_nothing_is_only_judged(cases: Path) -> None:
    cases.write_text(CASE[: CASE.index("  expect")], encoding="utf-8")

    result = aftercare("triage", cases)

    assert result.exit_code == 0
    assert json.loads(result.stdout)["reasons"] == ["leg_pain"]


def test_cases_are_judged_by_another_folders_rules(cases: Path, folder: Path) -> None:
    assert aftercare("triage", cases, "--content", folder).exit_code == 0
    assert aftercare("triage", cases, "--content", folder / "missing").exit_code == 2


@pytest.mark.parametrize("text", ["- id: [", "- {id: x, sessions: [0]}", "id: x", ""])
def test_a_file_that_holds_no_cases_ends_with_2_and_its_place(cases: Path, text: str) -> None:
    cases.write_text(text, encoding="utf-8")

    result = aftercare("triage", cases)

    assert result.exit_code == 2
    assert "cases.yaml:" in result.stderr
    assert "Traceback" not in result.output


def test_a_file_of_cases_that_is_not_there_ends_with_2(tmp_path: Path) -> None:
    result = aftercare("triage", tmp_path / "missing.yaml")

    assert result.exit_code == 2
    assert "missing.yaml" in result.stderr


# ---- simulate ----


@pytest.fixture
def persona(tmp_path: Path) -> Path:
    path = tmp_path / "ann.yaml"
    path.write_text(PERSONA, encoding="utf-8")
    return path


def test_a_made_up_person_is_walked_through_the_weeks(persona: Path) -> None:
    result = aftercare("simulate", persona)

    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].startswith("Mon 2026-06-01 10:00 +01:00  >    massage")
    assert any("=    verdict        check_in_24h       doctor (leg_pain)" in each for each in lines)
    assert lines[-1] == "advice still open: doctor"
    assert result.stderr == ""


def test_another_folders_plan_is_what_a_person_lives_through(persona: Path, folder: Path) -> None:
    persona.write_text(PERSONA.partition("answers:")[0], encoding="utf-8")
    plan = folder / "plan.yaml"
    plan.write_text(
        plan.read_text(encoding="utf-8").replace("after_session: 2 h,", "after_session: 3 h,", 1),
        encoding="utf-8",
    )

    result = aftercare("simulate", persona, "--content", folder)

    assert "13:00 +01:00  bot  hydration      hydration_2h" in result.stdout


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("zone: Europe/London", "zone: London", "ann.yaml:2:7: expected a time zone"),
        ("[leg_pain]", "[leg_pane]", 'ann.yaml:6:29: "leg_pane" is no symptom. Did you mean'),
        ("check_in_24h:", "check_in_25h:", 'ann.yaml:6:3: "check_in_25h" is no check-in of'),
        ("10:00", "1000", "ann.yaml:3:17: expected a local time such as"),
        ("pain: 6", "pein: 6", 'ann.yaml:3:35: "pein" is not a key here'),
        ("name: Ann", "name: Ann\ncountry: UK", 'ann.yaml:2:10: "UK" is not in the content'),
        ("name: Ann", "name: Ann\nsilent: [day 0]", 'ann.yaml:2:10: "day 0" is no check-in of'),
        (
            "pain: 6}",
            "pain: 6}, {at: 2026-06-01 09:00}",
            "ann.yaml:3:50: is not after the massage before it",
        ),
    ],
)
def test_a_persona_with_a_mistake_ends_with_2_and_its_place(
    persona: Path, old: str, new: str, told: str
) -> None:
    assert old in PERSONA
    persona.write_text(PERSONA.replace(old, new, 1), encoding="utf-8")

    result = aftercare("simulate", persona)

    assert result.exit_code == 2
    assert told in result.stderr
    assert result.stdout == ""


def test_a_persona_that_is_not_there_ends_with_2(tmp_path: Path) -> None:
    result = aftercare("simulate", tmp_path / "missing.yaml")

    assert result.exit_code == 2
    assert "missing.yaml" in result.stderr


# ---- graph ----


def test_the_flow_is_drawn_in_the_words_of_the_content(folder: Path) -> None:
    words = folder / "en" / "questions.yaml"
    words.write_text(
        words.read_text(encoding="utf-8").replace("label: Light-headed", "label: Woozy"),
        encoding="utf-8",
    )

    drawn, of_folder = aftercare("graph"), aftercare("graph", "--content", folder)

    assert (drawn.exit_code, of_folder.exit_code) == (0, 0)
    assert "flowchart LR" in drawn.stdout.splitlines()
    assert drawn.stdout.replace("Light-headed", "Woozy") == of_folder.stdout


def test_a_drawing_of_what_is_not_there_ends_with_2(tmp_path: Path) -> None:
    assert aftercare("graph", "--content", tmp_path / "missing").exit_code == 2
    unknown = aftercare("graph", "--language", "tlh")
    assert unknown.exit_code == 2
    assert "tlh is not in the content: en" in unknown.stderr


# ---- doctor ----


async def found(settings: Settings) -> dict[str, Finding]:
    return {each.part: each async for each in examine(settings)}


async def test_a_bot_in_good_health_is_well_in_every_part(tmp_path: Path) -> None:
    async with Sandbox(now=SystemClock().now) as sandbox:
        result = await asyncio.to_thread(
            aftercare,
            "doctor",
            AFTERCARE_TOKEN=sandbox.token,
            AFTERCARE_API_URL=sandbox.api_url,
            AFTERCARE_DATABASE_URL=f"sqlite:///{tmp_path / 'aftercare.db'}",
        )

        assert result.exit_code == 0, result.output
        lines = result.stdout.splitlines()
        assert [each.split(":")[0] for each in lines] == [
            "ok  token",
            "ok  content",
            "ok  database",
            "ok  clock",
            "ok  zones",
            "ok  fonts",
        ]
        assert "@aftercare_sandbox_bot" in lines[0]
        assert "32 rules, languages: en" in lines[1]
        sent = {each.method for each in sandbox.calls}
        assert sent == {"getMe"}


async def test_each_part_that_is_not_well_is_told_and_the_others_too(tmp_path: Path) -> None:
    async with Sandbox(now=SystemClock().now) as sandbox:
        parts = await found(
            load(
                {},
                token=ELSEWHERE,
                api_url=sandbox.api_url,
                content=tmp_path / "missing",
                database_url=f"sqlite:///{tmp_path}/no/folder/aftercare.db",
            )
        )

    assert {part for part, each in parts.items() if not each.well} == {
        "token",
        "content",
        "database",
    }
    assert "copy it anew from BotFather" in parts["token"].text
    assert "missing" in parts["content"].text
    assert "no/folder/aftercare.db" in parts["database"].text
    assert ELSEWHERE not in str(parts)


@pytest.mark.parametrize(
    ("setting", "value", "one_of"), [("country", "UK", "GB"), ("language", "tlh", "en")]
)
async def test_a_country_or_language_the_content_lacks_is_named_before_anything_starts(
    tmp_path: Path, setting: str, value: str, one_of: str
) -> None:
    """It would be filled in for without a word, with numbers that are not the operator's."""
    url = f"sqlite:///{tmp_path / 'aftercare.db'}"
    settings = load({f"AFTERCARE_{setting.upper()}": value}, token=ELSEWHERE, database_url=url)

    with pytest.raises(SettingError) as caught:
        await build(settings)

    line = str(caught.value)
    assert line.startswith(f"AFTERCARE_{setting.upper()} {value} is not in the content; choose")
    assert one_of in line
    assert not (tmp_path / "aftercare.db").exists()


async def test_without_a_network_the_address_to_look_at_is_named(tmp_path: Path) -> None:
    async with Sandbox(now=SystemClock().now) as sandbox:
        closed = sandbox.api_url
    url = f"sqlite:///{tmp_path / 'aftercare.db'}"

    parts = await found(load({}, token=ELSEWHERE, api_url=closed, database_url=url))

    assert not parts["token"].well
    assert "AFTERCARE_API_URL" in parts["token"].text
    assert not parts["clock"].well
    assert parts["database"].well


def test_an_ill_bot_ends_with_1_and_wrong_settings_with_2(tmp_path: Path) -> None:
    ill = aftercare(
        "doctor",
        AFTERCARE_TOKEN=ELSEWHERE,
        AFTERCARE_API_URL="http://127.0.0.1:9/bot",
        AFTERCARE_DATABASE_URL=f"sqlite:///{tmp_path / 'aftercare.db'}",
    )
    unset = aftercare("doctor", AFTERCARE_TOKEN="hello")

    assert ill.exit_code == 1
    assert "BAD token" in ill.stdout
    assert unset.exit_code == 2
    assert unset.stderr.startswith("AFTERCARE_TOKEN ")
    assert unset.stdout == ""


# ---- sandbox ----


def test_a_port_that_is_taken_ends_the_sandbox_with_2_and_the_option() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        result = aftercare("sandbox", "--port", str(port))

    assert result.exit_code == 2
    assert result.stderr.startswith(f"can't listen on 127.0.0.1:{port} ")
    assert "--port" in result.stderr
