"""Log lines: JSON where nobody watches a terminal, and never what an error quotes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SAYING = "my neighbour Zebulon"


def logged(code: str, level: str = "info") -> list[dict[str, Any]]:
    """The lines that this code logs in a process of its own, as JSON objects."""
    start = f"import structlog\nfrom bot.logs import configure\nconfigure({level!r})\n"
    start += "log = structlog.get_logger()\n"
    done = subprocess.run(
        [sys.executable, "-c", start + code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == ""
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_a_line_is_json_with_its_level_and_instant() -> None:
    (line,) = logged("log.warning('queue_held', count=3)\nlog.debug('too_fine')")

    assert (line["event"], line["level"], line["count"]) == ("queue_held", "warning", 3)
    assert line["timestamp"].endswith("Z")


def test_an_exception_is_logged_by_kind_and_place_without_its_words() -> None:
    code = f"""
def compose(text):
    raise LookupError(text)
try:
    try:
        compose("{SAYING[:5]}" + "{SAYING[5:]}")
    except LookupError as error:
        raise ValueError(str(error)) from error
except ValueError:
    log.exception("compose_failed", occurrence=7)
"""
    (line,) = logged(code)

    assert line["occurrence"] == 7
    told = line["exception"].splitlines()
    assert [each for each in told if not each.startswith(" ")] == ["LookupError", "ValueError"]
    assert any("in compose" in each for each in told)
    assert SAYING not in str(line)


def test_an_error_of_the_machine_keeps_its_words() -> None:
    code = """
import sqlite3
for error in (OSError(28, "No space left on device"), sqlite3.OperationalError("locked")):
    log.error("not_written", exc_info=error)
"""
    lines = logged(code)

    assert [each["exception"] for each in lines] == [
        "OSError: [Errno 28] No space left on device",
        "OperationalError: locked",
    ]


def test_what_a_library_logs_is_a_line_of_ours_without_what_it_filled_in() -> None:
    code = f"""
import asyncio, gc, logging
logging.getLogger("library").warning("got %s", "{SAYING}")
async def fail():
    raise ValueError("{SAYING[:5]}" + "{SAYING[5:]}")
async def main():
    task = asyncio.create_task(fail())
    await asyncio.sleep(0.01)
asyncio.run(main())
gc.collect()
"""
    lines = logged(code)

    assert [(each["logger"], each["what"]) for each in lines] == [
        ("library", "got %s"),
        ("asyncio", "Task exception was never retrieved"),
    ]
    assert SAYING not in str(lines)
