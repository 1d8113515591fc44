"""Who takes over from whom in a visit, and when: for the pages that name people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from scheduler.domain.appointment import Appointment
from scheduler.domain.people import Role
from scheduler.domain.treatment import Step
from scheduler.store import clinic
from scheduler.store.glances import series_in_outline


@dataclass(frozen=True, slots=True)
class HandOver:
    """From `at` on somebody serves in roles that another served before."""

    at: datetime
    person: str
    roles: tuple[Role, ...]


def hand_overs(visit: Appointment, step: Step) -> tuple[HandOver, ...]:
    """Return the hand-overs of a visit in order of time; roles taken over together are one."""
    found: dict[tuple[datetime, str], list[Role]] = {}
    for role in step.roles:
        before = visit.serving(role, 0)
        for number, segment in enumerate(step.segments_of(role)):
            person = visit.serving(role, number)
            if person is not None and person != before:
                found.setdefault((visit.start + segment.begins, person), []).append(role)
            before = person
    return tuple(HandOver(at, person, tuple(roles)) for (at, person), roles in sorted(found.items()))


def hand_overs_of(visits: Iterable[Appointment]) -> Mapping[str, tuple[HandOver, ...]]:
    """Return the hand-overs of many visits by the id of the visit; those in which nobody takes over are left out."""
    relieved = [visit for visit in visits if visit.relief]
    series = series_in_outline({visit.series for visit in relieved}) if relieved else {}
    found: dict[str, tuple[HandOver, ...]] = {}
    for visit in relieved:
        whole = series[visit.series]
        step = clinic.protocol_of(whole).step(visit.step)
        found[visit.id] = hand_overs(visit, step)
    return found
