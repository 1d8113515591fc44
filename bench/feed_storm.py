"""Ten thousand subscriptions asked for again by many programs at once, from a server as `make run` starts it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path
from secrets import token_urlsafe
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.feed_serving import COUNTS, Program, served, settings_for
from bench.measure import Disagreement, Result, limit_line
from scheduler.access.permissions import SYSTEM
from scheduler.app import create_app
from scheduler.booking.load_demo import LoadDemo, load_demo
from scheduler.config import settings_from
from scheduler.domain.clock import SystemClock
from scheduler.store import series as stored
from scheduler.store.database import db
from scheduler.store.subscriptions import FeedSubscription, SubscriptionKind, save_subscription
from scheduler.store.work import unit_of_work

STORM = "bench.feed_storm_server:serve"
SEED, SUBSCRIPTIONS, PROGRAMS = 7, 10_000, 64
SLOWEST, GROWTH, QUESTIONS = 0.5, 64.0, 1.0
"""Seconds that 99 of 100 polls take at the most; MB by which the server may grow; questions to the database a poll."""


@dataclass(frozen=True, slots=True)
class Polled:
    """What a round of polls met: the answers by subscription, how long each took, and questions to the database a poll."""

    tags: Mapping[str, str]
    statuses: frozenset[int]
    times: Sequence[float]
    took: float
    questions: float


def run() -> list[Result]:
    """Measure on a fresh demo clinic; every subscription is of a patient with a series."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        paths = subscribed(folder, SUBSCRIPTIONS)
        with served(folder, STORM) as port:
            first = polled(port, dict.fromkeys(paths, ""), PROGRAMS)
            must_all_be(first, 200, paths)
            before = counts(port)[1]
            rounds = [polled(port, first.tags, PROGRAMS) for _ in range(3)]
            for one in rounds:
                must_all_be(one, 304, paths)
            grown = counts(port)[1] - before
    times = sorted(time for one in rounds for time in one.times)
    asked = max(one.questions for one in rounds)
    rate = len(times) / sum(one.took for one in rounds)
    note = f"{SUBSCRIPTIONS} subscriptions, {PROGRAMS} programs at once, {rate:,.0f} a second"
    return [
        limit_line("feeds/storm/99-of-100", times[len(times) * 99 // 100], SLOWEST, note=note),
        limit_line("feeds/storm/median", median(times), SLOWEST, note=note),
        limit_line("feeds/storm/memory", max(grown, 0.01), GROWTH, "MB", "grown over three rounds"),
        limit_line(
            "feeds/storm/questions",
            asked,
            QUESTIONS,
            "questions",
            "to the database a poll that finds nothing new",
        ),
    ]


def subscribed(folder: Path, number: int) -> list[str]:
    """Load the demo clinic and subscribe to its patients in turn; return the paths."""
    from flask_migrate import upgrade

    clock = SystemClock()
    with create_app(settings_from(settings_for(folder)), clock).app_context():
        upgrade()
        load_demo(LoadDemo(SEED), SYSTEM, clock)
        series = stored.all_series()
        tokens = [token_urlsafe(32) for _ in range(number)]
        with unit_of_work():
            for at, token in enumerate(tokens):
                of = series[at % len(series)]
                save_subscription(
                    FeedSubscription(
                        id=f"storm-{at}",
                        site=of.site,
                        kind=SubscriptionKind.PATIENT,
                        subject=of.patient,
                        busy_only=False,
                        token_hash=sha256(token.encode()).hexdigest(),
                        name="",
                        created_at=clock.now(),
                    )
                )
        db.engine.dispose()
    return [f"/feeds/{token}.ics" for token in tokens]


def polled(port: int, tags: Mapping[str, str], programs: int) -> Polled:
    """Ask for every calendar once, shared out among programs that ask at the same time."""
    shares = [list(tags.items())[at::programs] for at in range(programs)]
    before, begun = counts(port)[0], perf_counter()
    with ThreadPoolExecutor(programs) as pool:
        answers = [one for share in pool.map(lambda share: _asked(port, share), shares) for one in share]
    took = perf_counter() - begun
    asked = counts(port)[0] - before
    return Polled(
        tags={path: tag for path, _, tag, _ in answers},
        statuses=frozenset(status for _, status, _, _ in answers),
        times=[time for *_, time in answers],
        took=took,
        questions=asked / len(tags),
    )


def _asked(port: int, share: Sequence[tuple[str, str]]) -> list[tuple[str, int, str, float]]:
    found = []
    with closing(Program(port)) as program:
        for path, tag in share:
            begun = perf_counter()
            answer = program.ask(path, tag)
            found.append((path, answer.status, answer.etag, perf_counter() - begun))
    return found


def must_all_be(polled: Polled, status: int, paths: Sequence[str]) -> None:
    """Raise `Disagreement` unless every subscription was answered, and all so."""
    if polled.statuses != {status} or set(polled.tags) != set(paths):
        raise Disagreement(
            f"of {len(paths)} calendars {len(polled.tags)} were answered, by {set(polled.statuses)}"
        )


def counts(port: int) -> tuple[int, float]:
    """Return how many statements the server has sent to its database so far, and what it takes now, in MB."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", COUNTS)
    statements, kilobytes = connection.getresponse().read().split()
    connection.close()
    return int(statements), int(kilobytes) / 1024


PARTS: Mapping[str, Callable[[], list[Result]]] = {"feeds/storm": run}
"""Every part by the beginning of the ids of its rows."""
