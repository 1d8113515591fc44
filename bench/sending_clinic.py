"""A clinic with very many visits tomorrow, of each of which a reminder is due now; written by the database itself."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import text

from scheduler.clinic_file import Clinic
from scheduler.domain.people import Patient
from scheduler.domain.places import Site
from scheduler.store import clinic as stored
from scheduler.store.database import db
from scheduler.store.work import unit_of_work

NOW = datetime(2026, 12, 2, 17, tzinfo=UTC)
"""Ten in the morning in Denver, when reminders of tomorrow are due."""

_START = datetime(2026, 12, 3, 21, tzinfo=UTC)
_LONG_AGO = datetime(2026, 11, 1, 17, tzinfo=UTC)
_SITE = "site-1"

_PEOPLE = """
INSERT INTO resource (id, site_id, kind) SELECT 'p' || n, :site, 'patient' FROM generate_series(1, :many) n
"""
_PATIENTS = """
INSERT INTO patient (id, site_id, given_name, family_name, matching_name, birth_date, email, phone, language)
SELECT 'p' || n, :site, 'Robin', 'Sample', 'robin sample', DATE '1990-02-03', 'p' || n || '@example.org', '', 'en'
FROM generate_series(1, :many) n
"""
_VISITS = """
INSERT INTO appointment (id, site_id, patient_id, step, kind, title, state, version, starts_at, ends_at,
    calendar_uid, sequence, created_at, changed_at)
SELECT 'v' || n, :site, 'p' || n, '', 'preparation', '', 'booked', 1, :start, :start + INTERVAL '1 hour',
    'u' || n, 0, :made, :made
FROM generate_series(1, :many) n
"""
_KNOWN = """
INSERT INTO told (site_id, appointment_id, visit_starts_at, stands, sequence, may_be_known, invited)
SELECT site_id, id, starts_at, TRUE, sequence, TRUE, FALSE FROM appointment
"""


def store_many(number: int) -> None:
    """Store so many patients with a visit each, who know of it; for PostgreSQL, within an application's context."""
    site = Site(_SITE, "The clinic of the benchmark", "Maple House", "America/Denver", ())
    with unit_of_work():
        stored.save_clinic(
            Clinic(sites=(site,), patients=(Patient("p0", _SITE, "Robin", "Sample", date(1990, 2, 3)),)),
            _LONG_AGO,
        )
    values = {"site": _SITE, "many": number, "start": _START, "made": _LONG_AGO}
    with db.engine.begin() as connection:
        for statement in (_PEOPLE, _PATIENTS, _VISITS, _KNOWN):
            bound = text(statement)
            connection.execute(bound, {name: values[name] for name in bound.compile().params})
    tidied()


def tidied() -> None:
    """Let the database do at once what it does by itself after such a change."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
