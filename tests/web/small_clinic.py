"""The clinic that the tests of the pages work in: the demo's rooms and people, a few series, one account a role."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scheduler.access.permissions import SYSTEM, AccountRole
from scheduler.booking.book_series import Booked, BookSeries, book_series
from scheduler.booking.import_clinic import ClinicImported, ImportClinic, import_clinic
from scheduler.booking.passwords import hashed
from scheduler.clinic_file.demo import demo_document
from scheduler.domain.clock import Clock, StandingClock, local_day
from scheduler.domain.people import Role
from scheduler.domain.series import Series
from scheduler.store import accounts, clinic
from scheduler.store.accounts import Account
from scheduler.store.glances import PatientSearch, patient_lines
from scheduler.store.series import all_series
from scheduler.store.series import series as stored_series
from scheduler.store.work import unit_of_work
from tests.conftest import STARTING_INSTANT
from tests.databases import SqliteTemplate, let_go, make_app

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

#: A Monday, nine in the morning in Denver, in the week of Thanksgiving.
NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
ZONE = "America/Denver"
PROTOCOL = "iv_kap_induction_6"
PASSWORD = "a long enough password"
SERIES = 3

#: Which account has which role, and the role of the member of staff behind it.
ACCOUNTS: Mapping[str, tuple[AccountRole, Role | None]] = {
    "desk": (AccountRole.FRONT_DESK, None),
    "admin": (AccountRole.ADMINISTRATOR, None),
    "therapist": (AccountRole.THERAPIST, Role.THERAPIST),
    "nurse": (AccountRole.NURSE, Role.MEDICAL_MONITOR),
    "prescriber": (AccountRole.PRESCRIBER, Role.PRESCRIBER),
}

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def filled(empty: SqliteTemplate, folder: Path) -> SqliteTemplate:
    """Return a database with the small clinic to copy, made in this folder."""
    app = make_app(empty.copy_to(folder), folder, StandingClock(NOW))
    fill(app, StandingClock(NOW))
    let_go(app)
    return SqliteTemplate(folder / "trellis.sqlite3")


def fill(app: Flask, clock: Clock) -> None:
    """Import the demo clinic, book a few series through the real use case, and make the accounts."""
    with app.app_context():
        _keep(clock)


def keep_small_clinic() -> None:
    """Do the same as of the instant at which the clock of `app` stands, inside an application's context."""
    _keep(StandingClock(STARTING_INSTANT))


def _keep(clock: Clock) -> None:
    today = local_day(clock.now(), ZONE)
    assert isinstance(import_clinic(ImportClinic(demo_document(today)), SYSTEM, clock), ClinicImported)
    site = clinic.sites()[0].id
    idle = [line.id for line in patient_lines(PatientSearch(site), clock.now()) if line.next_visit is None]
    booked = [book_series(BookSeries(patient, PROTOCOL), SYSTEM, clock) for patient in idle[:SERIES]]
    staff = dict(_first_of_each(booked))
    kept = hashed(PASSWORD)
    with unit_of_work():
        for username, (role, serves) in ACCOUNTS.items():
            person = staff[serves] if serves else None
            accounts.save_account(Account(username, role, person, site, kept))


def _first_of_each(outcomes: list[Any]) -> Mapping[Role, str]:
    """Return who serves in each role of the first series' first dose, so that every account has a day with visits."""
    first = outcomes[0]
    assert isinstance(first, Booked)
    dose = first.series.visit("D1")
    assert dose is not None
    return dose.staff


@dataclass(frozen=True)
class Visitor:
    """Somebody at a browser without JavaScript: gets pages, and sends forms with the token of the page."""

    app: Flask
    client: FlaskClient

    def get(self, address: str) -> TestResponse:
        """Return a page."""
        return self.client.get(address)

    def text(self, address: str) -> str:
        """Return the text of a page that must be there."""
        response = self.get(address)
        assert response.status_code == 200, (address, response.status_code)
        return response.text

    def send(self, address: str, form: Mapping[str, Any], seen_on: str = "/rules") -> TestResponse:
        """Send a form with the token of a page."""
        token = TOKEN.search(self.client.get(seen_on).text)
        assert token, f"{seen_on} holds no form"
        return self.client.post(address, data={**form, "csrf_token": token.group(1)})

    def sign_in(self, username: str, password: str = PASSWORD, then: str = "") -> TestResponse:
        """Sign in."""
        form = {"username": username, "password": password, "next": then}
        return self.send("/sign-in", form, seen_on="/sign-in")


def visitor(app: Flask, username: str | None = None) -> Visitor:
    """Return a new visitor, signed in when an account is named."""
    one = Visitor(app, app.test_client())
    if username:
        response = one.sign_in(username)
        assert response.status_code == 303, response.text
    return one


def booked_series(app: Flask) -> tuple[Series, ...]:
    """Return the series that stand in the clinic, the one of the accounts' people first."""
    with app.app_context():
        account = accounts.account("therapist")
        assert account is not None
        return tuple(sorted(all_series(), key=lambda series: account.staff not in _therapists(series)))


def as_stored(app: Flask, series: Series) -> Series:
    """Return a series as it stands in the store now."""
    with app.app_context():
        return stored_series(series.id)


def ways_on(page: str) -> list[str]:
    """Return the sealed texts of the ways that a page shows, in their order."""
    return re.findall(r'name="way" value="([^"]+)"', page)


def _therapists(series: Series) -> set[str | None]:
    return {visit.staff.get(Role.THERAPIST) for visit in series.appointments}


def idle_patient(app: Flask, number: int = 0, now: datetime = NOW) -> str:
    """Return the id of a patient without any visit to come."""
    with app.app_context():
        lines = patient_lines(PatientSearch(clinic.sites()[0].id), now)
    return [line.id for line in lines if line.next_visit is None][number]
