"""The board of a day with 150 visits: the server's time after somebody did something, and beside a naive page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import time, timedelta
from functools import partial
from itertools import cycle
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from jinja2 import Environment
from sqlalchemy import select

from bench import board_clinic
from bench.measure import Disagreement, Result, limit_line, timed
from scheduler.app import create_app
from scheduler.config import settings_from
from scheduler.domain.appointment import AppointmentState
from scheduler.domain.clock import StandingClock, instant_at, whole_local_day
from scheduler.domain.visit_day import VisitEvent
from scheduler.store import appointments
from scheduler.store.database import db
from scheduler.store.tables_ledger import ClaimRow
from scheduler.store.tables_people import PatientRow
from scheduler.store.tables_places import RoomRow
from scheduler.store.tables_treatment import AppointmentPhaseRow, AppointmentRow, AppointmentStaffRow
from scheduler.store.visit_events import note_event
from scheduler.store.work import unit_of_work

FELT = 0.050
"""Seconds that the server may take for the page, for 95 of 100."""

AGAIN = 0.010
"""Seconds that it may take to say that nothing has changed, for 95 of 100: every board asks so four times a minute."""

ROUNDS, NAIVE_EACH, LANES = 100, 10, ("room", "therapist", "nurse")

_NAIVE = Environment(autoescape=True).from_string(
    """<table>{% for visit, patient, room, staff, phases, claims in rows %}
<tr id="{{ visit.id }}"><td>{{ visit.starts_at }}–{{ visit.ends_at }}</td>
<td>{{ visit.title }} {{ patient.given_name }} {{ patient.family_name }} {{ visit.state }}</td>
<td>{{ room.name if room }}</td>
<td>{% for one in staff %}{{ one.role }} {{ one.staff_id }} {% endfor %}</td>
<td>{% for one in phases %}{{ one.name }} {{ one.starts_at }}–{{ one.ends_at }} {% endfor %}</td>
<td>{% for one in claims %}{{ one.resource_id }} {{ one.purpose }} {{ one.starts_at }}–{{ one.ends_at }} {% endfor %}</td>
</tr>{% endfor %}</table>"""
)


def run() -> list[Result]:
    """Measure on a fresh clinic whose day is full, in a temporary folder."""
    with _desk() as desk:
        return list(_rows(desk))


@dataclass
class _Desk:
    """The front desk, signed in, with the visits of the day."""

    app: Flask
    clock: StandingClock
    client: FlaskClient
    visits: tuple[str, ...]
    tag: str = ""

    def page(self, by: str) -> str:
        """Return the whole page."""
        answer = self.client.get(f"/board/{board_clinic.DAY}?by={by}")
        if answer.status_code != 200:
            raise Disagreement(f"the board was not served: {answer.status_code}")
        self.tag = answer.headers["ETag"]
        return answer.get_data(as_text=True)

    def asks_again(self, by: str) -> None:
        """Ask for what changed of the page that was opened last; nothing did."""
        path = f"/board/{board_clinic.DAY}/live?by={by}"
        status = self.client.get(path, headers={"If-None-Match": self.tag}).status_code
        if status != 304:
            raise Disagreement(f"who has the board is not told so: {status}")

    def note(self, visit: str) -> None:
        """Let a patient come, as the use case writes it."""
        with self.app.app_context(), unit_of_work():
            before, now = appointments.appointment(visit), self.clock.now()
            to = AppointmentState.CHECKED_IN
            appointments.note_progress(replace(before, state=to, version=before.version + 1, began_at=now))
            note_event(VisitEvent(before.site, visit, before.state, to, now, board_clinic.USERNAME))


def _rows(desk: _Desk) -> Iterator[Result]:
    for by in LANES:
        shown = set(re.findall(r'href="/visits/([^"]+)"', desk.page(by)))
        if by == "room" and not (set(desk.visits) <= shown and len(desk.visits) == board_clinic.VISITS):
            raise Disagreement("the board does not show every visit of the day")
    lanes = cycle(LANES)
    after, again, naive, used = [], [], [], []
    for number in range(ROUNDS):
        desk.clock.advance(timedelta(seconds=20))
        desk.note(desk.visits[number])
        by = next(lanes)
        begun = process_time()
        after.append(timed(partial(desk.page, by)))
        used.append(process_time() - begun)
        again.append(timed(partial(desk.asks_again, by)))
        if number % NAIVE_EACH == 0:
            naive.append(timed(partial(_naive, desk)))
    told = f"median {median(after) * 1000:.1f} ms, each after a change; {_of_hundred(used) * 1000:.1f} ms of processor"
    yield limit_line("board/150-visits", _of_hundred(after), FELT, note=f"95 of 100; {told}")
    yield limit_line("board/again", _of_hundred(again), AGAIN, note="95 of 100")
    ratio = median(naive) / median(after)
    peer = "the same rows as ORM entities, no rules asked"
    yield Result("board/naive", median(after), peer, median(naive), ratio, "none: to compare", True)


def _of_hundred(times: Sequence[float]) -> float:
    """Return how long 95 of 100 took at the most."""
    return quantiles(times, n=20, method="inclusive")[-1]


def _naive(desk: _Desk) -> str:
    """Render the same rows as somebody would who asks for each visit's own one after the other."""
    with desk.app.app_context():
        whole = whole_local_day(board_clinic.DAY, board_clinic.ZONE)
        found = db.session.scalars(
            select(AppointmentRow)
            .where(AppointmentRow.starts_at < whole.end, AppointmentRow.ends_at > whole.start)
            .order_by(AppointmentRow.starts_at)
        ).all()
        text = _NAIVE.render(rows=[_naive_row(visit) for visit in found])
        db.session.remove()
    if text.count("<tr") != len(desk.visits):
        raise Disagreement(f"the naive page shows {text.count('<tr')} visits of {len(desk.visits)}")
    return text


def _naive_row(visit: AppointmentRow) -> tuple[object, ...]:
    def of_visit(row: Any) -> object:
        return db.session.scalars(select(row).where(row.appointment_id == visit.id)).all()

    return (
        visit,
        db.session.get(PatientRow, visit.patient_id),
        db.session.get(RoomRow, visit.room_id) if visit.room_id else None,
        *(of_visit(row) for row in (AppointmentStaffRow, AppointmentPhaseRow, ClaimRow)),
    )


@contextmanager
def _desk() -> Iterator[_Desk]:
    from flask_migrate import upgrade

    clock = StandingClock(instant_at(board_clinic.DAY, time(7), board_clinic.ZONE))
    with TemporaryDirectory() as folder:
        app = create_app(
            settings_from({"VAR_FOLDER": folder, "SECRET_KEY": "for the benchmark alone " * 2}), clock
        )
        with app.app_context():
            upgrade()
            visits = board_clinic.fill()
        client = app.test_client()
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
        assert token
        form = {"username": board_clinic.USERNAME, "password": board_clinic.PASSWORD, "csrf_token": token[1]}
        client.post("/sign-in", data=form)
        try:
            yield _Desk(app, clock, client, visits)
        finally:
            with app.app_context():
                db.session.remove()
                db.engine.dispose()


PARTS: Mapping[str, Callable[[], list[Result]]] = {"board": run}
"""Every part by the beginning of the ids of its rows."""
