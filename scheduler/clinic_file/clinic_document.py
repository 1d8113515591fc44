"""Reads a clinic file into the values of the domain, all or nothing, with every fault and its path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from pydantic import ValidationError

from scheduler.clinic_file.bundled import bundled_keys, bundled_protocol
from scheduler.clinic_file.clinic_models import (
    AppointmentEntry,
    ClinicDocument,
    CohortEntry,
    HoursPeriodEntry,
    PatientEntry,
    RoomEntry,
    SiteEntry,
    StaffEntry,
    chosen_words,
)
from scheduler.clinic_file.clinic_references import References
from scheduler.clinic_file.cohort_references import cohort_faults
from scheduler.clinic_file.contact_entries import told_contacts
from scheduler.clinic_file.faults import faults_of, read_as
from scheduler.clinic_file.forms import Period, weekly_hours
from scheduler.clinic_file.local_times import moment_at, period_in
from scheduler.clinic_file.protocol_document import read_protocol
from scheduler.domain.calendar_words import CalendarWords
from scheduler.domain.cohorts import Cohort
from scheduler.domain.contact import ToldContact
from scheduler.domain.errors import Fault, FaultyDocument, InvalidValue
from scheduler.domain.group_readings import readings
from scheduler.domain.group_terms import Member
from scheduler.domain.interval import Interval
from scheduler.domain.message_names import Unnamed, names_told
from scheduler.domain.people import Credential, GateRecord, Patient, Role, StaffMember
from scheduler.domain.places import Closure, NoticeAsked, Room, Site, WeeklyHours
from scheduler.domain.reminder_times import ReminderTimes
from scheduler.domain.treatment import Protocol, StepKind
from scheduler.domain.urgent_help import UrgentHelp

USUALLY_WATCHES = 2
"""How many patients a medical monitor may watch when the file does not say."""
USUALLY_SUPERVISES = 6
"""How many dosing visits a prescriber may stand behind when the file does not say."""


@dataclass(frozen=True, slots=True)
class ExistingAppointment:
    """An appointment that exists outside of any series; `start` is UTC, `room` is `None` for a call."""

    id: str
    site: str
    patient: str
    kind: StepKind
    title: str
    room: str | None
    staff: Mapping[Role, str]
    start: datetime
    minutes: int


@dataclass(frozen=True, slots=True)
class Clinic:
    """All that a clinic file says, in the order of the file."""

    sites: tuple[Site, ...] = ()
    rooms: tuple[Room, ...] = ()
    staff: tuple[StaffMember, ...] = ()
    patients: tuple[Patient, ...] = ()
    protocols: tuple[Protocol, ...] = ()
    appointments: tuple[ExistingAppointment, ...] = ()
    cohorts: tuple[Cohort, ...] = ()
    contacts: tuple[ToldContact, ...] = ()


def read_clinic(document: Mapping[str, object]) -> Clinic:
    """Read a clinic file. Local times are meant in the zone of the site.

    Raises `FaultyDocument` with every fault of form and of reference, those of one place together. A credential that
    has expired is no fault: the rules look at it on the day of the visit.
    """
    form, faults = _form(document)
    references = References(document)
    protocols, protocol_faults = _protocols(references)
    faults += [*protocol_faults, *references.faults(), *references.misspelt(protocols)]
    faults += cohort_faults(references, protocols)
    if faults or form is None:
        raise FaultyDocument(_sorted(faults))
    zones = {site.id: site.zone for site in form.sites}
    periods = _Periods(zones)
    clinic = Clinic(
        sites=tuple(_site(entry) for entry in form.sites),
        rooms=tuple(_room(entry, periods, f"rooms[{n}]") for n, entry in enumerate(form.rooms)),
        staff=tuple(_member(entry, periods, f"staff[{n}]") for n, entry in enumerate(form.staff)),
        patients=tuple(_patient(entry, periods, f"patients[{n}]") for n, entry in enumerate(form.patients)),
        protocols=protocols,
        appointments=tuple(_appointment(entry, zones[entry.site]) for entry in form.appointments),
        cohorts=tuple(_cohort(entry) for entry in form.cohorts),
        contacts=tuple(told_contacts(form, periods.faults)),
    )
    faults = [*periods.faults, *_names_in_words(clinic)]
    if faults:
        raise FaultyDocument(tuple(faults))
    return clinic


def read_patient(entry: Mapping[str, object]) -> Patient:
    """Read one patient by the same form, without absences and decisions: `id`, `site` and the fields of a person.

    A field that is empty is left out. Raises `FaultyDocument`, whose paths are the names of fields.
    """
    told = {name: value for name, value in entry.items() if value not in ("", None)}
    return _patient(read_as(PatientEntry, told), _Periods({}), "")


def _names_in_words(clinic: Clinic) -> Iterator[Fault]:
    """Yield where the words of messages name somebody of whom the file itself tells."""
    for number, site in enumerate(clinic.sites):
        staff = tuple(one.name for one in clinic.staff if one.site == site.id)
        patients = tuple(one.name for one in clinic.patients if one.site == site.id)
        for place, chosen in site.message_words:
            path = f"sites[{number}].message_words.{place.language}.{place.form}.{place.kind}"
            for where, why in names_told(chosen, Unnamed(site, staff, patients)):
                yield Fault(f"{path}.{where}", why)


def _form(document: Mapping[str, object]) -> tuple[ClinicDocument | None, list[Fault]]:
    try:
        return ClinicDocument.model_validate(dict(document)), []
    except ValidationError as error:
        return None, list(faults_of(error, ClinicDocument))


def _sorted(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Return each fault once, those of one section together and in the order of the file."""
    sections = list(ClinicDocument.model_fields)

    def place(fault: Fault) -> tuple[int, int]:
        section, _, rest = fault.path.partition("[")
        number = rest.partition("]")[0]
        return sections.index(section) if section in sections else -1, int(number) if number.isdigit() else -1

    return tuple(sorted(dict.fromkeys(faults), key=place))


