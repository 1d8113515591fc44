"""Who is on the premises now, for whoever calls for help: prescribers first, each with where they are by what is booked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduler.access.permissions import Actor
from scheduler.booking.reach import own_patients_only
from scheduler.domain.appointment import UNDER_WAY, Appointment
from scheduler.domain.claims import Purpose
from scheduler.domain.clock import local_day, whole_local_day
from scheduler.domain.interval import Interval, without
from scheduler.domain.people import Role, StaffMember
from scheduler.domain.places import Site
from scheduler.store import clinic
from scheduler.store.appointments import appointments_between
from scheduler.store.glances import is_seen_by, patients_named, room_names
from scheduler.store.visit_events import doses_begun
from scheduler.web.real_course import course_of
from scheduler.web.speech import Spoken, mark, said
from scheduler.web.visit_rows import Names

TITLES = Spoken(
    {
        Role.PRESCRIBER: mark("prescriber"),
        Role.MEDICAL_MONITOR: mark("nurse"),
        Role.ADMINISTERING_CLINICIAN: mark("gives doses"),
        Role.THERAPIST: mark("therapist"),
        Role.CO_THERAPIST: mark("therapist"),
        Role.CARE_COORDINATOR: mark("coordinator"),
    }
)
"""What people are called, in the order in which they are called for."""

_TRAINED = {"acls": "ACLS", "bls": "BLS"}

#: So long after its planned end a visit under way is still looked for.
_LONGEST = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class PersonHere:
    """One member of staff on the premises: `titles` and `trained` in words, `where` with whom and in which room now."""

    name: str
    titles: str
    trained: str
    where: str
    is_prescriber: bool


@dataclass(frozen=True, slots=True)
class _With:
    """That somebody is with a patient now, and how."""

    visit: Appointment
    purpose: Purpose


def who_is_here(site: Site, actor: Actor, now: datetime) -> tuple[PersonHere, ...]:
    """Return who is at a site now by hours, time off and what is booked, who is called first at first; for one reading.

    Whoever is with a patient is there, also past their hours. A patient whom the actor does not reach is not named.
    """
    visits = [
        visit
        for visit in appointments_between(Interval(now - _LONGEST, now + timedelta(minutes=1)), site=site.id)
        if visit.state in UNDER_WAY
    ]
    present = _present(visits, now)
    told = _told(visits, site, actor)
    day = local_day(now, site.zone)
    here = [one for one in clinic.staff(site.id) if one.id in present or _is_at_work(one, site, now)]
    return tuple(
        PersonHere(
            name=one.name,
            titles=", ".join(dict.fromkeys(title for role, title in TITLES.items() if role in one.roles)),
            trained=", ".join(word for kind, word in _TRAINED.items() if one.holds(kind, day)),
            where=_where(present.get(one.id, ()), told),
            is_prescriber=Role.PRESCRIBER in one.roles,
        )
        for one in sorted(here, key=_order)
    )


def _order(person: StaffMember) -> tuple[int, str]:
    first = next((place for place, role in enumerate(TITLES) if role in person.roles), len(TITLES))
    return first, person.name


def _is_at_work(person: StaffMember, site: Site, now: datetime) -> bool:
    day = whole_local_day(local_day(now, site.zone), site.zone)
    shut = without([day], site.open_times(day))
    return any(one.holds(now) for one in without(person.working_times(site, day), shut))


def _present(visits: Sequence[Appointment], now: datetime) -> Mapping[str, Sequence[_With]]:
    """Return with whom everybody is at this moment, as the visits really go; standing behind one is no place to be."""
    doses = doses_begun(visits)
    found: dict[str, list[_With]] = {}
    for visit in visits:
        course = course_of(visit, doses.get(visit.id), now)
        for claim in visit.claims:
            if claim.role is None or claim.purpose not in (Purpose.OCCUPY, Purpose.WATCH):
                continue
            real = course.as_it_goes(claim.interval)
            if real is not None and real.start <= now < real.end:
                found.setdefault(claim.resource, []).append(_With(visit, claim.purpose))
    return found


def _told(visits: Sequence[Appointment], site: Site, actor: Actor) -> Mapping[str, str]:
    """Return whom each visit is of and where, in words."""
    names, patients = Names(room_names(site.id), {}), patients_named(visit.patient for visit in visits)
    staff = own_patients_only(actor)
    told = {}
    for visit in visits:
        is_named = visit.patient in patients and (staff is None or is_seen_by(visit.patient, staff))
        whom = patients[visit.patient].name if is_named else said("a patient")
        told[visit.id] = f"{whom}, {names.place(visit)}"
    return told


def _where(present: Sequence[_With], told: Mapping[str, str]) -> str:
    return "; ".join(_each(present, told)) or said("With no patient now")


def _each(present: Sequence[_With], told: Mapping[str, str]) -> Iterator[str]:
    """Yield each patient once: whoever has a hand on the patient also watches."""
    with_them = dict.fromkeys(one.visit.id for one in present if one.purpose is Purpose.OCCUPY)
    watched = dict.fromkeys(one.visit.id for one in present if one.visit.id not in with_them)
    yield from (said("With %(visit)s", visit=told[visit]) for visit in with_them)
    yield from (said("Watching %(visit)s", visit=told[visit]) for visit in watched)
