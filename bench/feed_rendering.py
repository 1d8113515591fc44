"""A calendar of 500 visits written out for the first time, beside Radicale serving the same events from its own storage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from icalendar import Calendar

from bench.feed_serving import served, settings_for
from bench.measure import Disagreement, Result, timed
from bench.radicale_server import SIGNED_IN, Radicale, fetched, radicale
from scheduler.access.permissions import SYSTEM
from scheduler.app import create_app
from scheduler.booking.load_demo import LoadDemo, load_demo
from scheduler.config import settings_from
from scheduler.domain.appointment import Appointment, AppointmentState
from scheduler.domain.clock import SystemClock
from scheduler.domain.interval import Interval
from scheduler.domain.series import Series
from scheduler.domain.treatment import StepKind
from scheduler.feeds import render
from scheduler.feeds.publication import publication
from scheduler.feeds.subscriptions import SubscriptionRequest, make_subscription
from scheduler.store import series as stored
from scheduler.store.appointments import call_off
from scheduler.store.database import db
from scheduler.store.subscriptions import SubscriptionKind
from scheduler.store.work import unit_of_work

SEED, FEEDS, EVENTS = 7, 5, 500
EXTRA = "extra"
TARGET = 5.0
"""How many times quicker than Radicale a calendar is to be written out for the first time."""


def run() -> list[Result]:
    """Measure on a fresh demo clinic, five patients of which have five hundred visits more than in the demo."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        paths, others = _filled(folder)
        with served(folder) as port, radicale(folder / "radicale") as peer:
            # What a server does once for all calendars is done by calendars that are not measured.
            for other in others:
                fetched(port, other, {})
            pairs = [_pair(port, path, peer) for path in paths]
        rendered = _rendered_after_a_change(folder, paths[0])
    if rendered != 1:
        raise Disagreement(f"one visit was called off, and {rendered} were written anew")
    ratio = median(theirs / ours for ours, theirs in pairs)
    ours, theirs = (median(times) for times in zip(*pairs, strict=True))
    target, note = f"at least {TARGET:g} times", f"{FEEDS} calendars of {EVENTS} visits and more, each once"
    return [Result("feeds/500-events", ours, "Radicale", theirs, ratio, target, ratio >= TARGET, note)]


def _pair(port: int, path: str, peer: Radicale) -> tuple[float, float]:
    """Return how long the first rendering took, and how long Radicale takes to serve the same calendar."""
    ours: list[bytes] = []
    took = timed(lambda: ours.append(fetched(port, path, {})))
    kept = peer.keep(path.removesuffix(".ics").rpartition("/")[2], ours[0])
    # The first time it works out what it keeps beside its files; that is not counted.
    theirs = fetched(peer.port, kept, SIGNED_IN)
    if _said(theirs) != _said(ours[0]) or len(_said(theirs)) < EVENTS:
        raise Disagreement("Radicale does not serve the visits that were given to it")
    return took, median(timed(partial(fetched, peer.port, kept, SIGNED_IN)) for _ in range(3))


def _said(calendar: bytes) -> set[tuple[object, ...]]:
    events = Calendar.from_ical(calendar).walk("VEVENT")
    names = ("UID", "DTSTART", "DTEND", "SUMMARY", "SEQUENCE")
    return {tuple(event.decoded(name) for name in names) for event in events}


def _rendered_after_a_change(folder: Path, path: str) -> int:
    """Call one visit off and return how many visits had to be written anew for it."""
    clock, token = SystemClock(), path.removesuffix(".ics").rpartition("/")[2]
    with create_app(settings_from(settings_for(folder)), clock).app_context():
        publication(token, clock.now())
        before = render._event_bytes.cache_info().misses
        with unit_of_work():
            call_off([f"{EXTRA}-0-0"], AppointmentState.CANCELLED_BY_PATIENT, clock.now())
        changed = publication(token, clock.now())
        if changed is None or b"STATUS:CANCELLED" not in changed.body:
            raise Disagreement("a visit that was called off is not told as such")
        db.engine.dispose()
    return render._event_bytes.cache_info().misses - before


def _filled(folder: Path) -> tuple[list[str], list[str]]:
    """Load the demo clinic, give some patients many visits, and subscribe all; return the paths of theirs and of others."""
    from flask_migrate import upgrade

    clock = SystemClock()
    with create_app(settings_from(settings_for(folder)), clock).app_context():
        upgrade()
        load_demo(LoadDemo(SEED), SYSTEM, clock)
        examples = {series.patient: series for series in stored.all_series()}
        patients = sorted(examples)
        for number, patient in enumerate(patients[:FEEDS]):
            with unit_of_work():
                stored.save_series(_many_visits(examples[patient], number, clock.now()), clock.now())
        requests = [SubscriptionRequest(SubscriptionKind.PATIENT, patient, "") for patient in patients]
        paths = [str(make_subscription(request, SYSTEM, clock)) for request in requests]
        db.engine.dispose()
    return paths[:FEEDS], paths[FEEDS:]


def _many_visits(example: Series, number: int, now: datetime) -> Series:
    """Return a series of visits day by day that claim nothing, so that they stand in nobody's way."""
    first = now.replace(minute=0, second=0, microsecond=0)
    visits = tuple(
        Appointment(
            id=f"{EXTRA}-{number}-{day}",
            series=f"{EXTRA}-{number}",
            site=example.site,
            patient=example.patient,
            step=f"{EXTRA}-{day}",
            kind=StepKind.REVIEW,
            state=AppointmentState.BOOKED,
            version=1,
            interval=Interval.lasting(first + timedelta(days=day + 1), timedelta(minutes=50)),
            room=example.appointments[0].room,
            staff={},
            phases=(),
            claims=(),
        )
        for day in range(EVENTS)
    )
    return replace(example, id=f"{EXTRA}-{number}", appointments=visits, extra=())


PARTS: Mapping[str, Callable[[], list[Result]]] = {"feeds/500-events": run}
"""Every part by the beginning of the ids of its rows."""
