"""A program that fetches calendars over an open connection, and the server that it asks, as `make run` starts it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from scheduler.config import PROJECT_FOLDER

PROGRAM = "Thunderbird"
BARE, COUNTS = "/bare", "/counts"
"""Where the servers of the benchmark answer with nearly nothing, and with what they have used so far."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said: the status, the version, and how many bytes of calendar, and of everything."""

    status: int
    etag: str
    size: int
    whole: int


class Program:
    """A calendar program with one connection that stays open."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def ask(self, path: str, etag: str = "") -> Answer:
        """Send a request and read the answer to its end."""
        self.send(request_for(path, etag))
        told = b""
        while b"\r\n\r\n" not in told:
            told += self._socket.recv(65_536)
        head, _, body = told.partition(b"\r\n\r\n")
        lines = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        status = int(head.split()[1])
        size = int(lines.get(b"content-length", b"0")) if status != 304 else 0
        self._read(size - len(body))
        return Answer(status, lines.get(b"etag", b"").decode(), size, len(head) + 4 + size)

    def send(self, request: bytes) -> None:
        """Send a request."""
        self._socket.sendall(request)

    def _read(self, left: int) -> None:
        while left > 0:
            left -= len(self._socket.recv(65_536))

    def read(self, size: int) -> None:
        """Read an answer of which the size is known: the measuring must not cost more than what is measured."""
        self._read(size)


def request_for(path: str, etag: str = "") -> bytes:
    """Return what a program sends."""
    condition = f"If-None-Match: {etag}\r\n" if etag else ""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: {PROGRAM}\r\n{condition}\r\n".encode()


def settings_for(folder: Path) -> dict[str, str]:
    """Return the settings of a server with its data in a folder."""
    # The same few calendars are read thousands of times a second, which is refused otherwise.
    return {
        "VAR_FOLDER": str(folder),
        "SECRET_KEY": "for the benchmark alone " * 2,
        "FEED_READS_PER_MINUTE": "0",
    }


@contextmanager
def served(folder: Path, application: str = "bench.feed_server:serve") -> Iterator[int]:
    """Serve the application with a bare Flask beside it; give the port."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "1", "--no-ws"]
    command += [
        "--log-level",
        "error",
        "--port",
        str(port),
        "--blocking-threads",
        "2",
        application,
    ]
    process = subprocess.Popen(command, cwd=PROJECT_FOLDER, env={**os.environ, **settings_for(folder)})
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def wait_for(port: int) -> None:
    """Wait until the server answers, a minute at the most."""
    end = monotonic() + 60
    while True:
        try:
            with closing(Program(port)) as program:
                if program.ask(BARE).status == 200:
                    return
        except (OSError, IndexError):
            if monotonic() > end:
                raise
            sleep(0.1)
