"""`clinic import --preview` and `series adopt`: what a protocol's new version would break, and going by it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.booking.small_clinic import COURSE, keep_course
from tests.cases.clinic_of_the_cases import with_numbers
from tests.cli.conftest import Run
from tests.databases import Filling


@pytest.fixture
def filling() -> Filling:
    """Give what the database holds: the small clinic with a course that runs."""
    return keep_course


@pytest.fixture
def second_version(tmp_path: Path) -> Path:
    """Give a clinic file with a second version of the course, whose talks come later."""
    file = tmp_path / "second.json"
    protocol = with_numbers({"integration.from": 48}, COURSE, version=2)
    file.write_text(json.dumps({"protocols": [protocol.document]}))
    return file


def test_a_preview_lists_the_visits_and_takes_nothing(run: Run, second_version: Path) -> None:
    result = run(f"clinic import {second_version} --preview")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == "The file is sound. Nothing was taken."
    assert lines[1].startswith("im_kap_3 2 instead of 1 in series ")
    assert " would break visits: " in lines[1]
    assert "BLOCK INTEG-1 [D1, I1]: " in result.stdout
    assert "1 created, 0 changed" in run(f"clinic import {second_version}").stdout


def test_a_file_without_a_new_version_has_nothing_to_tell(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "same.json"
    file.write_text(json.dumps({"protocols": [with_numbers({}, COURSE).document]}))
    assert run(f"clinic import {file} --preview").stdout == "The file is sound. Nothing was taken.\n"


def test_an_import_lists_them_as_well_and_the_series_is_adopted_by_a_command_of_its_own(
    run: Run, second_version: Path, app: object
) -> None:
    imported = run(f"clinic import {second_version}")
    assert "Series that keep an older version of im_kap_3: 1." in imported.stdout
    assert "im_kap_3 2 instead of 1 in series " in imported.stdout
    id = imported.stdout.split(" in series ")[1].split()[0]
    seen = run(f"series adopt {id} --version 2 --preview")
    assert seen.exit_code == 0
    assert "Visits that break a rule by it: " in seen.stdout
    done = run(f"series adopt {id} --version 2")
    assert done.stdout.startswith(f"Series {id} goes by version 2 now.\n{seen.stdout}")
    assert "New in the inbox of conflicts: " in done.stdout


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("series adopt none --version 2", "unknown_series: There is no series 'none'."),
        ("series adopt none --version 2 --preview", "unknown_series: There is no series 'none'."),
    ],
)
def test_what_cannot_be_is_said_with_exit_2(run: Run, line: str, said: str) -> None:
    result = run(line)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "nothing was changed" in result.stderr
