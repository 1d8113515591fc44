"""Calendars as programs fetch them, beside a bare Flask answer of one server: again, unchanged, and for the first time."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic, perf_counter, sleep

from bench.feed_server import BARE
from bench.measure import Disagreement, Result
from scheduler.access.permissions import SYSTEM
from scheduler.app import create_app
from scheduler.booking.load_demo import DemoLoaded, LoadDemo, load_demo
from scheduler.config import PROJECT_FOLDER, settings_from
from scheduler.domain.clock import SystemClock
from scheduler.feeds.subscriptions import SubscriptionRequest, make_subscription
from scheduler.store import series as stored
from scheduler.store.database import db
from scheduler.store.subscriptions import SubscriptionKind

SEED = 7
ROUNDS, REQUESTS, AT_ONCE = 5, 400, 8
AGAIN, UNCHANGED, FIRST = 2.0, 0.7, 0.1
"""At which part of the bare answer's rate a feed is to be served: to who has it, from what is kept, and written anew."""

PROGRAM = "Thunderbird"


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


def run() -> list[Result]:
    """Measure on a fresh demo clinic, served as `make run` serves it."""
    with TemporaryDirectory() as folder:
        paths = _filled(Path(folder))
        with _served(Path(folder)) as port:
            return list(_rows(port, paths))


def _rows(port: int, paths: Sequence[str]) -> Iterator[Result]:
    program = Program(port)
    for _ in range(REQUESTS):
        program.ask(BARE)
    # Each for the first time in this server, so that nothing of it was written out before.
    first = [_timed(partial(program.ask, path)) for path in paths]
    answers = [program.ask(path) for path in paths]
    if {answer.status for answer in answers} != {200} or not all(answer.size for answer in answers):
        raise Disagreement("a feed was not served")
    path, answer = sorted(zip(paths, answers, strict=True), key=lambda pair: pair[1].size)[len(paths) // 2]
    if program.ask(path, answer.etag).status != 304:
        raise Disagreement("a program that has the calendar is sent it again")
    programs = [Program(port) for _ in range(AT_ONCE)]
    ways = {"bare": (BARE, ""), "again": (path, answer.etag), "unchanged": (path, "")}
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, (asked, etag) in ways.items():
            request, size = request_for(asked, etag), program.ask(asked, etag).whole
            took_all = _timed(partial(_all_ask, programs, request, size))
            times[name].append(took_all / REQUESTS)
    took = {name: median(each) for name, each in times.items()}
    yield _row("again", took["again"], took["bare"], AGAIN, f"304, {AT_ONCE} programs at once")
    yield _row("unchanged", took["unchanged"], took["bare"], UNCHANGED, f"{answer.size} bytes")
    one_bare = median(_timed(partial(program.ask, BARE)) for _ in range(REQUESTS))
    yield _row("first", median(first), one_bare, FIRST, f"{len(first)} feeds, each once, one after the other")


def _all_ask(programs: Sequence[Program], request: bytes, size: int) -> None:
    for _ in range(REQUESTS // len(programs)):
        for program in programs:
            program.send(request)
        for program in programs:
            program.read(size)


def _row(name: str, ours: float, bare: float, target: float, note: str) -> Result:
    ratio = bare / ours
    said = f"at least {target:g} times"
    return Result(
        f"feeds/{name}", ours, "a bare Flask answer, same server", bare, ratio, said, ratio >= target, note
    )


def _timed(act: Callable[[], object]) -> float:
    begun = perf_counter()
    act()
    return perf_counter() - begun


def _settings(folder: Path) -> dict[str, str]:
    # The same few calendars are read thousands of times a second, which is refused otherwise.
    return {
        "VAR_FOLDER": str(folder),
        "SECRET_KEY": "for the benchmark alone " * 2,
        "FEED_READS_PER_MINUTE": "0",
    }


def _filled(folder: Path) -> list[str]:
    """Load the demo clinic and subscribe each patient with a series; return the paths."""
    from flask_migrate import upgrade

    clock = SystemClock()
    app = create_app(settings_from(_settings(folder)), clock)
    with app.app_context():
        upgrade()
        if not isinstance(load_demo(LoadDemo(SEED), SYSTEM, clock), DemoLoaded):
            raise RuntimeError("the demo clinic could not be loaded")
        patients = sorted({series.patient for series in stored.all_series()})
        requests = [SubscriptionRequest(SubscriptionKind.PATIENT, patient, "") for patient in patients]
        paths = [str(make_subscription(request, SYSTEM, clock)) for request in requests]
        db.engine.dispose()
    return paths


@contextmanager
def _served(folder: Path) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "1", "--no-ws"]
    command += [
        "--log-level",
        "error",
        "--port",
        str(port),
        "--blocking-threads",
        "2",
        "bench.feed_server:serve",
    ]
    process = subprocess.Popen(command, cwd=PROJECT_FOLDER, env={**os.environ, **_settings(folder)})
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    end = monotonic() + 60
    while True:
        try:
            if Program(port).ask(BARE).status == 200:
                return
        except (OSError, IndexError):
            if monotonic() > end:
                raise
            sleep(0.1)


PARTS: Mapping[str, Callable[[], list[Result]]] = {"feeds": run}
"""Every part by the beginning of the ids of its rows."""
