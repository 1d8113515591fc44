"""Senders killed in mid-batch while servers refuse, stall and hang up: nothing is lost, nothing repeated without reason."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from scheduler.config import PROJECT_FOLDER


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_a_killed_sender_loses_nothing_and_repeats_what_it_had_in_hand_alone(kind: str) -> None:
    environment = {**os.environ, "ON": kind, "KILLS": "6", "SEED": "7"}
    command = [sys.executable, "-m", "soak.senders"]
    ended = subprocess.run(command, env=environment, cwd=PROJECT_FOLDER, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert re.search(r"(?m)^0 faults$", ended.stdout), ended.stdout
    counted = re.search(r"(\d+) kills in 2 rounds", ended.stdout)
    assert counted and int(counted.group(1)) >= 4, ended.stdout
    left = re.search(r"(\d+) e-mails and (\d+) texts taken, (\d+) different", ended.stdout)
    assert left and all(int(number) > 10 for number in left.groups()), ended.stdout
