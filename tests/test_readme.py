"""What the README says about settings, commands and itself is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.cli import main
from bot.delivery.metrics import Metrics
from bot.library.claims import claims
from bot.settings import Settings, variable
from bot.telegram.router import COMMANDS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SETTING = re.compile(r"^\| `(AFTERCARE_\w+)` \| (.+?) \| (.+?) \|$", re.MULTILINE)
OTHER_PATHS = ("data", "newbot", "healthz", "readyz", "metrics")
SET_UP = (
    "python3 -m venv .venv"
    " && .venv/bin/pip install -q --require-hashes -r requirements.lock"
    " && .venv/bin/pip install -q --no-deps --no-build-isolation -e ."
)


def test_every_setting_is_listed_with_its_default_and_its_meaning() -> None:
    listed = {name: (default, meaning) for name, default, meaning in SETTING.findall(README)}

    assert listed == {
        variable(field): (default_of(field), Settings.model_fields[field].description)
        for field in Settings.model_fields
    }


def default_of(field: str) -> str:
    """A default as the table writes it."""
    about = Settings.model_fields[field]
    if about.is_required():
        return "required"
    return "none" if about.default is None else f"`{about.default}`"


@pytest.mark.parametrize("command", sorted(main.commands))
def test_every_command_of_the_program_is_explained(command: str) -> None:
    assert re.search(rf"^\| [^|]*`aftercare {command}\b[^|]*` \| .+ \|$", README, re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_chat_is_explained(command: str) -> None:
    assert re.search(rf"^\| [^|]*`/{command}`[^|]* \| .+ \|$", README, re.MULTILINE)


def test_no_command_is_explained_that_there_is_not() -> None:
    assert set(re.findall(r"`aftercare ([a-z]+)", README)) <= set(main.commands)
    assert set(re.findall(r"`/([a-z]+)`", README)) <= {*COMMANDS, *OTHER_PATHS}


def test_every_metric_is_explained_and_no_other() -> None:
    explained = set(re.findall(r"^\| `(aftercare_\w+)` \| .+ \|$", README, re.MULTILINE))
    shown = re.findall(r"^# HELP (aftercare_\w+)", Metrics().text().decode(), re.MULTILINE)

    assert explained == {each for each in shown if not each.endswith("_created")}


def test_no_claim_is_made_that_the_product_may_not_make() -> None:
    assert claims(README) == []


def test_links_and_pictures_of_the_repository_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)]+)\)", README)
    headings = {each.lower().replace(" ", "-") for each in re.findall(r"^#+ (.+)$", README, re.M)}

    assert {each for each in links if each.startswith("#")} <= {f"#{each}" for each in headings}
    files = [each for each in links if not each.startswith(("#", "http"))]
    assert "docs/sandbox.png" in files
    assert [each for each in files if not (ROOT / each).is_file()] == []


@pytest.mark.parametrize("ending", [".venv/bin/aftercare sandbox", ".venv/bin/python -m tests"])
def test_both_commands_begin_by_setting_everything_up(ending: str) -> None:
    assert f"```sh\n{SET_UP} && {ending}\n```" in README


def test_continuous_integration_runs_the_line_of_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")

    assert f"\n{SET_UP} && .venv/bin/python -m tests\n" in script
