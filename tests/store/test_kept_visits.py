"""Visits and patients that are kept are told as the database has them, whoever wrote them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Event, Thread

import pytest
from flask import Flask
from sqlalchemy import event

from scheduler.domain.appointment import Appointment, AppointmentState
from scheduler.domain.people import GateDecision, GateRecord
from scheduler.domain.series import Series
from scheduler.store import appointments, clinic, ledger
from scheduler.store import series as stored
from scheduler.store.appointments import appointments_between
from scheduler.store.database import db
from scheduler.store.glances import patients_named
from scheduler.store.kept_patients import KeptPatients
from scheduler.store.kept_visits import KeptVisits
from scheduler.store.snapshots import forget_old_changes
from scheduler.store.work import reading, unit_of_work
from tests import builders
from tests.store.stored_clinic import SAVED_AT, keep_clinic, keep_series

pytestmark = pytest.mark.usefixtures("clinic_context")

EVERYTHING = builders.HORIZON
PATIENTS = ("patient-1", "patient-2")


def without_lanes(visits: tuple[Appointment, ...]) -> list[Appointment]:
    """Return visits with their claims as facts: lanes are an arrangement, and arranged anew without a word."""
    return [
        replace(
            visit,
            claims=tuple(sorted((replace(one, lane=None) for one in visit.claims), key=repr)),
        )
        for visit in visits
    ]


def told_right(kept: KeptVisits) -> None:
    """Check that what is kept is what everybody reads."""
    told = kept.between(EVERYTHING)
    assert without_lanes(told) == without_lanes(appointments_between(EVERYTHING, "site-1"))


def a_dose(series: Series) -> Appointment:
    dose = series.visit("D1")
    assert dose is not None
    return dose


def goes_on(series: Series) -> None:
    dose = a_dose(series)
    came = replace(dose, state=AppointmentState.CHECKED_IN, version=dose.version + 1, began_at=dose.start)
    appointments.note_progress(came)


def is_called_off(series: Series) -> None:
    appointments.call_off([a_dose(series).id], AppointmentState.CANCELLED_BY_CLINIC, SAVED_AT)


def is_moved(series: Series) -> None:
    last = series.appointments[-1]
    later = replace(last.shifted(timedelta(days=1)), version=last.version + 1)
    stored.save_change(series, replace(series, appointments=(*series.appointments[:-1], later)), SAVED_AT)


def claims_otherwise(series: Series) -> None:
    """Write other claims without a word in the visit's own row, as when somebody may watch more patients."""
    dose = a_dose(series)
    ledger.release([dose.id])
    ledger.take(dose.claims[:-1])


@pytest.mark.parametrize("change", [goes_on, is_called_off, is_moved, claims_otherwise])
def test_what_was_written_is_read_again(change: Callable[[Series], None]) -> None:
    series, kept = keep_series(), KeptVisits("site-1")
    told_right(kept)
    with unit_of_work():
        change(series)
    told_right(kept)


def test_what_nobody_wrote_is_the_very_same() -> None:
    series, kept = keep_series(), KeptVisits("site-1")
    before = {visit.id: visit for visit in kept.between(EVERYTHING)}
    with unit_of_work():
        goes_on(series)
    after = {visit.id: visit for visit in kept.between(EVERYTHING)}
    assert {id for id, visit in after.items() if before[id] is not visit} == {a_dose(series).id}


def test_after_the_log_was_cut_all_is_read_again() -> None:
    series, kept = keep_series(), KeptVisits("site-1")
    told_right(kept)
    with unit_of_work():
        claims_otherwise(series)
    with unit_of_work():
        forget_old_changes(1)
    told_right(kept)


def test_a_series_that_is_new_is_told_and_somebodys_own_visits_alone_where_asked_for() -> None:
    kept = KeptVisits("site-1")
    told_right(kept)
    series = keep_series()
    told_right(kept)
    nurse = next(iter(a_dose(series).people))
    mine = kept.between(EVERYTHING, nurse)
    assert without_lanes(mine) == without_lanes(appointments_between(EVERYTHING, "site-1", nurse))


def test_who_reads_an_earlier_moment_is_told_that_moment(clinic_context: Flask) -> None:
    """A request that began before a change reads as of then, while what is kept is further already."""
    series, kept = keep_series(), KeptVisits("site-1")
    told_right(kept)
    began, changed, told = Event(), Event(), list[Appointment]()

    def earlier() -> None:
        with clinic_context.app_context(), reading():
            appointments_between(EVERYTHING, "site-1")
            began.set()
            changed.wait(30)
            told.extend(without_lanes(kept.between(EVERYTHING)))
            told_right(kept)

    reader = Thread(target=earlier)
    reader.start()
    assert began.wait(30)
    with unit_of_work():
        claims_otherwise(series)
        goes_on(series)
    told_right(kept)
    changed.set()
    reader.join(30)
    states = {visit.id: visit.state for visit in told}
    assert states[a_dose(series).id] is AppointmentState.BOOKED
    told_right(kept)


def test_the_number_of_questions_does_not_grow_with_the_visits() -> None:
    keep_series()
    kept, statements = KeptVisits("site-1"), list[str]()

    def note(*given: object) -> None:
        statements.extend(one for one in [str(given[2])] if one.startswith("SELECT"))

    event.listen(db.engine, "before_cursor_execute", note)
    kept.between(EVERYTHING)
    first = len(statements)
    kept.between(EVERYTHING)
    event.remove(db.engine, "before_cursor_execute", note)
    assert first == 6
    assert len(statements) - first == 2


def test_patients_are_told_as_they_are_and_are_the_same_while_they_are() -> None:
    kept = KeptPatients()
    before = kept.named(PATIENTS)
    assert before == patients_named(PATIENTS)
    assert kept.named(PATIENTS)["patient-1"] is before["patient-1"]
    with unit_of_work():
        decision = GateRecord("escort", GateDecision.PASS, SAVED_AT.date(), decided_at=SAVED_AT)
        clinic.note_decision(before["patient-1"], decision)
    after = kept.named(PATIENTS)
    assert after == patients_named(PATIENTS)
    assert after["patient-1"] != before["patient-1"]
    assert after["patient-2"] is before["patient-2"]
    keep_clinic(patients=(builders.a_patient("patient-2", given_name="Astrid"),))
    assert kept.named(PATIENTS) == patients_named(PATIENTS)
    assert kept.named(["nobody"]) == {}
