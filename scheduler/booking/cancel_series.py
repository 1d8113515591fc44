"""Cancel a series: every visit still to come is called off, what has taken place stays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scheduler.access.permissions import Actor, Permission, may, may_at
from scheduler.booking.calling_off import call_off, is_to_come, locked_series
from scheduler.booking.outcomes import CalledOffBy, CancelReason, NotAllowed, Refused
from scheduler.booking.request import nonsense
from scheduler.booking.retrying import retried
from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import Clock
from scheduler.domain.errors import NotFound
from scheduler.domain.series import Series, SeriesState
from scheduler.store import series as stored
from scheduler.store.audit import AuditEntry, record
from scheduler.store.work import unit_of_work


@dataclass(frozen=True, slots=True)
class CancelSeries:
    """Cancel the series with this id, for a patient or for the clinic."""

    series: str
    by: CalledOffBy
    reason: CancelReason


@dataclass(frozen=True, slots=True)
class SeriesCancelled:
    """The series as it stands now, and the visits that were called off by this (not those called off earlier)."""

    series: Series
    called_off: tuple[Appointment, ...]


def cancel_series(
    command: CancelSeries, actor: Actor, clock: Clock
) -> SeriesCancelled | Refused | NotAllowed:
    """Call off every visit still to come, give back its claims and void its reminders, in one commit."""
    if not may(actor, Permission.CANCEL_SERIES):
        return NotAllowed(Permission.CANCEL_SERIES)
    now = clock.now()
    return retried(lambda: _attempt(command, actor, now))


def _attempt(command: CancelSeries, actor: Actor, now: datetime) -> SeriesCancelled | Refused | NotAllowed:
    with unit_of_work():
        try:
            series = locked_series(command.series)
        except NotFound:
            why = f"There is no series '{command.series}'."
            return Refused(
                reasons=(nonsense("unknown_series", why, "Choose a series from the patient's page."),)
            )
        if not may_at(actor, Permission.CANCEL_SERIES, series.site):
            return NotAllowed(Permission.CANCEL_SERIES)
        if series.state is not SeriesState.BOOKED:
            why = f"The series is {series.state} already."
            return Refused(reasons=(nonsense("not_booked", why, "Nothing needs to be done."),))
        ahead = tuple(visit for visit in series.standing if is_to_come(visit, now))
        if not ahead:
            why = "No visit of the series is still to come."
            return Refused(reasons=(nonsense("nothing_to_come", why, "Nothing needs to be done."),))
        call_off(ahead, command.by, now)
        stored.mark_series(series.id, SeriesState.CANCELLED)
        details = {"by": command.by.value, "reason": command.reason.value, "visits": len(ahead)}
        record(AuditEntry(now, actor.id, "cancel_series", "series", series.id, details, series.site))
        return SeriesCancelled(stored.series(series.id), ahead)
