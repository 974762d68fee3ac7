"""Every function of the service has a test of its own: a new one without is noticed here."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from bot import service

HERE = Path(__file__).parent
MODULES = sorted(
    each for each in Path(service.__file__).parent.glob("*.py") if each.stem != "__init__"
)


@pytest.mark.parametrize("module", MODULES, ids=lambda each: each.stem)
def test_every_public_function_is_called_by_the_tests_of_its_module(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    functions = {
        each.name
        for each in ast.walk(tree)
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name[0] != "_"
    }
    named = {
        each.attr
        for file in HERE.glob(f"test_{module.stem}*.py")
        for each in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(each, ast.Attribute)
    }

    assert functions - named == set()
