"""The processes of a soak: started, killed at random moments and replaced; and everything that they were answered."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from random import Random
from time import monotonic, sleep

from soak.process import Job, soak

PATIENCE = 10.0
"""Seconds for which the first answer of a process is waited for."""


@dataclass
class Soaked:
    """What is counted. `acknowledged` holds the highest version that each visit had when a process said done."""

    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    acknowledged: dict[str, int] = field(default_factory=dict)
    kills: int = 0
    silent: int = 0

    def read(self, output: Path) -> None:
        """Count the answers of a process that is over; the last line of a killed one may be half a line."""
        for line in output.read_bytes().splitlines(keepends=True):
            if not line.endswith(b"\n"):
                continue
            answer = json.loads(line)
            self.answers[answer["deed"], answer["outcome"]] += 1
            self.silent += answer["outcome"].startswith("refused") and not answer["reasons"]
            for visit, version in (answer["versions"] or {}).items():
                self.acknowledged[visit] = max(version, self.acknowledged.get(visit, 0))

    def count(self, beginning: str) -> int:
        """Return how many answers begin so."""
        return sum(times for (_, outcome), times in self.answers.items() if outcome.startswith(beginning))


@cache
def _where_processes_begin() -> ForkServerContext:
    # Each begins where everything is imported already, and with nothing open that another has.
    context = get_context("forkserver")
    context.set_forkserver_preload(["soak.process"])
    warm = context.Process(target=int)
    warm.start()
    warm.join()
    return context


def make_ready() -> None:
    """Import what processes begin with, so that a soak of some seconds is not over by then."""
    _where_processes_begin()


class Crew:
    """Processes that do the same job, each with dice of its own and a file for its answers."""

    def __init__(self, job: Job, many: int, folder: Path, random: Random) -> None:
        self._context = _where_processes_begin()
        self._job, self._folder, self._random = job, folder, random
        self._started = 0
        self.soaked = Soaked()
        self._running = [self._start() for _ in range(many)]

    def kill_one_at_work(self, within: float) -> None:
        """Wait until any of them has been answered, then kill it within so many seconds, whatever it is doing."""
        which = self._random.randrange(len(self._running))
        end = monotonic() + PATIENCE
        while not self._running[which][1].stat().st_size and monotonic() < end:
            sleep(0.01)
        sleep(self._random.uniform(0.0, within))
        self._kill(which)
        self._running[which] = self._start()

    def kill_all(self) -> None:
        """Kill every one of them without warning, and start no others."""
        for which in range(len(self._running)):
            self._kill(which)

    def wait(self) -> None:
        """Wait until all are done, and read what they were answered."""
        for process, output in self._running:
            process.join()
            self.soaked.read(output)
            if process.exitcode:
                self.soaked.answers["process", f"ended with {process.exitcode}"] += 1

    def _kill(self, which: int) -> None:
        process, output = self._running[which]
        process.kill()
        process.join()
        self.soaked.kills += 1
        self.soaked.read(output)
        if process.exitcode not in (-9, 0):
            self.soaked.answers["process", f"ended with {process.exitcode}"] += 1

    def _start(self) -> tuple[ForkServerProcess, Path]:
        self._started += 1
        output = self._folder / f"{self._started}.jsonl"
        output.touch()
        process = self._context.Process(target=soak, args=(self._job, self._random.random(), output))
        process.start()
        return process, output
