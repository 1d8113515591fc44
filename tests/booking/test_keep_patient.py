"""A new patient is entered and known ones corrected, at the desk, without a file."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from scheduler.booking.book_series import Booked, BookSeries, book_series
from scheduler.booking.keep_patient import (
    ChangePatient,
    MayBeKnown,
    NotSound,
    PatientKept,
    RegisterPatient,
    Told,
    change_patient,
    facts_of,
    register_patient,
)
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.domain.people import Patient
from scheduler.store import clinic
from scheduler.store.audit import history
from tests.booking.small_clinic import COURSE, clock
from tests.booking.the_day import DESK, NURSE

pytestmark = pytest.mark.usefixtures("small_clinic")

ROBIN = {
    "given_name": "Robin",
    "family_name": "Sage",
    "birth_date": "1984-05-17",
    "phone": "+1 303 555 0142",
    "email": "robin@example.org",
    "zone": "America/Chicago",
    "language": "es",
}


def entered(told: Told = ROBIN, seen: frozenset[str] = frozenset()) -> Patient:
    outcome = register_patient(RegisterPatient("site-1", told, seen), DESK, clock())
    assert isinstance(outcome, PatientKept), outcome
    return outcome.patient


def test_a_new_patient_is_known_from_then_on_and_can_be_booked() -> None:
    made = entered()
    known = clinic.patient(made.id)
    assert known == made
    assert (known.name, known.birth_date, known.site) == ("Robin Sage", date(1984, 5, 17), "site-1")
    assert (known.zone, known.language, known.email) == ("America/Chicago", "es", "robin@example.org")
    assert isinstance(book_series(BookSeries(made.id, COURSE), DESK, clock()), Booked)


def test_what_is_not_told_is_not_known() -> None:
    known = entered({**ROBIN, "phone": "", "email": " ", "zone": "", "language": ""})
    assert (known.phone, known.email, known.zone, known.language) == ("", "", None, None)


def test_the_history_says_who_entered_it_and_nothing_of_what_was_told() -> None:
    made = entered()
    [entry] = history("patient", made.id)
    assert (entry.actor, entry.verb, entry.site) == (DESK.id, "register_patient", "site-1")
    assert not [value for value in ROBIN.values() if value in str(entry.details)]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"birth_date": "2031-01-01"}, "birth_date"),
        ({"birth_date": "1884-05-17"}, "birth_date"),
        ({"birth_date": "17.5.1984"}, "birth_date"),
        ({"birth_date": ""}, "birth_date"),
        ({"given_name": " "}, "given_name"),
        ({"family_name": "x" * 400}, "family_name"),
        ({"email": "nowhere"}, "email"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"phone": "call me"}, "phone"),
    ],
)
def test_what_will_not_do_is_told_at_its_field_and_nothing_is_written(
    wrong: dict[str, str], field: str
) -> None:
    before = clinic.patients("site-1")
    outcome = register_patient(RegisterPatient("site-1", {**ROBIN, **wrong}), DESK, clock())
    assert isinstance(outcome, NotSound), outcome
    assert [fault.path for fault in outcome.faults] == [field]
    assert clinic.patients("site-1") == before


@pytest.mark.parametrize(
    ("told", "is_alike"),
    [
        (ROBIN, True),
        ({**ROBIN, "given_name": "ROBIN", "family_name": "Other"}, True),
        ({**ROBIN, "given_name": "Other"}, True),
        ({**ROBIN, "birth_date": "1984-05-18"}, False),
        ({**ROBIN, "given_name": "Other", "family_name": "Name"}, False),
    ],
)
def test_who_may_be_known_already_is_shown_before_anything_is_written(told: Told, is_alike: bool) -> None:
    first = entered()
    outcome = register_patient(RegisterPatient("site-1", told), DESK, clock())
    assert isinstance(outcome, MayBeKnown) is is_alike
    if isinstance(outcome, MayBeKnown):
        assert outcome.alike == (first,)
        assert entered(told, seen=frozenset({first.id})).id != first.id


def test_somebody_alike_who_was_not_shown_is_shown_all_the_same() -> None:
    first = entered()
    second = entered(seen=frozenset({first.id}))
    outcome = register_patient(RegisterPatient("site-1", ROBIN, frozenset({first.id})), DESK, clock())
    assert isinstance(outcome, MayBeKnown)
    assert {one.id for one in outcome.alike} == {first.id, second.id}


def test_what_is_corrected_leaves_the_rest_as_it_was() -> None:
    made = entered()
    clinic_before = clinic.patient("patient-1")
    outcome = change_patient(ChangePatient(made.id, {"family_name": "Thyme", "phone": ""}), DESK, clock())
    assert isinstance(outcome, PatientKept)
    assert clinic.patient(made.id) == replace(made, family_name="Thyme", phone="")
    assert clinic.patient("patient-1") == clinic_before
    assert history("patient", made.id)[-1].details == {"changed": ["family_name", "phone"]}


def test_decisions_and_absences_stay_when_a_patient_is_corrected() -> None:
    before = clinic.patient("patient-1")
    assert before.gates
    assert isinstance(
        change_patient(ChangePatient(before.id, {"zone": "America/Chicago"}), DESK, clock()), PatientKept
    )
    assert clinic.patient(before.id) == replace(before, zone="America/Chicago")


def test_nothing_is_written_where_all_is_so_already() -> None:
    made = entered()
    assert isinstance(change_patient(ChangePatient(made.id, ROBIN), DESK, clock()), PatientKept)
    assert len(history("patient", made.id)) == 1


def test_who_was_slower_is_told_and_loses_nothing_of_the_other() -> None:
    made = entered()
    seen = facts_of(made)
    assert isinstance(
        change_patient(ChangePatient(made.id, {"phone": "+1 303 555 0199"}, seen), DESK, clock()), PatientKept
    )
    late = change_patient(ChangePatient(made.id, {**seen, "email": "new@example.org"}, seen), DESK, clock())
    assert isinstance(late, Refused)
    assert late.race_lost
    assert clinic.patient(made.id).phone == "+1 303 555 0199"


def test_only_the_desk_enters_and_corrects() -> None:
    assert isinstance(register_patient(RegisterPatient("site-1", ROBIN), NURSE, clock()), NotAllowed)
    assert isinstance(change_patient(ChangePatient("patient-1", ROBIN), NURSE, clock()), NotAllowed)
    elsewhere = replace(DESK, site="site-9")
    assert isinstance(change_patient(ChangePatient("patient-1", ROBIN), elsewhere, clock()), NotAllowed)
