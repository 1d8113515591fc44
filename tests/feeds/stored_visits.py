"""A clinic and booked visits in the database, for tests of what leaves the clinic: feeds and messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from scheduler.clinic_file import Clinic, ExistingAppointment
from scheduler.domain.appointment import Appointment, AppointmentState
from scheduler.domain.interval import Interval
from scheduler.domain.series import Series, SeriesState
from scheduler.domain.treatment import StepKind
from scheduler.store.appointments import call_off
from scheduler.store.clinic import save_clinic
from scheduler.store.reminders import mark_void
from scheduler.store.series import save_series
from scheduler.store.work import unit_of_work
from tests.builders import (
    a_diary,
    a_patient,
    a_room,
    a_site,
    a_staff,
    an_induction_protocol,
    an_office,
    t1_like_series,
)
from tests.bundled_protocols import a_bundled_protocol

PROTOCOL = "iv_kap_induction_6"
BOOKED_AT = datetime.fromisoformat("2026-11-23T16:00:00+00:00")
"""Monday 23 November 2026, 09:00 in Denver."""
CONFIRMED_AT = BOOKED_AT + timedelta(minutes=5)
"""When the confirmation of what was booked then leaves: it could be undone unnoticed until now."""

SITE = a_site(phone="555-0100", address="12 Elm St")


def keep_clinic(
    patients: Sequence[Any] = (),
    at: datetime = BOOKED_AT,
    appointments: Sequence[ExistingAppointment] = (),
    **site: Any,
) -> None:
    """Store a site called Cottonwood Clinic, in public Maple House, with its rooms, staff and patients."""
    with unit_of_work():
        save_clinic(
            Clinic(
                sites=(replace(SITE, **site),),
                rooms=(a_room("dosing-1"), a_room("dosing-2"), an_office("office-1"), an_office("office-2")),
                staff=a_staff(),
                patients=tuple(patients) or (a_patient(),),
                protocols=(a_bundled_protocol(PROTOCOL),),
                appointments=tuple(appointments),
            ),
            at,
        )


def keep_series(id: str = "series-1", at: datetime = BOOKED_AT) -> Series:
    """Store the worked example, a whole induction of `patient-1`, and return it."""
    built = t1_like_series(an_induction_protocol(), diary=a_diary(), id=id)
    series = replace(built, protocol=PROTOCOL, protocol_version=1)
    with unit_of_work():
        save_series(series, at)
    return series


def a_plain_visit(start: datetime, id: str = "visit-1", **fields: Any) -> Appointment:
    """Build an hour's visit of `patient-1` that claims nothing."""
    visit = Appointment(
        id=id,
        series="",
        site="site-1",
        patient="patient-1",
        step="P1",
        kind=StepKind.PREPARATION,
        state=AppointmentState.BOOKED,
        version=1,
        interval=Interval.lasting(start, timedelta(hours=1)),
        room="office-1",
        staff={},
        phases=(),
        claims=(),
    )
    return replace(visit, **fields)


def keep_visits(*visits: Appointment, series: str = "series-1", at: datetime = BOOKED_AT) -> None:
    """Store visits as one series of the patient of the first."""
    with unit_of_work():
        save_series(
            Series(
                id=series,
                site=visits[0].site,
                patient=visits[0].patient,
                protocol=PROTOCOL,
                protocol_version=1,
                state=SeriesState.BOOKED,
                appointments=tuple(replace(visit, series=series) for visit in visits),
            ),
            at,
        )


def cancel(*ids: str, at: datetime) -> None:
    """Call visits off as the use case does, in one transaction."""
    with unit_of_work():
        call_off(ids, AppointmentState.CANCELLED_BY_PATIENT, at)
        mark_void(ids)
