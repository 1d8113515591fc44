"""What the desk does in a life of a clinic: series are booked, held, moved, called off, paused and planned anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from scheduler.access.permissions import SYSTEM
from scheduler.booking.book_series import BookSeries, book_series
from scheduler.booking.cancel_appointment import CancelAppointment, cancel_appointment
from scheduler.booking.cancel_series import CancelSeries, PauseSeries, cancel_series, pause_series
from scheduler.booking.extend_series import ExtendSeries, WantedExtension, extend_series
from scheduler.booking.holds import DecideHold, book_hold, release_hold
from scheduler.booking.move_appointment import MoveAppointment, move_appointment
from scheduler.booking.outcomes import CalledOffBy, CancelReason
from scheduler.booking.preview_move import WantedMove
from scheduler.booking.preview_substitute import HowMany, WantedSubstitute
from scheduler.booking.replan_series import ReplanSeries, WantedReplan, replan_series
from scheduler.booking.substitute_therapist import SubstituteTherapist, substitute_therapist
from scheduler.domain.clock import local_day
from tests.booking.small_clinic import CHOICE, COURSE, INDUCTION, MONDAY
from tests.builders import ZONE
from tests.journeys.clinic_in_use import NUMBERS, ClinicInUse

PATIENTS = ["patient-1", "patient-2", "patient-3", "patient-4"]
PROTOCOLS = st.sampled_from([COURSE, INDUCTION, CHOICE])
MONDAYS = st.sampled_from([MONDAY, MONDAY + timedelta(weeks=6)])
"""When a life begins; six weeks later the clocks change soon."""
DECLINED = st.sampled_from([frozenset[str](), frozenset({"I1"}), frozenset({"I2"})])
THERAPISTS = st.none() | st.sampled_from(["therapist-1", "therapist-2", "therapist-3"])
DAYS = st.none() | st.integers(0, 10)
BY, WHY = CalledOffBy.PATIENT, CancelReason.ILLNESS


class Booked(ClinicInUse):
    """The deeds of the desk."""

    @initialize(first=st.permutations(PATIENTS), many=st.integers(1, 3), protocol=PROTOCOLS, now=MONDAYS)
    def open_the_book(self, first: list[str], many: int, protocol: str, now: datetime) -> None:
        """Begin with some patients in treatment."""
        self.clock.instant = now
        for patient in first[:many]:
            book_series(BookSeries(patient, protocol), SYSTEM, self.clock)

    @rule(
        patient=st.sampled_from(PATIENTS),
        protocol=PROTOCOLS,
        minutes=st.none() | st.integers(1, 9000),
        therapist=THERAPISTS,
        declined=DECLINED,
    )
    def book(
        self,
        patient: str,
        protocol: str,
        minutes: int | None,
        therapist: str | None,
        declined: frozenset[str],
    ) -> None:
        """Book or hold a series."""
        held = None if minutes is None else self.clock.now() + timedelta(minutes=minutes)
        command = BookSeries(patient, protocol, therapist=therapist, declined=declined, held_until=held)
        book_series(command, SYSTEM, self.clock)

    @rule(one=NUMBERS, other=NUMBERS, days=DAYS)
    def move(self, one: int, other: int, days: int | None) -> None:
        """Move a visit, merely elsewhere or to so many days later at the earliest."""
        if visit := self.a_visit(one, other):
            later = None if days is None else visit.start + timedelta(days=days)
            move_appointment(MoveAppointment(WantedMove(visit.id, no_earlier=later)), SYSTEM, self.clock)

    @rule(one=NUMBERS, other=NUMBERS)
    def cancel_a_visit(self, one: int, other: int) -> None:
        """Call a visit off."""
        if visit := self.a_visit(one, other):
            cancel_appointment(CancelAppointment(visit.id, BY, WHY), SYSTEM, self.clock)

    @rule(one=NUMBERS, days=DAYS)
    def replan(self, one: int, days: int | None) -> None:
        """Plan the rest anew, or resume what is paused, from a day on."""
        if series := self.a_series(one):
            first = None if days is None else local_day(self.clock.now() + timedelta(days=days), ZONE)
            replan_series(ReplanSeries(WantedReplan(series.id, first)), SYSTEM, self.clock)

    @rule(one=NUMBERS, visits=st.integers(1, 3))
    def extend(self, one: int, visits: int) -> None:
        """Add further visits."""
        if series := self.a_series(one):
            extend_series(ExtendSeries(WantedExtension(series.id, visits)), SYSTEM, self.clock)

    @rule(one=NUMBERS, pauses=st.booleans())
    def end_or_pause(self, one: int, pauses: bool) -> None:
        """End a series, or pause it."""
        if series := self.a_series(one):
            if pauses:
                pause_series(PauseSeries(series.id, BY, WHY), SYSTEM, self.clock)
            else:
                cancel_series(CancelSeries(series.id, BY, WHY), SYSTEM, self.clock)

    @rule(one=NUMBERS, decide=st.sampled_from([book_hold, release_hold]))
    def decide_a_hold(self, one: int, decide: Callable[..., object]) -> None:
        """Book what is held, or let it go."""
        if series := self.a_series(one):
            decide(DecideHold(series.id), SYSTEM, self.clock)

    @rule(one=NUMBERS, other=NUMBERS, how_many=st.sampled_from(HowMany), therapist=THERAPISTS)
    def substitute(self, one: int, other: int, how_many: HowMany, therapist: str | None) -> None:
        """Let another therapist take a visit, or all that follow as well."""
        if visit := self.a_visit(one, other):
            wanted = WantedSubstitute(visit.series, visit.step, how_many, therapist)
            substitute_therapist(SubstituteTherapist(wanted), SYSTEM, self.clock)
