"""A clinic file becomes values of the domain, all or nothing, and names everything that is wrong with its path."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from scheduler.clinic_file import ExistingAppointment, read_clinic
from scheduler.domain.calendar_words import USUAL_WORDS, CalendarWords, PatientShown
from scheduler.domain.interval import Interval
from scheduler.domain.people import GateDecision, GateRecord, Role
from scheduler.domain.places import Closure, WeeklyHours
from scheduler.domain.treatment import StepKind
from tests.clinic_file.documents import bundled, clinic_faults, small_clinic, small_protocol

Change = Callable[[dict[str, Any]], object]


def test_a_sound_file_is_read_whole() -> None:
    clinic = read_clinic(small_clinic())
    assert [site.id for site in clinic.sites] == ["maple", "oak"]
    assert [room.id for room in clinic.rooms] == ["room-1", "office-1"]
    assert [person.id for person in clinic.staff] == ["ada", "ben", "kim"]
    assert [patient.name for patient in clinic.patients] == ["A Fern", "B Moss"]
    assert [protocol.key for protocol in clinic.protocols] == ["iv_kap_induction_6"]
    assert clinic.appointments == (
        ExistingAppointment(
            id="a1",
            site="maple",
            patient="p1",
            kind=StepKind.INTEGRATION,
            title="Talk",
            room="office-1",
            staff={Role.THERAPIST: "ada"},
            start=datetime(2026, 12, 3, 17, tzinfo=UTC),
            minutes=50,
        ),
    )


def test_an_empty_section_may_be_left_out() -> None:
    assert read_clinic({"protocols": [small_protocol()]}).protocols[0].key == "small"


def test_hours_are_read_for_days_and_stretches() -> None:
    document = small_clinic()
    document["staff"][0]["hours"] = {"mon-tue, thu": "08:00-12:00, 13:00-16:30"}
    document["staff"][0]["hours_by_period"] = [{"from": "2026-12-01", "week": {"sat": "09:00-12:00"}}]
    hours = read_clinic(document).staff[0].hours
    morning, afternoon = (time(8), time(12)), (time(13), time(16, 30))
    expected = [WeeklyHours(day, *stretch) for day in (0, 1, 3) for stretch in (morning, afternoon)]
    assert hours == (*expected, WeeklyHours(5, time(9), time(12), date(2026, 12, 1)))


def test_whole_days_end_at_the_local_midnight_after_the_last() -> None:
    document = small_clinic()
    document["patients"][0]["unavailable"] = [
        {"from": "2026-11-01", "through": "2026-11-01"},
        {"from": "2026-12-01 12:00", "until": "2026-12-01 14:00"},
        {"from": "2026-12-02T12:00:00+00:00", "until": "2026-12-02T14:00:00+00:00"},
    ]
    clock_change, afternoon, elsewhere = read_clinic(document).patients[0].unavailable
    assert clock_change.duration == timedelta(hours=25)
    assert afternoon == Interval(datetime(2026, 12, 1, 19, tzinfo=UTC), datetime(2026, 12, 1, 21, tzinfo=UTC))
    assert elsewhere.start == datetime(2026, 12, 2, 12, tzinfo=UTC)


def test_closures_gates_and_contacts_are_read() -> None:
    document = small_clinic()
    document["sites"][0]["closures"] = [
        {"from": "2026-12-24", "through": "2026-12-26", "reason": "Christmas"}
    ]
    gate = {"gate": "payment", "decision": "hold", "decided_on": "2026-11-01", "valid_until": "2026-12-01"}
    document["patients"][0].update(gates=[gate], email="a@example.org", zone="Europe/Berlin", language="es")
    clinic = read_clinic(document)
    assert clinic.sites[0].closures == (Closure(date(2026, 12, 24), date(2026, 12, 26), "Christmas"),)
    patient = clinic.patients[0]
    assert patient.gates == (GateRecord("payment", GateDecision.HOLD, date(2026, 11, 1), date(2026, 12, 1)),)
    assert (patient.email, patient.phone, patient.zone, patient.language) == (
        "a@example.org",
        "",
        "Europe/Berlin",
        "es",
    )


def test_limits_that_are_not_given_follow_from_the_roles() -> None:
    document = small_clinic()
    assert [(p.may_watch, p.may_supervise) for p in read_clinic(document).staff] == [(0, 0), (2, 0), (0, 6)]
    document["staff"][1]["may_watch"] = 3
    document["staff"][2]["may_supervise"] = 0
    assert [(p.may_watch, p.may_supervise) for p in read_clinic(document).staff] == [(0, 0), (3, 0), (0, 0)]


def test_an_expired_credential_is_a_fact_and_no_fault() -> None:
    document = small_clinic()
    document["staff"][0]["credentials"] = [{"kind": "kap_training", "valid_until": "2020-01-31"}]
    assert not read_clinic(document).staff[0].holds("kap_training", date(2026, 12, 1))


def test_days_may_be_days_and_not_text() -> None:
    """Other readers of YAML give days and local moments as such."""
    document = small_clinic()
    document["patients"][0]["birth_date"] = date(1980, 1, 31)
    document["staff"][0]["time_off"] = [{"from": date(2026, 12, 1), "through": date(2026, 12, 2)}]
    document["appointments"][0]["start"] = datetime(2026, 12, 3, 10)
    assert read_clinic(document).appointments[0].start == datetime(2026, 12, 3, 17, tzinfo=UTC)


def test_the_document_is_not_changed() -> None:
    document = small_clinic()
    read_clinic(document)
    assert document == small_clinic()


def _appointment(**changed: object) -> Change:
    return lambda d: d["appointments"][0].update(changed)


def _another(**changed: object) -> Change:
    return lambda d: d["appointments"].append({**d["appointments"][0], "id": "a2", **changed})


FAULTS: list[tuple[Change, str]] = [
    (lambda d: d.update(room=[]), "room: is not known here (did you mean 'rooms'?)"),
    (lambda d: d.update(format="clinic-file/2"), "format: 'clinic-file/2' is not one of the choices"),
    (lambda d: d.update(rooms={}), "rooms: is a set of named entries, but a list is wanted"),
    (lambda d: d["rooms"].append("x"), "rooms[2]: is 'x', but a set of named entries is wanted"),
    (
        lambda d: d["sites"][0].update(zone="Mars/Olympus"),
        "sites[0].zone: 'Mars/Olympus' is not a known time zone",
    ),
    (lambda d: d["sites"][0].update(zone=5), "sites[0].zone: is '5', but text is wanted"),
    (lambda d: d["sites"][0].pop("public_name"), "sites[0].public_name: is missing"),
    (lambda d: d["sites"][0].pop("hours"), "sites[0].hours: is missing (such as {mon-fri: '08:00-17:00'})"),
    (
        lambda d: d["sites"][0].update(
            closures=[{"from": "2026-12-26", "through": "2026-12-24", "reason": "x"}]
        ),
        "sites[0].closures[0]: runs backwards, from 2026-12-26 through 2026-12-24",
    ),
    (lambda d: d["sites"][0].update(phone="call me"), "sites[0].phone: 'call me' has the wrong form"),
    (
        lambda d: d["staff"][0].update(hours={"mon": "17:00-08:00"}),
        "staff[0].hours.mon: 17:00-08:00 ends before it starts (hours past midnight belong to two days)",
    ),
    (
        lambda d: d["staff"][0].update(hours={"mon": "08:00-24:00"}),
        "staff[0].hours.mon: '24:00' is not a time of day",
    ),
    (
        lambda d: d["staff"][0].update(hours={"mon": "8 to 5"}),
        "staff[0].hours.mon: '8 to 5' is not a stretch of a day",
    ),
    (
        lambda d: d["staff"][0].update(hours={"mon": "08:00-12:00, 11:00-14:00"}),
        "staff[0].hours.mon: '08:00-12:00, 11:00-14:00' has stretches that overlap",
    ),
    (
        lambda d: d["staff"][0].update(hours={"Monday": "08:00-12:00"}),
        "staff[0].hours: 'Monday' is not a weekday",
    ),
    (
        lambda d: d["staff"][0].update(hours={"fri-mon": "08:00-12:00"}),
        "staff[0].hours: 'fri-mon' runs backwards",
    ),
    (
        lambda d: d["staff"][0].update(hours={"mon-fri": "08:00-12:00", "fri": "08:00-10:00"}),
        "staff[0].hours: 'mon-fri' and 'fri' both name fri (give each weekday once)",
    ),
    (
        lambda d: d["staff"][0].update(
            hours_by_period=[{"from": "2026-12-02", "through": "2026-12-01", "week": {"mon": "08:00-12:00"}}]
        ),
        "staff[0].hours_by_period[0]: runs backwards",
    ),
    (
        lambda d: d["staff"][0].update(roles=["therapst"]),
        "staff[0].roles[0]: 'therapst' is not one of the choices",
    ),
    (lambda d: d["staff"][0].update(roles=[]), "staff[0].roles: must not be empty"),
    (lambda d: d["staff"][0].update(site="elm"), "staff[0].site: there is no site 'elm' (known: maple, oak)"),
    (lambda d: d["staff"][0].update(may_watch=1), "staff[0].may_watch: goes with the role medical_monitor"),
    (lambda d: d["staff"][1].update(may_watch=-1), "staff[1].may_watch: '-1' is out of range"),
    (
        lambda d: d["staff"][1].update(may_watch=1.5),
        "staff[1].may_watch: is '1.5', but a whole number is wanted",
    ),
    (lambda d: d["staff"][1].update(id="ada"), "staff[1].id: 'ada' is already the id of staff[0]"),
    (
        lambda d: d["staff"][1].update(id="p1"),
        "patients[0].id: 'p1' is already the id of staff[1] (rooms, staff, patients and cohorts share one list of ids)",
    ),
    (
        lambda d: d["staff"][0].update(credentials=[{"kind": "kap_trainin", "valid_until": "2026-12-01"}]),
        "staff[0].credentials[0].kind: no protocol asks for 'kap_trainin' (did you mean 'kap_training'?)",
    ),
    (
        lambda d: d["staff"][0].update(credentials=[{"kind": "bls", "valid_until": "soon"}]),
        "staff[0].credentials[0].valid_until: 'soon' is not a day (write it as 2026-12-03)",
    ),
    (
        lambda d: d["staff"][0].update(credentials=[{"kind": "bls", "valid_until": "0202-12-01"}]),
        "staff[0].credentials[0].valid_until: the year of 0202-12-01 cannot be meant",
    ),
    (
        lambda d: d["staff"][0].update(time_off=[{"from": "2026-12-02", "through": "2026-12-01"}]),
        "staff[0].time_off[0]: runs backwards, from 2026-12-02 through 2026-12-01",
    ),
    (
        lambda d: d["staff"][0].update(time_off=[{"from": "2026-12-02 10:00", "until": "2026-12-02 09:00"}]),
        "staff[0].time_off[0]: ends before it starts",
    ),
    (
        lambda d: d["staff"][0].update(time_off=[{"from": "2026-12-02 10:00", "until": "2026-12-02 11:00Z"}]),
        "staff[0].time_off[0]: one moment has an offset, the other has none",
    ),
    (
        lambda d: d["staff"][0].update(time_off=[{"from": "2026-12-02"}]),
        "staff[0].time_off[0]: needs either `through`",
    ),
    (
        lambda d: d["staff"][0].update(time_off=[{"from": "2026-12-02 10:00", "through": "2026-12-03"}]),
        "staff[0].time_off[0]: `through` goes with a whole day",
    ),
    (
        lambda d: d["staff"][0].update(time_off=[{"from": "2027-03-14 02:30", "until": "2027-03-14 03:30"}]),
        "staff[0].time_off[0]: 2027-03-14 02:30 does not exist in America/Denver",
    ),
    (
        lambda d: d["rooms"][0].update(capabilities=["iv_dosng"]),
        "rooms[0].capabilities[0]: no protocol asks for 'iv_dosng' (did you mean 'iv_dosing'?)",
    ),
    (lambda d: d["rooms"][0].update(capabilities=[]), "rooms[0].capabilities: must not be empty"),
    (lambda d: d["patients"][0].update(email="a@b"), "patients[0].email: 'a@b' has the wrong form"),
    (
        lambda d: d["patients"][0].update(birth_date="1980-02-30"),
        "patients[0].birth_date: '1980-02-30' is not a day",
    ),
    (
        lambda d: d["patients"][0].update(zone="Nowhere"),
        "patients[0].zone: 'Nowhere' is not a known time zone",
    ),
    (
        lambda d: d["patients"][0].update(language="English"),
        "patients[0].language: 'English' has the wrong form",
    ),
    (lambda d: d["patients"][0].update(id="p 1"), "patients[0].id: 'p 1' has the wrong form"),
    (
        lambda d: d["patients"][0].update(
            gates=[
                {
                    "gate": "payment",
                    "decision": "pass",
                    "decided_on": "2026-12-02",
                    "valid_until": "2026-12-01",
                }
            ]
        ),
        "patients[0].gates[0]: is valid until 2026-12-01, before it was decided on 2026-12-02",
    ),
    (
        lambda d: d["patients"][0].update(
            gates=[
                {"gate": "payment", "decision": word, "decided_on": "2026-12-02"} for word in ("pass", "hold")
            ]
        ),
        "patients[0].gates: has two decisions about payment on 2026-12-02 (keep the one that counts)",
    ),
    (
        lambda d: d["patients"][0].update(
            gates=[{"gate": "paymnt", "decision": "pass", "decided_on": "2026-12-02"}]
        ),
        "patients[0].gates[0].gate: no protocol asks for 'paymnt' (did you mean 'payment'?)",
    ),
    (
        lambda d: d["protocols"].append({"use": "im_kap_4"}),
        "protocols[1].use: no protocol 'im_kap_4' comes with",
    ),
    (
        lambda d: d["protocols"].append(bundled("iv_kap_induction_6")),
        "protocols[1]: iv_kap_induction_6 version 1 is already given by protocols[0]",
    ),
    (
        lambda d: d["protocols"].append({**small_protocol(), "title": 5}),
        "protocols[1].title: is '5', but text is wanted",
    ),
    (
        lambda d: d["protocols"].append({**small_protocol(), "most_doses": "unknown"}),
        "protocols[1].most_doses: there is no quantity 'unknown'",
    ),
    (
        lambda d: d["protocols"].append({**small_protocol(), "windows": []}),
        "protocols[1].windows: nothing decides whether D1 or D2 comes first",
    ),
    (
        lambda d: d["protocols"].append("im_kap_3"),
        "protocols[1]: is 'im_kap_3', but a set of named entries is wanted",
    ),
    (_appointment(patient="p9"), "appointments[0].patient: there is no patient 'p9' (known: p1, p2)"),
    (_appointment(room="room-9"), "appointments[0].room: there is no room 'room-9' (did you mean 'room-1'?)"),
    (
        _appointment(staff={"therapist": "eve"}),
        "appointments[0].staff.therapist: there is no member of staff 'eve'",
    ),
    (
        _appointment(staff={"therapist": "kim"}),
        "appointments[0].staff.therapist: 'kim' is no therapist (their roles: prescriber)",
    ),
    (_appointment(staff={"nurse": "ben"}), "appointments[0].staff.nurse: 'nurse' is not one of the choices"),
    (_appointment(staff={}), "appointments[0].staff: must not be empty"),
    (_appointment(kind="talk"), "appointments[0].kind: 'talk' is not one of the choices"),
    (_appointment(minutes=0), "appointments[0].minutes: '0' is out of range (it must be at least 5)"),
    (_appointment(start="10 o'clock"), "appointments[0].start: '10 o'clock' is not a moment"),
    (
        _appointment(start="2027-03-14 02:30"),
        "appointments[0].start: 2027-03-14 02:30 does not exist in America/Denver: the clocks go forward over it",
    ),
    (
        _appointment(site="oak"),
        "appointments[0].patient: 'p1' belongs to the site 'maple', but the appointment is",
    ),
    (
        _another(id="a1", start="2026-12-04 10:00"),
        "appointments[1].id: 'a1' is already the id of appointments[0]",
    ),
    (
        _another(start="2026-12-03T17:30:00Z", patient="p2", room=None),
        "appointments[1]: needs 'ada' at Thu 3 Dec 2026 10:30 MST, while appointments[0] still has it",
    ),
    (
        _another(start="2026-12-03 10:49", patient="p2", staff={"prescriber": "kim"}),
        "appointments[1]: needs 'office-1' at Thu 3 Dec 2026 10:49 MST",
    ),
    (
        _another(room=None, staff={"prescriber": "kim"}),
        "appointments[1]: needs 'p1' at Thu 3 Dec 2026 10:00 MST",
    ),
]


@pytest.mark.parametrize(("change", "line"), FAULTS, ids=[line[:80] for _, line in FAULTS])
def test_what_is_wrong_is_named_with_its_path(change: Change, line: str) -> None:
    document = small_clinic()
    change(document)
    assert any(found.startswith(line) for found in clinic_faults(document)), clinic_faults(document)


def test_appointments_may_follow_one_another() -> None:
    document = small_clinic()
    _another(start="2026-12-03 10:50")(document)
    assert len(read_clinic(document).appointments) == 2


def test_a_site_chooses_what_its_calendars_call_visits() -> None:
    document = small_clinic()
    assert read_clinic(document).sites[0].calendar_words == USUAL_WORDS
    document["sites"][0]["calendar_words"] = {"dosing": "L", "patient": "id"}
    assert read_clinic(document).sites[0].calendar_words == CalendarWords("L", patient=PatientShown.ID)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({"dosing": "KET"}, "must not tell the treatment"),
        ({"dosing": "LONGER"}, "must be 1 to 4 letters or digits"),
        ({"dosing": "P"}, "must differ from the others"),
        ({"patient": "full_name"}, "full_name"),
        ({"talk": "T"}, "talk"),
    ],
)
def test_words_that_will_not_do_are_a_fault(words: dict[str, str], why: str) -> None:
    document = small_clinic()
    document["sites"][0]["calendar_words"] = words
    [fault] = clinic_faults(document)
    assert fault.startswith("sites[0].calendar_words")
    assert why in fault
