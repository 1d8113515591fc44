"""A clinic of the benchmark in a database of its own, filled through the store as any other is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask

from bench.instances import Instance, Query
from scheduler.app import create_app
from scheduler.clinic_file import Clinic
from scheduler.config import settings_from
from scheduler.domain.appointment import Appointment, appointment_at
from scheduler.domain.claims import Placement
from scheduler.domain.clock import StandingClock
from scheduler.domain.people import Patient
from scheduler.store import appointments, clinic, ledger
from scheduler.store.database import db
from scheduler.store.work import unit_of_work


@dataclass(frozen=True)
class StoredClinic:
    """The application beside its database file, and who asks."""

    instance: Instance
    queries: tuple[Query, ...]
    app: Flask
    file: Path

    def book(self, visit: Placement, id: str) -> None:
        """Book one more visit, committed."""
        made = appointment_at(visit, self.instance.staff, self.instance.site.id, id=id)
        with unit_of_work():
            self._write([made])

    def call_off(self, id: str) -> None:
        """Give back what a visit has claimed, committed."""
        with unit_of_work():
            ledger.release([id])

    def fill(self) -> None:
        """Write everything the instance says."""
        instance = self.instance
        others = sorted({visit.patient for visit in instance.visits})
        patients = [Patient(id, instance.site.id, "Robin", "Sample", date(1990, 2, 3)) for id in others]
        everything = Clinic(
            sites=(instance.site,),
            rooms=tuple(instance.rooms.values()),
            staff=tuple(instance.staff.values()),
            patients=(*patients, *(query.patient for query in self.queries)),
        )
        visits = [
            appointment_at(visit, instance.staff, instance.site.id, id=f"{instance.site.id}-visit-{number}")
            for number, visit in enumerate(instance.visits)
        ]
        with unit_of_work():
            clinic.save_clinic(everything, instance.horizon.start)
            self._write(visits)

    def _write(self, visits: list[Appointment]) -> None:
        appointments.write_new(visits, self.instance.horizon.start)
        ledger.take(claim for visit in visits for claim in visit.claims)


@contextmanager
def stored(instance: Instance, queries: tuple[Query, ...]) -> Iterator[StoredClinic]:
    """Put a clinic into a fresh SQLite database in a temporary folder, inside the context of its application."""
    from flask_migrate import upgrade

    with TemporaryDirectory() as folder:
        settings = settings_from({"VAR_FOLDER": folder, "SECRET_KEY": "for the benchmark alone " * 2})
        app = create_app(settings, StandingClock(instance.horizon.start))
        with app.app_context():
            upgrade()
            made = StoredClinic(instance, queries, app, Path(folder) / "trellis.sqlite3")
            made.fill()
            try:
                yield made
            finally:
                db.session.remove()
                db.engine.dispose()
