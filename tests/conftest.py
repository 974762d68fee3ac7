"""What every test may ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.databases import (
    database,
    database_url,
    empty_database_url,
    postgresql_server,
    postgresql_url,
    sqlite_database,
    sqlite_template,
    sqlite_url,
)

if TYPE_CHECKING:
    import pytest

__all__ = [
    "database",
    "database_url",
    "empty_database_url",
    "postgresql_server",
    "postgresql_url",
    "sqlite_database",
    "sqlite_template",
    "sqlite_url",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-screenshot`: what the browser test sees becomes the picture in the README.
    `--update-timelines`: what the personas live through becomes what is expected of it.
    """
    parser.addoption("--update-screenshot", action="store_true", help="renew docs/sandbox.png")
    parser.addoption("--update-timelines", action="store_true", help="renew tests/personas/*.txt")
