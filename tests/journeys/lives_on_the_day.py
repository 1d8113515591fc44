"""What happens on the day of a visit in a life of a clinic: it comes late, takes longer, ends otherwise, is taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from itertools import product

from hypothesis import strategies as st
from hypothesis.stateful import rule

from scheduler.booking.advance_appointment import AdvanceAppointment, advance_appointment
from scheduler.booking.decide_gate import DecideGate, decide_gate
from scheduler.booking.extend_stay import ExtendStay, StayReason, extend_stay
from scheduler.booking.holds import release_lapsed_holds
from scheduler.booking.undo_advance import UndoAdvance, undo_advance
from scheduler.domain.appointment import Appointment, AppointmentState
from scheduler.domain.people import GateDecision
from scheduler.domain.visit_day import DayReason
from scheduler.store.appointments import appointment
from scheduler.store.clinic import protocol_of
from scheduler.store.series import series
from tests.booking.the_day import DESK, PRESCRIBER, THERAPIST
from tests.journeys.clinic_in_use import NUMBERS, ClinicInUse

S = AppointmentState
Way = tuple[tuple[AppointmentState, DayReason | None], ...]

_UNDER_THE_DRUG: Way = ((S.CHECKED_IN, None), (S.CLEARED, None), (S.DOSING, None), (S.OBSERVING, None))
WAYS: Mapping[str, Way] = {
    "as planned": (*_UNDER_THE_DRUG, (S.RECOVERING, None), (S.DISCHARGED, None), (S.CLOSED, None)),
    "does not come": ((S.NO_SHOW, None),),
    "is stopped": ((S.CHECKED_IN, None), (S.SAME_DAY_HOLD, DayReason.ATE)),
    "leaves": (*_UNDER_THE_DRUG, (S.LEFT_BEFORE_RELEASE, DayReason.AGAINST_ADVICE)),
    "is left there": ((S.CONFIRMED, None), *_UNDER_THE_DRUG),
}
"""The steps of a day; those that a visit without a dose does not have are refused, and nothing happens."""


class OnTheDay(ClinicInUse):
    """The deeds on the floor."""

    @rule(one=NUMBERS, way=st.sampled_from(sorted(WAYS)), late=st.sampled_from([0, 0, 10, 40]))
    def a_visit_takes_place(self, one: int, way: str, late: int) -> None:
        """Let the next visit of a series come, settle what it waits for, and take it through its day in one of the ways."""
        if visit := self._next_visit(one):
            self._comes(visit, late)
            for state, reason in WAYS[way]:
                self._goes(visit, state, reason, late)

    @rule(
        one=NUMBERS,
        so_far=st.integers(1, 4),
        minutes=st.integers(1, 240),
        why=st.sampled_from(StayReason),
        late=st.integers(0, 90),
    )
    def a_visit_takes_longer(self, one: int, so_far: int, minutes: int, why: StayReason, late: int) -> None:
        """Let the next visit of a series stay longer than planned, and be let go later still."""
        if visit := self._next_visit(one):
            self._comes(visit, 0)
            for state, reason in _UNDER_THE_DRUG[:so_far]:
                self._goes(visit, state, reason, 2)
            command = ExtendStay(visit.id, why, 5 * (minutes // 5), appointment(visit.id).version)
            extend_stay(command, PRESCRIBER, self.clock)
            if late > 80:
                undo_advance(UndoAdvance(visit.id, appointment(visit.id).version), PRESCRIBER, self.clock)
            for state in (S.RECOVERING, S.DISCHARGED):
                self._goes(visit, state, None, late)

    @rule(one=NUMBERS, other=NUMBERS, state=st.sampled_from(S), reason=st.none() | st.sampled_from(DayReason))
    def somebody_notes_a_step(
        self, one: int, other: int, state: AppointmentState, reason: DayReason | None
    ) -> None:
        """Note any step of any visit; most make no sense."""
        if visit := self.a_visit(one, other):
            advance_appointment(
                AdvanceAppointment(visit.id, state, visit.version, reason), PRESCRIBER, self.clock
            )

    @rule(one=NUMBERS, way=st.sampled_from(sorted(WAYS)), seconds=st.integers(0, 400))
    def a_step_is_taken_back(self, one: int, way: str, seconds: int) -> None:
        """Take a visit some way through its day, and take the last step back; after a while it is too late for that."""
        if visit := self._next_visit(one):
            self._comes(visit, 0)
            for state, reason in WAYS[way]:
                self._goes(visit, state, reason, 0)
            self.clock.advance(timedelta(seconds=seconds))
            undo_advance(UndoAdvance(visit.id, appointment(visit.id).version), PRESCRIBER, self.clock)

    @rule(one=NUMBERS, other=NUMBERS)
    def the_last_step_is_taken_back(self, one: int, other: int) -> None:
        """Take back whatever was noted last of a visit, if it is not too late for that."""
        if visit := self.a_visit(one, other):
            undo_advance(UndoAdvance(visit.id, visit.version), PRESCRIBER, self.clock)

    def _next_visit(self, number: int) -> Appointment | None:
        chosen = self.a_series(number)
        ahead = [visit for visit in chosen.standing if visit.start >= self.clock.now()] if chosen else []
        return ahead[0] if ahead else None

    def _comes(self, visit: Appointment, late: int) -> None:
        """Put the clock so many minutes after the start of a visit, and settle what it waits for."""
        self.clock.instant = visit.start + timedelta(minutes=late)
        release_lapsed_holds(self.clock)
        whole = series(visit.series)
        gates = protocol_of(whole).step(visit.step).gates
        for gate, actor in product(gates, (DESK, THERAPIST, PRESCRIBER)):
            decide_gate(DecideGate(visit.patient, gate.kind, GateDecision.PASS), actor, self.clock)

    def _goes(self, visit: Appointment, state: AppointmentState, reason: DayReason | None, late: int) -> None:
        """Take a visit a step further, some minutes after the last one, and so many late where it could be over."""
        if state is S.NO_SHOW:
            self.clock.advance(timedelta(minutes=20))
        elif state is S.DISCHARGED:
            planned = appointment(visit.id).discharge
            self.clock.instant = max(self.clock.now(), planned + timedelta(minutes=late))
        else:
            self.clock.advance(timedelta(minutes=1))
        command = AdvanceAppointment(visit.id, state, appointment(visit.id).version, reason)
        advance_appointment(command, PRESCRIBER, self.clock)
