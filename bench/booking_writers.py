"""Eight writers, each a process of its own, who book for some seconds in the ways that are compared."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from time import perf_counter

from bench.booking_clinic import WRITERS, attempts
from bench.booking_peers import WAYS, GivenUp, Tries
from scheduler.app import create_app_without_pages
from scheduler.config import settings_from

PATIENCE = 300.0
"""Seconds after which something must have gone wrong."""


@dataclass(frozen=True, slots=True)
class Job:
    """One run: which way, how many visits at once, for how many seconds; the seed says what is wanted."""

    way: str
    visits: int
    seconds: float
    seed: int


@dataclass(slots=True)
class Told:
    """What writers did in a run. `booked` are ids of visits; `took` are seconds of each attempt."""

    booked: list[str] = field(default_factory=list)
    refused: int = 0
    gave_up: int = 0
    tries_again: int = 0
    took: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def attempts(self) -> int:
        """How often something was wanted."""
        return len(self.took)

    def add(self, other: Told) -> None:
        """Add what another writer did at the same time."""
        self.booked += other.booked
        self.refused += other.refused
        self.gave_up += other.gave_up
        self.tries_again += other.tries_again
        self.took += other.took
        self.seconds = max(self.seconds, other.seconds)


class Writers:
    """The writers of one database; they begin each job together."""

    def __init__(self, url: str) -> None:
        context = get_context("forkserver")
        context.set_forkserver_preload(["bench.booking_writers"])
        self._gate = context.Barrier(WRITERS)
        self._ends, self._processes = [], []
        for number in range(WRITERS):
            ours, theirs = context.Pipe()
            process = context.Process(target=_write, args=(number, url, theirs, self._gate))
            process.start()
            self._ends.append(ours)
            self._processes.append(process)

    def do(self, job: Job) -> Told:
        """Let all of them do a job at once, and return what they did."""
        for end in self._ends:
            end.send(job)
        together = Told()
        for told in self._heard():
            together.add(told)
        return together

    def let_go(self) -> None:
        """Send them home."""
        for end in self._ends:
            end.send(None)
        for process in self._processes:
            process.join(PATIENCE)

    def _heard(self) -> Sequence[Told]:
        told = []
        for end in self._ends:
            if not end.poll(PATIENCE):
                raise RuntimeError("a writer says nothing")
            told.append(end.recv())
        return told


def _write(number: int, url: str, end: Connection, gate: Barrier) -> None:
    settings = settings_from({"DATABASE_URL": url, "SECRET_KEY": "for the benchmark alone " * 2})
    app = create_app_without_pages(settings)
    # Peers lose races all the time, and the driver warns of each.
    logging.getLogger("psycopg").setLevel(logging.ERROR)
    with app.app_context():
        while (job := end.recv()) is not None:
            gate.wait(PATIENCE)
            end.send(_done(number, job))


def _done(number: int, job: Job) -> Told:
    told, tries, way = Told(), Tries(), WAYS[job.way]
    begun = perf_counter()
    for wanted in attempts(number, job.seed, job.visits):
        before = perf_counter()
        try:
            if way(wanted, tries):
                told.booked += [visit.id for visit in wanted]
            else:
                told.refused += 1
        except GivenUp:
            told.gave_up += 1
        now = perf_counter()
        told.took.append(now - before)
        if now - begun >= job.seconds:
            break
    told.seconds = perf_counter() - begun
    told.tries_again = tries.again
    return told
