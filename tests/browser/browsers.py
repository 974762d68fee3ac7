"""What the browser tests need from the machine: Chromium, and axe-core from npm.

Where one is missing the tests that need it are skipped with a word on how to get it. With CI=true
that is a failure: there, nothing may go untested in silence.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import NoReturn

import pytest

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
GET_CHROMIUM = "Chromium is not on the PATH. Debian and Ubuntu: apt-get install chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
AXE = "axe-core@4.14.1"
AXE_SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"  # axe.min.js
GET_AXE = "axe-core could not be fetched; npm is needed once, with a network"
SECONDS_FOR_NPM = 120


def chromium() -> str:
    """The path of the Chromium to drive; without one the test ends here."""
    found = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if found is None:
        lacking(GET_CHROMIUM)
    return found


def axe_source() -> str:
    """The text of axe-core's script, from the user's cache or else from npm, checked by its hash.

    Without it the test ends here.
    """
    kept = _cache() / f"{AXE}.js"
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        _fetch(kept)
    source = kept.read_bytes()
    if hashlib.sha256(source).hexdigest() != AXE_SHA256:
        kept.unlink()
        pytest.fail(f"{kept} was not {AXE}; it is deleted, please run again")
    return source.decode()


def lacking(what: str) -> NoReturn:
    """Skip the test, or fail it where everything must be tested."""
    if os.environ.get("CI") == "true":
        pytest.fail(what, pytrace=False)
    pytest.skip(what)


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "aftercare-tests"


def _fetch(target: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        lacking(f"npm is not on the PATH. {GET_AXE}")
    with tempfile.TemporaryDirectory() as folder:
        command = [npm, "pack", "--silent", AXE]
        try:
            subprocess.run(
                command, cwd=folder, capture_output=True, timeout=SECONDS_FOR_NPM, check=True
            )
        except (OSError, subprocess.SubprocessError) as error:
            lacking(f"{GET_AXE} ({type(error).__name__})")
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as packed:
            script = packed.extractfile("package/axe.min.js")
            assert script is not None
            source = script.read()
    # Written whole or not at all: two test processes may do this at once.
    fresh = target.with_suffix(f".{os.getpid()}")
    fresh.write_bytes(source)
    fresh.replace(target)
