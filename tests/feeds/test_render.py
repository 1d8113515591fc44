"""Entries as bytes: by the letter of the standard, and the same every time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Alarm, Calendar, Event, vDuration

from scheduler.domain.appointment import AppointmentState
from scheduler.domain.interval import Interval
from scheduler.feeds.entries import Entry
from scheduler.feeds.links import Link
from scheduler.feeds.render import calendar_bytes

MADE = datetime(2026, 11, 23, 16, 0, 0, 123456, tzinfo=UTC)
ENTRY = Entry(
    uid="6a1f0c52d7e94c0b8a3f5d2e1b7c9d40",
    summary="Appointment",
    interval=Interval.lasting(datetime(2026, 12, 3, 17, tzinfo=UTC), timedelta(minutes=165)),
    state=AppointmentState.BOOKED,
    sequence=0,
    created_at=MADE,
    changed_at=MADE,
    location="Maple House, 12 Elm St",
)

GOLDEN = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Calendar//Appointments//EN
CALSCALE:GREGORIAN
NAME:Appointments
X-WR-CALNAME:Appointments
REFRESH-INTERVAL;VALUE=DURATION:PT1H
X-PUBLISHED-TTL:PT1H
BEGIN:VEVENT
SUMMARY:Appointment
DTSTART:20261203T170000Z
DTEND:20261203T194500Z
DTSTAMP:20261123T160000Z
UID:6a1f0c52d7e94c0b8a3f5d2e1b7c9d40
SEQUENCE:0
CREATED:20261123T160000Z
LAST-MODIFIED:20261123T160000Z
LOCATION:Maple House\\, 12 Elm St
STATUS:CONFIRMED
TRANSP:OPAQUE
END:VEVENT
END:VCALENDAR
"""


def test_a_calendar_is_these_bytes() -> None:
    assert calendar_bytes("Appointments", [ENTRY]).decode() == GOLDEN.replace("\n", "\r\n")
    coloured = calendar_bytes("Appointments", [ENTRY], "steelblue").decode()
    assert coloured.replace("COLOR:steelblue\r\n", "") == GOLDEN.replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("state", "status", "transparency"),
    [
        (AppointmentState.TENTATIVE, "TENTATIVE", "OPAQUE"),
        (AppointmentState.DISCHARGED, "CONFIRMED", "OPAQUE"),
        (AppointmentState.CANCELLED_BY_CLINIC, "CANCELLED", "TRANSPARENT"),
        (AppointmentState.NO_SHOW, "CANCELLED", "TRANSPARENT"),
    ],
)
def test_a_state_is_told_as_a_status(state: AppointmentState, status: str, transparency: str) -> None:
    [event] = Calendar.from_ical(calendar_bytes("Busy", [ENTRY._replace(state=state)])).events
    assert (event["STATUS"], event["TRANSP"]) == (status, transparency)


def test_the_calendar_itself_has_no_uid_or_programs_take_it_for_one_item() -> None:
    assert "UID" not in Calendar.from_ical(calendar_bytes("Appointments", []))


# Whoever reads takes a byte order mark for the beginning of a text and drops it. The library writes a backslash before an
# N as a line break, and reads it as one.
anything = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\\"), max_size=120
)
instants = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
links = st.builds(
    Link,
    uid=st.builds(lambda number: UUID(int=number).hex, st.integers(0, 2**128 - 1)),
    kind=st.sampled_from(["FINISHTOSTART", "STARTTOSTART"]),
    gap=st.none() | st.integers(1, 90 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes)),
)
entries = st.builds(
    Entry,
    uid=st.builds(lambda number: UUID(int=number).hex, st.integers(0, 2**128 - 1)),
    summary=anything,
    interval=st.builds(
        Interval.lasting,
        instants.map(lambda instant: instant.replace(microsecond=0)),
        st.integers(1, 600).map(lambda minutes: timedelta(minutes=minutes)),
    ),
    state=st.sampled_from(AppointmentState),
    sequence=st.integers(0, 1000),
    created_at=instants,
    changed_at=instants,
    location=anything,
    alarm_minutes=st.sampled_from([None, 15, 60, 1440]),
    links=st.lists(links, max_size=3).map(tuple),
)


def by_the_library(entry: Entry) -> bytes:
    """Return an event as the library writes it."""
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    for name in ("dtstamp", "last-modified"):
        event.add(name, entry.changed_at.replace(microsecond=0))
    event.add("created", entry.created_at.replace(microsecond=0))
    event.add("dtstart", entry.interval.start)
    event.add("dtend", entry.interval.end)
    event.add("summary", entry.summary)
    if entry.location:
        event.add("location", entry.location)
    event.add("status", status_of(entry.state))
    event.add("transp", "OPAQUE" if entry.state.takes_time else "TRANSPARENT")
    for link in entry.links:
        parameters: dict[str, Any] = {"RELTYPE": link.kind}
        if link.gap is not None:
            parameters["GAP"] = vDuration(link.gap)
        event.add("related-to", link.uid, parameters=parameters)
    if entry.alarm_minutes is not None:
        alarm = Alarm()
        alarm.add("uid", f"{entry.uid}-{entry.alarm_minutes}")
        alarm.add("action", "DISPLAY")
        alarm["trigger"] = f"-PT{entry.alarm_minutes}M"
        alarm.add("description", entry.summary)
        event.add_component(alarm)
    written: bytes = event.to_ical()
    return written


def status_of(state: AppointmentState) -> str:
    """Return what a visit in this state is to calendar programs."""
    if state is AppointmentState.TENTATIVE:
        return "TENTATIVE"
    return "CONFIRMED" if state.takes_time else "CANCELLED"


@given(entries)
def test_an_event_is_what_the_library_writes(entry: Entry) -> None:
    assert by_the_library(entry) in calendar_bytes("Appointments", [entry])


@given(st.lists(entries, max_size=5, unique_by=lambda entry: entry.uid))
def test_what_is_written_is_read_back(written: list[Entry]) -> None:
    content = calendar_bytes("Appointments", written)
    for line in content.split(b"\r\n"):
        assert len(line) <= 75
        assert b"\n" not in line and b"\r" not in line
        line.decode()
    read = Calendar.from_ical(content)
    assert [str(event["UID"]) for event in read.events] == [entry.uid for entry in written]
    for event, entry in zip(read.events, written, strict=True):
        assert (event.start, event.end) == (entry.interval.start, entry.interval.end)
        assert event["SEQUENCE"] == entry.sequence
        assert str(event["SUMMARY"]) == entry.summary
        assert str(event.get("LOCATION", "")) == entry.location
        stamp = entry.changed_at.replace(microsecond=0)
        assert event.decoded("DTSTAMP") == event.decoded("LAST-MODIFIED") == stamp
    assert calendar_bytes("Appointments", written) == content
