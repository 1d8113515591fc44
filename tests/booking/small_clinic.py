"""A small clinic for the use cases: two dosing rooms, three therapists, four patients, and a protocol with a choice."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from scheduler.access.permissions import SYSTEM
from scheduler.booking.book_series import Booked, BookSeries, book_series
from scheduler.booking.preview_series import PreviewSeries, SeriesPreview, preview_series
from scheduler.booking.request import ChosenVisit
from scheduler.clinic_file import Clinic, bundled_protocol, read_protocol
from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import Clock, StandingClock
from scheduler.domain.series import Series
from scheduler.domain.treatment import Protocol
from scheduler.store.clinic import save_clinic
from scheduler.store.work import unit_of_work
from tests import builders
from tests.bundled_protocols import a_bundled_protocol

INDUCTION, COURSE, CHOICE = "iv_kap_induction_6", "im_kap_3", "im_kap_3_choice"

MONDAY = datetime(2027, 1, 4, 16, 5, tzinfo=UTC)
"""Monday 4 January 2027, 09:05 in Denver: 'now' of the tests, far from any closure."""


def small_clinic(**fields: Any) -> Clinic:
    """Build the clinic."""
    clinic = Clinic(
        sites=(builders.a_site(),),
        rooms=(
            builders.a_room("dosing-1"),
            builders.a_room("dosing-2"),
            builders.an_office("office-1"),
            builders.an_office("office-2"),
        ),
        staff=(*builders.a_staff(), builders.a_therapist("therapist-3")),
        patients=tuple(builders.a_patient(f"patient-{number}") for number in (1, 2, 3, 4)),
        protocols=(a_bundled_protocol(INDUCTION), a_bundled_protocol(COURSE), a_choice()),
    )
    return replace(clinic, **fields)


@cache
def a_choice() -> Protocol:
    """Build the course with second integrations that are optional, and nurse and prescriber who may be relieved."""
    document = deepcopy(dict[str, Any](bundled_protocol(COURSE)))
    document.update(protocol=CHOICE, title="IM KAP ×3, second talks as wished")
    second = next(step for step in document["steps"] if step["key"] == "I[i]b")
    second.pop("declinable")
    second["optional"] = True
    dose = next(step for step in document["steps"] if step["key"] == "D[i]")
    dose["hands_over"] = ["medical_monitor", "prescriber"]
    return read_protocol(document)


def store_small_clinic(**fields: Any) -> None:
    """Store the clinic, some parts replaced."""
    with unit_of_work():
        save_clinic(small_clinic(**fields), MONDAY)


def clock() -> Clock:
    """Return a clock that stands at the tests' now."""
    return StandingClock(MONDAY)


def previewed(patient: str = "patient-1", **fields: Any) -> SeriesPreview:
    """Return what could be booked for a patient, with all that asking for it may need."""
    outcome = preview_series(
        PreviewSeries(patient, fields.pop("protocol", COURSE), **fields), SYSTEM, clock()
    )
    assert isinstance(outcome, SeriesPreview)
    return outcome


def booked(patient: str = "patient-1", **fields: Any) -> Series:
    """Book the best series of a patient, and return it."""
    outcome = book_series(BookSeries(patient, fields.pop("protocol", COURSE), **fields), SYSTEM, clock())
    assert isinstance(outcome, Booked), outcome
    return outcome.series


def the(series: Series, step: str) -> Appointment:
    """Return the standing visit of a step, which must be there."""
    visit = series.visit(step)
    assert visit is not None, step
    return visit


def keep_induction() -> None:
    """Store the clinic, with the best induction of the first patient."""
    store_small_clinic()
    booked(protocol=INDUCTION)


def keep_induction_with_the_first() -> None:
    """Store the clinic, with the best induction of the first patient with the first therapist."""
    store_small_clinic()
    booked(protocol=INDUCTION, therapist="therapist-1")


def keep_course() -> None:
    """Store the clinic, with the best course of the first patient."""
    store_small_clinic()
    booked(protocol=COURSE)


def keep_course_at_two_sites() -> None:
    """Store the clinic with a second site that has nothing but opening hours, and the best course of the first patient."""
    store_small_clinic(sites=(builders.a_site(), builders.a_site(id="site-2")))
    booked(protocol=COURSE)


def chosen_from(series: Series) -> tuple[ChosenVisit, ...]:
    """Return the visits of a proposed series as somebody would choose them."""
    return tuple(
        ChosenVisit(visit.step, visit.start, visit.room, dict(visit.staff), dict(visit.relief))
        for visit in series.appointments
    )
