"""Enter a new patient, and correct what is known of one: who they are and how they are reached, never why they come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeAlias
from uuid import uuid4

from scheduler.access.permissions import Actor, Permission
from scheduler.booking.acts import Act
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.request import nonsense
from scheduler.booking.retrying import retried_or_refused
from scheduler.clinic_file.clinic_document import read_patient
from scheduler.domain import telling
from scheduler.domain.clock import Clock, local_day
from scheduler.domain.errors import Fault, FaultyDocument
from scheduler.domain.people import Patient
from scheduler.store import clinic
from scheduler.store.audit import AuditEntry, record
from scheduler.store.glances import patients_alike
from scheduler.store.locks import lock
from scheduler.store.work import unit_of_work

Told: TypeAlias = Mapping[str, str]
"""What is told of a patient, by the names of the clinic file's fields; what is empty is not known."""

FIELDS = ("given_name", "family_name", "birth_date", "phone", "email", "zone", "language", "referred_on")
"""What may be told of a patient here."""

OLDEST = 125
"""Years: who would be older was entered with a slip of the pen."""


@dataclass(frozen=True, slots=True)
class RegisterPatient:
    """Enter a new patient at a site. `seen` are the ids of those alike who were shown and are somebody else.

    A request repeated with the same `idempotency_key` enters nobody again.
    """

    site: str
    told: Told
    seen: frozenset[str] = frozenset()
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class ChangePatient:
    """Let these be the facts of a patient; `before` is what was shown of them when they were changed.

    A request repeated with the same `idempotency_key` changes nothing again.
    """

    patient: str
    told: Told
    before: Told = field(default_factory=dict)
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class PatientKept:
    """The patient as kept now."""

    patient: Patient


@dataclass(frozen=True, slots=True)
class NotSound:
    """Nothing was written: something told will not do. The paths of the faults are the names of fields."""

    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class MayBeKnown:
    """Nothing was written: these patients may be the same person."""

    alike: tuple[Patient, ...]


Kept: TypeAlias = PatientKept | NotSound | MayBeKnown | Refused | NotAllowed

_MEND = telling.told("Look at the patient as known now, and enter it again.")


def facts_of(patient: Patient) -> Told:
    """Return what is told of a patient, as it is entered."""
    kept = {name: getattr(patient, name) for name in FIELDS}
    return {name: "" if value is None else str(value) for name, value in kept.items()}


def register_patient(command: RegisterPatient, actor: Actor, clock: Clock) -> Kept:
    """Enter a patient, or say what will not do, or who may be the same. Raises `NotFound` for an unknown site."""
    act = Act("register_patient", Permission.KEEP_PATIENT, command, actor, clock.now())
    if not act.may_at(command.site):
        return act.not_allowed
    return retried_or_refused(lambda: _attempt_to_register(act), telling.told("Enter the patient again."))


def change_patient(command: ChangePatient, actor: Actor, clock: Clock) -> Kept:
    """Correct what is known of a patient, or say what will not do. Raises `NotFound` for an unknown patient.

    Messages that wait for an address that is no longer the patient's are not sent; they become due for the new one.
    """
    act = Act("change_patient", Permission.KEEP_PATIENT, command, actor, clock.now())
    return retried_or_refused(lambda: _attempt_to_change(act), _MEND)


def _attempt_to_register(act: Act[RegisterPatient]) -> Kept:
    command = act.command
    with unit_of_work():
        lock([command.site], [])
        return act.once(
            command.site,
            do=lambda: _registered(act),
            again=lambda earlier: PatientKept(clinic.patient(earlier)),
        )


def _registered(act: Act[RegisterPatient]) -> Kept:
    command = act.command
    zone = clinic.site(command.site).zone
    found = _read(str(uuid4()), command.site, command.told, local_day(act.now, zone))
    if isinstance(found, NotSound):
        return found
    alike = patients_alike(found)
    if {one.id for one in alike} - command.seen:
        return MayBeKnown(alike)
    clinic.add_patient(found)
    return _noted(act, found, {"told": [name for name in FIELDS if command.told.get(name)]})


def _attempt_to_change(act: Act[ChangePatient]) -> Kept:
    command = act.command
    with unit_of_work():
        site = clinic.patient(command.patient).site
        lock([site], [command.patient])
        return act.once(
            site, do=lambda: _changed(act), again=lambda earlier: PatientKept(clinic.patient(earlier))
        )


def _changed(act: Act[ChangePatient]) -> Kept:
    command, known = act.command, clinic.patient(act.command.patient)
    if known.stands_for_cohort:
        why = telling.told("This is a group, and nobody.")
        return Refused(reasons=(nonsense("no_patient", why, telling.told("Choose a patient.")),))
    now_told = facts_of(known)
    if command.before and dict(command.before) != dict(now_told):
        why = telling.told("Somebody else has changed this patient meanwhile.")
        return Refused(reasons=(nonsense("changed_meanwhile", why, _MEND),), race_lost=True)
    told = {**now_told, **command.told}
    found = _read(known.id, known.site, told, local_day(act.now, clinic.site(known.site).zone))
    if isinstance(found, NotSound):
        return found
    new = replace(found, unavailable=known.unavailable, gates=known.gates)
    changed = [name for name, value in facts_of(new).items() if value != now_told[name]]
    if not changed:
        return PatientKept(known)
    clinic.change_patient(new)
    return _noted(act, new, {"changed": changed})


def _noted(
    act: Act[RegisterPatient] | Act[ChangePatient], patient: Patient, details: Mapping[str, object]
) -> PatientKept:
    """Note that it was done, without a word of what was told, and return the patient."""
    record(AuditEntry(act.now, act.actor.id, act.verb, "patient", patient.id, details, patient.site))
    act.note_answer(patient)
    return PatientKept(patient)


def _read(id: str, site: str, told: Told, today: date) -> Patient | NotSound:
    known = {name: value.strip() for name, value in told.items() if name in FIELDS}
    try:
        found = read_patient({"id": id, "site": site, **known})
    except FaultyDocument as faulty:
        return NotSound(faulty.faults)
    faults = (*_against_birth(found.birth_date, today), *_against_referral(found, today))
    return NotSound(faults) if faults else found


def _against_birth(born: date, today: date) -> Iterator[Fault]:
    if born > today:
        yield Fault("birth_date", "lies in the future", "enter the day of birth")
    if born.year < today.year - OLDEST:
        yield Fault("birth_date", f"lies more than {OLDEST} years back", "enter the day of birth")


def _against_referral(patient: Patient, today: date) -> Iterator[Fault]:
    referred = patient.referred_on
    if referred is not None and not patient.birth_date <= referred <= today:
        when = (
            telling.told("lies in the future")
            if referred > today
            else telling.told("lies before the day of birth")
        )
        yield Fault("referred_on", when, "enter the day of the referral, or leave it empty")
