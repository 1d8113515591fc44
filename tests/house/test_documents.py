"""What people can type is written down where they look: targets, commands and settings."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click

from scheduler.config import ENVIRONMENT
from tests.house.building import ROOT, texts

TARGET = re.compile(r"^([a-z]+):.*## ", re.M)


def test_every_make_target_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    targets = TARGET.findall((ROOT / "Makefile").read_text())
    # `make check` runs these one after the other; CONTRIBUTING.md lists them.
    parts = {"help", "format", "types", "contracts", "documents", "lock", "clean"}
    contributing = (ROOT / "CONTRIBUTING.md").read_text()
    assert targets
    missing = [
        target for target in targets if f"make {target}" not in (contributing if target in parts else readme)
    ]
    assert not missing


def test_every_command_is_documented() -> None:
    from wsgi import app

    written = _reference()
    missing = [command for command in _commands(app.cli) if command not in written]
    assert not missing


def test_every_setting_is_documented() -> None:
    written = _reference()
    missing = [name for name in ENVIRONMENT if f"`{name}`" not in written and f"`{name}=" not in written]
    assert not missing


def _reference() -> str:
    return "\n".join(
        text for name, text in texts(".md") if name == "README.md" or name.startswith("docs/reference/")
    )


def _commands(group: click.Group, path: str = "") -> Iterator[str]:
    """Yield our own commands, such as `clinic import`; Flask's and Flask-Migrate's are documented by them."""
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path}{name} ")
        elif command.callback is not None and command.callback.__module__.startswith("scheduler."):
            yield f"{path}{name}"
