"""One soaking process: does use cases until it is told to stop or killed, and keeps each answer as a line of JSON."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from time import monotonic, sleep

from scheduler.app import create_app_without_pages
from scheduler.config import settings_from
from scheduler.domain.clock import Clock
from scheduler.domain.errors import Conflict, StoreNotReady, TrellisError
from soak.deeds import BOOKING_AND_MOVING, DEEDS, Answer, Deed, do_something
from soak.dice import Dice

LEAST = 8
"""How much a process does that is left alone, however slow the machine is."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a process is to do: with which settings, until when on the monotonic clock, which deeds, by which clock."""

    environment: Mapping[str, str]
    until: float
    only_booking: bool
    clock: Clock


def soak(job: Job, seed: float, output: Path) -> None:
    """Do one deed after the other with these dice, and write the answers to a file."""
    logging.getLogger("psycopg").setLevel(logging.ERROR)
    app = create_app_without_pages(settings_from(job.environment), job.clock)
    dice = Dice(Random(seed), job.clock)
    deeds = BOOKING_AND_MOVING if job.only_booking else DEEDS
    parent = os.getppid()
    with output.open("ab", buffering=0) as lines, app.app_context():
        done = 0
        # Nobody reads the answers of one whose parent is gone.
        while (monotonic() < job.until or done < LEAST) and os.getppid() == parent:
            done += 1
            answer = _answer(dice, deeds)
            lines.write(json.dumps(asdict(answer)).encode() + b"\n")
            # What was acknowledged is known for good before anything else is begun.
            os.fsync(lines.fileno())


def _answer(dice: Dice, deeds: Mapping[str, tuple[int, Deed]]) -> Answer:
    try:
        return do_something(dice, deeds)
    except Conflict as lost:
        return Answer("any", f"lost a race: {lost}", None, 1)
    except StoreNotReady as problem:
        # The server is being killed or started again: a program would be asked again, and so is this one.
        sleep(0.05)
        return Answer("any", f"no database: {problem}", None, 1)
    except TrellisError as problem:
        return Answer("any", f"{type(problem).__name__}: {problem}")