def _protocols(references: References) -> tuple[tuple[Protocol, ...], list[Fault]]:
    """Read every protocol there is, and return the faults of the others."""
    protocols: list[Protocol] = []
    faults: list[Fault] = []
    where: dict[tuple[str, int], str] = {}
    for path, entry in references.sections["protocols"]:
        key = entry.get("use")
        if "use" in entry and key not in bundled_keys():
            continue
        try:
            protocol = read_protocol(bundled_protocol(str(key)) if "use" in entry else entry)
        except FaultyDocument as faulty:
            faults += [_under(path, fault) for fault in faulty.faults]
            continue
        version = (protocol.key, protocol.version)
        if version in where:
            faults.append(
                Fault(path, f"{protocol.key} version {protocol.version} is already given by {where[version]}")
            )
        where.setdefault(version, path)
        protocols += readings(protocol)
    return tuple(protocols), faults


def _under(path: str, fault: Fault) -> Fault:
    return Fault(path if fault.path == "the document" else f"{path}.{fault.path}", fault.problem, fault.mend)


class _Periods:
    """Turns periods into instants, and remembers those that the clocks make impossible."""

    def __init__(self, zones: Mapping[str, str]) -> None:
        self.zones = zones
        self.faults: list[Fault] = []

    def at(self, site: str, periods: Iterable[Period], path: str) -> tuple[Interval, ...]:
        return tuple(chain.from_iterable(self._one(site, p, f"{path}[{n}]") for n, p in enumerate(periods)))

    def _one(self, site: str, period: Period, path: str) -> Iterator[Interval]:
        try:
            yield period_in(period, self.zones[site])
        except InvalidValue as error:
            self.faults.append(Fault(path, str(error)))


