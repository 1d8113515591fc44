"""What is installed is locked: by version and hash, the same for users and for developers."""

from __future__ import annotations

import re

from tests.house.building import ROOT

LOCKED = re.compile(
    r"^([a-z0-9][a-z0-9._-]*)==(\S+)([^\\\n]*)\\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.M
)
ANY_REQUIREMENT = re.compile(r"^[a-z0-9]", re.M)


def test_every_requirement_has_a_version_and_a_hash() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text()
        assert len(LOCKED.findall(text)) == len(ANY_REQUIREMENT.findall(text)) > 0, name


def test_developers_run_what_users_run() -> None:
    users, developers = _versions("requirements.txt"), _versions("requirements-dev.txt")
    assert users.items() <= developers.items()


def test_every_dependency_is_explained() -> None:
    explained = (ROOT / "docs" / "dependencies.md").read_text().lower()
    wanted = [
        re.split(r"[<>=\[ ]", line)[0]
        for name in ("requirements.in", "requirements-dev.in")
        for line in (ROOT / name).read_text().splitlines()
        if line and not line.startswith(("#", "-r"))
    ]
    assert not [name for name in wanted if f"| {name} |" not in explained]


def _versions(name: str) -> dict[str, str]:
    return {found[0]: found[1] for found in LOCKED.findall((ROOT / name).read_text())}
