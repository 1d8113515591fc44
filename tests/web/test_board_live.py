"""The board is kept up to date: one look-up answers who has it still, and nothing that is kept is ever out of date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from scheduler.access.permissions import AccountRole, Actor
from scheduler.booking.decide_gate import DecideGate, GateDecided, decide_gate
from scheduler.booking.gates_ahead import Floor, gates_of_visits
from scheduler.booking.override_rule import OverrideRule, RuleOverridden, override_rule
from scheduler.booking.withdraw_override import OverrideWithdrawn, WithdrawOverride, withdraw_override
from scheduler.domain.appointment import Appointment
from scheduler.domain.appointment import AppointmentState as S
from scheduler.domain.clock import StandingClock, local_day, whole_local_day
from scheduler.domain.interval import Interval
from scheduler.domain.people import GateDecision
from scheduler.store import clinic
from scheduler.store.appointments import appointments_between
from scheduler.store.booked_visits import booked_of
from scheduler.store.database import db
from scheduler.store.glances import patients_named
from scheduler.store.overrides import all_overrides, standing_overrides
from scheduler.store.work import reading
from scheduler.web.board_memory import board_memory, remember_boards
from scheduler.web.kept_gates import KeptGates
from tests.web.going_on import goes_on, name_an_escort
from tests.web.small_clinic import NOW, Visitor, booked_series, visitor

if TYPE_CHECKING:
    from flask import Flask

ZONE = "America/Denver"
MINUTE = timedelta(minutes=1)
PRESCRIBER = Actor("prescriber", AccountRole.PRESCRIBER)


@pytest.fixture
def dose(clinic_app: Flask) -> Appointment:
    """Give a dose for which nobody has named an escort."""
    with clinic_app.app_context():
        series = next(
            one
            for one in booked_series(clinic_app)
            if not any(gate.kind == "escort" for gate in clinic.patient(one.patient).gates)
        )
    found = series.visit("D1")
    assert found is not None
    return found


def live(visit: Appointment, by: str = "room") -> str:
    return f"/board/{local_day(visit.start, ZONE)}/live?by={by}"


def asks(one: Visitor, address: str, tag: str = "") -> Any:
    return one.client.get(address, headers={"If-None-Match": tag} if tag else {})


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """Note every statement that reaches the database."""
    statements: list[str] = []

    def note(*given: Any) -> None:
        statements.append(given[2])

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", note)
        yield statements
        event.remove(db.engine, "before_cursor_execute", note)


def test_who_has_the_board_is_answered_by_one_look_up(
    clinic_app: Flask, dose: Appointment, desk: Visitor
) -> None:
    first = asks(desk, live(dose))
    assert first.status_code == 200
    assert f"/visits/{dose.id}" in first.text
    assert "<html" not in first.text
    assert first.headers["Cache-Control"] == "no-store", "nothing of a patient stays in a browser's cache"
    with counted(clinic_app) as statements:
        again = asks(desk, live(dose), first.headers["ETag"])
    assert again.status_code == 304
    assert not again.data
    about = [one for one in statements if "feed_stamp" in one]
    assert len(about) == 1
    assert not any("FROM appointment" in one for one in statements)
    assert "USING INDEX" in _plan(clinic_app, about[0])


def _plan(app: Flask, statement: str) -> str:
    with app.app_context(), db.engine.connect() as connection:
        asked = ("maple",) * statement.count("?")
        found = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", asked).all()
    plan = " ".join(str(row) for row in found)
    assert "SCAN audit_entry" not in plan
    assert "SCAN site_change" not in plan
    return plan


def test_the_page_itself_carries_the_tag_that_is_asked_with(dose: Appointment, desk: Visitor) -> None:
    page = desk.get(live(dose).replace("/live", ""))
    assert asks(desk, live(dose), page.headers["ETag"]).status_code == 304
    assert page.headers["ETag"].strip('"') in page.text


def test_a_board_that_asks_by_itself_keeps_nobody_signed_in(dose: Appointment, desk: Visitor) -> None:
    assert "Set-Cookie" in desk.get(live(dose).replace("/live", "")).headers
    assert "Set-Cookie" not in asks(desk, live(dose)).headers


@pytest.mark.parametrize("tag", ["", "W/", '"', '"0000-1"', '"0123456789abcdef-999999999999"', "*"])
def test_a_tag_of_ones_own_making_is_of_no_board(dose: Appointment, desk: Visitor, tag: str) -> None:
    assert asks(desk, live(dose), tag).status_code == 200


def test_a_tag_is_of_its_day_its_lanes_and_its_reader(
    dose: Appointment, desk: Visitor, clinic_app: Flask
) -> None:
    therapist, nurse = visitor(clinic_app, "therapist"), visitor(clinic_app, "nurse")
    tag = asks(desk, live(dose)).headers["ETag"]
    assert asks(desk, live(dose, "nurse"), tag).status_code == 200
    assert asks(desk, "/board/2026-12-01/live", tag).status_code == 200
    assert asks(therapist, live(dose), tag).status_code == 200
    assert asks(nurse, live(dose), tag).status_code == 304, "a nurse is shown the same as the desk"


def test_what_somebody_else_does_is_seen_at_the_next_question(
    clinic_app: Flask, dose: Appointment, desk: Visitor, clock: StandingClock
) -> None:
    tag = asks(desk, live(dose)).headers["ETag"]
    clock.advance(MINUTE)
    name_an_escort(clinic_app, clock, dose.patient)
    decided = asks(desk, live(dose), tag)
    assert decided.status_code == 200, "a decision about a patient is a change too"
    assert "✓" in decided.text
    clock.instant = dose.start + MINUTE
    desk = visitor(clinic_app, "desk")
    tag = asks(desk, live(dose)).headers["ETag"]
    goes_on(clinic_app, clock, dose, S.CHECKED_IN)
    seen = asks(desk, live(dose), tag)
    assert "● Checked in" in seen.text


def test_what_time_alone_changes_is_drawn_anew_when_it_does(
    clinic_app: Flask, dose: Appointment, clock: StandingClock
) -> None:
    clock.instant = dose.start + MINUTE
    desk = visitor(clinic_app, "desk")
    tag = asks(desk, live(dose)).headers["ETag"]
    clock.advance(3 * MINUTE)
    assert asks(desk, live(dose), tag).status_code == 304
    clock.advance(MINUTE)
    late = asks(desk, live(dose), tag)
    assert "Late, was to begin" in late.text


def test_more_visits_ask_the_database_no_more(clinic_app: Flask, desk: Visitor) -> None:
    by_count = {count: day for day, count in _visits_by_day(clinic_app).items()}
    few, many = by_count[min(by_count)], by_count[max(by_count)]
    assert max(by_count) >= min(by_count) + 3
    asked = {}
    for day in (few, many):
        remember_boards(clinic_app)
        with counted(clinic_app) as statements:
            assert desk.get(f"/board/{day}").status_code == 200
        asked[day] = len(statements)
    assert asked[few] == asked[many]


def _visits_by_day(app: Flask) -> Counter[date]:
    with app.app_context():
        ahead = appointments_between(Interval.lasting(NOW, timedelta(days=21)))
    return Counter(local_day(visit.start, ZONE) for visit in ahead if visit.series and visit.room)


def test_kept_gates_are_those_that_the_rules_find_now(
    clinic_app: Flask, dose: Appointment, clock: StandingClock
) -> None:
    name_an_escort(clinic_app, clock, dose.patient)
    with clinic_app.app_context():
        assert not _gates(dose, clock), "kept and found anew are compared with each question"
        clock.advance(MINUTE)
        hold = DecideGate(dose.patient, "escort", GateDecision.HOLD)
        assert isinstance(decide_gate(hold, PRESCRIBER, clock), GateDecided)
        assert _gates(dose, clock) == {"GATE-7"}
        until = dose.start + timedelta(hours=1)
        let_pass = OverrideRule(dose.id, "GATE-7", "Her sister waits downstairs.", until)
        assert isinstance(override_rule(let_pass, PRESCRIBER, clock), RuleOverridden)
        assert not _gates(dose, clock)
        clock.instant = until - MINUTE
        assert not _gates(dose, clock)
        clock.instant = until
        assert _gates(dose, clock) == {"GATE-7"}, "for a late visit the override has expired"
        clock.instant = dose.start
        (override,) = all_overrides()
        assert isinstance(
            withdraw_override(WithdrawOverride(override.id), PRESCRIBER, clock), OverrideWithdrawn
        )
        assert _gates(dose, clock) == {"GATE-7"}
        clock.instant = dose.discharge
        assert not _gates(dose, clock), "what is over waits for nothing"


def test_only_what_was_written_is_asked_again(
    clinic_app: Flask, dose: Appointment, clock: StandingClock
) -> None:
    with clinic_app.app_context():
        _gates(dose, clock)
        asked = board_memory().gates.asked
        _gates(dose, clock)
        assert board_memory().gates.asked == asked
        name_an_escort(clinic_app, clock, dose.patient)
        _gates(dose, clock)
        assert board_memory().gates.asked == asked + 1


def _gates(visit: Appointment, clock: StandingClock) -> set[str]:
    """Return the rules whose gates are open for a visit, by what is kept; what the rules find now must be the same."""
    now = clock.now()
    with reading():
        site = clinic.site(visit.site)
        day = whole_local_day(local_day(visit.start, ZONE), ZONE)
        found = appointments_between(day, site=site.id)
        staff = {person.id: person for person in clinic.staff(site.id)}
        patients = patients_named(one.patient for one in found)
        floor = Floor(site, staff, patients, now)
        kept = board_memory().gates.of(found, floor)
        whole = Floor(site, staff, patients, now, standing_overrides(patients), booked_of(patients, now))
        assert kept == gates_of_visits(found, whole)
        assert KeptGates().of(found, floor) == kept
    return {finding.rule for finding in kept.get(visit.id, ())}


@pytest.mark.usefixtures("with_clinic")
def test_both_databases_tell_alike_what_was_written(app: Flask, standing_clock: StandingClock) -> None:
    dose = booked_series(app)[0].visit("D1")
    assert dose is not None
    standing_clock.instant = dose.start + MINUTE
    desk = visitor(app, "desk")
    first = asks(desk, live(dose))
    assert asks(desk, live(dose), first.headers["ETag"]).status_code == 304
    goes_on(app, standing_clock, dose, S.CHECKED_IN)
    second = asks(desk, live(dose), first.headers["ETag"])
    assert "● Checked in" in second.text
    assert asks(desk, live(dose), second.headers["ETag"]).status_code == 304
    name_an_escort(app, standing_clock, dose.patient)
    assert asks(desk, live(dose), second.headers["ETag"]).status_code == 200
