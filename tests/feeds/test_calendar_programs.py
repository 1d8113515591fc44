"""Our feeds as calendar programs of other people's making see them: the same visits at the same instants."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest
from flask import Flask
from icalendar import Calendar

from scheduler.access.permissions import SYSTEM
from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import StandingClock, local
from scheduler.domain.interval import Interval
from scheduler.feeds.subscriptions import SubscriptionRequest, make_subscription
from scheduler.store.subscriptions import SubscriptionKind
from tests.builders import at
from tests.feeds.calendar_programs import Khal, Seen, seen_by_ical_js
from tests.feeds.stored_visits import BOOKED_AT, a_plain_visit, cancel, keep_series, keep_visits

# Either side of both changes of the clocks, in the hour that occurs twice, and on the day of the change itself.
AROUND_THE_CHANGES = (
    "2026-10-30 10:00",
    "2026-11-01 01:30",
    "2026-11-01 10:00",
    "2026-11-02 10:00",
    "2027-03-12 10:00",
    "2027-03-14 10:00",
    "2027-03-15 10:00",
)


@pytest.fixture
def standing_clock() -> StandingClock:
    """Give a clock that stands before the first visit."""
    return StandingClock(at("2026-10-28 09:00"))


def subscribe(clinic: Flask, served: str, kind: SubscriptionKind, subject: str) -> str:
    """Return a new address on the running server."""
    with clinic.app_context():
        address = make_subscription(
            SubscriptionRequest(kind, subject, served), SYSTEM, StandingClock(BOOKED_AT)
        )
    assert isinstance(address, str)
    return address


def visits_around_the_changes() -> list[Appointment]:
    """Build visits with the clock changes between them; one in the second of the two hours with one name."""
    visits = [a_plain_visit(at(start), f"visit-{number}") for number, start in enumerate(AROUND_THE_CHANGES)]
    again = Interval.lasting(visits[1].start + timedelta(hours=1), timedelta(hours=1))
    return [*visits, replace(visits[1], id="visit-again", interval=again)]


def expected_by_khal(visits: list[Appointment], zone: str) -> list[str]:
    """Return the lines khal must show in this zone."""
    return sorted(
        f"{local(visit.start, zone):%Y-%m-%dT%H:%M}|{local(visit.interval.end, zone):%Y-%m-%dT%H:%M}"
        "|Appointment|Maple House, 12 Elm St"
        for visit in visits
    )


@pytest.mark.parametrize("zone", ["America/Denver", "Europe/Berlin", "America/Santiago"])
def test_visits_around_the_clock_changes_are_the_same_instants_to_every_program(
    clinic: Flask, served: str, tmp_path: Path, zone: str
) -> None:
    visits = sorted(visits_around_the_changes(), key=lambda visit: visit.start)
    with clinic.app_context():
        keep_visits(*visits, at=at("2026-10-28 09:00"))
    address = subscribe(clinic, served, SubscriptionKind.PATIENT, "patient-1")

    khal = Khal(address, zone, tmp_path / "khal")
    khal.subscribe()
    assert khal.shows("2026-10-01", 200) == expected_by_khal(visits, zone)

    content = urlopen(address).read()
    instants = [(visit.start, visit.interval.end) for visit in visits]
    assert [(seen.start, seen.end) for seen in seen_by_ical_js(content)] == instants
    assert [(event.start, event.end) for event in Calendar.from_ical(content).events] == instants


def test_a_whole_series_and_its_changes_arrive_in_every_program(
    clinic: Flask, served: str, tmp_path: Path
) -> None:
    with clinic.app_context():
        series = keep_series()
    address = subscribe(clinic, served, SubscriptionKind.PATIENT, "patient-1")
    khal = Khal(address, "America/Denver", tmp_path / "khal")
    khal.subscribe()
    assert len(khal.shows("2026-11-01", 90)) == len(series.appointments)

    with clinic.app_context():
        cancel("series-1/D2", at=BOOKED_AT)
    khal.subscribe()
    shown = khal.shows("2026-11-01", 90)
    assert len(shown) == len(series.appointments)
    assert [line for line in shown if "Cancelled" in line] == [
        "2026-12-07T10:00|2026-12-07T12:45|Cancelled: Appointment|Maple House, 12 Elm St"
    ]
    seen = seen_by_ical_js(urlopen(address).read())
    assert [one for one in seen if one.cancelled] == [
        Seen(
            at("2026-12-07 10:00"),
            at("2026-12-07 12:45"),
            "Cancelled: Appointment",
            "Maple House, 12 Elm St",
            cancelled=True,
        )
    ]


@pytest.mark.parametrize(
    ("kind", "subject"), [(SubscriptionKind.STAFF, "therapist-1"), (SubscriptionKind.ROOM, "dosing-1")]
)
def test_feeds_of_staff_and_rooms_are_read_alike(
    clinic: Flask, served: str, tmp_path: Path, kind: SubscriptionKind, subject: str
) -> None:
    with clinic.app_context():
        keep_series()
    address = subscribe(clinic, served, kind, subject)
    khal = Khal(address, "America/Denver", tmp_path / "khal")
    khal.subscribe()
    seen = seen_by_ical_js(urlopen(address).read())
    assert khal.shows("2026-11-01", 90) == sorted(
        f"{local(one.start, 'America/Denver'):%Y-%m-%dT%H:%M}|{local(one.end, 'America/Denver'):%Y-%m-%dT%H:%M}"
        f"|{one.summary}|{one.location}"
        for one in seen
    )
    assert {one.summary for one in seen} <= {"D RS", "P RS", "I RS", "R RS", "C RS"}


def test_an_empty_feed_is_an_empty_calendar(clinic: Flask, served: str, tmp_path: Path) -> None:
    address = subscribe(clinic, served, SubscriptionKind.PATIENT, "patient-1")
    khal = Khal(address, "America/Denver", tmp_path / "khal")
    khal.subscribe()
    assert khal.shows("2026-11-01", 90) == []
    assert seen_by_ical_js(urlopen(address).read()) == []
