"""The shipped content, and a copy of it that a test may break."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.library.loader import default_folder, load
from bot.library.proof import content, texts

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
    """Prove what is decided once for each content, and look through each text once: most tests
    break only a word. A file of the same words is the same document (`parsed_once`).
    """
    held: dict[tuple[object, ...], tuple[Problem, ...]] = {}

    def once(fault: str) -> Callable[..., tuple[Problem, ...]]:
        prove = getattr(content, fault)

        def proved(library: Library, name: str, *rest: object) -> tuple[Problem, ...]:
            files = {
                each: id(library.documents[f"{name}/{each}.yaml"])
                for each in ("rules", "questions", "plan")
            }
            looked_at = {
                "verdict_faults": (files["rules"], files["questions"]),
                "reach_faults": (files["rules"], files["questions"], files["plan"]),
                "plan_faults": (files["plan"], repr(library.rules.levels)),
            }
            key = (fault, name, looked_at[fault])
            if key not in held:
                held[key] = tuple(prove(library, name, *rest))
            return held[key]

        return proved

    with pytest.MonkeyPatch.context() as patch:
        for fault in ("verdict_faults", "reach_faults", "plan_faults"):
            patch.setattr(content, fault, once(fault))
        for look in ("claims", "illnesses"):
            patch.setattr(texts, look, lru_cache(maxsize=None)(getattr(texts, look)))
        yield
