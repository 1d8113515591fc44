"""Radicale, a calendar server that many run at home, with its own storage on disk: the peer of a feed's first rendering."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic, sleep

from bench.feed_serving import free_port

# Anybody may sign in as anybody: what is measured is how a calendar is served.
SIGNED_IN = {"Authorization": "Basic cm9iaW46eA=="}
OWNER = "robin"


@dataclass(frozen=True, slots=True)
class Radicale:
    """A running server."""

    port: int

    def keep(self, name: str, calendar: bytes) -> str:
        """Store a calendar, each of its events as an item of its own; return its path."""
        path = f"/{OWNER}/{name}/"
        headers = {**SIGNED_IN, "Content-Type": "text/calendar; charset=utf-8"}
        connection = HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request("PUT", path, calendar, headers)
        answer = connection.getresponse()
        if answer.status != 201:
            raise RuntimeError(f"Radicale did not take the calendar: {answer.status}")
        connection.close()
        return path


def fetched(port: int, path: str, headers: dict[str, str]) -> bytes:
    """Return a calendar, over a connection of its own: the same for either server."""
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"the calendar was not served: {answer.status}")
    return content


@contextmanager
def radicale(folder: Path) -> Iterator[Radicale]:
    """Run a server with its data in a folder."""
    port = free_port()
    command = [sys.executable, "-m", "radicale", "--config", ""]
    command += ["--server-hosts", f"127.0.0.1:{port}", "--auth-type", "none"]
    command += ["--storage-filesystem-folder", str(folder), "--logging-level", "error"]
    process = subprocess.Popen(command)
    try:
        _wait_for(port)
        yield Radicale(port)
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    end = monotonic() + 60
    while True:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/.web/", headers=SIGNED_IN)
            connection.getresponse().read()
            return
        except OSError:
            if monotonic() > end:
                raise
            sleep(0.1)
