"""The open gates of visits to come: asked of the same rules as everywhere, of many visits at once and of no others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from scheduler.domain.appointment import NOT_BEGUN, Appointment, AppointmentState
from scheduler.domain.diary import BookedVisit, Diary
from scheduler.domain.extra_steps import ExtraStep
from scheduler.domain.interval import Interval
from scheduler.domain.override import Override
from scheduler.domain.people import Patient, StaffMember
from scheduler.domain.places import Site
from scheduler.domain.series import Series
from scheduler.domain.treatment import Protocol
from scheduler.rules.catalogue import CATALOGUE
from scheduler.rules.checklist import waits_for
from scheduler.rules.finding import Finding, Level
from scheduler.rules.gate_families import family_of
from scheduler.rules.overriding import ask
from scheduler.rules.question import Question
from scheduler.store import clinic
from scheduler.store.appointments import appointments_between
from scheduler.store.booked_visits import booked_of
from scheduler.store.glances import patients_named, series_in_outline
from scheduler.store.overrides import standing_overrides

#: These rules ask on which days the visits are, who serves, and what was decided about the patient; never for claims.
GATES = tuple(rule for rule in CATALOGUE if rule.level is Level.GATE)


@dataclass(frozen=True, slots=True)
class Floor:
    """What is known about one site now: its staff by id, and the patients that are asked about.

    `overrides` are those of their visits, `booked` their visits in outline.
    """

    site: Site
    staff: Mapping[str, StaffMember]
    patients: Mapping[str, Patient]
    now: datetime
    overrides: tuple[Override, ...] = ()
    booked: Mapping[str, tuple[BookedVisit, ...]] = field(default_factory=dict)


def floor_of(site: Site, patients: Iterable[str], now: datetime) -> Floor:
    """Load what is known now about a site and these patients; for use in one reading."""
    named = patients_named(patients)
    staff = {person.id: person for person in clinic.staff(site.id)}
    return Floor(site, staff, named, now, standing_overrides(named), booked_of(named, now))


PATIENT_CLOSES = frozenset({"escort", "payment"})
"""The families of gates, as the table of gates judges them, that the patient alone can help to close."""


@dataclass(frozen=True, slots=True)
class WaitingVisit:
    """A visit to come with the gates for which it waits, each with the role of an account that sees to it."""

    visit: Appointment
    patient: Patient
    gates: tuple[tuple[Finding, str], ...]


def waiting_visits(site: Site, now: datetime, within: timedelta) -> tuple[WaitingVisit, ...]:
    """Return the visits of a site that begin within so long and wait for a gate, by start; for use in one reading.

    What is decided on the day of the visit itself is left out: before it nobody can.
    """
    soon = Interval(now, now + within)
    visits = [
        visit
        for visit in appointments_between(soon, site=site.id)
        if visit.state in NOT_BEGUN - {AppointmentState.TENTATIVE} and soon.start < visit.start < soon.end
    ]
    floor = floor_of(site, (visit.patient for visit in visits), now)
    missing = gates_of_visits(visits, floor)
    found = []
    for visit in visits:
        patient = floor.patients[visit.patient]
        gates = tuple(_with_owners(waits_for(visit.id, missing.get(visit.id, ()))))
        if gates and not patient.stands_for_cohort:
            found.append(WaitingVisit(visit, patient, gates))
    return tuple(found)


def needs_something_of_patient(visit: Appointment, site: Site, now: datetime) -> bool:
    """Say whether a visit waits for something that its patient can see to; for use in one reading."""
    missing = gates_of_visits([visit], floor_of(site, [visit.patient], now))
    return any(
        finding.gate is not None and family_of(finding.gate).judged_with in PATIENT_CLOSES
        for finding in waits_for(visit.id, missing.get(visit.id, ()))
    )


def _with_owners(findings: Iterable[Finding]) -> Iterator[tuple[Finding, str]]:
    for finding in findings:
        family = family_of(finding.gate) if finding.gate else None
        if family is None:
            yield finding, finding.override_role or "administrator"
        elif family.due:
            yield finding, family.owner


def gates_of_visits(visits: Iterable[Appointment], floor: Floor) -> Mapping[str, tuple[Finding, ...]]:
    """Return the open gates of many visits of a site, by visit; visits outside of any series have none."""
    wanted = {visit.id: visit.series for visit in visits if visit.series}
    missing: dict[str, list[Finding]] = {}
    protocols: dict[tuple[str, int, tuple[ExtraStep, ...]], Protocol] = {}
    for series in series_in_outline(wanted.values()).values():
        key = (series.protocol, series.protocol_version, series.extra)
        if key not in protocols:
            protocols[key] = clinic.protocol_of(series)
        for finding in gate_findings(series, protocols[key], floor):
            for visit in wanted.keys() & set(finding.appointments):
                missing.setdefault(visit, []).append(finding)
    return {visit: tuple(found) for visit, found in missing.items()}


def gate_findings(series: Series, protocol: Protocol, floor: Floor) -> Iterator[Finding]:
    """Yield the open gates of a series; none of one whose patient the floor does not know."""
    if series.patient not in floor.patients:
        return
    first, last = series.appointments[0], series.appointments[-1]
    diary = Diary(
        site=floor.site,
        patient=floor.patients[series.patient],
        horizon=Interval(first.start, max(first.discharge, last.discharge)),
        as_of=floor.now,
        rooms={},
        staff=floor.staff,
        overrides=floor.overrides,
        booked=floor.booked.get(series.patient, ()),
    )
    question = Question(diary, protocol.only(visit.step for visit in series.appointments), series)
    for finding in ask(GATES, question):
        if finding.level is Level.GATE:
            yield finding
