"""`python -m tests`: every check there is, the quick ones first; it stops at the first that fails.

More arguments go to pytest: `python -m tests --update-screenshot`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parents[1]
CHECKS = (
    ("ruff", "check"),
    ("ruff", "format", "--check"),
    ("mypy",),
    ("lint-imports",),
    ("aftercare", "check"),
    # -ra: what was skipped is listed with its reason.
    # More workers than cores, because a conversation waits for the wire half of its time.
    ("pytest", "-ra", "-q", "-n", "4", "--dist", "worksteal"),
)
# The tests' own folders go into memory where there is room: every commit of theirs is synced.
MEMORY = Path("/dev/shm")
ROOM = 1 << 30  # bytes


def main(more: list[str]) -> int:
    """Run each check from the root of the repository; 0, or the exit code of what failed."""
    tools = sysconfig.get_path("scripts")
    environment = {**os.environ, "PATH": tools + os.pathsep + os.environ.get("PATH", "")}
    # Many processes read the same code: each would compile all of it anew.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        environment.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
    for name, *rest in CHECKS:
        arguments = [*rest, *(more if name == "pytest" else [])]
        print(f"\n$ {' '.join([name, *arguments])}", flush=True)
        command = [str(Path(tools, name)), *arguments]
        code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
        if code:
            print(f"\n{name} failed.", file=sys.stderr)
            return code
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
