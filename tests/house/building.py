"""What the house tests look at: the files of this checkout, and Python modules as syntax trees."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ("bench", "scheduler", "tests")

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One Python file of ours."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """Return the path within the checkout."""
        return str(self.path.relative_to(ROOT))

    def functions(self) -> Iterator[FunctionNode]:
        """Yield every function, nested ones and methods included."""
        for node in ast.walk(self.tree):
            if isinstance(node, FunctionNode):
                yield node

    def calls(self) -> Iterator[tuple[str, ast.Call]]:
        """Yield every call with the dotted name that is called, such as `pytest.skip`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                yield _dotted(node.func), node


def _dotted(node: ast.expr) -> str:
    # To unparse takes long, and nearly every name is a plain one.
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return ast.unparse(node)


@cache
def files() -> tuple[Path, ...]:
    """Return the files that are or would be committed."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    paths = (ROOT / name for name in sorted(listed.stdout.decode().split("\0")) if name)
    return tuple(path for path in paths if path.is_file())


@cache
def texts(*suffixes: str) -> tuple[tuple[str, str], ...]:
    """Return (path within the checkout, text) of the files with one of these endings; of all texts without any."""
    found = []
    for path in files():
        if not suffixes or path.name.endswith(suffixes):
            try:
                found.append((str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")))
            except UnicodeDecodeError:
                continue
    return tuple(found)


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """Return the Python modules in these folders of the checkout."""
    chosen = [ROOT / folder for folder in folders]
    paths = [path for path in files() if path.suffix == ".py" and any(f in path.parents for f in chosen)]
    return tuple(_module(path) for path in paths)


@cache
def _module(path: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    return Module(path, text, ast.parse(text))
