"""The calendar programs that tests read with: what is kept here is what it says it is, and what is missing is told."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

import pytest

from tests.feeds import native_programs
from tests.feeds.calendar_programs import CLIENTS, NoCalendarProgram
from tests.feeds.native_programs import Calcurse, seen_by_libical

EMPTY = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\nEND:VCALENDAR\r\n"


def test_every_program_kept_here_is_the_one_that_the_readme_names() -> None:
    named = dict(
        re.findall(r"^\| `(\S+\.min\.cjs)` .*`([0-9a-f]{64})` \|$", (CLIENTS / "README.md").read_text(), re.M)
    )
    kept = {path.name: sha256(path.read_bytes()).hexdigest() for path in CLIENTS.glob("*.min.cjs")}
    assert named == kept
    assert len(kept) == 2


def test_a_machine_without_calcurse_is_told_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NoCalendarProgram, match=r"calcurse is missing.*apt-get install calcurse"):
        Calcurse("UTC", tmp_path / "calcurse").imports(EMPTY)


def test_a_machine_without_libical_is_told_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = (CLIENTS / "read_with_libical.py").read_text()
    (tmp_path / "read_with_libical.py").write_text(reader.replace("libical.so.3", "no-such-library.so.3"))
    monkeypatch.setattr(native_programs, "CLIENTS", tmp_path)
    with pytest.raises(NoCalendarProgram, match=r"libical is missing.*apt-get install .*libical3"):
        seen_by_libical(EMPTY)
