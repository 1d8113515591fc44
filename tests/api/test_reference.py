"""The examples of the reference run as they are written, from a token to a booked series."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scheduler.api.problems import Kind
from scheduler.domain.appointment import AppointmentState
from scheduler.domain.clock import StandingClock
from scheduler.store.api_tokens import api_tokens
from scheduler.store.series import all_series
from tests.databases import SqliteTemplate, let_go, make_app
from tests.house.building import ROOT
from tests.serving import serving
from tests.web.small_clinic import NOW, fill

if TYPE_CHECKING:
    from flask import Flask

REFERENCE = (ROOT / "docs" / "reference" / "api.md").read_text()
BLOCKS = re.findall(r"```sh\n(.*?)```", REFERENCE, re.DOTALL)


@pytest.fixture
def demo_app(sqlite_template: SqliteTemplate, tmp_path: Path) -> Iterator[Flask]:
    """Give the demo clinic, with a few series that stand."""
    clock = StandingClock(NOW)
    app = make_app(sqlite_template.copy_to(tmp_path), tmp_path, clock)
    fill(app, clock)
    yield app
    let_go(app)


def test_the_examples_run_as_they_are_written(demo_app: Flask, tmp_path: Path) -> None:
    with serving(demo_app) as address:
        told = _run(tmp_path, address)
    assert "D1" in told[1]
    day, ways, cancelled, refused = told[-4:]
    assert '"kind":"dosing"' in day
    assert '"ways":[{' in ways
    assert '"preview":true' in ways
    assert '"state":"cancelled_by_patient"' in cancelled
    assert '"status":422' in refused
    assert re.search(r'"rules":\["[A-Z]+-\d', refused)
    with demo_app.app_context():
        assert [(one.name, one.last_used_at) for one in api_tokens()] == [("front-office", NOW)]
        states = [visit.state for series in all_series() for visit in series.appointments]
    assert states.count(AppointmentState.CANCELLED_BY_PATIENT) == 1


def test_every_kind_of_problem_is_told() -> None:
    missing = [
        kind.value
        for kind in Kind
        if f"| `urn:trellis:problem:{kind.value}` | {kind.words.status} |" not in REFERENCE
    ]
    assert not missing


def _run(folder: Path, address: str) -> list[str]:
    """Run the examples one after the other in a folder that looks like the checkout; return what each stretch printed."""
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    flask = f'cd "{ROOT}" && exec "{sys.executable}" -m flask "$@"'
    _program(programs / "flask", flask)
    _program(programs / "python", f'exec "{sys.executable}" "$@"')
    _program(programs / "curl", f'exec "{sys.executable}" "{ROOT}/tests/api/curl.py" "$@"')
    lines = "\n".join(BLOCKS).replace("http://127.0.0.1:8000", address)
    assert address in lines
    # What is printed is told apart by the line that printed it.
    script = re.sub(r"^(curl [^>\n]*)$", r"\1; echo; echo -----", lines, flags=re.M)
    done = subprocess.run(
        ["sh", "-e", "-c", script],
        cwd=folder,
        env={
            **os.environ,
            "PATH": f"{programs}:{os.environ['PATH']}",
            "DATABASE_URL": f"sqlite:///{folder}/trellis.sqlite3",
            "VAR_FOLDER": str(folder / "var"),
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, (done.stdout[-2000:], done.stderr)
    return ["", *done.stdout.split("\n-----\n")[:-1]]


def _program(path: Path, line: str) -> None:
    """Write a program of one line."""
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)
