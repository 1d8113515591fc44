"""A clinic with a group room, four facilitators, two nurses and seven patients; a cohort of six of them, and its visits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from scheduler.access.permissions import SYSTEM
from scheduler.booking.book_series import Booked, BookSeries, book_series
from scheduler.clinic_file import Clinic
from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import Clock, StandingClock
from scheduler.domain.cohorts import Cohort
from scheduler.domain.group_readings import key_for_group, readings
from scheduler.domain.group_terms import Member
from scheduler.domain.people import Patient, Role, StaffMember
from scheduler.domain.series import Series
from scheduler.store.clinic import save_clinic
from scheduler.store.series import series_of_patient
from scheduler.store.work import unit_of_work
from tests import builders
from tests.booking.small_clinic import COURSE, MONDAY
from tests.bundled_protocols import a_bundled_protocol

GROUP, COHORT = "group_kap_3", "cohort-1"
GATES = (*builders.ALL_GATES, "eligibility")


def a_facilitator(id: str, **fields: Any) -> StaffMember:
    """Build somebody who may lead a group, first or second."""
    roles = frozenset({Role.THERAPIST, Role.CO_THERAPIST})
    return builders.a_therapist(id, roles=roles, **fields)


NAMES = ("Abbott", "Barlow", "Carver", "Dorsey", "Easton", "Fowler", "Gentry")


def a_patient(number: int, **fields: Any) -> Patient:
    """Build one of seven patients whose names are nobody else's, with every gate open."""
    family = NAMES[number - 1]
    usual = {
        "given_name": f"{family[:2]}rin",
        "family_name": family,
        "email": f"{family.casefold()}@example.org",
        "gates": builders.passed(*GATES),
    }
    return builders.a_patient(f"patient-{number}", **{**usual, **fields})


def group_clinic(members: int = 6, high_dose: tuple[int, ...] = (), **fields: Any) -> Clinic:
    """Build the clinic with a cohort of so many members; `high_dose` are the places of those who have one."""
    patients = tuple(a_patient(n) for n in range(1, 8))
    places = (Member(f"patient-{n}", n, n in high_dose) for n in range(1, members + 1))
    clinic = Clinic(
        sites=(builders.a_site(),),
        rooms=(
            builders.a_room("group-1", capabilities=frozenset({"group"}), places=7),
            builders.an_office("office-1"),
            builders.a_room("dosing-1"),
        ),
        staff=(
            a_facilitator("therapist-1"),
            a_facilitator("therapist-2"),
            builders.a_nurse("nurse-1"),
            builders.a_nurse("nurse-2"),
            builders.a_prescriber(),
            builders.a_coordinator(),
        ),
        patients=patients,
        protocols=(*readings(a_bundled_protocol(GROUP)), a_bundled_protocol(COURSE)),
        cohorts=(Cohort(COHORT, "site-1", "Tuesday group", GROUP, tuple(places)),),
    )
    return replace(clinic, **fields)


def store_group_clinic(**fields: Any) -> None:
    """Store the clinic, some parts replaced."""
    with unit_of_work():
        save_clinic(group_clinic(**fields), MONDAY)


def at(instant: datetime = MONDAY) -> Clock:
    """Return a clock that stands at an instant."""
    return StandingClock(instant)


def book_group(**fields: Any) -> Any:
    """Ask for the best visits of the cohort."""
    command = BookSeries(COHORT, key_for_group(GROUP), **{"earliest": date(2027, 1, 11), **fields})
    return book_series(command, SYSTEM, at())


def booked_group(**fields: Any) -> Series:
    """Book the best visits of the cohort, and return their series."""
    outcome = book_group(**fields)
    assert isinstance(outcome, Booked), outcome
    return outcome.series


def own_series(place: int) -> Series:
    """Return the series of the member in a place."""
    (series,) = series_of_patient(f"patient-{place}")
    return series


def visit_of(place: int, step: str) -> Appointment:
    """Return a member's visit."""
    return next(visit for visit in own_series(place).appointments if visit.step == step)
