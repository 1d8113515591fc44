"""What the board of a day is drawn from: a fixed number of questions to the store, however many visits there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from scheduler.access.permissions import Actor
from scheduler.booking.gates_ahead import Floor
from scheduler.booking.reach import own_patients_only
from scheduler.booking.vital_times import VitalLook, vital_looks
from scheduler.domain import vital_signs
from scheduler.domain.appointment import NOT_BEGUN, UNDER_WAY, Appointment, AppointmentState
from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.clock import whole_local_day
from scheduler.domain.interval import Interval
from scheduler.domain.people import Patient, StaffMember
from scheduler.domain.places import Room, Site
from scheduler.domain.visit_day import DOSED
from scheduler.rules.finding import Finding
from scheduler.store.visit_events import doses_begun
from scheduler.web.board_drawing import LINE, Axis, axis_of
from scheduler.web.board_memory import board_memory
from scheduler.web.real_course import Course
from scheduler.web.speech import said

LATE_AFTER = timedelta(minutes=5)
"""So long after its planned time a visit or a dose that has not begun is told as late: nobody is noted to the second."""

_BEFORE_THE_DOSE = frozenset({AppointmentState.CHECKED_IN, AppointmentState.CLEARED})


@dataclass(frozen=True, slots=True)
class BoardFacts:
    """One day of one site as it is at `now`. `courses` are of the visits that take time, by start.

    `called_off` is how many visits take none. `places` is as of which version `staff` and `rooms` are. `missing` are the
    open gates by visit. `axis` shows all of it. `looks` are the times for vital signs of those who are watched now.
    """

    day: date
    site: Site
    now: datetime
    courses: tuple[Course, ...]
    called_off: int
    patients: Mapping[str, Patient]
    staff: Mapping[str, StaffMember]
    rooms: tuple[Room, ...]
    places: str
    missing: Mapping[str, tuple[Finding, ...]]
    axis: Axis
    looks: Mapping[str, tuple[VitalLook, ...]] = field(default_factory=dict)

    @property
    def is_today(self) -> bool:
        """Say whether the day is the one that it is."""
        return whole_local_day(self.day, self.site.zone).holds(self.now)

    @property
    def opened(self) -> tuple[Interval, ...]:
        """When the site is open on the axis."""
        return self.site.open_times(self.axis.whole)

    def name_of(self, visit: Appointment) -> str:
        """Return the name of a visit's patient or group."""
        patient = self.patients.get(visit.patient)
        return patient.name if patient else visit.patient

    def place_of(self, visit: Appointment) -> str:
        """Return where a visit is, in words."""
        if visit.group_visit:
            return said("with the group")
        if visit.room is None:
            return said("by phone")
        return next((room.name for room in self.rooms if room.id == visit.room), visit.room)

    def good_until(self) -> datetime:
        """Return when the board looks otherwise though nothing is written: somebody is late, may leave, or is taken over."""
        whole = whole_local_day(self.day, self.site.zone)
        ahead = [whole.start, whole.end, self.axis.whole.start, self.axis.whole.end, *_turns(self)]
        return min((instant for instant in ahead if instant > self.now), default=self.now + timedelta(days=1))


def facts_of_day(day: date, site: Site, actor: Actor, now: datetime) -> BoardFacts:
    """Read the day as far as the actor reaches its patients; for use in one reading."""
    whole = whole_local_day(day, site.zone)
    memory = board_memory()
    found = memory.visits(site.id).between(whole, own_patients_only(actor))
    standing = [visit for visit in found if visit.state.takes_time]
    places = memory.floor(site.id)
    patients = memory.patients.named(visit.patient for visit in standing)
    doses = doses_begun(standing)
    courses = tuple(memory.course(visit, doses.get(visit.id), now) for visit in standing)
    return BoardFacts(
        day=day,
        site=site,
        now=now,
        courses=courses,
        called_off=len(found) - len(standing),
        patients=patients,
        staff=places.staff,
        rooms=places.rooms,
        places=places.version,
        missing=memory.gates.of(standing, Floor(site, places.staff, patients, now)),
        axis=axis_of(day, site.zone, [*site.open_times(whole), *(course.whole for course in courses)]),
        looks=vital_looks([visit for visit in standing if visit.state in DOSED], now),
    )


def facts_of_days(days: Sequence[date], site: Site, actor: Actor, now: datetime) -> tuple[BoardFacts, ...]:
    """Read days that follow one another, for a look at how full they are: without patients and what they still need."""
    memory = board_memory()
    whole = {day: whole_local_day(day, site.zone) for day in days}
    span = Interval(whole[days[0]].start, whole[days[-1]].end)
    found = memory.visits(site.id).between(span, own_patients_only(actor))
    standing = [visit for visit in found if visit.state.takes_time]
    places, doses = memory.floor(site.id), doses_begun(standing)
    courses = [memory.course(visit, doses.get(visit.id), now) for visit in standing]
    told = []
    for day in days:
        theirs = tuple(course for course in courses if course.whole.overlaps(whole[day]))
        drawn = [*site.open_times(whole[day]), *(course.whole for course in theirs)]
        axis = axis_of(day, site.zone, drawn)
        told.append(
            BoardFacts(
                *(day, site, now, theirs, 0, {}, places.staff, places.rooms, places.version),
                missing={},
                axis=axis,
            )
        )
    return tuple(told)


def is_late(visit: Appointment, now: datetime) -> bool:
    """Say whether a visit should have begun, and nobody has noted that the patient came; it is no more once it is over."""
    return visit.state in NOT_BEGUN and visit.start + LATE_AFTER <= now < visit.discharge


def dose_is_due(visit: Appointment, now: datetime) -> bool:
    """Say whether the patient is there and the dose should have been begun."""
    given = visit.phase("administration")
    return visit.state in _BEFORE_THE_DOSE and given is not None and given.start + LATE_AFTER <= now


def watch_claims(visit: Appointment) -> Iterator[Claim]:
    """Yield by whom a patient is watched: each takes a lane of somebody who may watch only so many at once."""
    return (claim for claim in visit.claims if claim.purpose is Purpose.WATCH)


def _turns(facts: BoardFacts) -> Iterator[datetime]:
    for course in facts.courses:
        visit = course.visit
        if visit.state in NOT_BEGUN:
            yield from (visit.start, visit.start + LATE_AFTER, visit.discharge)
        elif visit.state in UNDER_WAY:
            yield course.release
            if visit.state in _BEFORE_THE_DOSE and (given := visit.phase("administration")):
                yield given.start + LATE_AFTER
            if course.is_overrunning:
                # The block grows with the time.
                yield facts.now + LINE
            for claim in watch_claims(visit):
                if watched := course.as_it_goes(claim.interval):
                    yield from (watched.start, watched.end)
            for look in facts.looks.get(visit.id, ()):
                if look.note is None:
                    yield from (look.time.due, look.time.due + vital_signs.LATE_AFTER)
