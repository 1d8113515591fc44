"""What visits to come claim anew when somebody may watch more or fewer patients: it is shared out by that number."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from scheduler.domain.appointment import Appointment
from scheduler.domain.claims import Placement, claims_of
from scheduler.domain.facts import Facts
from scheduler.domain.series import Series
from scheduler.store import clinic, ledger


def whose_share_differs(before: Facts, after: Facts) -> frozenset[str]:
    """Return the members of staff who may watch another number of patients than before."""
    return frozenset(
        id for id, person in after.staff.items() if person.may_watch != before.staff[id].may_watch
    )


def with_claims_anew(series: Series, people: frozenset[str], facts: Facts, now: datetime) -> Series:
    """Return a saved series in which every visit that is not over, and in which one of these serves, claims by the facts."""
    visits = tuple(
        _anew(visit, series, facts)
        if visit.state.takes_time and not visit.is_over_at(now) and people.intersection(visit.people)
        else visit
        for visit in series.appointments
    )
    return replace(series, appointments=visits)


def _anew(visit: Appointment, series: Series, facts: Facts) -> Appointment:
    step = clinic.protocol_of(series).step(visit.step)
    placement = Placement(
        step.stretched_to(visit.minutes_by_phase),
        visit.start,
        visit.patient,
        visit.room,
        visit.staff,
        visit.relief,
    )
    return replace(visit, claims=claims_of(placement, facts.staff, visit.id))


def claim_anew(visits: tuple[Appointment, ...]) -> None:
    """Enter what visits claim in place of what they claimed, within the unit of work. Raises `Conflict`."""
    if visits:
        ledger.release([visit.id for visit in visits])
        ledger.take(claim for visit in visits for claim in visit.claims)
