"""Calendars as programs fetch them, beside a bare Flask answer of one server: again, unchanged, and for the first time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.feed_load import AT_ONCE, seconds_each
from bench.feed_serving import BARE, Program, served, settings_for
from bench.measure import Disagreement, Result, timed
from scheduler.access.permissions import SYSTEM
from scheduler.app import create_app
from scheduler.booking.load_demo import DemoLoaded, LoadDemo, load_demo
from scheduler.config import settings_from
from scheduler.domain.clock import SystemClock
from scheduler.feeds.subscriptions import SubscriptionRequest, make_subscription
from scheduler.store import series as stored
from scheduler.store.database import db
from scheduler.store.subscriptions import SubscriptionKind

SEED = 7
ROUNDS, WARM_UP = 3, 400
AGAIN, UNCHANGED, FIRST = 2.0, 0.7, 0.1
"""At which part of the bare answer's rate a feed is to be served: to who has it, from what is kept, and written anew."""


def run() -> list[Result]:
    """Measure on a fresh demo clinic, served as `make run` serves it."""
    with TemporaryDirectory() as folder:
        paths = _filled(Path(folder))
        with served(Path(folder)) as port:
            return list(_rows(port, paths))


def _rows(port: int, paths: Sequence[str]) -> Iterator[Result]:
    program = Program(port)
    for _ in range(WARM_UP):
        program.ask(BARE)
    # Each for the first time in this server, so that nothing of it was written out before, and the bare answer in turn.
    first, one_bare = [], []
    for path in paths:
        one_bare.append(timed(partial(program.ask, BARE)))
        first.append(timed(partial(program.ask, path)))
    answers = [program.ask(path) for path in paths]
    if {answer.status for answer in answers} != {200} or not all(answer.size for answer in answers):
        raise Disagreement("a feed was not served")
    path, answer = sorted(zip(paths, answers, strict=True), key=lambda pair: pair[1].size)[len(paths) // 2]
    if program.ask(path, answer.etag).status != 304:
        raise Disagreement("a program that has the calendar is sent it again")
    ways = {"bare": (BARE, ""), "again": (path, answer.etag), "unchanged": (path, "")}
    times: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(ROUNDS):
        for name, (asked, etag) in tuple(ways.items())[:: -1 if number % 2 else 1]:
            times[name].append(seconds_each(port, asked, etag))
    took = {name: median(each) for name, each in times.items()}
    yield _row("again", took["again"], took["bare"], AGAIN, f"304, {AT_ONCE} programs at once")
    yield _row("unchanged", took["unchanged"], took["bare"], UNCHANGED, f"{answer.size} bytes")
    yield _row("first", median(first), median(one_bare), FIRST, f"{len(first)} feeds, each once")


def _row(name: str, ours: float, bare: float, target: float, note: str) -> Result:
    ratio = bare / ours
    said = f"at least {target:g} times"
    return Result(
        f"feeds/{name}", ours, "a bare Flask answer, same server", bare, ratio, said, ratio >= target, note
    )


def _filled(folder: Path) -> list[str]:
    """Load the demo clinic and subscribe each patient with a series; return the paths."""
    from flask_migrate import upgrade

    clock = SystemClock()
    app = create_app(settings_from(settings_for(folder)), clock)
    with app.app_context():
        upgrade()
        if not isinstance(load_demo(LoadDemo(SEED), SYSTEM, clock), DemoLoaded):
            raise RuntimeError("the demo clinic could not be loaded")
        patients = sorted({series.patient for series in stored.all_series()})
        requests = [SubscriptionRequest(SubscriptionKind.PATIENT, patient, "") for patient in patients]
        paths = [str(make_subscription(request, SYSTEM, clock)) for request in requests]
        db.engine.dispose()
    return paths


PARTS: Mapping[str, Callable[[], list[Result]]] = {"feeds": run}
"""Every part by the beginning of the ids of its rows."""
