"""A clinic with a full day: 150 visits of as many series in its rooms, for the board."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from scheduler.access.permissions import AccountRole
from scheduler.booking.passwords import hashed
from scheduler.clinic_file import Clinic, read_protocol
from scheduler.clinic_file.bundled import bundled_protocol
from scheduler.domain.appointment import Appointment, appointment_at
from scheduler.domain.claims import Placement
from scheduler.domain.clock import instant_at
from scheduler.domain.people import GateDecision, GateRecord, Patient, Role, StaffMember
from scheduler.domain.places import Room, Site, WeeklyHours
from scheduler.domain.series import Series, SeriesState
from scheduler.domain.treatment import Protocol, Step
from scheduler.store import accounts, clinic, ledger
from scheduler.store import series as stored
from scheduler.store.accounts import Account
from scheduler.store.appointments import write_new
from scheduler.store.work import unit_of_work

SITE, ZONE = "site-1", "America/Denver"
DAY = date(2027, 1, 6)
CHAIRS, OFFICES = 12, 12
DOSES_A_CHAIR, TALKS_AN_OFFICE, CALLS = 3, 9, 6
VISITS = CHAIRS * DOSES_A_CHAIR + OFFICES * TALKS_AN_OFFICE + CALLS

USERNAME, PASSWORD = "desk", "for the benchmark alone"

_OPENS = time(7, 30)
_DECIDED = (
    "clearance.medical",
    "clearance.psychological",
    "eligibility",
    "consent.treatment",
    "order.prescription",
)
"""What stands for every patient; payment and escort do for every other one alone, so that there is something to be told."""


@dataclass(frozen=True, slots=True)
class _Slot:
    """One visit of the day: which step, when, in which room, and with whom."""

    step: str
    start: datetime
    room: str | None
    staff: Mapping[Role, str]


def fill() -> tuple[str, ...]:
    """Write the clinic and its day; return the ids of the visits of that day, by start."""
    protocol = read_protocol(bundled_protocol("iv_kap_induction_6"))
    people = {person.id: person for person in _staff()}
    slots = sorted(_slots(protocol), key=lambda slot: slot.start)
    patients = [_patient(number) for number in range(len(slots))]
    everything = Clinic(
        sites=(_site(),),
        rooms=tuple(_rooms()),
        staff=tuple(people.values()),
        patients=tuple(patients),
        protocols=(protocol,),
    )
    made = slots[0].start - timedelta(days=60)
    with unit_of_work():
        clinic.save_clinic(everything, made)
        accounts.save_account(Account(USERNAME, AccountRole.FRONT_DESK, None, SITE, hashed(PASSWORD)))
        today = []
        for number, slot in enumerate(slots):
            series, visit = _series(number, slot, protocol, people)
            stored.save_series(replace(series, appointments=()), made)
            write_new(series.appointments, made)
            # Of all other days nothing is asked for but the days themselves.
            ledger.take(visit.claims)
            today.append(visit.id)
    return tuple(today)


def _site() -> Site:
    hours = tuple(WeeklyHours(weekday, _OPENS, time(18, 30)) for weekday in range(7))
    return Site(SITE, "The clinic of the benchmark", "The clinic", ZONE, hours)


def _rooms() -> Iterator[Room]:
    for number in range(CHAIRS):
        yield Room(f"chair-{number:02}", SITE, f"Chair {number + 1}", frozenset({"iv_dosing"}))
    for number in range(OFFICES):
        yield Room(f"office-{number:02}", SITE, f"Office {number + 1}", frozenset({"office"}))


def _staff() -> Iterator[StaffMember]:
    hours = tuple(WeeklyHours(weekday, _OPENS, time(18, 30)) for weekday in range(7))
    nurse = frozenset({Role.MEDICAL_MONITOR, Role.ADMINISTERING_CLINICIAN})
    for number in range(CHAIRS):
        yield StaffMember(f"nurse-{number:02}", SITE, f"Nurse {number + 1}", nurse, hours, may_watch=2)
    for number in range(CHAIRS + OFFICES):
        name = f"Therapist {number + 1}"
        yield StaffMember(f"therapist-{number:02}", SITE, name, frozenset({Role.THERAPIST}), hours)
    yield StaffMember(
        "prescriber", SITE, "Prescriber", frozenset({Role.PRESCRIBER}), hours, may_supervise=CHAIRS
    )
    yield StaffMember("coordinator", SITE, "Coordinator", frozenset({Role.CARE_COORDINATOR}), hours)


def _slots(protocol: Protocol) -> Iterator[_Slot]:
    opens = instant_at(DAY, _OPENS, ZONE)
    for chair in range(CHAIRS):
        staff = dict.fromkeys((Role.MEDICAL_MONITOR, Role.ADMINISTERING_CLINICIAN), f"nurse-{chair:02}")
        staff |= {Role.THERAPIST: f"therapist-{chair:02}", Role.PRESCRIBER: "prescriber"}
        for number in range(DOSES_A_CHAIR):
            step = protocol.step(f"D{(chair + number) % 6 + 1}")
            start = (
                opens
                + timedelta(minutes=5 * (chair % 6))
                + number * (step.room_length + timedelta(minutes=10))
            )
            yield _Slot(step.key, start, f"chair-{chair:02}", staff)
    for office in range(OFFICES):
        for number in range(TALKS_AN_OFFICE):
            start = opens + timedelta(minutes=5 * (office % 6)) + number * timedelta(minutes=70)
            therapist = {Role.THERAPIST: f"therapist-{CHAIRS + office:02}"}
            yield _Slot(f"I{(office + number) % 6 + 1}", start, f"office-{office:02}", therapist)
    for number in range(CALLS):
        start = opens + number * timedelta(minutes=15)
        yield _Slot("C1", start, None, {Role.CARE_COORDINATOR: "coordinator"})


def _series(
    number: int, slot: _Slot, protocol: Protocol, people: Mapping[str, StaffMember]
) -> tuple[Series, Appointment]:
    """Return a series with one visit in the slot, and the others on days before and after it; and that visit."""
    id = f"series-{number}"
    steps = [step for step in protocol.steps if not step.optional and step.left_out_when_passed is None]
    place = next(place for place, step in enumerate(steps) if step.key == slot.step)
    visits = []
    for other, step in enumerate(steps):
        start = slot.start + timedelta(days=2 * (other - place))
        staff = slot.staff if other == place else _anybody(step)
        room = slot.room if other == place else None
        placement = Placement(step, start, f"patient-{number}", room, staff)
        visits.append(appointment_at(placement, people, SITE, id=f"{id}-{step.key}", series=id))
    series = Series(
        id, SITE, f"patient-{number}", protocol.key, protocol.version, SeriesState.BOOKED, tuple(visits)
    )
    return series, visits[place]


def _anybody(step: Step) -> Mapping[Role, str]:
    firsts = {
        Role.PRESCRIBER: "prescriber",
        Role.CARE_COORDINATOR: "coordinator",
        Role.THERAPIST: "therapist-00",
    }
    return {role: firsts.get(role, "nurse-00") for role in step.roles}


def _patient(number: int) -> Patient:
    decided = [*_DECIDED, *(("payment", "escort") if number % 2 else ())]
    gates = tuple(GateRecord(kind, GateDecision.PASS, DAY - timedelta(days=40)) for kind in decided)
    return Patient(f"patient-{number}", SITE, "Robin", f"Sample {number + 1}", date(1990, 2, 3), gates=gates)
