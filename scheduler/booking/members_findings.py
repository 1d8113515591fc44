"""What a change of a group's visits would break for its members: their own visits keep their windows to the group's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from scheduler.booking.judging import findings_now
from scheduler.domain.appointment import NOT_BEGUN, Appointment
from scheduler.domain.series import Series
from scheduler.domain.telling import told
from scheduler.rules.finding import Finding, Level
from scheduler.store import series as stored
from scheduler.store.cohorts import cohort
from scheduler.store.members import visits_with


def broken_for_members(before: Series, after: Series, now: datetime) -> tuple[Finding, ...]:
    """Return what refuses a booking in a member's series as it would follow, and does not as it stands.

    Members are named by their places. Only those are asked who have visits of their own: of all others the group's own rules
    say everything. The series are those of a cohort.
    """
    starts = {visit.id: visit for visit in after.standing}
    moved = {
        visit.id for visit in before.standing if visit.id in starts and visit.start != starts[visit.id].start
    }
    theirs = {visit.series: visit.patient for visit in visits_with(moved)}
    places = {member.patient: member.place for member in cohort(before.patient).members}
    found: list[Finding] = []
    for series, patient in sorted(theirs.items(), key=lambda one: places.get(one[1], 0)):
        found += _broken(stored.series(series), starts, places.get(patient, 0), now)
    return tuple(found)


def _broken(series: Series, starts: dict[str, Appointment], place: int, now: datetime) -> Iterator[Finding]:
    if all(visit.group_visit for visit in series.standing):
        return
    followed = replace(series, appointments=tuple(_followed(visit, starts) for visit in series.appointments))
    known = {(one.rule, one.appointments) for one in findings_now(series, now)}
    for one in findings_now(followed, now):
        if one.level is Level.BLOCK and (one.rule, one.appointments) not in known:
            yield replace(one, why=told("for member %(place)s, %(why)s", place=place, why=one.why))


def _followed(visit: Appointment, starts: dict[str, Appointment]) -> Appointment:
    """Return a member's visit as it would stand with its group's."""
    of_group = starts.get(visit.group_visit or "")
    if of_group is None or visit.state not in NOT_BEGUN:
        return visit
    return visit.shifted(of_group.start - visit.start)
