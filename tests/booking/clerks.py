"""Clerks who book at the same moment, as threads and as processes of their own."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier
from typing import Any, Protocol

from flask import Flask

from scheduler.access.permissions import SYSTEM
from scheduler.booking import book_series as use_case
from scheduler.booking.book_series import Booked, BookSeries, book_series
from scheduler.booking.outcomes import Refused
from tests.booking.small_clinic import clock
from tests.databases import let_go, make_app_without_pages
from tests.processes import PATIENCE, processes


class Gate(Protocol):
    """Lets all through at once when the last has come."""

    def wait(self, timeout: float | None = None) -> Any:
        """Wait for the others."""


@dataclass(frozen=True)
class Answer:
    """What a clerk was told: the series booked, or how many findings and reasons, and whether something is free."""

    series: str | None
    against: int = 0
    something_free: bool = False


def press(command: BookSeries, gate: Gate) -> Answer:
    """Book inside an application context, at the same moment as the others."""
    gate.wait(PATIENCE)
    outcome = book_series(command, SYSTEM, clock())
    if isinstance(outcome, Booked):
        return Answer(outcome.series.id)
    assert isinstance(outcome, Refused)
    return Answer(None, len(outcome.findings) + len(outcome.reasons), bool(outcome.instead))


def as_threads(app: Flask, commands: Sequence[BookSeries]) -> list[Answer]:
    """Let every command be a thread."""
    gate = Barrier(len(commands))

    def clerk(command: BookSeries) -> Answer:
        with app.app_context():
            return press(command, gate)

    with ThreadPoolExecutor(len(commands)) as pool:
        return list(pool.map(clerk, commands))


def as_processes(database_url: str, folder: Path, commands: Sequence[BookSeries]) -> list[Answer]:
    """Let every command be a process that shares nothing but the database."""
    context = processes()
    gate, answers = context.Barrier(len(commands)), context.SimpleQueue()
    clerks = [
        context.Process(target=_clerk, args=(database_url, folder / f"clerk-{n}", command, gate, answers))
        for n, command in enumerate(commands)
    ]
    for clerk in clerks:
        clerk.start()
    told = [answers.get() for _ in clerks]
    for clerk in clerks:
        clerk.join(PATIENCE)
        assert clerk.exitcode == 0
    return told


def _clerk(database_url: str, folder: Path, command: BookSeries, gate: Gate, answers: Any) -> None:
    app = make_app_without_pages(database_url, folder)
    with app.app_context():
        answers.put(press(command, gate))
    let_go(app)


def killed_in_the_middle(database_url: str, folder: Path, command: BookSeries) -> None:
    """Start a clerk, and kill the process without warning when everything is written and nothing committed."""
    context = processes()
    has_written, never = context.Event(), context.Event()
    clerk = context.Process(target=_clerk_who_stops, args=(database_url, folder, command, has_written, never))
    clerk.start()
    assert has_written.wait(PATIENCE)
    clerk.kill()
    clerk.join(PATIENCE)
    assert clerk.exitcode == -9


def _clerk_who_stops(
    database_url: str, folder: Path, command: BookSeries, has_written: Any, never: Any
) -> None:
    def stop(entry: object) -> None:
        has_written.set()
        never.wait(PATIENCE)

    vars(use_case)["record"] = stop
    with make_app_without_pages(database_url, folder).app_context():
        book_series(command, SYSTEM, clock())
