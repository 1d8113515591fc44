"""A small clinic in the database, and rows written into it behind the program's back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from sqlalchemy import make_url

from scheduler.clinic_file import Clinic, ExistingAppointment
from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role
from scheduler.domain.series import Series
from scheduler.domain.treatment import StepKind
from scheduler.store.clinic import ClinicChanges, save_clinic
from scheduler.store.series import save_series
from scheduler.store.work import unit_of_work
from tests import builders
from tests.bundled_protocols import a_bundled_protocol

SAVED_AT = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
"""Monday 23 November 2026, 09:00 in Denver."""

NOON = datetime(2026, 12, 3, 19, 0, tzinfo=UTC)
"""Thursday 3 December 2026, 12:00 in Denver."""

#: The refusals of the two drivers.
REFUSALS = (sqlite3.IntegrityError, psycopg.IntegrityError)


def a_clinic(**fields: Any) -> Clinic:
    """Build a clinic: the builders' site, rooms and staff, two patients, a protocol and two appointments."""
    clinic = Clinic(
        sites=(builders.a_site(),),
        rooms=(
            builders.a_room("dosing-1"),
            builders.a_room("dosing-2", out_of_use=(hours(2, 3),)),
            builders.an_office("office-1"),
            builders.an_office("office-2"),
        ),
        staff=builders.a_staff(),
        patients=(
            builders.a_patient("patient-1", unavailable=(hours(100, 110),)),
            builders.a_patient("patient-2", given_name="Åsa", family_name="Example"),
        ),
        protocols=(a_bundled_protocol(),),
        appointments=(a_talk(), a_call()),
    )
    return replace(clinic, **fields)


def a_talk(**fields: Any) -> ExistingAppointment:
    """Build an hour's talk of `patient-2` with `therapist-2` in `office-2`, at noon."""
    talk = ExistingAppointment(
        id="talk-1",
        site="site-1",
        patient="patient-2",
        kind=StepKind.PREPARATION,
        title="Preparation elsewhere",
        room="office-2",
        staff={Role.THERAPIST: "therapist-2"},
        start=NOON,
        minutes=60,
    )
    return replace(talk, **fields)


def a_call(**fields: Any) -> ExistingAppointment:
    """Build a call of `patient-2` long ago: an appointment for claims to hang on."""
    plain: dict[str, Any] = {"id": "call-1", "room": None, "staff": {}, "kind": StepKind.CONTACT}
    return a_talk(**{**plain, "start": NOON - timedelta(days=300), "minutes": 10, **fields})


def keep_clinic(**fields: Any) -> ClinicChanges:
    """Store the clinic."""
    with unit_of_work():
        return save_clinic(a_clinic(**fields), SAVED_AT)


def a_series(id: str = "series-1", **fields: Any) -> Series:
    """Build the worked example, an induction of 22 visits, of `patient-1`."""
    protocol = builders.an_induction_protocol()
    return builders.t1_like_series(protocol, diary=builders.a_diary(), id=id, **fields)


def keep_series(series: Series | None = None) -> Series:
    """Store a series, the worked example by default."""
    series = series or a_series()
    with unit_of_work():
        save_series(series, SAVED_AT)
    return series


def hours(begin: float, end: float) -> Interval:
    """Return the stretch from so many hours after noon to so many."""
    return Interval(NOON + timedelta(hours=begin), NOON + timedelta(hours=end))


def watching(begin: float, end: float, **fields: Any) -> Claim:
    """Build a claim on `nurse-1`, who may watch two patients."""
    return replace(Claim("nurse-1", Purpose.WATCH, hours(begin, end), "call-1"), **fields)


@contextmanager
def behind_the_back(database_url: str) -> Iterator[Any]:
    """Open the database with its plain driver, as anybody could: no setting of ours, each statement committed.

    What it gives has `execute(statement, values)`, with a `?` for each value.
    """
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(str(url.database), isolation_level=None)) as connection:
            yield connection
        return
    address = database_url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(address, autocommit=True) as server:
        yield _QuestionMarks(server)


class _QuestionMarks:
    """Lets one statement serve both drivers."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def execute(self, statement: str, values: tuple[object, ...] = ()) -> Any:
        """Run a statement."""
        return self._connection.execute(statement.replace("?", "%s").encode(), values)
