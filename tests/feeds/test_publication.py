"""What a feed holds: whose visits, in which words, how long, and when its version moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from icalendar import Calendar

from scheduler.access.permissions import SYSTEM
from scheduler.booking.import_clinic import ClinicImported, ImportClinic, import_clinic
from scheduler.domain.appointment import AppointmentState
from scheduler.domain.clock import StandingClock
from scheduler.domain.people import Role
from scheduler.domain.treatment import StepKind
from scheduler.feeds.entries import Entry
from scheduler.feeds.publication import KEPT, entries, publication
from scheduler.feeds.subscriptions import SubscriptionRequest, make_subscription
from scheduler.feeds.tokens import hash_of
from scheduler.store.subscriptions import SubscriptionKind, stamped_subscription, subscriptions_of
from tests.builders import a_patient, at
from tests.feeds.privacy import assert_gives_nothing_away
from tests.feeds.stored_visits import (
    BOOKED_AT,
    SITE,
    a_plain_visit,
    cancel,
    keep_clinic,
    keep_series,
    keep_visits,
)

pytestmark = pytest.mark.usefixtures("app_context")

PLACE = {
    "id": "oak",
    "name": "Oak",
    "public_name": "Oak House",
    "zone": "America/Denver",
    "hours": {"mon-fri": "08:00-18:00"},
}
NAMES = (
    "Robin",
    "Sample",
    "Cottonwood",
    "Therapist 1",
    "Nurse 1",
    "Prescriber 1",
    "Coordinator 1",
    "Room dosing-1",
    "office-1",
    "series-1",
    "patient-1",
    "site-1",
    "example.org",
)


def token_for(kind: SubscriptionKind, subject: str, busy_only: bool = False) -> str:
    """Make a subscription and return its token."""
    request = SubscriptionRequest(kind, subject, "https://example.org", busy_only)
    address = make_subscription(request, SYSTEM, StandingClock(BOOKED_AT))
    assert isinstance(address, str)
    return address.rpartition("/")[2].removesuffix(".ics")


@dataclass(frozen=True)
class Read:
    """A feed as it is read, and what it was written from."""

    version: str
    last_modified: datetime
    body: bytes
    entries: tuple[Entry, ...]


def read(token: str, now: datetime = BOOKED_AT) -> Read:
    """Return the feed behind a token."""
    found, stamped = publication(token, now), stamped_subscription(hash_of(token))
    assert found is not None
    assert stamped is not None
    return Read(found.version, found.last_modified, found.body, entries(stamped[0], now))


@pytest.mark.usefixtures("clinic_context")
def test_a_patients_feed_has_every_visit_of_the_series_calls_included() -> None:
    series = keep_series()
    events = Calendar.from_ical(read(token_for(SubscriptionKind.PATIENT, "patient-1")).body).events
    assert [(event.start, event.end) for event in events] == [
        (visit.interval.start, visit.interval.end) for visit in series.appointments
    ]
    assert {str(event["SUMMARY"]) for event in events} == {"Appointment"}
    calls = [visit.kind is StepKind.CONTACT for visit in series.appointments]
    assert ["LOCATION" not in event for event in events] == calls
    assert {str(event["LOCATION"]) for event in events if "LOCATION" in event} == {"Maple House, 12 Elm St"}
    assert all(UUID(str(event["UID"])).version == 4 for event in events)


@pytest.mark.parametrize("busy_only", [False, True])
@pytest.mark.usefixtures("clinic_context")
def test_no_byte_of_a_patients_feed_gives_anything_away(busy_only: bool) -> None:
    series = keep_series()
    cancel(series.appointments[3].id, at=BOOKED_AT + timedelta(hours=1))
    token = token_for(SubscriptionKind.PATIENT, "patient-1", busy_only)
    content = read(token).body
    assert_gives_nothing_away(
        content, (*NAMES, token, *([SITE.public_name, SITE.address] if busy_only else []))
    )
    for telling in (b"ATTENDEE", b"ORGANIZER", b"CATEGORIES", b"DESCRIPTION", b"URL", b"GEO", b"LINK"):
        assert telling not in content


@pytest.mark.usefixtures("clinic_context")
def test_a_busy_only_feed_says_busy_at_the_same_times() -> None:
    keep_series()
    full = read(token_for(SubscriptionKind.PATIENT, "patient-1"))
    busy = read(token_for(SubscriptionKind.PATIENT, "patient-1", busy_only=True))
    assert [entry.interval for entry in busy.entries] == [entry.interval for entry in full.entries]
    assert {(entry.summary, entry.location) for entry in busy.entries} == {("Busy", "")}
    assert b"Appointment" not in busy.body.replace(b"-//Calendar//Appointments//EN", b"")


@pytest.mark.usefixtures("clinic_context")
def test_a_staff_feed_has_that_persons_visits_with_code_and_room_and_no_name() -> None:
    series = keep_series()
    for person in ("therapist-1", "nurse-1", "prescriber-1", "therapist-2"):
        feed = read(token_for(SubscriptionKind.STAFF, person))
        theirs = [visit for visit in series.appointments if person in visit.staff.values()]
        assert [entry.interval for entry in feed.entries] == [visit.interval for visit in theirs]
        codes = [{"contact": "C"}.get(visit.kind, str(visit.kind)[0].upper()) for visit in theirs]
        assert [entry.summary for entry in feed.entries] == [f"{code} RS" for code in codes]
        rooms = [f"Room {visit.room}" if visit.room else "" for visit in theirs]
        assert [entry.location for entry in feed.entries] == rooms
        assert b"Robin" not in feed.body
        assert b"Sample" not in feed.body


@pytest.mark.usefixtures("clinic_context")
def test_somebody_with_two_roles_in_a_visit_sees_it_once() -> None:
    roles = {Role.MEDICAL_MONITOR: "nurse-1", Role.ADMINISTERING_CLINICIAN: "nurse-1"}
    keep_visits(a_plain_visit(at("2026-12-03 10:00"), staff=roles))
    assert len(read(token_for(SubscriptionKind.STAFF, "nurse-1")).entries) == 1


@pytest.mark.usefixtures("clinic_context")
def test_a_room_feed_has_what_takes_place_there() -> None:
    series = keep_series()
    feed = read(token_for(SubscriptionKind.ROOM, "dosing-1"))
    there = [visit.interval for visit in series.appointments if visit.room == "dosing-1"]
    assert [entry.interval for entry in feed.entries] == there
    assert len(there) == 6


def test_nobody_sees_other_peoples_visits() -> None:
    keep_clinic([a_patient("patient-1"), a_patient("patient-2")])
    keep_series()
    assert read(token_for(SubscriptionKind.PATIENT, "patient-2")).entries == ()


@pytest.mark.usefixtures("clinic_context")
def test_a_cancelled_visit_stays_for_thirty_days_with_a_higher_sequence_and_the_same_uid() -> None:
    keep_visits(a_plain_visit(at("2027-03-03 10:00")))
    token = token_for(SubscriptionKind.PATIENT, "patient-1")
    [before] = read(token).entries
    cancelled_at = BOOKED_AT + timedelta(hours=1)
    cancel("visit-1", at=cancelled_at)
    [after] = read(token, cancelled_at).entries
    assert after == before._replace(
        summary="Cancelled: Appointment",
        state=AppointmentState.CANCELLED_BY_PATIENT,
        sequence=before.sequence + 1,
        changed_at=cancelled_at,
    )
    assert read(token, cancelled_at + KEPT).entries == (after,)
    assert read(token, cancelled_at + KEPT + timedelta(days=1)).entries == ()


@pytest.mark.usefixtures("clinic_context")
def test_a_visit_that_is_over_stays_for_thirty_days() -> None:
    visit = a_plain_visit(at("2026-12-03 10:00"))
    keep_visits(visit)
    token = token_for(SubscriptionKind.PATIENT, "patient-1")
    assert len(read(token, visit.interval.end + KEPT).entries) == 1
    assert read(token, visit.interval.end + KEPT + timedelta(days=1)).entries == ()


@pytest.mark.usefixtures("clinic_context")
def test_a_visit_that_leaves_the_feed_moves_its_last_modification_to_that_midnight() -> None:
    first, second = a_plain_visit(at("2026-12-03 10:00"), "a"), a_plain_visit(at("2027-12-03 10:00"), "b")
    keep_visits(first, second)
    token = token_for(SubscriptionKind.PATIENT, "patient-1")
    now = first.interval.end + KEPT
    before = read(token, now)
    while len((after := read(token, now)).entries) == 2:
        assert after.last_modified == before.last_modified == BOOKED_AT
        now += timedelta(hours=1)
    assert now - timedelta(hours=1) < after.last_modified <= now
    assert read(token, now + timedelta(days=9)).last_modified == after.last_modified


@pytest.mark.usefixtures("clinic_context")
def test_between_changes_bytes_and_version_stay_and_a_change_moves_both_and_nothing_else() -> None:
    series = keep_series()
    token = token_for(SubscriptionKind.PATIENT, "patient-1")
    first = read(token)
    later = read(token, BOOKED_AT + timedelta(hours=5))
    assert (later.body, later.version, later.last_modified) == (
        first.body,
        first.version,
        first.last_modified,
    )
    cancelled_at = BOOKED_AT + timedelta(hours=6)
    cancel(series.appointments[5].id, at=cancelled_at)
    changed = read(token, cancelled_at)
    assert changed.version != first.version
    assert changed.last_modified == cancelled_at > first.last_modified
    alone = [[entry._replace(links=()) for entry in feed.entries] for feed in (first, changed)]
    assert [one.uid for one, other in zip(*alone, strict=True) if one != other] == [first.entries[5].uid]
    # Besides it only those change that waited for it.
    moved = [one for one, other in zip(first.entries, changed.entries, strict=True) if one != other]
    assert all(first.entries[5].uid in (one.uid, *(link.uid for link in one.links)) for one in moved)


@pytest.mark.usefixtures("clinic_context")
def test_a_new_name_of_the_site_is_a_new_version() -> None:
    keep_visits(a_plain_visit(at("2026-12-03 10:00")))
    token = token_for(SubscriptionKind.PATIENT, "patient-1")
    first = read(token)
    keep_clinic(public_name="Oak House")
    second = read(token)
    assert second.version != first.version
    assert second.body != first.body


def test_whatever_an_import_changes_moves_the_last_modification() -> None:
    document = {
        "rooms": [{"id": "room-1", "site": "oak", "name": "Room 1", "capabilities": ["office"]}],
        "staff": [
            {"id": id, "site": "oak", "name": id, "roles": ["therapist"], "hours": {"mon-fri": "08:00-18:00"}}
            for id in ("ada", "ben")
        ],
        "patients": [
            {"id": "p1", "site": "oak", "given_name": "A", "family_name": "Fern", "birth_date": "1980-01-31"}
        ],
    }
    talk = {"id": "t1", "site": "oak", "patient": "p1", "kind": "review", "title": "Talk", "minutes": 50}
    talk |= {"start": "2026-12-03 10:00", "room": "room-1"}

    def keep(person: str, place: str, at: datetime) -> None:
        site = {**PLACE, "address": place}
        visits = [{**talk, "staff": {"therapist": person}}]
        command = ImportClinic({**document, "sites": [site], "appointments": visits})
        assert isinstance(import_clinic(command, SYSTEM, StandingClock(at)), ClinicImported)

    keep("ada", "12 Elm St", BOOKED_AT)
    theirs, patients = (
        token_for(kind, subject)
        for kind, subject in ((SubscriptionKind.STAFF, "ada"), (SubscriptionKind.PATIENT, "p1"))
    )
    before = [read(token) for token in (theirs, patients)]
    later = BOOKED_AT + timedelta(hours=1)
    keep("ben", "13 Elm St", later)
    after = [read(token, later) for token in (theirs, patients)]
    assert [len(feed.entries) for feed in after] == [0, 1]
    for one, other in zip(before, after, strict=True):
        assert one.version != other.version
        assert one.last_modified == BOOKED_AT < other.last_modified == later


@pytest.mark.usefixtures("clinic_context")
def test_a_fetch_is_noted_at_most_once_an_hour() -> None:
    token = token_for(SubscriptionKind.PATIENT, "patient-1")
    for minutes, noted in ((0, 0), (59, 0), (60, 60), (61, 60)):
        read(token, BOOKED_AT + timedelta(minutes=minutes))
        [subscription] = subscriptions_of(SubscriptionKind.PATIENT, "patient-1")
        assert subscription.last_fetched_at == BOOKED_AT + timedelta(minutes=noted)


def test_what_is_no_token_is_no_feed() -> None:
    assert publication("x", BOOKED_AT) is None
    assert publication("x" * 43, BOOKED_AT) is None


@pytest.mark.usefixtures("clinic_context")
def test_a_calendar_has_a_name_and_a_colour_by_whose_it_is_and_never_its_address() -> None:
    keep_series()
    whose = {
        SubscriptionKind.PATIENT: "patient-1",
        SubscriptionKind.STAFF: "therapist-1",
        SubscriptionKind.ROOM: "dosing-1",
        SubscriptionKind.SITE: "site-1",
    }
    colors = {}
    for kind, subject in whose.items():
        for busy_only in (False, True):
            token = token_for(kind, subject, busy_only)
            content = read(token).body
            assert token.encode() not in content
            calendar = Calendar.from_ical(content)
            assert not {"SOURCE", "URL", "UID", "LAST-MODIFIED"} & set(calendar)
            assert calendar["NAME"] == calendar["X-WR-CALNAME"] == ("Busy" if busy_only else "Appointments")
            assert b"\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in content
            colors[kind, busy_only] = str(calendar["COLOR"])
    assert len({colors[kind, False] for kind in whose}) == 4
    assert {colors[kind, True] for kind in whose} == {"gray"}


@pytest.mark.usefixtures("clinic_context")
def test_two_addresses_of_one_calendar_have_the_same_bytes() -> None:
    keep_series()
    first, second = (token_for(SubscriptionKind.PATIENT, "patient-1") for _ in range(2))
    assert read(first).body == read(second).body
    assert read(first).version == read(second).version
