"""Feeds of every kind as they are committed byte for byte; `python -m tests.feeds.typical_feeds` writes them anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from scheduler.domain.appointment import AppointmentState
from scheduler.domain.interval import Interval
from scheduler.domain.treatment import Counting, Point, StepKind, Window, WindowMeaning
from scheduler.feeds.entries import entries_of, neutral_entry
from scheduler.feeds.links import links_between
from scheduler.feeds.publication import color_of, name_of
from scheduler.feeds.render import calendar_bytes
from scheduler.store.feed_visits import FeedVisit
from scheduler.store.subscriptions import FeedSubscription, SubscriptionKind

GOLDEN = Path(__file__).parent / "golden"

BOOKED = datetime(2026, 10, 5, 15, 30, 12, 345678, tzinfo=UTC)
CHANGED = datetime(2026, 10, 6, 9, 15, tzinfo=UTC)

OWN = FeedSubscription(
    id="subscription-1",
    site="site-1",
    kind=SubscriptionKind.PATIENT,
    subject="patient-1",
    busy_only=False,
    token_hash="",
    name="",
    created_at=BOOKED,
)
STAFF = replace(OWN, kind=SubscriptionKind.STAFF, subject="therapist-1")


def _visit(number: int, start: datetime, minutes: int, **fields: object) -> FeedVisit:
    visit = FeedVisit(
        uid=UUID(int=number, version=4).hex,
        sequence=0,
        created_at=BOOKED,
        changed_at=BOOKED,
        interval=Interval.lasting(start, timedelta(minutes=minutes)),
        kind=StepKind.PREPARATION,
        state=AppointmentState.BOOKED,
        given_name="R",
        family_name="S",
        room_name="Room 2",
        public_name="Maple House",
        address="12 Elm St",
    )
    return visit._replace(**fields)  # type: ignore[arg-type]  # the tests name fields by keyword


# In Denver: the day before the clocks go back, both hours of that night that have one name, and a winter's day.
VISITS = (
    _visit(1, datetime(2026, 10, 31, 16, tzinfo=UTC), 60),
    _visit(2, datetime(2026, 11, 1, 7, 30, tzinfo=UTC), 60, kind=StepKind.DOSING, room_name="Room 1"),
    _visit(3, datetime(2026, 11, 1, 8, 30, tzinfo=UTC), 165, kind=StepKind.DOSING, room_name="Room 1"),
    _visit(4, datetime(2026, 12, 3, 17, tzinfo=UTC), 20, kind=StepKind.CONTACT, room_name=""),
)
CANCELLED = _visit(
    5,
    datetime(2026, 12, 7, 17, tzinfo=UTC),
    165,
    state=AppointmentState.CANCELLED_BY_PATIENT,
    sequence=2,
    changed_at=CHANGED,
)
ABROAD = _visit(
    6,
    datetime(2026, 12, 9, 9, tzinfo=UTC),
    50,
    public_name="Praxis Größenwahnsgäßchen; Haus \\ Hof",
    address='Straße der Überlängen 127, 3. Stock, "Flügel 木の家 🌳", 10115 Berlin',
)

# Each visit waits for the one before it; the last one by dates, which a link cannot count.
IN_SERIES = tuple(visit._replace(series="series-1", step=f"V{n}") for n, visit in enumerate(VISITS))


def _waits(number: int, before: int, at_least: timedelta, counted: Counting = Counting.ELAPSED) -> Window:
    ends = (f"V{before}", Point.END, f"V{number}", Point.START)
    return Window(WindowMeaning.ORDER, *ends, at_least, counted=counted)


WINDOWS = {
    "series-1": (
        _waits(1, 0, timedelta(hours=12)),
        _waits(3, 1, timedelta(days=2)),
        _waits(3, 2, timedelta(days=7), Counting.CALENDAR),
    )
}


def _feed(subscription: FeedSubscription, *visits: FeedVisit) -> bytes:
    entries = entries_of(visits, subscription, links_between(visits, WINDOWS))
    return calendar_bytes(name_of(subscription), entries, color_of(subscription))


def typical_feeds() -> Mapping[str, bytes]:
    """Return the bytes of every typical feed by the name of its file, as they are written now."""
    return {
        "patient.ics": _feed(OWN, *VISITS),
        "patient-busy-only.ics": _feed(replace(OWN, busy_only=True), *VISITS),
        "patient-series.ics": _feed(OWN, *IN_SERIES),
        "patient-with-cancelled.ics": _feed(OWN, VISITS[0], CANCELLED),
        "patient-with-alarm.ics": _feed(replace(OWN, alarm_minutes=60), VISITS[0], CANCELLED),
        "patient-folded-text.ics": _feed(OWN, ABROAD),
        "patient-nothing.ics": _feed(OWN),
        "staff.ics": _feed(STAFF, *VISITS),
        "staff-with-alarm.ics": _feed(replace(STAFF, alarm_minutes=15), *VISITS, CANCELLED),
        "room.ics": _feed(replace(OWN, kind=SubscriptionKind.ROOM, subject="room-1"), *VISITS[1:3]),
        "single-visit.ics": calendar_bytes("Appointments", [neutral_entry(VISITS[0])]),
        "single-visit-cancelled.ics": calendar_bytes("Appointments", [neutral_entry(CANCELLED)]),
    }


if __name__ == "__main__":
    for name, content in typical_feeds().items():
        (GOLDEN / name).write_bytes(content)
