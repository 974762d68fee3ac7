"""Bringing a database to this program's version, with alembic, one file a version.

To change a table: change `tables.py`, write the next file in `versions/`, and set HEAD to it.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from bot.errors import DatabaseError

HEAD = "0003"
FOLDER = Path(__file__).parent
LOCK = 7_265_911_204  # any number: it names our advisory lock on PostgreSQL

VERSION = text("SELECT version_num FROM alembic_version")


def upgrade(connection: Connection) -> None:
    """Apply what is missing, within the transaction that `connection` is in.

    Raises DatabaseError where the database is newer than this program.
    """
    if connection.dialect.name == "postgresql":
        for limit in ("statement_timeout", "lock_timeout"):  # these may take their time
            connection.execute(text(f"SET LOCAL {limit} = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    if _version(connection) != HEAD:
        _apply(connection)


def require(connection: Connection) -> None:
    """Raise DatabaseError where the database is not at this program's version."""
    found = _version(connection)
    if found != HEAD:
        raise DatabaseError(
            f"the database is at version {found or 'none'}, this program at {HEAD}: "
            "`aftercare run` brings it up to date"
        )


def _version(connection: Connection) -> str | None:
    """The version the database is at; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.execute(VERSION).scalar_one_or_none()
    return version


def _apply(connection: Connection) -> None:
    # Here and not above: alembic takes longer to import than everything else at a usual start.
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(FOLDER))
    known = {script.revision for script in scripts.walk_revisions()}
    found = _version(connection)
    if found is not None and found not in known:
        raise DatabaseError(
            f"the database is at version {found}, newer than this program: update aftercare"
        )
    context = MigrationContext.configure(
        connection,
        opts={
            "fn": lambda revision, _context: scripts._upgrade_revs("head", revision),
            "transactional_ddl": True,
        },
    )
    with Operations.context(context):
        context.run_migrations()
