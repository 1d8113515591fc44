"""A dose of the small clinic that the nurse has begun: settled, checked in, cleared and started through the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import StandingClock
from scheduler.store import appointments
from tests.web.small_clinic import Visitor, booked_series, visitor

if TYPE_CHECKING:
    from flask import Flask


def begun_dose(app: Flask, clock: StandingClock) -> Appointment:
    """Let the accounts' own people begin the first dose of their series at its planned time, which the clock shows then."""
    found = booked_series(app)[0].visit("D1")
    assert found is not None
    given = found.phase("administration")
    assert given is not None
    clock.instant = found.start
    desk, nurse, prescriber = (visitor(app, who) for who in ("desk", "nurse", "prescriber"))
    for gate, who in (("escort", desk), ("payment", desk), ("clearance.medical", prescriber)):
        who.send(f"/visits/{found.id}/decide", {"gate": gate, "decision": "pass", "key": f"settled-{gate}"})
    for to in ("checked_in", "cleared"):
        advance(app, nurse, found, to)
    clock.instant = given.start
    advance(app, nurse, found, "dosing")
    return found


def advance(app: Flask, who: Visitor, visit: Appointment, to: str) -> None:
    """Let a visit go on by its page."""
    with app.app_context():
        version = appointments.appointment(visit.id).version
    form = {"to": to, "version": version, "key": f"a-key-for-{to}"}
    assert who.send(f"/visits/{visit.id}/advance", form).status_code == 303
