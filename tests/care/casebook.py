"""The clinical cases of tests/cases, read without the product's own loader."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.care.model import Case, CheckIn, Profile
from tests.care.rulebook import hours

FOLDER = Path(__file__).parents[1] / "cases"


@dataclass(frozen=True)
class Expected:
    """A case with the level and the reasons a clinician expects."""

    file: str
    id: str
    case: Case
    level: str
    reasons: tuple[str, ...]


# Plain strings only, and by libyaml where it is there: every test process reads them.
Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@cache
def read() -> list[Expected]:
    """Every case of every file."""
    return [
        _expected(path.name, written)
        for path in sorted(FOLDER.glob("*.yaml"))
        for written in yaml.load(path.read_text("utf-8"), Loader=Loader)  # noqa: S506
    ]


def _expected(file: str, written: dict[str, Any]) -> Expected:
    assert set(written) - {"note"} == {"id", "profile", "sessions", "checkins", "expect"}
    case = Case(
        profile=_profile(written["profile"]),
        sessions=tuple(hours(float(at)) for at in written["sessions"]),
        checkins=tuple(_check_in(told) for told in written["checkins"]),
    )
    expect = written["expect"]
    return Expected(file, written["id"], case, expect["level"], tuple(expect["reasons"]))


def _profile(written: dict[str, Any]) -> Profile:
    known: dict[str, Any] = dict(written)
    for name in ("conditions", "cleared"):
        known[name] = frozenset(known.get(name, ()))
    if "baseline_pain" in known:
        known["baseline_pain"] = int(known["baseline_pain"])
    if "recent_fall" in known:
        known["recent_fall"] = {"true": True, "false": False}[known["recent_fall"]]
    return Profile(**known)


def _check_in(written: dict[str, Any]) -> CheckIn:
    known: dict[str, Any] = dict(written)
    known["at"] = hours(float(known["at"]))
    known["symptoms"] = frozenset(known.get("symptoms", ()))
    if "pain" in known:
        known["pain"] = int(known["pain"])
    return CheckIn(**known, complete=True)
