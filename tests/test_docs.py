"""What the pages of docs/ say about settings, metrics and other files is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.delivery.metrics import Metrics
from bot.settings import Settings, variable

DOCS = Path(__file__).parents[1] / "docs"
PAGES = sorted(DOCS.glob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_settings_metrics_and_links_of_a_page_are_real(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    settings = {variable(field) for field in Settings.model_fields}
    metrics = set(re.findall(r"^# HELP (aftercare_\w+)", Metrics().text().decode(), re.MULTILINE))
    links = [each.partition("#")[0] for each in re.findall(r"\]\(([^)]+)\)", text)]

    named = {each.removesuffix("_FILE") for each in re.findall(r"\bAFTERCARE_[A-Z_]+", text)}
    assert named <= settings
    assert set(re.findall(r"`(aftercare_\w+)", text)) <= metrics
    assert [each for each in links if each and not (DOCS / each).is_file()] == []
