"""Texts speak to whoever reads them anywhere: nothing in them is true in one workplace alone."""

from __future__ import annotations

import re

from tests.house.building import ROOT, texts

# Folders of somebody's own machine.
PRIVATE_FOLDER = re.compile(r"(?<![\w./~:-])/(home|root|Users|work|workspace|mnt)/\w+")
# A number means nothing to a reader without the list it points into. Colours and link targets are no numbers.
ISSUE_NUMBER = re.compile(
    r"(?<![\w&/(\[#\"'])#\d{1,4}(?![\w-])|\b(issue|ticket|pull request) \d+", re.IGNORECASE
)
ADDRESS = re.compile(r"https?://", re.IGNORECASE)
INDEX_HOST = re.compile(
    r"https?://(registry|files|index|deb|pypi|npm|mirrors?|packages?|crates)\.", re.IGNORECASE
)
INDEX_OPTION = re.compile(r"--(extra-)?index-url|--find-links|--trusted-host|--registry")


def test_no_text_names_a_folder_of_somebodys_machine() -> None:
    assert not _lines_with(
        PRIVATE_FOLDER, ".py", ".md", ".toml", ".txt", ".in", ".yaml", ".sh", "Makefile", "run"
    )


def test_no_text_points_at_a_number_in_a_list_it_does_not_have() -> None:
    assert not _lines_with(ISSUE_NUMBER, ".py", ".md", ".toml", ".in", ".sh", "Makefile")


def test_no_text_names_a_package_index() -> None:
    """Where packages come from is for each machine to say."""
    assert not _lines_with(INDEX_HOST)
    assert not _lines_with(
        ADDRESS, "requirements.in", "requirements-dev.in", "requirements.txt", "requirements-dev.txt"
    )
    assert not _lines_with(INDEX_OPTION, ".in", ".txt", ".toml", "Makefile", "run", ".npmrc", ".json")


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [path.name[:4] for path in sorted((ROOT / "docs" / "adr").glob("*.md"))]
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]


def test_decisions_fit_on_one_screen() -> None:
    too_long = [
        path.name for path in (ROOT / "docs" / "adr").glob("*.md") if len(path.read_text().splitlines()) > 60
    ]
    assert not too_long


def _lines_with(pattern: re.Pattern[str], *endings: str) -> list[str]:
    return [
        f"{name}:{number} {line.strip()[:80]}"
        for name, text in texts(*endings)
        if name != "tests/house/test_texts.py"  # it holds the patterns
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]
