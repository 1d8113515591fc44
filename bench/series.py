"""Proposing and booking a series through the whole request, beside the bare driver moving the same rows."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from bench.measure import Result, in_turn
from scheduler.access.permissions import SYSTEM
from scheduler.app import create_app
from scheduler.booking.load_demo import DemoLoaded, LoadDemo, load_demo
from scheduler.config import settings_from
from scheduler.domain.clock import StandingClock, SystemClock
from scheduler.store import clinic
from scheduler.store import series as stored
from scheduler.store.database import db

SEED = 7
PROTOCOL = "iv_kap_induction_6"
FELT = 0.050
"""A request longer than this many seconds begins to be felt."""

ROWS_OF_A_DIARY = """
    SELECT resource_id, purpose, lane, starts_at, ends_at, appointment_id, role, phases FROM claim
    WHERE ends_at > ? AND starts_at < ?
      AND (resource_id = ? OR resource_id IN (SELECT id FROM resource WHERE kind IN ('room', 'staff')))
"""
ROWS_OF_A_SERIES = {
    "series": "SELECT * FROM series WHERE id = ?",
    "appointment": "SELECT * FROM appointment WHERE series_id = ?",
    "appointment_phase": "SELECT * FROM appointment_phase WHERE appointment_id IN "
    "(SELECT id FROM appointment WHERE series_id = ?)",
    "claim": "SELECT * FROM claim WHERE appointment_id IN (SELECT id FROM appointment WHERE series_id = ?)",
}


def run() -> list[Result]:
    """Measure both requests on a fresh demo clinic in a temporary folder."""
    with TemporaryDirectory() as folder, _clinic(Path(folder)) as desk:
        return [_proposing(desk), _booking(desk)]


@dataclass
class _Desk:
    """The front desk, signed in, with the patients that have no series yet."""

    app: Flask
    client: FlaskClient
    file: Path
    now: Any
    waiting: list[str]

    def __enter__(self) -> _Desk:
        return self

    def __exit__(self, *_: object) -> None:
        with self.app.app_context():
            db.engine.dispose()

    def token(self, path: str) -> str:
        """Return the token that guards the form on a page."""
        return _field("csrf_token", self.client.get(path).get_data(as_text=True))

    def proposals(self, patient: str, token: str) -> str:
        """Ask for proposals and return the page."""
        wishes = {
            "csrf_token": token,
            "protocol": PROTOCOL,
            "earliest": self.now.date().isoformat(),
            "therapist": "",
        }
        answer = self.client.post(f"/patients/{patient}/proposals", data=wishes)
        page = answer.get_data(as_text=True)
        if answer.status_code != 200 or 'name="choice"' not in page:
            raise RuntimeError(f"no proposal came back: {answer.status_code}")
        return page

    def book(self, patient: str, token: str, choice: str) -> None:
        """Book the chosen proposal."""
        data = {"csrf_token": token, "choice": choice}
        answer = self.client.post(f"/patients/{patient}/series", data=data)
        if answer.status_code != 303 or "/series/" not in answer.headers["Location"]:
            raise RuntimeError(f"nothing was booked: {answer.status_code}")


def _clinic(folder: Path) -> _Desk:
    clock = StandingClock(SystemClock().now())
    app = create_app(
        settings_from({"VAR_FOLDER": str(folder), "SECRET_KEY": "for the benchmark alone " * 2}), clock
    )
    with app.app_context():
        from flask_migrate import upgrade

        upgrade()
        loaded = load_demo(LoadDemo(SEED), SYSTEM, clock)
        if not isinstance(loaded, DemoLoaded):
            raise RuntimeError("the demo clinic could not be loaded")
        site = clinic.sites()[0]
        everybody = [patient.id for patient in clinic.patients(site.id)]
        waiting = [patient for patient in everybody if not stored.series_of_patient(patient)]
    client = app.test_client()
    desk = _Desk(app, client, folder / "trellis.sqlite3", clock.now(), waiting)
    entry = next(one for one in loaded.sign_ins if one.role == "front_desk")
    data = {"csrf_token": desk.token("/sign-in"), "username": entry.username, "password": entry.password}
    client.post("/sign-in", data=data)
    return desk


def _proposing(desk: _Desk) -> Result:
    patient = desk.waiting[0]
    token = desk.token(f"/patients/{patient}/book")
    span = (desk.now - timedelta(days=8), desk.now + timedelta(days=129))
    with closing(sqlite3.connect(desk.file)) as peer:
        values = (*(_text(instant) for instant in span), patient)
        rows = peer.execute(ROWS_OF_A_DIARY, values).fetchall()
        if len(rows) < 1000:
            raise RuntimeError(f"the peer read {len(rows)} rows alone: the demo clinic is not busy")
        ours, theirs = in_turn(
            lambda _: desk.proposals(patient, token),
            lambda _: peer.execute(ROWS_OF_A_DIARY, values).fetchall(),
            rounds=15,
        )
    return _line("series/propose/request", ours, f"the driver fetching the same {len(rows)} claims", theirs)


def _booking(desk: _Desk) -> Result:
    waiting = iter(desk.waiting)
    copy = desk.file.with_name("peer.sqlite3")
    with closing(sqlite3.connect(desk.file)) as source, closing(sqlite3.connect(copy)) as peer:
        source.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        source.backup(peer)
        # Lanes of earlier claims may be rearranged by a booking; the peer only adds rows and guards nothing.
        peer.execute("DROP TRIGGER claim_guard_insert")
        times: list[tuple[float, float]] = []
        for patient, token, choice in _choices(desk, waiting):
            # What the front desk looked at before the click is not part of the booking.
            begun = perf_counter()
            desk.book(patient, token, choice)
            ours = perf_counter() - begun
            series, rows = _rows_written(desk, source)
            begun = perf_counter()
            _insert(peer, rows)
            times.append((ours, perf_counter() - begun))
            _check_same(source, peer, series)
    ours_median, theirs_median = (sorted(side)[len(side) // 2] for side in zip(*times, strict=True))
    return _line("series/book/request", ours_median, "the driver inserting the same rows", theirs_median)


def _choices(desk: _Desk, waiting: Iterator[str]) -> Iterator[tuple[str, str, str]]:
    for patient in waiting:
        token = desk.token(f"/patients/{patient}/book")
        yield patient, token, _field("choice", desk.proposals(patient, token))


def _insert(peer: sqlite3.Connection, tables: dict[str, list[tuple[Any, ...]]]) -> None:
    for table, rows in tables.items():
        marks = ", ".join("?" * len(rows[0]))
        peer.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
    peer.commit()


def _rows_written(desk: _Desk, source: sqlite3.Connection) -> tuple[str, dict[str, list[tuple[Any, ...]]]]:
    with closing(sqlite3.connect(desk.file)) as look:
        newest = look.execute("SELECT id FROM series ORDER BY rowid DESC LIMIT 1").fetchone()[0]
    return newest, _rows(source, newest)


def _rows(source: sqlite3.Connection, series: str) -> dict[str, list[tuple[Any, ...]]]:
    return {table: source.execute(query, (series,)).fetchall() for table, query in ROWS_OF_A_SERIES.items()}


def _check_same(source: sqlite3.Connection, peer: sqlite3.Connection, series: str) -> None:
    if _rows(source, series) != _rows(peer, series):
        raise RuntimeError("the peer did not write the same rows: its time means nothing")


def _line(name: str, ours: float, peer: str, theirs: float) -> Result:
    target = f"at most {FELT * 1000:.0f} ms"
    return Result(name, ours, peer, theirs, theirs / ours, target, ours <= FELT)


def _field(name: str, page: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]+)"', page)
    if found is None:
        raise RuntimeError(f"the page has no field {name}")
    return found.group(1)


def _text(instant: Any) -> str:
    return str(instant.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
