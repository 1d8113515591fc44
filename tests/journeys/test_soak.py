"""A short soak with processes killed in the middle: nothing is claimed twice, half done or lost, and it says what it did."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from scheduler.config import PROJECT_FOLDER
from tests.booking.small_clinic import store_small_clinic


@pytest.mark.usefixtures("app_context")
def test_processes_killed_at_any_moment_leave_a_whole_clinic(database_url: str) -> None:
    # What is empty is filled with the demo clinic, its group among it, as `make soak` does it.
    if not database_url.startswith("sqlite"):
        store_small_clinic()
    environment = {**os.environ, "DATABASE_URL": database_url, "DURATION": "5", "PROCESSES": "3"}
    command = [sys.executable, "-m", "soak"]
    ended = subprocess.run(command, env=environment, cwd=PROJECT_FOLDER, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    counted = re.search(r"(\d+) attempts, (\d+) done, \d+ refusals, (\d+) kills, 0 faults", ended.stdout)
    assert counted, ended.stdout
    attempts, done, kills = map(int, counted.groups())
    assert attempts >= done > 0
    assert kills > 0
