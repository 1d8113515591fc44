"""Visits of a series that wait for one another are linked in calendars (RFC 9253), and shared times are not."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar

from scheduler.access.permissions import SYSTEM
from scheduler.clinic_file import Clinic, bundled_protocol, read_protocol
from scheduler.domain.appointment import AppointmentState
from scheduler.domain.clock import StandingClock
from scheduler.domain.interval import Interval
from scheduler.domain.treatment import Counting, Point, StepKind, Window, WindowMeaning
from scheduler.feeds.links import Link, links_between
from scheduler.feeds.single_visit import visit_as_file
from scheduler.feeds.subscriptions import SubscriptionRequest, make_subscription
from scheduler.store.clinic import save_clinic
from scheduler.store.feed_visits import FeedVisit
from scheduler.store.series import save_change
from scheduler.store.subscriptions import SubscriptionKind
from scheduler.store.work import unit_of_work
from tests.builders import at
from tests.bundled_protocols import a_bundled_protocol
from tests.feeds.stored_visits import BOOKED_AT, PROTOCOL, a_plain_visit, cancel, keep_series, keep_visits

A_DAY = timedelta(days=1)


def path_to(kind: SubscriptionKind, subject: str, busy_only: bool = False) -> str:
    """Make a subscription and return its path."""
    request = SubscriptionRequest(kind, subject, "", busy_only)
    made = make_subscription(request, SYSTEM, StandingClock(BOOKED_AT))
    assert isinstance(made, str)
    return made


def links_in(content: bytes) -> set[tuple[str, str, str, timedelta]]:
    """Return the links of a feed: start of the visit before, kind, start of the visit after, gap."""
    events = {str(event["UID"]): event for event in Calendar.from_ical(content).events}
    found = set()
    for event in events.values():
        related: Any = event.get("RELATED-TO", [])
        for link in related if isinstance(related, list) else [related]:
            before = events[str(link)]
            found.add((str(before.start), str(link.params["RELTYPE"]), str(event.start), link.GAP))
    return found


@pytest.fixture
def standing_clock() -> StandingClock:
    """Give a clock that stands at the instant of the booking."""
    return StandingClock(BOOKED_AT)


def test_every_least_gap_between_two_visits_is_a_link_of_the_later_one(clinic: Flask) -> None:
    with clinic.app_context():
        series = keep_series()
        path = path_to(SubscriptionKind.PATIENT, "patient-1")
    visits = {visit.step: visit for visit in series.appointments}
    expected = {
        (
            str(visits[window.from_step].start),
            "FINISHTOSTART" if window.from_point is Point.END else "STARTTOSTART",
            str(visits[window.to_step].start),
            window.at_least,
        )
        for window in a_bundled_protocol(PROTOCOL).windows
        if window.at_least and {window.from_step, window.to_step} <= set(visits)
    }
    content = clinic.test_client().get(path).data
    assert links_in(content) == expected
    assert len(expected) > 20
    # What was booked keeps to what its links say.
    ends = {str(visit.start): visit.interval.end for visit in series.appointments}
    for before, kind, after, gap in links_in(content):
        begins = ends[before] if kind == "FINISHTOSTART" else datetime.fromisoformat(before)
        assert datetime.fromisoformat(after) - begins >= gap
    assert b"RELATED-TO;GAP=P2D;RELTYPE=FINISHTOSTART:" in content
    assert b"RELATED-TO;GAP=P2D;RELTYPE=STARTTOSTART:" in content


def test_staff_see_links_between_visits_of_their_own_calendar_alone(clinic: Flask) -> None:
    with clinic.app_context():
        keep_series()
        paths = {person: path_to(SubscriptionKind.STAFF, person) for person in ("nurse-1", "therapist-1")}
        whole = path_to(SubscriptionKind.SITE, "site-1")
    client = clinic.test_client()
    all_of_them = links_in(client.get(whole).data)
    for path in paths.values():
        theirs = client.get(path).data
        starts = {str(event.start) for event in Calendar.from_ical(theirs).events}
        assert links_in(theirs) == {link for link in all_of_them if {link[0], link[2]} <= starts}
    doses = links_in(client.get(paths["nurse-1"]).data)
    assert {kind for _, kind, _, _ in doses} == {"STARTTOSTART"}


def test_shared_times_and_single_visits_have_no_links(clinic: Flask) -> None:
    with clinic.app_context():
        series = keep_series()
        paths = [
            path_to(kind, subject, busy_only=True)
            for kind, subject in ((SubscriptionKind.PATIENT, "patient-1"), (SubscriptionKind.SITE, "site-1"))
        ]
        file = visit_as_file(series.appointments[-1].id)
    assert file is not None
    assert b"RELATED-TO" not in file
    for path in paths:
        content = clinic.test_client().get(path).data
        assert b"BEGIN:VEVENT" in content
        assert b"RELATED-TO" not in content


def test_nobody_waits_for_a_visit_that_was_called_off(clinic: Flask, standing_clock: StandingClock) -> None:
    with clinic.app_context():
        series = keep_series()
        path = path_to(SubscriptionKind.PATIENT, "patient-1")
    client = clinic.test_client()
    before = client.get(path)
    start = {visit.step: str(visit.start) for visit in series.appointments}
    assert {link[2] for link in links_in(before.data) if link[0] == start["D2"]} >= {
        start["D3"],
        start["I2"],
    }
    standing_clock.advance(timedelta(hours=1))
    with clinic.app_context():
        cancel("series-1/D2", at=standing_clock.now())
    for condition in (
        {"If-None-Match": before.headers["ETag"]},
        {"If-Modified-Since": before.headers["Last-Modified"]},
    ):
        after = client.get(path, headers=condition)
        assert after.status_code == 200
        kept = {link for link in links_in(before.data) if start["D2"] not in (link[0], link[2])}
        assert links_in(after.data) == kept
        assert b"STATUS:CANCELLED" in after.data


def test_what_takes_the_place_of_a_visit_takes_its_links(clinic: Flask) -> None:
    second = a_plain_visit(at("2026-12-07 10:00"), "b", step="D2", kind=StepKind.DOSING)
    third = a_plain_visit(at("2026-12-10 10:00"), "c", step="D3", kind=StepKind.DOSING)
    off = replace(
        a_plain_visit(at("2026-12-04 10:00"), "a", step="D2", kind=StepKind.DOSING),
        state=AppointmentState.CANCELLED_BY_PATIENT,
    )
    with clinic.app_context():
        keep_visits(off, second, third)
        path = path_to(SubscriptionKind.PATIENT, "patient-1")
    [link] = links_in(clinic.test_client().get(path).data)
    assert link == (str(second.start), "STARTTOSTART", str(third.start), 2 * A_DAY)


def test_a_series_that_goes_on_by_another_version_is_told_at_once(
    clinic: Flask, standing_clock: StandingClock
) -> None:
    with clinic.app_context():
        series = keep_series()
        path = path_to(SubscriptionKind.PATIENT, "patient-1")
    client = clinic.test_client()
    before = client.get(path)
    assert client.get(path, headers={"If-None-Match": before.headers["ETag"]}).status_code == 304
    document: Any = copy.deepcopy(dict(bundled_protocol(PROTOCOL)))
    document["version"] = 2
    document["quantities"]["dosing.min_gap"]["value"] = 36
    standing_clock.advance(timedelta(minutes=1))
    with clinic.app_context(), unit_of_work():
        save_clinic(Clinic(protocols=(read_protocol(document),)), standing_clock.now())
        save_change(series, replace(series, protocol_version=2), standing_clock.now())
    after = client.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert b"RELATED-TO;GAP=P1DT12H;RELTYPE=STARTTOSTART:" in after.data
    assert client.get(path, headers={"If-Modified-Since": before.headers["Last-Modified"]}).status_code == 200


def test_dates_that_are_counted_are_a_link_without_a_gap() -> None:
    ends = ("A", Point.END, "B", Point.START)
    by_date = Window(WindowMeaning.ORDER, *ends, A_DAY, counted=Counting.CALENDAR)
    visits = [_visit("A", "a"), _visit("B", "b")]
    assert links_between(visits, {"series": (by_date,)}) == {"b": (Link("a", "FINISHTOSTART", None),)}
    hours, more = (Window(WindowMeaning.ORDER, *ends, days * A_DAY) for days in (1, 2))
    for windows in ((by_date, hours, more), (more, hours, by_date)):
        assert links_between(visits, {"series": windows}) == {"b": (Link("a", "FINISHTOSTART", 2 * A_DAY),)}


def _visit(step: str, uid: str) -> FeedVisit:
    return FeedVisit(
        uid=uid,
        sequence=0,
        created_at=BOOKED_AT,
        changed_at=BOOKED_AT,
        interval=Interval.lasting(BOOKED_AT, timedelta(hours=1)),
        kind=StepKind.REVIEW,
        state=AppointmentState.BOOKED,
        given_name="R",
        family_name="S",
        room_name="",
        public_name="",
        address="",
        series="series",
        step=step,
    )
