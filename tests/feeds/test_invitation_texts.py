"""Texts of invitations: written as the feed writes them, and read back as they were meant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scheduler.domain.appointment import AppointmentState
from scheduler.domain.interval import Interval
from scheduler.domain.treatment import StepKind
from scheduler.feeds import invitations
from scheduler.feeds.entries import neutral_entry
from scheduler.feeds.invitations import Organizer, invitation_to
from scheduler.feeds.render import calendar_bytes
from scheduler.store.feed_visits import FeedVisit
from tests.feeds.linter.check import faults
from tests.feeds.native_programs import seen_by_libical

BOOKED = datetime(2026, 11, 23, 16, tzinfo=UTC)
ORGANIZER = Organizer("Maple House", "clinic@example.org", reads_answers=True)

# What the clinic file takes for words, and most of it with a meaning in calendars.
words = st.text(st.sampled_from('\\NnRr,;:"= é木🌳'), max_size=120)


def _visit(place: str, state: AppointmentState) -> FeedVisit:
    return FeedVisit(
        uid=UUID(int=1).hex,
        sequence=0,
        created_at=BOOKED,
        changed_at=BOOKED,
        interval=Interval.lasting(BOOKED + timedelta(days=9), timedelta(minutes=50)),
        kind=StepKind.REVIEW,
        state=state,
        public_name=place,
        address="12 Elm St",
    )


def _invitation(visit: FeedVisit) -> bytes:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(invitations, "announced_visit", lambda _appointment: visit)
        found = invitation_to("visit-1", "rs@example.org", ORGANIZER, BOOKED)
    assert found is not None
    return found.text.encode()


def _texts(calendar: bytes) -> list[bytes]:
    unfolded = calendar.replace(b"\r\n ", b"").split(b"\r\n")
    return sorted(line for line in unfolded if line.startswith((b"SUMMARY:", b"LOCATION:")))


@settings(max_examples=60)
@given(words, st.sampled_from([AppointmentState.BOOKED, AppointmentState.CANCELLED_BY_CLINIC]))
@example("Haus \\Nord", AppointmentState.BOOKED)
@example("Haus \\nord; hinten, \\N", AppointmentState.BOOKED)
def test_an_invitation_says_it_in_the_bytes_of_the_feed(place: str, state: AppointmentState) -> None:
    visit = _visit(place, state)
    written = _invitation(visit)
    assert faults(written) == []
    assert _texts(written) == _texts(calendar_bytes("Appointments", [neutral_entry(visit)]))


@pytest.mark.parametrize("place", ["Haus \\Nord", "Haus \\nord", "a\\\\Nb; c, d", 'Praxis "木" ' * 9])
def test_a_calendar_program_reads_the_place_as_it_was_written(place: str) -> None:
    [seen] = seen_by_libical(_invitation(_visit(place, AppointmentState.BOOKED)))
    assert (seen.summary, seen.location) == ("Appointment", f"{place}, 12 Elm St")
