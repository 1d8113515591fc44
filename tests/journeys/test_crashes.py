"""Processes killed by the dozen, and the database server with them: nothing is half done, nothing acknowledged is lost."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from scheduler.config import PROJECT_FOLDER


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_whoever_is_killed_leaves_nothing_half_done(kind: str) -> None:
    environment = {**os.environ, "ON": kind, "KILLS": "9", "SERVER_KILLS": "3", "FSYNC": "off"}
    command = [sys.executable, "-m", "soak.crashes"]
    ended = subprocess.run(command, env=environment, cwd=PROJECT_FOLDER, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    counted = re.search(r"(\d+) attempts, (\d+) done, \d+ refusals, (\d+) kills, 0 faults", ended.stdout)
    assert counted, ended.stdout
    attempts, done, kills = map(int, counted.groups())
    assert attempts >= done > 0
    assert kills >= 9
    assert len(re.findall(r"(?m)^.* (?:killed|stopped at once): 1 times$", ended.stdout)) == 3 * (
        kind == "postgresql"
    )
