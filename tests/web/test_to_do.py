"""One list of what waits for somebody, by urgency, each line with its next step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from scheduler.access.permissions import SYSTEM
from scheduler.booking.cancel_appointment import (
    AppointmentCancelled,
    CancelAppointment,
    cancel_appointment,
)
from scheduler.booking.outcomes import CalledOffBy, CancelReason
from scheduler.domain.clock import local_day
from scheduler.domain.people import Credential
from scheduler.store import clinic
from scheduler.store.site_facts import facts_of, save_facts
from scheduler.store.work import unit_of_work
from scheduler.web.needs import NeedKind
from tests.web.small_clinic import ZONE, Visitor, booked_series, visitor

if TYPE_CHECKING:
    from flask import Flask

    from scheduler.domain.clock import StandingClock
    from scheduler.domain.series import Series

PAGE = "/to-do"


def let_run_out(app: Flask, within: timedelta, clock: StandingClock) -> str:
    """Let the first credential of the first person run out; return whose it is."""
    with app.app_context():
        facts = facts_of(clinic.sites()[0].id)
        person = next(one for one in sorted(facts.staff.values(), key=lambda one: one.id) if one.credentials)
        until = local_day(clock.now() + within, ZONE)
        held = (Credential(person.credentials[0].kind, until), *person.credentials[1:])
        staff = {**facts.staff, person.id: replace(person, credentials=held)}
        with unit_of_work():
            save_facts(facts, replace(facts, staff=staff))
    return person.name


@pytest.mark.usefixtures("with_clinic")
def test_what_waits_is_told_on_both_databases(app: Flask, standing_clock: StandingClock) -> None:
    series = booked_series(app)[0]
    desk = visitor(app, "desk")
    assert "Window closing" not in desk.text(PAGE)
    integration = series.visit("I1")
    assert integration is not None
    with app.app_context():
        called = CancelAppointment(integration.id, CalledOffBy.PATIENT, CancelReason.ILLNESS)
        assert isinstance(cancel_appointment(called, SYSTEM, standing_clock), AppointmentCancelled)
    name = let_run_out(app, timedelta(days=3), standing_clock)
    shown = desk.text(PAGE)
    assert "I1 was called off and is not booked anew; it can start until" in shown
    assert f'href="/series/{series.id}/replan"' in shown
    assert "Credential: 1" in shown
    assert name in shown
    assert shown.index("Within a week") < shown.index("holds through")
    assert 'href="/to-do"' in desk.text("/patients")


def test_what_the_next_visits_wait_for_is_told_with_the_visit(
    clinic_app: Flask, clock: StandingClock, series: Series
) -> None:
    dose = series.visit("D1")
    assert dose is not None
    clock.advance(dose.start - timedelta(days=2) - clock.now())
    shown = visitor(clinic_app, "desk").text(f"{PAGE}?only=gate")
    assert f'href="/visits/{dose.id}#needs"' in shown
    assert "Still needed" in shown


def test_one_sort_of_thing_can_be_looked_at_alone(
    clinic_app: Flask, clock: StandingClock, desk: Visitor
) -> None:
    name = let_run_out(clinic_app, timedelta(days=20), clock)
    assert name in desk.text(f"{PAGE}?only=credential")
    assert name not in desk.text(f"{PAGE}?only=conflict")
    assert {kind.name.lower() for kind in NeedKind} > {"credential", "conflict"}


def test_what_lies_far_ahead_waits_for_nobody(clinic_app: Flask, clock: StandingClock, desk: Visitor) -> None:
    name = let_run_out(clinic_app, timedelta(days=40), clock)
    assert name not in desk.text(PAGE)


def test_what_is_over_stands_first(clinic_app: Flask, clock: StandingClock, series: Series) -> None:
    integration = series.visit("I1")
    assert integration is not None
    with clinic_app.app_context():
        called = CancelAppointment(integration.id, CalledOffBy.PATIENT, CancelReason.ILLNESS)
        assert isinstance(cancel_appointment(called, SYSTEM, clock), AppointmentCancelled)
    clock.advance(integration.start + timedelta(days=9) - clock.now())
    shown = visitor(clinic_app, "desk").text(PAGE)
    assert "Overdue" in shown
    assert "it could start until" in shown


def test_the_next_step_is_offered_to_whoever_may_take_it(
    clinic_app: Flask, clock: StandingClock, signed_in: Callable[[str], Visitor]
) -> None:
    name = let_run_out(clinic_app, timedelta(days=3), clock)
    assert "Record the new one" in signed_in("desk").text(PAGE)
    shown = signed_in("prescriber").text(PAGE)
    assert name in shown
    assert "Record the new one" not in shown