def _hours(week: Mapping[str, str], periods: Iterable[HoursPeriodEntry]) -> tuple[WeeklyHours, ...]:
    dated = (weekly_hours(entry.week, entry.from_day, entry.through) for entry in periods)
    return (*weekly_hours(week), *chain.from_iterable(dated))


def _site(entry: SiteEntry) -> Site:
    return Site(
        id=entry.id,
        name=entry.name,
        public_name=entry.public_name,
        zone=entry.zone,
        hours=_hours(entry.hours, entry.hours_by_period),
        closures=tuple(Closure(c.from_day, c.through, c.reason) for c in entry.closures),
        phone=entry.phone or "",
        address=entry.address or "",
        notice=NoticeAsked(
            timedelta(hours=entry.notice.dosing_hours), timedelta(hours=entry.notice.other_hours)
        ),
        no_decisions=timedelta(hours=entry.no_decisions_hours),
        dormant_days=entry.dormant_days,
        calendar_words=CalendarWords(**dict(entry.calendar_words)),
        reminder_times=ReminderTimes(**dict(entry.reminder_times)),
        language=entry.language,
        message_words=chosen_words(entry.message_words),
        urgent_help=tuple(
            UrgentHelp(one.name, one.phone, tuple(sorted(one.names.items()))) for one in entry.urgent_help
        ),
        holiday_region=entry.holiday_region,
    )


def _room(entry: RoomEntry, periods: _Periods, path: str) -> Room:
    out_of_use = periods.at(entry.site, entry.out_of_use, f"{path}.out_of_use")
    return Room(entry.id, entry.site, entry.name, frozenset(entry.capabilities), out_of_use, entry.places)


def _member(entry: StaffEntry, periods: _Periods, path: str) -> StaffMember:
    watches = USUALLY_WATCHES if entry.may_watch is None else entry.may_watch
    supervises = USUALLY_SUPERVISES if entry.may_supervise is None else entry.may_supervise
    return StaffMember(
        id=entry.id,
        site=entry.site,
        name=entry.name,
        roles=frozenset(entry.roles),
        hours=_hours(entry.hours, entry.hours_by_period),
        credentials=tuple(Credential(held.kind, held.valid_until) for held in entry.credentials),
        time_off=periods.at(entry.site, entry.time_off, f"{path}.time_off"),
        may_watch=watches if Role.MEDICAL_MONITOR in entry.roles else 0,
        may_supervise=supervises if Role.PRESCRIBER in entry.roles else 0,
    )


def _patient(entry: PatientEntry, periods: _Periods, path: str) -> Patient:
    return Patient(
        id=entry.id,
        site=entry.site,
        given_name=entry.given_name,
        family_name=entry.family_name,
        birth_date=entry.birth_date,
        email=entry.email or "",
        phone=entry.phone or "",
        language=entry.language,
        zone=entry.zone,
        referred_on=entry.referred_on,
        unavailable=periods.at(entry.site, entry.unavailable, f"{path}.unavailable"),
        gates=tuple(
            GateRecord(
                kind=gate.gate,
                decision=gate.decision,
                decided_on=gate.decided_on,
                valid_until=gate.valid_until,
                decided_by=gate.decided_by or "",
                covers_visits=gate.covers_visits,
            )
            for gate in entry.gates
        ),
    )


def _appointment(entry: AppointmentEntry, zone: str) -> ExistingAppointment:
    return ExistingAppointment(
        id=entry.id,
        site=entry.site,
        patient=entry.patient,
        kind=entry.kind,
        title=entry.title,
        room=entry.room,
        staff=dict(entry.staff),
        start=moment_at(entry.start, zone),
        minutes=entry.minutes,
    )


def _cohort(entry: CohortEntry) -> Cohort:
    members = (Member(one.patient, place, one.high_dose) for place, one in enumerate(entry.members, start=1))
    return Cohort(entry.id, entry.site, entry.name, entry.protocol, tuple(members))
