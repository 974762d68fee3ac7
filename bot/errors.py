"""The few errors that cross rooms."""

from __future__ import annotations


class AftercareError(Exception):
    """Something the operator or author can mend; its text is one plain line."""


class SettingError(AftercareError):
    """A setting is missing or malformed: names the variable and the fix."""


class DatabaseError(AftercareError):
    """The database cannot be opened or is newer than this program."""
