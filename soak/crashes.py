"""Kill what books, by the hundred, and the database server with it: `make crashes KILLS=300`, on both databases.

Processes book, move, cancel and change staff at a small clinic, and keep on the disk what they were answered before they
go on. They are killed at random moments; on PostgreSQL the server is as well, in three ways, while they go on asking.
Afterwards nothing may be half done, and nothing lost of what was acknowledged.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import monotonic

from flask_migrate import upgrade

from scheduler.app import create_app_without_pages
from scheduler.config import settings_from
from scheduler.domain.clock import StandingClock
from scheduler.domain.facts import Facts
from scheduler.store.database import db
from scheduler.store.site_facts import facts_of
from soak.__main__ import report
from soak.checks import faults_after
from soak.crew import Crew
from soak.process import Job
from tests import builders
from tests.booking.small_clinic import MONDAY, store_small_clinic
from tests.postgres_server import DURABLE, PostgresServer, postgres_server

PROCESSES = 6
PATIENTS = 24
WITHIN = 0.4
"""Seconds between two kills at the most, where whoever is to be killed has been answered before: a few deeds long."""

AN_HOUR = 3600.0


@dataclass
class Ground:
    """A database on which processes are killed, and the ways to kill its server: none for a file."""

    url: str
    random: Random
    server: PostgresServer | None = None
    server_kills: Counter[str] = field(default_factory=Counter)

    def hit(self) -> None:
        """Kill the server in one of three ways, and start it again where it does not come back by itself."""
        if self.server is None:
            return
        server = self.server
        ways: dict[str, Callable[[], None]] = {
            "server and all its processes killed": server.kill,
            "server stopped at once": server.stop,
            "one of its processes killed": lambda: server.kill_a_backend(self.random.choice),
        }
        # Each in turn, so that none is left out of a short run.
        name = list(ways)[sum(self.server_kills.values()) % len(ways)]
        ways[name]()
        self.server_kills[name] += 1
        if name != "one of its processes killed":
            server.start()
        server.wait()


def main() -> int:
    """Kill KILLS processes on each database, or on the one named by ON; return 1 when anything is wrong then.

    The server of PostgreSQL is killed SERVER_KILLS times in between.
    """
    kills, on = int(os.environ.get("KILLS", "300")), os.environ.get("ON", "")
    server_kills = int(os.environ.get("SERVER_KILLS", "12"))
    seed = os.environ.get("SEED") or str(Random().randrange(10**6))
    wrong = False
    for kind, ground in (("sqlite", _file), ("postgresql", _server)):
        if kind.startswith(on):
            with ground(Random(seed)) as where:
                begun = monotonic()
                print(f"{kind}, seed {seed}: {kills} processes are killed ...", flush=True)
                wrong |= _crashed(where, kills, server_kills)
                print(f"{kind}: {monotonic() - begun:.0f} s", flush=True)
    return 1 if wrong else 0


def _crashed(where: Ground, kills: int, server_kills: int) -> bool:
    environment = {"DATABASE_URL": where.url, "SECRET_KEY": "for the crashes alone " * 2}
    clock = StandingClock(MONDAY)
    app = create_app_without_pages(settings_from(environment), clock)
    with app.app_context():
        was = _clinic()
        db.engine.dispose()
    with TemporaryDirectory() as folder:
        job = Job(environment, monotonic() + AN_HOUR, True, clock)
        crew = Crew(job, PROCESSES, Path(folder), where.random)
        for number in range(1, kills + 1):
            crew.kill_one_at_work(WITHIN)
            # As evenly as whole numbers allow.
            if number * server_kills // kills > (number - 1) * server_kills // kills:
                where.hit()
        crew.kill_all()
    with app.app_context():
        faults = list(faults_after(crew.soaked, was, clock))
        db.engine.dispose()
    print("\n".join(report(crew.soaked, faults)))
    for name, times in where.server_kills.items():
        print(f"{name}: {times} times")
    return bool(faults) or not crew.soaked.acknowledged


def _clinic() -> Facts:
    upgrade()
    store_small_clinic(patients=tuple(builders.a_patient(f"patient-{number}") for number in range(PATIENTS)))
    return facts_of("site-1")


@contextmanager
def _file(random: Random) -> Iterator[Ground]:
    with TemporaryDirectory() as folder:
        yield Ground(f"sqlite:///{Path(folder) / 'crashes.sqlite3'}", random)


@contextmanager
def _server(random: Random) -> Iterator[Ground]:
    # To wait for the disk matters where the power is cut, which nobody does here: the tests do without, to be quick.
    configuration = f"{DURABLE}fsync = {os.environ.get('FSYNC', 'on')}\n"
    with postgres_server(configuration) as server:
        yield Ground(server.create_database("crashes"), random, server)


if __name__ == "__main__":
    sys.exit(main())
