"""One soaking process: does use cases until it is told to stop or killed, and tells each answer as a line of JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from random import Random
from time import monotonic

from scheduler.app import create_app
from scheduler.config import settings_from
from scheduler.domain.clock import SystemClock
from scheduler.domain.errors import TrellisError
from soak.deeds import Answer, Soaker


def soak(environment: Mapping[str, str], seconds: float, seed: float, output: Path) -> None:
    """Soak for so many seconds with these dice, and write the answers to a file."""
    app = create_app(settings_from(environment))
    soaker = Soaker(Random(seed), SystemClock())
    until = monotonic() + seconds
    # Unbuffered and one write a line, so that a killed process leaves no half of one but the last.
    with output.open("ab", buffering=0) as lines:
        while monotonic() < until:
            with app.app_context():
                lines.write(json.dumps(asdict(_answer(soaker))).encode() + b"\n")


def _answer(soaker: Soaker) -> Answer:
    try:
        return soaker.do_something()
    except TrellisError as problem:
        return Answer("any", f"{type(problem).__name__}: {problem}")
