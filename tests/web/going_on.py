"""Visits that go on, for tests of pages on which somebody else's step is to be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.access.permissions import AccountRole, Actor
from scheduler.booking.advance_appointment import AdvanceAppointment, Advanced, advance_appointment
from scheduler.booking.decide_gate import DecideGate, GateDecided, decide_gate
from scheduler.domain.appointment import Appointment, AppointmentState
from scheduler.domain.clock import Clock
from scheduler.domain.people import GateDecision
from scheduler.store import appointments

if TYPE_CHECKING:
    from flask import Flask

NURSE = Actor("nurse", AccountRole.NURSE)
DESK = Actor("desk", AccountRole.FRONT_DESK)


def name_an_escort(app: Flask, clock: Clock, patient: str) -> None:
    """Let somebody take the patient home."""
    with app.app_context():
        assert isinstance(
            decide_gate(DecideGate(patient, "escort", GateDecision.PASS), DESK, clock), GateDecided
        )


def goes_on(app: Flask, clock: Clock, visit: Appointment, *states: AppointmentState) -> Appointment:
    """Let a visit go on through states, all at this moment, and return it as it stands then."""
    with app.app_context():
        for state in states:
            version = appointments.appointment(visit.id).version
            outcome = advance_appointment(AdvanceAppointment(visit.id, state, version), NURSE, clock)
            assert isinstance(outcome, Advanced), outcome
        return appointments.appointment(visit.id)
