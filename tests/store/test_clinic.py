"""Taking in a clinic: read back as it was given, idempotent, and refused with the place of every fault."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from scheduler.clinic_file import bundled_protocol, read_protocol
from scheduler.domain.appointment import AppointmentState
from scheduler.domain.claims import Purpose
from scheduler.domain.errors import FaultyDocument, NotFound
from scheduler.domain.people import Credential, Role
from scheduler.domain.treatment import StepKind
from scheduler.store import appointments, clinic, ledger
from scheduler.store.clinic import ClinicChanges, save_clinic
from scheduler.store.work import unit_of_work
from tests import builders
from tests.store.stored_clinic import (
    NOON,
    SAVED_AT,
    a_call,
    a_clinic,
    a_talk,
    behind_the_back,
    hours,
    keep_clinic,
    keep_series,
    watching,
)

pytestmark = pytest.mark.usefixtures("clinic_context")

ALL = 16
"""How many things the small clinic holds."""


def refused(**fields: Any) -> list[tuple[str, str]]:
    """Return path and problem of each fault that the changed clinic is refused for."""
    with pytest.raises(FaultyDocument) as refusal:
        keep_clinic(**fields)
    return [(fault.path, fault.problem) for fault in refusal.value.faults]


def test_what_was_given_is_read_back() -> None:
    given = a_clinic()
    assert clinic.sites() == given.sites
    assert clinic.site("site-1") == given.sites[0]
    assert clinic.rooms("site-1") == given.rooms
    assert set(clinic.staff("site-1")) == set(given.staff)
    assert set(clinic.patients("site-1")) == set(given.patients)
    assert [clinic.patient(one.id) for one in given.patients] == list(given.patients)
    assert clinic.protocols() == given.protocols
    assert not [*clinic.rooms("elsewhere"), *clinic.staff("elsewhere"), *clinic.patients("elsewhere")]


def test_what_is_not_there_is_named() -> None:
    for ask, name in ((clinic.site, "site"), (clinic.patient, "patient"), (clinic.protocol, "protocol")):
        with pytest.raises(NotFound, match=f"no {name} 'nothing'"):
            ask("nothing")
    with pytest.raises(NotFound, match="in version 9"):
        clinic.protocol("iv_kap_induction_6", 9)


@pytest.mark.parametrize(
    ("matching", "found"),
    [
        ("", ["patient-2", "patient-1"]),
        ("robin", ["patient-1"]),
        ("SAMPLE rob", ["patient-1"]),
        ("åsa", ["patient-2"]),
        ("ÅSA", ["patient-2"]),
        ("patient-1", ["patient-1"]),
        ("ample", ["patient-2", "patient-1"]),
        ("%", []),
        ("_", []),
        ("robin example", []),
    ],
)
def test_patients_are_found_by_the_words_of_their_names(matching: str, found: list[str]) -> None:
    assert [one.id for one in clinic.patients("site-1", matching)] == found


def test_taking_in_the_same_clinic_twice_changes_nothing() -> None:
    before, claims = appointments.appointment("talk-1"), ledger.all_claims()
    assert keep_clinic() == ClinicChanges(created=0, changed=0, unchanged=ALL)
    assert appointments.appointment("talk-1") == before
    assert ledger.all_claims() == claims


def test_what_differs_is_changed_and_what_is_not_named_stays() -> None:
    given = a_clinic()
    nurse = replace(
        builders.a_nurse("nurse-1"),
        name="Another Name",
        hours=builders.weekdays("07:00", "12:00"),
        credentials=(Credential("bls", date(2027, 1, 1)),),
        time_off=(hours(30, 40),),
        may_watch=3,
    )
    room = builders.a_room("dosing-3")
    site = replace(given.sites[0], closures=(), phone="555-0100")
    with unit_of_work():
        changes = save_clinic(
            replace(given, sites=(site,), rooms=(room,), staff=(nurse,), patients=(), appointments=()),
            SAVED_AT,
        )
    assert changes == ClinicChanges(created=1, changed=2, unchanged=1)
    assert clinic.site("site-1") == site
    assert {one.id: one for one in clinic.staff("site-1")}["nurse-1"] == nurse
    assert len(clinic.staff("site-1")) == len(given.staff)
    assert [one.id for one in clinic.rooms("site-1")] == [
        "dosing-1",
        "dosing-2",
        "dosing-3",
        "office-1",
        "office-2",
    ]
    with unit_of_work():
        ledger.take(watching(0, 1) for _ in range(3))


def test_a_shift_deleted_behind_the_back_is_gone_and_comes_back_with_the_file(database_url: str) -> None:
    with behind_the_back(database_url) as connection:
        connection.execute("DELETE FROM shift WHERE staff_id = 'therapist-1' AND weekday = 3")
    person = next(one for one in clinic.staff("site-1") if one.id == "therapist-1")
    assert [stretch.weekday for stretch in person.hours] == [0, 1, 2, 4]
    assert keep_clinic() == ClinicChanges(created=0, changed=1, unchanged=ALL - 1)
    assert len(next(one for one in clinic.staff("site-1") if one.id == "therapist-1").hours) == 5


def test_a_person_may_move_to_another_site_with_their_lanes() -> None:
    other = builders.a_site(id="site-2")
    moved = builders.a_nurse("nurse-1", site="site-2")
    with unit_of_work():
        ledger.take([watching(0, 1)])
    keep_clinic(sites=(*a_clinic().sites, other), staff=(moved,))
    assert [one.id for one in clinic.staff("site-2")] == ["nurse-1"]
    assert "nurse-1" not in {one.id for one in clinic.staff("site-1")}


def test_one_id_cannot_stand_for_two_kinds_of_thing() -> None:
    faults = refused(rooms=(builders.a_room("patient-1"),), staff=(builders.a_nurse("office-1"),))
    assert faults == [
        ("rooms[0].id", "'patient-1' is the id of a patient already"),
        ("staff[0].id", "'office-1' is the id of a room already"),
    ]


def test_a_protocol_never_changes_under_its_version() -> None:
    document = dict(bundled_protocol("iv_kap_induction_6"))
    changed = read_protocol({**document, "title": "Another title"})
    faults = refused(protocols=(changed,))
    assert [path for path, _ in faults] == ["protocols[0].version"]
    newer = read_protocol({**document, "version": 2, "title": "Another title"})
    assert keep_clinic(protocols=(newer,)).created == 1
    assert clinic.protocols() == (newer,)
    assert clinic.protocol(newer.key) == newer
    assert clinic.protocol(newer.key, 1) == a_clinic().protocols[0]
    assert clinic.protocol_versions() == (a_clinic().protocols[0], newer)


def test_a_capacity_below_what_is_claimed_is_refused_with_its_place() -> None:
    with unit_of_work():
        ledger.take([watching(0, 2), watching(1, 3)])
    position = [one.id for one in a_clinic().staff].index("nurse-1")
    staff = tuple(replace(one, may_watch=1) if one.id == "nurse-1" else one for one in a_clinic().staff)
    ((path, problem),) = refused(staff=staff, appointments=())
    assert path == f"staff[{position}]"
    assert "staff 'nurse-1' (watch) can take 1 at once" in problem
    assert {one.id: one for one in clinic.staff("site-1")}["nurse-1"].may_watch == 2


def test_an_existing_appointment_takes_everybody_named_whole() -> None:
    nurse = {Role.MEDICAL_MONITOR: "nurse-2", Role.THERAPIST: "therapist-1"}
    keep_clinic(appointments=(a_talk(id="check-1", patient="patient-1", room="office-1", staff=nurse),))
    visit = appointments.appointment("check-1")
    assert (visit.series, visit.step, visit.kind) == ("", "", StepKind.PREPARATION)
    assert (visit.title, visit.state) == ("Preparation elsewhere", AppointmentState.BOOKED)
    assert [(phase.name, phase.interval) for phase in visit.phases] == [("visit", hours(0, 1))]
    assert dict(visit.staff) == nurse
    assert sorted((claim.resource, claim.purpose, claim.lane) for claim in visit.claims) == [
        ("nurse-2", Purpose.OCCUPY, 0),
        ("nurse-2", Purpose.WATCH, 0),
        ("nurse-2", Purpose.WATCH, 1),
        ("office-1", Purpose.OCCUPY, 0),
        ("patient-1", Purpose.OCCUPY, 0),
        ("therapist-1", Purpose.OCCUPY, 0),
    ]
    assert {claim.interval for claim in visit.claims} == {hours(0, 1)}


def test_a_changed_appointment_gives_back_what_it_had() -> None:
    later = a_talk(start=NOON + timedelta(hours=2), room="office-1")
    # Another may have the old time at once.
    new = a_talk(id="talk-2", patient="patient-1")
    assert keep_clinic(appointments=(new, later)) == ClinicChanges(created=1, changed=1, unchanged=ALL - 2)
    visit = appointments.appointment("talk-1")
    assert (visit.version, visit.room, visit.interval) == (2, "office-1", hours(2, 3))
    assert {claim.interval for claim in visit.claims} == {hours(2, 3)}


def test_an_appointment_follows_what_its_staff_may_watch() -> None:
    call = a_call(staff={Role.MEDICAL_MONITOR: "nurse-1"})
    keep_clinic(appointments=(call,))
    staff = tuple(replace(one, may_watch=1) if one.id == "nurse-1" else one for one in a_clinic().staff)
    keep_clinic(staff=staff, appointments=(call,))
    claims = appointments.appointment("call-1").claims
    assert sorted(claim.purpose for claim in claims if claim.resource == "nurse-1") == ["occupy", "watch"]


def test_an_appointment_called_off_stays_called_off_when_the_file_comes_again() -> None:
    with unit_of_work():
        appointments.call_off(["talk-1"], AppointmentState.CANCELLED_BY_PATIENT, SAVED_AT)
    assert keep_clinic().changed == 0
    keep_clinic(appointments=(a_talk(title="Another title"), a_talk(id="talk-2", patient="patient-1")))
    visit = appointments.appointment("talk-1")
    assert (visit.state, visit.title, visit.claims) == (
        AppointmentState.CANCELLED_BY_PATIENT,
        "Another title",
        (),
    )


def test_every_appointment_without_a_place_is_named() -> None:
    clash = a_talk(id="talk-2", patient="patient-1")
    other = a_talk(id="talk-3", patient="patient-1", start=NOON + timedelta(hours=5))
    second = a_talk(id="talk-4", room=None, staff={}, start=NOON + timedelta(minutes=30))
    faults = refused(appointments=(a_talk(), clash, other, second))
    assert [path for path, _ in faults] == ["appointments[1]", "appointments[3]"]
    assert "Thu 3 Dec 2026 12:00 MST" in faults[0][1]
    with pytest.raises(NotFound):
        appointments.appointment("talk-3")


def test_a_visit_of_a_series_is_not_the_files_to_change() -> None:
    series = keep_series()
    id = series.appointments[0].id
    ((path, problem),) = refused(appointments=(a_call(), a_talk(id=id)))
    assert path == "appointments[1].id"
    assert "series-1" in problem
