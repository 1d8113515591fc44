"""Visits for programs: the day, and moving and cancelling with what follows."""

from __future__ import annotations

from typing import Any

from scheduler.access.permissions import Actor
from scheduler.api.answers import AppointmentAnswer
from scheduler.api.answers_about_series import AppointmentsAnswer, CancellationAnswer, ChangeAnswer
from scheduler.api.answers_about_the_clinic import AdvanceAnswer, AppointmentStanding
from scheduler.api.asked import AppointmentAdvance, AppointmentCancellation, AppointmentMove, DayQuestion
from scheduler.api.operations import Asking, Nothing
from scheduler.api.problems import granted
from scheduler.booking.advance_appointment import advance_appointment
from scheduler.booking.cancel_appointment import CancelAppointment, cancel_appointment
from scheduler.booking.move_appointment import MoveAppointment, move_appointment
from scheduler.booking.outcomes import CalledOffBy
from scheduler.booking.preview_cancel import preview_cancel
from scheduler.booking.preview_move import preview_move
from scheduler.booking.reach import (
    own_day_only,
    patient_within_reach,
    series_within_reach,
    sites_within_reach,
)
from scheduler.booking.visit_facts import VisitFacts
from scheduler.domain.appointment import Appointment
from scheduler.domain.errors import NotFound
from scheduler.store import appointments
from scheduler.store.work import reading


def list_appointments(asking: Asking[DayQuestion]) -> AppointmentsAnswer:
    """List the visits that share a moment with a stretch of time: of every site within reach, or of one.

    Days are clinic-local and both included; of two instants the last is not. Those who treat are shown their own visits.
    """
    found: list[Appointment] = []
    with reading():
        for site in sites_within_reach(asking.actor, asking.asked.site):
            during = asking.asked.during(site.zone)
            found += appointments.appointments_between(during, site=site.id, staff=own_day_only(asking.actor))
    found.sort(key=lambda visit: (visit.start, visit.id))
    return AppointmentsAnswer(appointments=tuple(AppointmentAnswer.of(visit) for visit in found))


def read_appointment(asking: Asking[Nothing]) -> AppointmentStanding:
    """Look at one visit as it stands, with the open gates that it waits for."""
    with reading():
        visit = _on_its_day(asking)
        return AppointmentStanding.of(visit, VisitFacts.of(visit, asking.clock.now()).waits_for)


def advance_a_visit(asking: Asking[AppointmentAdvance]) -> AdvanceAnswer:
    """Note the next step of a visit as it happens, or say everything that is against it."""
    with reading():
        visit = _on_its_day(asking)
    outcome = advance_appointment(asking.asked.advance(visit.id, asking.key), asking.actor, asking.clock)
    return AdvanceAnswer.of(granted(outcome))


def _on_its_day(asking: Asking[Any]) -> Appointment:
    """Return any visit of a patient within reach, also one that came with the clinic file. Raises `NotFound`."""
    visit = appointments.appointment(asking.ids["appointment"])
    patient_within_reach(asking.actor, visit.patient)
    return visit


def move_a_visit(asking: Asking[AppointmentMove]) -> ChangeAnswer:
    """Move a visit, with all that must follow, as one change; or say what is against it and how else it could be done.

    With `"preview": true` the ways to do it are told and nothing is changed. Without `visits` the best way is taken.
    """
    visit = _within_reach(asking.actor, asking.ids["appointment"])
    wanted = asking.asked.wanted(visit.id)
    if asking.asked.preview:
        preview = granted(preview_move(wanted, asking.actor, asking.clock))
        return ChangeAnswer.previewed(preview.series, preview)
    command = MoveAppointment(wanted, asking.asked.chosen(), asking.key)
    return ChangeAnswer.made(granted(move_appointment(command, asking.actor, asking.clock)))


def cancel_a_visit(asking: Asking[AppointmentCancellation]) -> CancellationAnswer:
    """Call a visit off, with its claims and reminders, and say what the rest of its series needs now.

    With `"preview": true` the same is told and nothing is changed.
    """
    visit = _within_reach(asking.actor, asking.ids["appointment"])
    asked = asking.asked
    if asked.by is None or asked.reason is None or asked.preview:
        by = asked.by or CalledOffBy.CLINIC
        return CancellationAnswer.of(granted(preview_cancel(visit.id, by, asking.actor, asking.clock)))
    command = CancelAppointment(visit.id, asked.by, asked.reason, asking.key)
    return CancellationAnswer.of(granted(cancel_appointment(command, asking.actor, asking.clock)))


def _within_reach(actor: Actor, appointment: str) -> Appointment:
    """Return a visit of a series that the actor reaches. Raises `NotFound` alike for all others."""
    with reading():
        visit = appointments.appointment(appointment)
        if not visit.series:
            raise NotFound("a visit outside of any series is changed where it came from")
        series_within_reach(actor, visit.series)
    return visit
