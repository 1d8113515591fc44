"""Soak a database: `make soak DURATION=60 PROCESSES=8` prints what came of what was tried, and checks what is left."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import monotonic, sleep

from flask_migrate import upgrade

from scheduler.access.permissions import SYSTEM
from scheduler.app import create_app
from scheduler.booking.export_clinic import export_clinic
from scheduler.booking.load_demo import LoadDemo, load_demo
from scheduler.booking.recheck import RecheckCommand, recheck
from scheduler.config import PROJECT_FOLDER, settings_from
from scheduler.domain.clock import SystemClock
from scheduler.rules.evaluate import refuses
from scheduler.store import clinic
from soak.process import soak
from tests.journeys.check_export import faults_in

KILL_EVERY = 2.0
"""Seconds between two kills, on the average."""


@dataclass
class Soaked:
    """What is counted while it goes on. `acknowledged` holds the versions that visits had when a process said done."""

    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    acknowledged: dict[str, int] = field(default_factory=dict)
    kills: int = 0

    def read(self, output: Path) -> None:
        """Count the answers of a process that is over; the last line of a killed one may be half a line."""
        for line in output.read_bytes().splitlines(keepends=True):
            if not line.endswith(b"\n"):
                continue
            answer = json.loads(line)
            self.answers[answer["deed"], answer["outcome"]] += 1
            for visit, version in (answer["versions"] or {}).items():
                self.acknowledged[visit] = max(version, self.acknowledged.get(visit, 0))


def main() -> int:
    """Soak for DURATION seconds with PROCESSES processes against DATABASE_URL; return 1 when anything is wrong then."""
    seconds, processes = float(os.environ.get("DURATION", "60")), int(os.environ.get("PROCESSES", "8"))
    environment = {**os.environ, "DATABASE_URL": os.environ.get("DATABASE_URL") or _fresh_database()}
    app = create_app(settings_from(environment))
    clock = SystemClock()
    with app.app_context():
        upgrade()
        if not clinic.sites():
            load_demo(LoadDemo(1, print), SYSTEM, clock)
    with TemporaryDirectory() as folder:
        soaked = _soak(environment, seconds, processes, Path(folder))
    with app.app_context():
        document = export_clinic(clock)
        rechecked = recheck(RecheckCommand(), SYSTEM, clock)
    assert isinstance(rechecked, tuple), "the system may do everything"
    faults = [*faults_in(document), *_lost(soaked, document["appointments"])]
    faults += [f"recheck: series {one.series.id}" for one in rechecked if refuses(one.findings)]
    print("\n".join(_report(soaked, faults, environment["DATABASE_URL"])))
    return 1 if faults else 0


def _fresh_database() -> str:
    file = PROJECT_FOLDER / "var" / "soak.sqlite3"
    file.parent.mkdir(mode=0o700, exist_ok=True)
    for leftover in file.parent.glob(f"{file.name}*"):
        leftover.unlink()
    return f"sqlite:///{file}"


def _soak(environment: Mapping[str, str], seconds: float, processes: int, folder: Path) -> Soaked:
    # Each begins where everything is imported already, and with nothing open that another has.
    context = get_context("forkserver")
    context.set_forkserver_preload(["soak.process"])
    warmed = context.Process(target=int)
    warmed.start()
    warmed.join()
    random, soaked, end = Random(), Soaked(), monotonic() + seconds

    def started(number: int) -> tuple[ForkServerProcess, Path]:
        output = folder / f"{number}.jsonl"
        output.touch()
        given = (dict(environment), max(0.0, end - monotonic()), random.random(), output)
        process = context.Process(target=soak, args=given)
        process.start()
        return process, output

    running = [started(number) for number in range(processes)]
    while monotonic() < end:
        sleep(random.uniform(0.2, 2 * KILL_EVERY))
        if monotonic() < end:
            victim = random.randrange(processes)
            process, output = running[victim]
            process.kill()
            process.join()
            soaked.kills += 1
            soaked.read(output)
            running[victim] = started(processes + soaked.kills)
    for process, output in running:
        process.join()
        soaked.read(output)
        if process.exitcode:
            soaked.answers["process", f"ended with {process.exitcode}"] += 1
    return soaked


def _lost(soaked: Soaked, visits: Iterable[Mapping[str, object]]) -> list[str]:
    """Return what was acknowledged and is not there any more."""
    kept = {visit["id"]: visit["version"] for visit in visits}
    found = []
    for id, version in soaked.acknowledged.items():
        known = kept.get(id)
        if not isinstance(known, int) or known < version:
            found.append(f"visit {id} was acknowledged in version {version}, and is kept in {known}")
    return found


def _report(soaked: Soaked, faults: Iterable[str], database: str) -> Iterable[str]:
    yield f"{'use case':<18}{'outcome':<60}{'times':>7}"
    for (deed, outcome), count in sorted(soaked.answers.items()):
        yield f"{deed:<18}{outcome[:58]:<60}{count:>7}"
    refusals = sum(n for (_, outcome), n in soaked.answers.items() if outcome.startswith("refused"))
    done = sum(n for (_, outcome), n in soaked.answers.items() if outcome == "done")
    attempts = sum(soaked.answers.values())
    listed = list(faults)
    yield f"{attempts} attempts, {done} done, {refusals} refusals, {soaked.kills} kills, {len(listed)} faults"
    yield from listed[:50]
    yield f"Left in {database} for clinic export and recheck."


if __name__ == "__main__":
    sys.exit(main())
