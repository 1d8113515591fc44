"""The lines that every act on one visit shares: lock it and what it belongs to, and say in words why nothing was done."""

from __future__ import annotations

from scheduler.booking.calling_off import locked_series
from scheduler.booking.outcomes import Refused
from scheduler.booking.request import nonsense
from scheduler.domain.appointment import Appointment
from scheduler.planner.proposal import Reason
from scheduler.store import appointments
from scheduler.store.locks import lock


def locked_visit(appointment: str) -> Appointment:
    """Lock a visit's site and patient, and return the visit as it is then. Raises `NotFound`."""
    seen = appointments.appointment(appointment)
    if seen.series:
        locked_series(seen.series)
    else:
        lock([seen.site], [seen.patient])
    return appointments.appointment(appointment)


def unknown_visit(appointment: str) -> Refused:
    """Return the refusal for a visit that there is not."""
    why = f"There is no visit '{appointment}'."
    return Refused(reasons=(nonsense("unknown_visit", why, "Choose a visit from the day or the series."),))


def against(code: str, why: str, mend: str, visit: Appointment) -> Refused:
    """Return the refusal of something about one visit."""
    return Refused(reasons=(Reason(code, why, mend, visit.step),))
