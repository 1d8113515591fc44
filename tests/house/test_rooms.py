"""Every room has a name that says what it is for, and a sentence that says it again."""

from __future__ import annotations

import ast

from tests.house.building import ROOT, modules

NAMES_THAT_SAY_NOTHING = frozenset({"common", "helpers", "managers", "misc", "services", "tools", "utils"})


def test_no_room_has_a_name_that_says_nothing() -> None:
    parts = {part for module in modules("scheduler") for part in module.path.relative_to(ROOT).parts}
    assert not {part.removesuffix(".py").strip("_") for part in parts} & NAMES_THAT_SAY_NOTHING


def test_the_front_door_imports_nothing() -> None:
    tree = ast.parse((ROOT / "scheduler" / "__init__.py").read_text())
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]


def test_every_module_says_what_it_is_for() -> None:
    silent = [module.name for module in modules("scheduler", "tests") if not ast.get_docstring(module.tree)]
    assert not silent


def test_everything_public_says_what_it_does() -> None:
    silent = [
        f"{module.name}:{node.lineno} {node.name}"
        for module in modules("scheduler")
        for node in _public(module.tree)
        if not ast.get_docstring(node)
    ]
    assert not silent


def _public(tree: ast.Module | ast.ClassDef) -> list[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    """Return the public classes, functions and methods; what is nested in a function is nobody else's business."""
    found: list[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef] = []
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.name[0] != "_":
            found.append(node)
            if isinstance(node, ast.ClassDef):
                found += _public(node)
    return found
