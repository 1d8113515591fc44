"""What is still missing: the open gates of a series or of a day, asked of the same rules as everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from scheduler.domain.appointment import Appointment
from scheduler.domain.diary import BookedVisit, Diary
from scheduler.domain.extra_steps import ExtraStep
from scheduler.domain.interval import Interval
from scheduler.domain.override import Override
from scheduler.domain.people import Patient, StaffMember
from scheduler.domain.places import Site
from scheduler.domain.series import Series
from scheduler.domain.treatment import Protocol
from scheduler.rules.catalogue import CATALOGUE
from scheduler.rules.finding import Finding, Level
from scheduler.rules.overriding import ask
from scheduler.rules.question import Question
from scheduler.store import clinic
from scheduler.store.glances import series_in_outline

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


@dataclass(frozen=True, slots=True)
class OpenGate:
    """One thing to settle: the rule, the visits that wait for it, and why and how to mend it for the first of them."""

    rule: str
    title: str
    steps: tuple[str, ...]
    why: str
    mend: str
    override_role: str | None


def open_gates(findings: Iterable[Finding]) -> tuple[OpenGate, ...]:
    """Return the open gates in the order in which they are first met."""
    by_rule: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.level is Level.GATE:
            by_rule.setdefault(finding.rule, []).append(finding)
    return tuple(
        OpenGate(
            rule=rule,
            title=found[0].title,
            steps=tuple(dict.fromkeys(step for finding in found for step in finding.steps)),
            why=found[0].why,
            mend=found[0].mend,
            override_role=found[0].override_role,
        )
        for rule, found in by_rule.items()
    )


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
