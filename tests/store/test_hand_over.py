"""Who takes over in a visit is kept with it, and finds it as everybody else does, also when it is called off."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade

from scheduler.domain.appointment import Appointment, AppointmentState
from scheduler.domain.people import Role
from scheduler.domain.treatment import StepKind
from scheduler.store import appointments
from scheduler.store import series as stored
from scheduler.store.appointments import appointments_between
from scheduler.store.feed_visits import feed_visits
from scheduler.store.glances import is_seen_by, series_in_outline, starts_between
from scheduler.store.subscriptions import FeedSubscription, SubscriptionKind
from scheduler.store.work import unit_of_work
from tests import builders
from tests.databases import let_go, make_app
from tests.store.stored_clinic import SAVED_AT, a_series, behind_the_back, keep_clinic, keep_series

RELIEF = {
    (Role.MEDICAL_MONITOR, 3): "nurse-3",
    (Role.MEDICAL_MONITOR, 4): "nurse-3",
    (Role.PRESCRIBER, 4): "prescriber-2",
}
EVERYBODY = (*builders.a_staff(), builders.a_nurse("nurse-3"), builders.a_prescriber("prescriber-2"))
DAY = builders.between("2026-12-03 00:00", "2026-12-04 00:00")


@pytest.fixture
def dose(app_context: Flask) -> Appointment:
    """Store a series in whose first dose a nurse and a prescriber are relieved; return that dose."""
    keep_clinic(staff=EVERYBODY)
    protocol = builders.an_induction_protocol()
    handed = frozenset({Role.MEDICAL_MONITOR, Role.PRESCRIBER})
    steps = tuple(
        replace(step, hands_over=handed) if step.kind is StepKind.DOSING else step for step in protocol.steps
    )
    series = builders.t1_like_series(
        replace(protocol, steps=steps),
        diary=builders.a_diary(staff=EVERYBODY),
        id="series-1",
        visits={"D1": {"relief": RELIEF}},
    )
    visit = keep_series(series).visit("D1")
    assert visit is not None
    return visit


def test_a_visit_is_read_as_it_was_saved(dose: Appointment) -> None:
    read = appointments.appointment(dose.id)
    assert read.relief == dose.relief == RELIEF
    assert read.staff == dose.staff
    assert {(c.resource, c.interval, c.phases) for c in read.claims} == {
        (c.resource, c.interval, c.phases) for c in dose.claims
    }
    (outlined,) = (
        visit for visit in series_in_outline(["series-1"])["series-1"].appointments if visit.id == dose.id
    )
    assert (outlined.staff, outlined.relief) == (dose.staff, RELIEF)


@pytest.mark.parametrize("person", ["nurse-3", "prescriber-2", "nurse-1", "prescriber-1"])
def test_everybody_who_serves_finds_the_visit_before_and_after_it_is_called_off(
    dose: Appointment, person: str
) -> None:
    assert [visit.id for visit in appointments_between(DAY, staff=person)] == [dose.id]
    assert starts_between(DAY, "site-1", person) == (dose.start,)
    assert is_seen_by("patient-1", person)
    feed = FeedSubscription("f", "site-1", SubscriptionKind.STAFF, person, True, "hash", "", SAVED_AT)
    told = [one for one in feed_visits(feed, SAVED_AT) if one.interval == dose.interval]
    assert len(told) == 1, "once, however many stretches somebody serves"
    with unit_of_work():
        appointments.call_off([dose.id], AppointmentState.CANCELLED_BY_CLINIC, SAVED_AT)
    assert appointments.appointment(dose.id).relief == RELIEF
    assert [visit.id for visit in appointments_between(DAY, staff=person)] == [dose.id]
    (called_off,) = (one for one in feed_visits(feed, SAVED_AT) if one.interval == dose.interval)
    assert called_off.state is AppointmentState.CANCELLED_BY_CLINIC


def test_who_served_before_the_change_of_tables_serves_after_it(database_url: str, tmp_path: Path) -> None:
    app = make_app(database_url, tmp_path)
    with app.app_context():
        keep_clinic(staff=EVERYBODY)
        kept = keep_series(a_series())
        downgrade(revision="0002")
    let_go(app)
    with behind_the_back(database_url) as connection:
        rows = connection.execute(
            "SELECT appointment_id, role, site_id, staff_id FROM appointment_staff"
        ).fetchall()
    assert len(rows) > len(kept.appointments)
    with app.app_context():
        upgrade()
        again = stored.series("series-1")
        assert [(v.id, v.staff, v.relief) for v in again.appointments] == [
            (v.id, v.staff, {}) for v in kept.appointments
        ]
    let_go(app)


def test_on_the_way_back_who_begins_is_kept(dose: Appointment, database_url: str) -> None:
    downgrade(revision="0002")
    with behind_the_back(database_url) as connection:
        rows = connection.execute(
            "SELECT role, staff_id FROM appointment_staff WHERE appointment_id = ?", (dose.id,)
        ).fetchall()
    assert dict(rows) == dict(dose.staff)
    upgrade()
    assert appointments.appointment(dose.id).relief == {}
