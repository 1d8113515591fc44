"""Rechecking: nothing is wrong with what was booked, until somebody changes the facts behind the program's back."""

from __future__ import annotations

import pytest

from scheduler.access.permissions import SYSTEM, AccountRole, Actor
from scheduler.booking.cancel_appointment import CancelAppointment, cancel_appointment
from scheduler.booking.cancel_series import CancelSeries, cancel_series
from scheduler.booking.judging import SeriesFindings
from scheduler.booking.outcomes import CalledOffBy, CancelReason, NotAllowed
from scheduler.booking.recheck import RecheckCommand, recheck
from scheduler.domain.clock import StandingClock
from scheduler.domain.errors import NotFound
from scheduler.rules.evaluate import refuses
from scheduler.rules.finding import Level
from tests.booking.small_clinic import COURSE, INDUCTION, booked, clock
from tests.store.stored_clinic import behind_the_back

pytestmark = pytest.mark.usefixtures("small_clinic")


def rechecked(site: str | None = None) -> tuple[SeriesFindings, ...]:
    outcome = recheck(RecheckCommand(site), SYSTEM, clock())
    assert isinstance(outcome, tuple)
    return outcome


def test_nothing_is_broken_in_what_was_booked() -> None:
    for patient, protocol in (("patient-1", INDUCTION), ("patient-2", COURSE), ("patient-3", INDUCTION)):
        booked(patient, protocol=protocol)
    outcome = rechecked()
    assert len(outcome) == 3
    assert not any(refuses(one.findings) for one in outcome)


def test_a_shift_deleted_behind_the_back_is_found(database_url: str) -> None:
    series = booked("patient-1", protocol=INDUCTION, therapist="therapist-2")
    booked("patient-2", therapist="therapist-1")
    with behind_the_back(database_url) as database:
        database.execute("DELETE FROM shift WHERE staff_id = ?", ("therapist-2",))
    broken = [one for one in rechecked("site-1") if refuses(one.findings)]
    assert [one.series.id for one in broken] == [series.id]
    assert any("Therapist 2" in finding.why for finding in broken[0].findings)


def test_a_credential_that_is_taken_away_is_found(database_url: str) -> None:
    booked(protocol=COURSE)
    with behind_the_back(database_url) as database:
        database.execute("DELETE FROM credential WHERE kind = ?", ("acls",))
    assert any(refuses(one.findings) for one in rechecked())


def test_what_is_cancelled_or_over_is_not_looked_at() -> None:
    series, other = booked("patient-1"), booked("patient-2")
    cancel_series(CancelSeries(series.id, CalledOffBy.CLINIC, CancelReason.STAFF_ABSENT), SYSTEM, clock())
    assert [one.series.id for one in rechecked()] == [other.id]
    later = StandingClock(other.appointments[-1].discharge)
    assert recheck(RecheckCommand(), SYSTEM, later) == ()


def test_an_integration_called_off_after_booking_is_warned_about_and_stops_nobody() -> None:
    integration = booked("patient-1").visit("I1")
    assert integration
    command = CancelAppointment(integration.id, CalledOffBy.PATIENT, CancelReason.ILLNESS)
    cancel_appointment(command, SYSTEM, clock())
    (one,) = rechecked()
    assert not refuses(one.findings)
    warned = [finding for finding in one.findings if "I1" in finding.steps]
    assert [(f.rule, f.level, f.steps) for f in warned] == [("INTEG-4", Level.WARN, ("D1", "I1"))]


def test_an_unknown_site_is_said() -> None:
    with pytest.raises(NotFound):
        rechecked("nowhere")


def test_whoever_belongs_to_one_site_may_look_at_that_alone() -> None:
    desk = Actor("desk", AccountRole.FRONT_DESK, site="site-1")
    assert isinstance(recheck(RecheckCommand("site-1"), desk, clock()), tuple)
    assert isinstance(recheck(RecheckCommand("site-2"), desk, clock()), NotAllowed)
    assert isinstance(recheck(RecheckCommand(), desk, clock()), NotAllowed)
