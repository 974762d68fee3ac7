"""The shipped content, and a copy of it that a test may break."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.library import proof
from bot.library.loader import default_folder, load

if TYPE_CHECKING:
    from bot.library.errors import Problem
    from bot.library.library import Library

Edit = Callable[[str, str, str], None]


@pytest.fixture(scope="session")
def shipped() -> Library:
    return load(default_folder())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(default_folder(), tmp_path / "content"))


@pytest.fixture
def edit(folder: Path) -> Edit:
    """Replace the first occurrence of a text in a file of the copied content."""

    def replace(file: str, old: str, new: str) -> None:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{file} has no {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return replace


@pytest.fixture(scope="session", autouse=True)
def proved_once() -> Iterator[None]:
    """Prove what is decided once for each content: most tests break only words."""
    held: dict[tuple[object, ...], tuple[Problem, ...]] = {}

    def once(fault: str) -> Callable[..., tuple[Problem, ...]]:
        prove = getattr(proof, fault)

        def proved(library: Library, name: str, *rest: object) -> tuple[Problem, ...]:
            rules, plan = (library.documents[f"{name}/{each}.yaml"] for each in ("rules", "plan"))
            looked_at = {
                "verdict_faults": (rules, library.questions),
                "reach_faults": (rules, library.questions, library.plan),
                "plan_faults": (plan, library.rules.levels),
            }
            key = (fault, name, repr(looked_at[fault]))
            if key not in held:
                held[key] = tuple(prove(library, name, *rest))
            return held[key]

        return proved

    with pytest.MonkeyPatch.context() as patch:
        for fault in ("verdict_faults", "reach_faults", "plan_faults"):
            patch.setattr(proof, fault, once(fault))
        yield
