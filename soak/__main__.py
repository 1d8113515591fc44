"""Soak a database: `make soak DURATION=60 PROCESSES=8` prints what came of what was tried, and checks what is left."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import monotonic, sleep

from flask_migrate import upgrade

from scheduler.access.permissions import SYSTEM
from scheduler.app import create_app_without_pages
from scheduler.booking.load_demo import LoadDemo, load_demo
from scheduler.config import PROJECT_FOLDER, settings_from
from scheduler.domain.clock import SystemClock
from scheduler.domain.interval import Interval
from scheduler.domain.places import weekly_times
from scheduler.store import clinic
from scheduler.store.site_facts import facts_of
from soak.checks import faults_after
from soak.crew import Crew, Soaked, make_ready
from soak.process import Job
from soak.quick_clock import QuickClock

KILL_EVERY = 2.0
"""Seconds between two kills, on the average."""

SPEED = 3600.0
"""Seconds of the clinic in a second: a minute has two days and a half."""

A_WEEK = timedelta(days=7)


def main() -> int:
    """Soak for DURATION seconds with PROCESSES processes against DATABASE_URL; return 1 when anything is wrong then."""
    seconds, processes = float(os.environ.get("DURATION", "60")), int(os.environ.get("PROCESSES", "8"))
    seed = os.environ.get("SEED") or str(Random().randrange(10**6))
    environment = {**os.environ, "DATABASE_URL": os.environ.get("DATABASE_URL") or _fresh_database()}
    app = create_app_without_pages(settings_from(environment))
    with app.app_context():
        upgrade()
        if not clinic.sites():
            load_demo(LoadDemo(1, print), SYSTEM, SystemClock())
        was = facts_of(clinic.sites()[0].id)
    # With the doors, so that there is a day to be lived through even in a short soak.
    now = SystemClock().now()
    begin = weekly_times(was.site.hours, Interval(now, now + A_WEEK), was.site.zone)[0].start
    make_ready()
    clock = QuickClock(begin, monotonic(), SPEED)
    random, end = Random(seed), monotonic() + seconds
    with TemporaryDirectory() as folder:
        crew = Crew(Job(environment, end, False, clock), processes, Path(folder), random)
        while monotonic() < end:
            sleep(random.uniform(0.2, 2 * KILL_EVERY))
            if monotonic() < end:
                crew.kill_one_at_work(0.2)
        crew.wait()
    with app.app_context():
        faults = list(faults_after(crew.soaked, was, clock))
    print("\n".join(report(crew.soaked, faults)))
    print(f"Seed {seed}. Left in {environment['DATABASE_URL']} for clinic export and recheck.")
    return 1 if faults else 0


def _fresh_database() -> str:
    file = PROJECT_FOLDER / "var" / "soak.sqlite3"
    file.parent.mkdir(mode=0o700, exist_ok=True)
    for leftover in file.parent.glob(f"{file.name}*"):
        leftover.unlink()
    return f"sqlite:///{file}"


def report(soaked: Soaked, faults: Iterable[str]) -> Iterable[str]:
    """Yield what was done, a line for each deed and answer, then the counts and the faults."""
    yield f"{'use case':<22}{'outcome':<60}{'times':>7}"
    for (deed, outcome), count in sorted(soaked.answers.items()):
        yield f"{deed:<22}{outcome[:58]:<60}{count:>7}"
    attempts, listed = sum(soaked.answers.values()), list(faults)
    yield (
        f"{attempts} attempts, {soaked.count('done')} done, {soaked.count('refused')} refusals, "
        f"{soaked.kills} kills, {len(listed)} faults"
    )
    yield from listed[:50]


if __name__ == "__main__":
    sys.exit(main())
