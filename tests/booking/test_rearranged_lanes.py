"""A nurse who watches one patient at a time has a place left for another, however the ledger has laid out her lanes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scheduler.clinic_file import ExistingAppointment
from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role
from scheduler.domain.treatment import StepKind
from scheduler.store import ledger
from scheduler.store.work import unit_of_work
from tests import builders
from tests.booking.small_clinic import MONDAY, booked, previewed, store_small_clinic

pytestmark = pytest.mark.usefixtures("app_context")


def _call(number: int) -> ExistingAppointment:
    """Build a call of another patient long ago: an appointment for claims to hang on."""
    return ExistingAppointment(
        id=f"call-{number}",
        site="site-1",
        patient="patient-4",
        kind=StepKind.CONTACT,
        title="Call elsewhere",
        room=None,
        staff={},
        start=MONDAY - timedelta(days=300 + number),
        minutes=10,
    )


def _take(appointment: str, time: Interval) -> None:
    with unit_of_work():
        ledger.take([Claim("nurse-1", Purpose.WATCH, time, appointment)])


def _watched() -> list[Claim]:
    return [claim for claim in ledger.all_claims() if (claim.resource, claim.purpose) == ("nurse-1", "watch")]


def test_a_series_is_found_and_booked_where_two_lanes_have_to_be_rearranged() -> None:
    only = builders.a_nurse("nurse-2", roles=frozenset({Role.ADMINISTERING_CLINICIAN}))
    staff = tuple(only if person.id == only.id else person for person in builders.a_staff())
    store_small_clinic(staff=staff, appointments=(_call(1), _call(2), _call(3)))
    before = previewed(limit=1).options[0].proposal.series
    dose = before.visit("D1")
    assert dose is not None
    begin, end = dose.start, dose.discharge
    middle = begin + timedelta(minutes=60)
    # A third call holds the first lane while the second is written, and is given back: one half lies on either lane.
    _take("call-3", Interval(middle, end))
    _take("call-2", Interval(middle, end))
    with unit_of_work():
        ledger.release(["call-3"])
    _take("call-1", Interval(begin, middle))
    assert [(claim.appointment, claim.lane) for claim in _watched()] == [("call-1", 0), ("call-2", 1)]

    series = booked()
    assert {visit.step: visit.start for visit in series.standing} == {
        visit.step: visit.start for visit in before.standing
    }
    lanes: dict[int | None, list[Interval]] = {}
    for claim in _watched():
        assert not any(claim.interval.overlaps(other) for other in lanes.setdefault(claim.lane, []))
        lanes[claim.lane].append(claim.interval)
    assert set(lanes) == {0, 1}
    moved = {claim.appointment: claim.lane for claim in _watched() if claim.appointment.startswith("call")}
    assert moved["call-1"] == moved["call-2"], "both halves lie on one lane now"
