"""What `make run` starts: everything from nothing, stopped as one, kept for the next time."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import IO
from urllib.request import urlopen

import pytest

from scheduler.config import PROJECT_FOLDER
from scheduler.store.series import all_series
from tests.databases import let_go, make_app
from tests.processes import PATIENCE

READY = "Ctrl-C stops all of it."


@dataclass
class Running:
    """One start of the program, with the lines it has printed so far."""

    process: subprocess.Popen[str]
    port: int
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        assert self.process.stdout is not None
        self._reader = Thread(target=self._read, args=(self.process.stdout,), daemon=True)
        self._reader.start()

    def _read(self, output: IO[str]) -> None:
        with output:
            for line in output:
                self.lines.append(line.rstrip())

    def wait_for(self, words: str) -> None:
        """Wait until a line with these words was printed."""
        deadline = time.monotonic() + PATIENCE
        while not any(words in line for line in self.lines):
            assert self.process.poll() is None, self.lines
            assert time.monotonic() < deadline, self.lines
            time.sleep(0.05)

    def parts(self) -> list[int]:
        """Return the process ids of the parts."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(id) for id in listed.split()]

    def stop(self, number: signal.Signals) -> int:
        """Send a signal, and return how the program ended."""
        self.process.send_signal(number)
        return self.ended()

    def ended(self) -> int:
        """Wait for the end and for the last line, and return how the program ended."""
        status = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return status


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def started(folder: Path, **environment: str) -> Running:
    """Start the program with a private folder of its own."""
    port = free_port()
    settings = {"VAR_FOLDER": str(folder), "PORT": str(port), "PYTHONUNBUFFERED": "1", **environment}
    inherited = {
        k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "SMTP_URL", "HOST", "PUBLIC_URL"}
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "scheduler.cli.serve"],
        cwd=PROJECT_FOLDER,
        env={**inherited, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return Running(process, int(settings["PORT"]))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the private folder that the starts of this module share."""
    return tmp_path_factory.mktemp("served") / "var"


@pytest.fixture(scope="module")
def first(folder: Path) -> Iterator[Running]:
    """Give the first start on an empty folder."""
    running = started(folder)
    running.wait_for(READY)
    yield running
    assert running.stop(signal.SIGTERM) == 0


def series_in(folder: Path) -> list[str]:
    app = make_app(f"sqlite:///{folder}/trellis.sqlite3", folder)
    with app.app_context():
        found = [series.id for series in all_series()]
    let_go(app)
    return found


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_first_start_makes_everything_and_says_where(first: Running, folder: Path) -> None:
    with urlopen(f"http://127.0.0.1:{first.port}/readyz") as answer:
        assert answer.status == 200
    said = "\n".join(first.lines)
    assert f"Trellis runs at http://127.0.0.1:{first.port}" in said
    assert str(folder / "mailbox") in said
    sign_ins = json.loads((folder / "demo-sign-ins.json").read_text())
    assert {entry["role"] for entry in sign_ins} >= {"front_desk", "therapist", "nurse", "prescriber"}
    for entry in sign_ins:
        assert set(entry) == {"role", "username", "password"}
        assert entry["password"] in said
    assert len(series_in(folder)) >= 40


def test_what_it_keeps_is_private(first: Running, folder: Path) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name in ("demo-sign-ins.json", "trellis.sqlite3", "secret-key"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


def test_a_port_that_is_taken_is_said_before_anything_starts(first: Running, tmp_path: Path) -> None:
    other = started(tmp_path / "var", PORT=str(first.port))
    assert other.ended() == 1
    said = "\n".join(other.lines)
    assert f"127.0.0.1:{first.port}" in said
    assert "make run PORT=" in said
    assert "Traceback" not in said
    assert not (tmp_path / "var" / "trellis.sqlite3").exists()


def test_a_signal_stops_all_of_it_and_a_new_start_keeps_the_data(first: Running, folder: Path) -> None:
    before = series_in(folder)
    for number in (signal.SIGTERM, signal.SIGINT):
        running = started(folder)
        running.wait_for(READY)
        assert not any("Loading the demo" in line for line in running.lines)
        parts = running.parts()
        assert len(parts) == 2
        assert running.stop(number) == 0
        assert not any(alive(part) for part in parts)
        assert series_in(folder) == before


@pytest.mark.parametrize("number", [0, 1])
def test_when_one_part_ends_the_whole_stops_and_says_so(first: Running, folder: Path, number: int) -> None:
    running = started(folder)
    running.wait_for(READY)
    assert not any("Loading the demo" in line for line in running.lines)
    parts = running.parts()
    os.kill(parts[number], signal.SIGKILL)
    assert running.ended() == 1
    assert not alive(parts[1 - number])
    with pytest.raises(OSError, match="refused"):  # not even a worker of the part that died
        urlopen(f"http://127.0.0.1:{running.port}/healthz", timeout=5)
    assert any("ended by itself" in line for line in running.lines)


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone lets a process end with its parent")
def test_when_it_is_killed_its_parts_do_not_stay(folder: Path) -> None:
    running = started(folder)
    running.wait_for(READY)
    parts = running.parts()
    running.process.kill()
    running.process.wait(PATIENCE)
    deadline = time.monotonic() + PATIENCE
    while any(alive(part) for part in parts):
        assert time.monotonic() < deadline, "a part stayed"
        time.sleep(0.1)
    with pytest.raises(OSError, match="refused"):
        urlopen(f"http://127.0.0.1:{running.port}/healthz", timeout=5)


@pytest.mark.parametrize(
    ("setting", "said"),
    [({"PORT": "none"}, "PORT is 'none'"), ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL")],
)
def test_a_setting_that_cannot_be_used_is_said(tmp_path: Path, setting: dict[str, str], said: str) -> None:
    command = [sys.executable, "-m", "scheduler.cli.serve"]
    environment = {**os.environ, "VAR_FOLDER": str(tmp_path / "var"), **setting}
    ended = subprocess.run(
        command, cwd=PROJECT_FOLDER, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_database_out_of_reach_is_said(tmp_path: Path) -> None:
    address = f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"
    environment = {
        **os.environ,
        "VAR_FOLDER": str(tmp_path / "var"),
        "DATABASE_URL": address,
        "PORT": str(free_port()),
    }
    command = [sys.executable, "-m", "scheduler.cli.serve"]
    ended = subprocess.run(
        command, cwd=PROJECT_FOLDER, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert "cannot be reached" in ended.stderr
    assert "Traceback" not in ended.stderr
