"""`clinic schema`, `clinic import`, `clinic export`, and `recheck` on what came in."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from scheduler.clinic_file.demo import demo_document
from tests.booking.small_clinic import MONDAY
from tests.cli.conftest import Run
from tests.journeys.check_export import faults_in
from tests.store.stored_clinic import behind_the_back


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give a clinic file: the demo with a handful of patients."""
    whole = dict(demo_document(MONDAY.date()))
    patients = whole["patients"]
    assert isinstance(patients, list)
    path = tmp_path / "clinic.yaml"
    path.write_text(yaml.safe_dump({**whole, "patients": patients[:3], "appointments": []}))
    return path


def test_the_schema_is_one_and_the_file_keeps_it(run: Run, file: Path) -> None:
    schema = json.loads(run("clinic schema").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(yaml.safe_load(file.read_text()), schema)


def test_a_file_comes_in_and_a_second_time_changes_nothing(run: Run, file: Path) -> None:
    first = run(f"clinic import {file}")
    assert first.exit_code == 0, first.output
    assert "0 changed, 0 unchanged" in first.stdout
    assert "0 created, 0 changed" in run(f"clinic import {file}").stdout


def test_a_file_comes_in_from_standard_input_as_json(run: Run, file: Path) -> None:
    assert run("clinic import -", input=json.dumps(yaml.safe_load(file.read_text()))).exit_code == 0


def test_every_fault_is_named_with_its_path(run: Run, file: Path) -> None:
    content = yaml.safe_load(file.read_text())
    content["rooms"][0]["site"] = "nowhere"
    content["staff"][1]["roles"] = ["wizard"]
    content["patients"][2]["birth_date"] = "yesterday"
    file.write_text(yaml.safe_dump(content))
    result = run(f"clinic import {file}")
    assert result.exit_code == 1
    for path in ("rooms[0]", "staff[1]", "patients[2]"):
        assert path in result.stderr
    assert "faults; nothing was taken" in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize("content", ["sites: [", "just words", '{"sites": 1, "sites": 2}', ""])
def test_what_is_no_clinic_file_is_said(run: Run, tmp_path: Path, content: str) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(content)
    result = run(f"clinic import {path}")
    assert result.exit_code == 1
    assert "nothing was taken" in result.stderr
    assert "Traceback" not in result.output


def test_what_is_not_text_is_said(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "picture.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    result = run(f"clinic import {path}")
    assert result.exit_code == 1
    assert "not text in UTF-8" in result.stderr


def test_the_export_is_one_document_that_the_check_accepts(run_in_clinic: Run) -> None:
    run_in_clinic("series book --patient patient-1 --protocol iv_kap_induction_6 --json")
    result = run_in_clinic("clinic export")
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert document["format"] == "clinic-export/1"
    assert faults_in(document) == []


def test_recheck_ends_well_until_a_shift_is_deleted(run_in_clinic: Run, database_url: str) -> None:
    run_in_clinic("series book --patient patient-1 --protocol iv_kap_induction_6 --therapist therapist-2")
    well = run_in_clinic("recheck --json")
    assert well.exit_code == 0
    document = json.loads(well.stdout)
    assert (document["series"], document["broken"]) == (1, [])
    assert document["open_gates"]
    with behind_the_back(database_url) as database:
        database.execute("DELETE FROM shift WHERE staff_id = ?", ("therapist-2",))
    broken = run_in_clinic("recheck --json")
    assert broken.exit_code == 1
    assert json.loads(broken.stdout)["broken"][0]["findings"][0]["why"]
    assert run_in_clinic("recheck").exit_code == 1
    assert run_in_clinic("recheck --site nowhere").exit_code == 1
