"""What calling off a visit means, for one visit and for a whole series alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from scheduler.access.permissions import Actor
from scheduler.booking.outcomes import CalledOffBy
from scheduler.domain.appointment import NOT_BEGUN, Appointment, AppointmentState
from scheduler.domain.notice import Timeliness, timeliness_of
from scheduler.domain.places import Site
from scheduler.domain.series import Series
from scheduler.domain.visit_day import VisitEvent
from scheduler.store import appointments, clinic, reminders
from scheduler.store import series as stored
from scheduler.store.locks import lock
from scheduler.store.members import visits_with
from scheduler.store.visit_events import note_event

STATE = {
    CalledOffBy.PATIENT: AppointmentState.CANCELLED_BY_PATIENT,
    CalledOffBy.CLINIC: AppointmentState.CANCELLED_BY_CLINIC,
}


def is_to_come(visit: Appointment, now: datetime) -> bool:
    """Say whether a visit may still be called off: it has not begun and its start is not reached."""
    return visit.state in NOT_BEGUN and visit.start > now


def locked_series(series: str) -> Series:
    """Lock a series' site and patient, and return the series as it is then. Raises `NotFound`."""
    seen = stored.series(series)
    lock([seen.site], [seen.patient])
    return stored.series(series)


def booked_together(series: Series) -> tuple[Appointment, ...]:
    """Return the standing visits of a series and, of a group's, those of its members' series, which it has brought about.

    Of the members that is what they have with their group and what was booked for each around it.
    """
    theirs = {visit.series for visit in visits_with(visit.id for visit in series.standing) if visit.series}
    members = (visit for id in sorted(theirs) for visit in stored.series(id).standing)
    return (*series.standing, *members)


def called_off_now(visits: Iterable[Appointment], now: datetime) -> Mapping[str, Timeliness]:
    """Return what calling each of these visits off now counts as, by its id, by the line that its site draws."""
    sites: dict[str, Site] = {}
    found = {}
    for visit in visits:
        site = sites.setdefault(visit.site, clinic.site(visit.site))
        found[visit.id] = timeliness_of(visit, site.notice, now)
    return found


def call_off(visits: Iterable[Appointment], by: CalledOffBy, actor: Actor, at: datetime) -> int:
    """Call visits off: their version rises, their claims are given back, their reminders will not be sent.

    Each is noted as what it counts as, in time or late; returns how many are late.
    """
    listed = list(visits)
    counted = called_off_now(listed, at)
    call_off_as(listed, STATE[by], at)
    for visit in listed:
        note_event(
            VisitEvent(visit.site, visit.id, visit.state, STATE[by], at, actor.id, notice=counted[visit.id])
        )
    return sum(one is Timeliness.LATE for one in counted.values())


def call_off_as(visits: Iterable[Appointment], state: AppointmentState, at: datetime) -> None:
    """Do the same, into whichever state in which a visit gives back its claims."""
    names = [visit.id for visit in visits]
    appointments.call_off(names, state, at)
    reminders.mark_void(names)
