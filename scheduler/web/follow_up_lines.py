"""Which patients somebody is to ask how they are after a dose, in words, and how that stands for one visit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from scheduler.access.permissions import SYSTEM, Actor
from scheduler.booking.reach import own_patients_only
from scheduler.domain.appointment import Appointment
from scheduler.domain.people import Patient, Role
from scheduler.domain.places import Site
from scheduler.store.appointments import appointment
from scheduler.store.follow_ups import followed_up, open_follow_ups
from scheduler.store.glances import is_seen_by, patients_named, staff_names
from scheduler.web.speech import said
from scheduler.web.words import moment_in

_ASKING = (Role.MEDICAL_MONITOR, Role.ADMINISTERING_CLINICIAN, Role.THERAPIST, Role.CO_THERAPIST)


@dataclass(frozen=True, slots=True)
class FollowUpLine:
    """One patient to ask: after which visit, whose it is, until when, and whether that is past."""

    visit: Appointment
    patient: Patient
    owner: str
    due: str
    is_late: bool


def follow_ups_at(site: Site, actor: Actor, now: datetime) -> tuple[FollowUpLine, ...]:
    """Return those of a site that the actor may see, the one due first at first; for use in one reading."""
    staff = own_patients_only(actor)
    found = [
        one for one in open_follow_ups(site.id, now) if staff is None or is_seen_by(one.visit.patient, staff)
    ]
    patients = patients_named(one.visit.patient for one in found)
    names = staff_names(site.id)
    lines = []
    for one in found:
        visit = appointment(one.visit.appointment)
        lines.append(
            FollowUpLine(
                visit,
                patients[visit.patient],
                _owner(visit, names),
                moment_in(one.due, site.zone),
                one.due <= now,
            )
        )
    return tuple(lines)


def follow_up_of(visit: Appointment, zone: str) -> str:
    """Return when and by whom a patient was asked after this visit, empty where nobody noted it."""
    done = followed_up(visit.id)
    # What was over before there was such a list was entered as done by nobody.
    if done is None or done.by == SYSTEM.id:
        return ""
    return said("%(time)s by %(name)s", time=moment_in(done.at, zone), name=done.by)


def _owner(visit: Appointment, names: Mapping[str, str]) -> str:
    people = dict.fromkeys(person for role in _ASKING for person in visit.serving_as(role))
    named = ", ".join(names[person] for person in people if person in names)
    return said("Nurse or therapist: %(names)s", names=named) if named else said("Nurse or therapist")
