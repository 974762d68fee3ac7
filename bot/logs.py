"""Structured logs: one line an event on standard error, never a text, a name or the token."""

from __future__ import annotations

import logging
import sys

import structlog

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def configure(level: str) -> None:
    """Log events of `level` and above: for people on a terminal, as JSON elsewhere."""
    on_terminal = sys.stderr.isatty()
    # A traceback that shows variables would show the token and what people wrote.
    console = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([] if on_terminal else [structlog.processors.format_exc_info]),
            console if on_terminal else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # The HTTP libraries name addresses that hold the token.
    for noisy in ("httpx", "httpcore", "aiohttp", "telegram", "uvicorn"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    # Its jobs log their own failures; it would call one that a stop interrupted a failure too.
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
