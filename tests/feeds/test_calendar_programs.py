"""Our feeds as calendar programs of other people's making see them: the same visits at the same instants."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
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
from tests.feeds.calendar_programs import Khal, Seen, seen_by_ical_js, seen_by_node_ical
from tests.feeds.native_programs import Calcurse, seen_by_libical, seen_by_vobject
from tests.feeds.stored_visits import BOOKED_AT, a_plain_visit, cancel, keep_series, keep_visits

# In Denver: either side of both changes of its clocks, in the hour that occurs twice, and on the day of the change itself;
# then the nights in which the clocks change in Berlin and in Santiago.
AROUND_THE_CHANGES = (
    "2026-10-30 10:00",
    "2026-11-01 01:30",
    "2026-11-01 10:00",
    "2026-11-02 10:00",
    "2027-03-12 10:00",
    "2027-03-14 10:00",
    "2027-03-15 10:00",
    "2027-03-27 17:30",
    "2027-03-27 19:30",
    "2027-04-03 19:30",
    "2027-04-03 20:30",
    "2027-04-03 22:30",
)

# Of both hemispheres; and one that keeps summer time from 2026 on, which many a machine does not know yet.
ZONES = ("America/Denver", "Europe/Berlin", "America/Santiago", "America/Vancouver")


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


@pytest.mark.parametrize("zone", ZONES)
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
    expected = [as_seen(visit) for visit in visits]
    assert seen_by_ical_js(content, zone) == expected
    assert seen_by_node_ical(content, zone) == expected
    assert seen_by_libical(content, zone) == expected
    assert seen_by_vobject(content) == expected
    instants = [(visit.start, visit.interval.end) for visit in visits]
    assert [(event.start, event.end) for event in Calendar.from_ical(content).events] == instants
    calcurse = Calcurse(zone, tmp_path / "calcurse")
    calcurse.imports(content)
    assert calcurse.shows() == sorted(as_kept_by_calcurse(visit, zone) for visit in visits)


def as_seen(visit: Appointment) -> Seen:
    """Return what a program must understand of a visit."""
    return Seen(visit.start, visit.interval.end, "Appointment", "Maple House, 12 Elm St", cancelled=False)


def as_kept_by_calcurse(visit: Appointment, zone: str) -> Seen:
    """Return the same as a program has it that keeps local times: of an hour that occurs twice it knows the first alone."""
    start, end = (
        local(instant, zone).replace(fold=0).astimezone(UTC) for instant in (visit.start, visit.interval.end)
    )
    return replace(as_seen(visit), start=start, end=end)


def test_zones_that_changed_lately_are_told_by_their_new_rules(
    clinic: Flask, served: str, tmp_path: Path
) -> None:
    """A feed speaks of instants: what time it is there then is for the reader's machine to know, and ours knows."""
    visit = a_plain_visit(at("2026-12-15 12:00"))
    with clinic.app_context():
        keep_visits(visit, at=at("2026-10-28 09:00"))
    address = subscribe(clinic, served, SubscriptionKind.PATIENT, "patient-1")
    assert b"DTSTART:20261215T190000Z\r\n" in urlopen(address).read()
    khal = Khal(address, "America/Vancouver", tmp_path / "khal")
    khal.subscribe()
    # Seven hours behind UTC, in winter too.
    assert khal.shows("2026-12-01", 30) == [
        "2026-12-15T12:00|2026-12-15T13:00|Appointment|Maple House, 12 Elm St"
    ]


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
    content = urlopen(address).read()
    calcurse = Calcurse("America/Denver", tmp_path / "calcurse")
    calcurse.imports(content)
    programs = (seen_by_ical_js, seen_by_node_ical, seen_by_libical, seen_by_vobject)
    for seen in (*(see(content) for see in programs), calcurse.shows()):
        assert len(seen) == len(series.appointments)
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
    content = urlopen(address).read()
    seen = seen_by_ical_js(content)
    assert seen_by_node_ical(content) == seen_by_libical(content) == seen_by_vobject(content) == seen
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
    content = urlopen(address).read()
    assert seen_by_ical_js(content) == seen_by_node_ical(content) == seen_by_libical(content) == []
    assert seen_by_vobject(content) == []
    calcurse = Calcurse("America/Denver", tmp_path / "calcurse")
    calcurse.imports(content)
    assert calcurse.shows() == []
