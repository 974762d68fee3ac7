"""Structured logs: one line an event on standard error, never a text, a name or the token."""

from __future__ import annotations

import logging
import sqlite3
import sys
import traceback
from typing import TYPE_CHECKING

import structlog

from bot.errors import AftercareError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from structlog.typing import EventDict, WrappedLogger

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
# Any other error may quote what it was given, and that may be what a person wrote.
QUOTE_NOBODY = (AftercareError, OSError, sqlite3.Error)


def configure(level: str) -> None:
    """Log events of `level` and above: for people on a terminal, as JSON elsewhere."""
    on_terminal = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _where_it_failed,
            structlog.dev.ConsoleRenderer() if on_terminal else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(handlers=[_FromLibraries()], level=logging.WARNING)
    # The HTTP libraries name addresses that hold the token.
    for noisy in ("httpx", "httpcore", "aiohttp", "telegram", "uvicorn"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    # Its jobs log their own failures; it would call one that a stop interrupted a failure too.
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)


class _FromLibraries(logging.Handler):
    """What a library logs, as one of our lines: where and what kind, but not what it quotes."""

    def emit(self, record: logging.LogRecord) -> None:
        """The first line of the text before anything was filled in."""
        template = str(record.msg).partition("\n")[0] if record.args or record.exc_info else ""
        structlog.get_logger().log(
            record.levelno,
            "library_event",
            logger=record.name,
            what=template,
            where=f"{record.module}:{record.lineno}",
            exc_info=record.exc_info,
        )


def _where_it_failed(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Say of an exception what kind it is and where it came from, not what it says."""
    error = event.pop("exc_info", None)
    if isinstance(error, tuple):
        error = error[1]
    elif error and not isinstance(error, BaseException):
        error = sys.exc_info()[1]
    if error:
        event["exception"] = "\n".join(_lines_of(error))
    return event


def _lines_of(error: BaseException) -> Iterator[str]:
    """The chain of errors, the last one last, each with the lines of code it passed."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _lines_of(before)
    for frame in traceback.extract_tb(error.__traceback__):
        yield f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}'
        yield f"    {frame.line}"
    yield _name_of(error)


def _name_of(error: BaseException) -> str:
    name = type(error).__qualname__
    if isinstance(error, QUOTE_NOBODY):
        return f"{name}: {error}"
    sqlstate = getattr(error, "sqlstate", None)  # PostgreSQL's code says what its words would
    return f"{name} ({sqlstate})" if sqlstate else name
