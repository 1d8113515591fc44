"""The visits of the next two days that nobody has confirmed yet, for the front desk to call about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from scheduler.access.permissions import Permission, may
from scheduler.booking.reach import site_of
from scheduler.domain.appointment import Appointment, AppointmentState
from scheduler.domain.interval import Interval
from scheduler.domain.people import Patient
from scheduler.domain.places import Site
from scheduler.reminders.policy import UNCONFIRMED_WITHIN
from scheduler.store.appointments import appointments_between
from scheduler.store.glances import patients_named
from scheduler.store.work import reading
from scheduler.web.answer_words import waiting_of
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock

pages = Blueprint("unconfirmed", __name__)


@dataclass(frozen=True, slots=True)
class UnconfirmedLine:
    """One visit that nobody has confirmed; `said` is what the patient answered that waits for somebody, or empty."""

    visit: Appointment
    patient: Patient
    said: str


@pages.get("/unconfirmed")
@needs(Permission.SEE_CONFLICTS)
def unconfirmed() -> ResponseReturnValue:
    """List them, the next one first."""
    now = current_clock().now()
    with reading():
        site = site_of(actor())
        lines = unconfirmed_at(site, now)
    hours = UNCONFIRMED_WITHIN.total_seconds() / 3600
    return render_template(
        "unconfirmed.html",
        lines=lines,
        site=site,
        hours=f"{hours:g}",
        may_confirm=may(actor(), Permission.ADVANCE_APPOINTMENT),
    )


def unconfirmed_at(site: Site, now: datetime) -> tuple[UnconfirmedLine, ...]:
    """Return the booked visits of a site that start within the time of the policy, by start; for use in one reading."""
    soon = Interval(now, now + UNCONFIRMED_WITHIN)
    visits = [
        visit
        for visit in appointments_between(soon, site=site.id)
        if visit.state is AppointmentState.BOOKED and soon.start < visit.start < soon.end
    ]
    patients = patients_named(visit.patient for visit in visits)
    waiting = waiting_of(visits)
    return tuple(
        UnconfirmedLine(visit, patients[visit.patient], waiting.get(visit.id, ""))
        for visit in visits
        if not patients[visit.patient].stands_for_cohort
    )
