"""The other commands, and what all have in common: one clear sentence, never a stack trace."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask

from scheduler.booking.sign_in import SignedIn, SignIn, sign_in
from scheduler.cli.commands import register_commands
from scheduler.rules.catalogue import CATALOGUE
from tests.booking.small_clinic import clock
from tests.cli.conftest import Run
from tests.databases import let_go, make_app

COMMANDS = [
    "clinic import file.yaml",
    "clinic export",
    "series propose --patient p --protocol k",
    "series book --patient p --protocol k",
    "series adopt s --version 2",
    "recheck --json",
    "reminders dispatch",
    "jobs run",
    "feed url --patient p",
    "demo load",
    "account create somebody --role nurse --password correct-horse-battery",
]


@pytest.mark.parametrize("line", COMMANDS)
def test_a_database_that_is_not_migrated_says_so_and_how(line: str, tmp_path: Path) -> None:
    app = make_app(f"sqlite:///{tmp_path}/empty.sqlite3", tmp_path)
    register_commands(app)
    result = app.test_cli_runner().invoke(args=line.split())
    let_go(app)
    assert result.exit_code == 1
    assert "flask --app wsgi db upgrade" in result.stderr
    assert "Traceback" not in result.output


def test_the_rules_are_listed_with_their_sources(run: Run) -> None:
    listed = json.loads(run("rules list --json").stdout)
    assert [rule["id"] for rule in listed] == [rule.id for rule in CATALOGUE]
    for rule in listed:
        assert rule["title"]
        assert rule["rationale"]
        assert rule["source"]["title"]
        assert rule["level"] in {"block", "gate", "warn", "info"}
        assert "override_role" in rule
    assert "SPACE-1" in run("rules list").stdout


def test_the_page_of_rules_is_written_and_compared(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "docs" / "rules.md"
    missing = run(f"rules document --check --page {page}")
    assert missing.exit_code == 1
    assert "rules document" in missing.stderr
    assert run(f"rules document --page {page}").exit_code == 0
    assert "SPACE-1" in page.read_text()
    assert run(f"rules document --check --page {page}").exit_code == 0
    page.write_text("something else")
    assert run(f"rules document --check --page {page}").exit_code == 1


def test_a_pass_of_reminders_prints_counts(run_in_clinic: Run) -> None:
    result = run_in_clinic("reminders dispatch --now 2027-01-05T17:00:00Z")
    assert result.exit_code == 0
    assert "0 sent" in result.stdout
    without_offset = run_in_clinic("reminders dispatch --now 2027-01-05T17:00:00")
    assert without_offset.exit_code == 2
    assert "no offset" in without_offset.stderr


@pytest.mark.parametrize("subject", ["--patient patient-1", "--staff nurse-1", "--room dosing-1 --busy-only"])
def test_a_subscription_address_is_printed(run_in_clinic: Run, subject: str) -> None:
    first, second = run_in_clinic(f"feed url {subject}"), run_in_clinic(f"feed url {subject}")
    assert first.exit_code == 0
    assert first.stdout.startswith("http://127.0.0.1:8000/feeds/")
    assert first.stdout.strip().endswith(".ics")
    assert first.stdout != second.stdout


@pytest.mark.parametrize(
    ("line", "status"),
    [("feed url", 2), ("feed url --patient patient-1 --room dosing-1", 2), ("feed url --patient nobody", 1)],
)
def test_an_address_for_nobody_is_refused_plainly(run_in_clinic: Run, line: str, status: int) -> None:
    result = run_in_clinic(line)
    assert result.exit_code == status
    assert "Traceback" not in result.output


def test_an_account_is_created_and_signs_in(run_in_clinic: Run, app: Flask) -> None:
    line = "account create nurse.one --role nurse --site site-1 --staff nurse-1"
    result = run_in_clinic(line, input="correct horse battery\ncorrect horse battery\n")
    assert result.exit_code == 0, result.output
    assert "horse" not in result.output
    with app.app_context():
        assert isinstance(sign_in(SignIn("nurse.one", "correct horse battery", ""), clock()), SignedIn)
    again = run_in_clinic(line, input="correct horse battery\ncorrect horse battery\n")
    assert again.exit_code == 2
    assert "already" in again.stderr
