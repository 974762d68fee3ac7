"""Telling a database that fails from a question that was wrong."""

from __future__ import annotations

import sqlite3

from sqlalchemy import exc

from bot.errors import DatabaseError

# By these a driver says that the statement, or what it was given, was at fault.
FAULTS_OF_OURS = (
    exc.IntegrityError,
    exc.DataError,
    exc.ProgrammingError,
    exc.NotSupportedError,
    sqlite3.IntegrityError,
    sqlite3.DataError,
    sqlite3.ProgrammingError,
    sqlite3.NotSupportedError,
)


def is_trouble(error: BaseException) -> bool:
    """Whether the database could not do its work: locked, full, read-only, away, too busy.

    The same may work later. False for any other error, and for a statement that is wrong.
    """
    if not isinstance(error, exc.DBAPIError | sqlite3.Error):
        return isinstance(error, DatabaseError | exc.TimeoutError)
    if isinstance(error, exc.DBAPIError) and error.connection_invalidated:
        return True
    cause = error.orig if isinstance(error, exc.DBAPIError) else error
    # SQLite calls "no such column" operational too, with a code of its own.
    misspelt = getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR
    return not misspelt and not isinstance(error, FAULTS_OF_OURS)
