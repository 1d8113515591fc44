"""Patients for programs: whom there is, what was decided about them, and by which protocols they can be treated."""

from __future__ import annotations

from dataclasses import replace

from scheduler.api.answers_about_the_clinic import (
    PatientAnswer,
    PatientLineAnswer,
    PatientsAnswer,
    ProtocolAnswer,
    ProtocolsAnswer,
)
from scheduler.api.asked import Decision, PatientSearchAsked
from scheduler.api.operations import Asking, Nothing
from scheduler.api.problems import granted
from scheduler.booking.decide_gate import decide_gate
from scheduler.booking.reach import patient_within_reach, search_within_reach, sites_within_reach
from scheduler.store import clinic
from scheduler.store import series as stored
from scheduler.store.glances import patient_lines
from scheduler.store.work import reading


def search_patients(asking: Asking[PatientSearchAsked]) -> PatientsAnswer:
    """Find patients by words in name, phone or birthday, at one site: the token's own, or the first.

    Posted, since a name in an address would end in histories and logs. A therapist's token finds the therapist's own.
    """
    asked = asking.asked
    with reading():
        site = sites_within_reach(asking.actor, asked.site)[0]
        search = search_within_reach(asking.actor, site, asked.wanted or "")
        found = patient_lines(replace(search, limit=asked.limit + 1), asking.clock.now())
    told = tuple(PatientLineAnswer.of(line) for line in found[: asked.limit])
    return PatientsAnswer(patients=told, more=len(found) > asked.limit)


def read_patient(asking: Asking[Nothing]) -> PatientAnswer:
    """Look at a patient without name and contact: what was decided, and the series."""
    with reading():
        found = patient_within_reach(asking.actor, asking.ids["patient"])
        return PatientAnswer.of(found, stored.series_of_patient(found.id))


def decide_about_patient(asking: Asking[Decision]) -> PatientAnswer:
    """Decide a gate for a patient, pass or hold; the table of gates says which role may decide which."""
    with reading():
        found = patient_within_reach(asking.actor, asking.ids["patient"])
    outcome = decide_gate(asking.asked.decide(found.id, asking.key), asking.actor, asking.clock)
    patient = granted(outcome).patient
    return PatientAnswer.of(patient, stored.series_of_patient(patient.id))


def list_protocols(asking: Asking[Nothing]) -> ProtocolsAnswer:
    """List the protocols that a series can be booked by, with the keys of their visits."""
    return ProtocolsAnswer(protocols=tuple(ProtocolAnswer.of(one) for one in clinic.protocols()))
