"""What may follow a series whose doses are over: a maintenance series by the same route, and what is asked for it."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from scheduler.booking.request import WantedSeries
from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import local_day
from scheduler.domain.people import Role
from scheduler.domain.series import Series, SeriesState
from scheduler.domain.treatment import Protocol, StepKind, WindowMeaning
from scheduler.store import clinic

MAINTENANCE = "maintenance"
"""The kind of series that a protocol names, by which those that follow others are known."""

FOLLOWED = frozenset({SeriesState.COMPLETED, SeriesState.BOOKED})
"""After these a maintenance series may be planned: a booked one counts once its doses are over."""


def follow_on(series: Series, now: datetime) -> WantedSeries | None:
    """Return what is wanted of a maintenance series after this one; `None` where none may follow, or no protocol is for it.

    Its first dose is as far from the last one as its doses are from each other, or today; the therapist of most visits is
    preferred; a preparation is asked for where the break is a long one by then.
    """
    doses = [visit for visit in series.standing if visit.kind is StepKind.DOSING]
    if series.state not in FOLLOWED or not doses or any(visit.discharge > now for visit in doses):
        return None
    if any(visit.kind is StepKind.DOSING for visit in series.missing):
        return None
    protocol = _protocol_after(clinic.protocol_of(series))
    if protocol is None:
        return None
    site = clinic.site(series.site)
    last = local_day(max(visit.start for visit in doses), site.zone)
    earliest = max(local_day(now, site.zone), last + _between_doses(protocol))
    is_long = (earliest - last).days > site.dormant_days
    asked = (step.key for step in protocol.of_kind(StepKind.PREPARATION) if step.optional and is_long)
    return WantedSeries(
        series.patient,
        protocol.key,
        earliest=earliest,
        rather=_therapist(series),
        included=frozenset(asked),
    )


def last_dose_of(series: Series) -> Appointment | None:
    """Return the last standing dose of a series, `None` when it has none."""
    doses = (visit for visit in series.standing if visit.kind is StepKind.DOSING)
    return max(doses, key=lambda visit: visit.start, default=None)


def _protocol_after(protocol: Protocol) -> Protocol | None:
    """Return the newest maintenance protocol of the same route: the same one again, or the first by its key."""
    fit = [
        one for one in clinic.protocols() if one.series_kind == MAINTENANCE and one.route == protocol.route
    ]
    return min(fit, key=lambda one: (one.key != protocol.key, one.key), default=None)


def _between_doses(protocol: Protocol) -> timedelta:
    """Return how far apart the protocol wants its doses at the least; nothing for one that has a single dose."""
    gaps = (window.at_least for window in protocol.windows if window.meaning is WindowMeaning.DOSE_GAP)
    return max(gaps, default=timedelta(0))


def _therapist(series: Series) -> str | None:
    """Return who guided most of the visits, of those who still work there as a therapist."""
    people = {person.id for person in clinic.staff(series.site) if Role.THERAPIST in person.roles}
    named = (visit.staff.get(Role.THERAPIST) for visit in series.standing)
    met = Counter(person for person in named if person in people)
    return met.most_common(1)[0][0] if met else None
