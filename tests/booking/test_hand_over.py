"""Chosen visits in which somebody takes over: booked as chosen, judged as all are, and told in the export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from scheduler.access.permissions import SYSTEM
from scheduler.booking.book_series import Booked, BookSeries, book_series
from scheduler.booking.export_clinic import export_clinic
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.recheck import RecheckCommand, recheck
from scheduler.domain.people import Role
from scheduler.rules.evaluate import refuses
from scheduler.store import series as stored
from tests.booking.small_clinic import CHOICE, COURSE, booked, chosen_from, clock, previewed

pytestmark = pytest.mark.usefixtures("small_clinic")

MONITOR = Role.MEDICAL_MONITOR


def _book(protocol: str, relief: Mapping[tuple[Role, int], str]) -> Booked | Refused | NotAllowed:
    """Book the best series with these people taking over in the first dose, which nurse-1 begins."""
    proposed = previewed(protocol=protocol, limit=1).options[0].proposal.series
    visits = tuple(
        replace(visit, staff={**visit.staff, MONITOR: "nurse-1"}, relief=relief)
        if visit.step == "D1"
        else visit
        for visit in chosen_from(proposed)
    )
    return book_series(BookSeries("patient-1", protocol, visits=visits), SYSTEM, clock())


def test_a_series_is_booked_with_whoever_takes_over() -> None:
    relief = {(MONITOR, number): "nurse-2" for number in (3, 4, 5)}
    outcome = _book(CHOICE, relief)
    assert isinstance(outcome, Booked), outcome
    dose = stored.series(outcome.series.id).visit("D1")
    assert dose is not None
    assert dose.relief == relief
    watching = {
        (claim["resource"], claim["phase"])
        for claim in export_clinic(clock())["claims"]
        if (claim["appointment"], claim["role"]) == (dose.id, "medical_monitor")
    }
    assert {("nurse-1", "observation"), ("nurse-2", "recovery"), ("nurse-2", "discharge")} <= watching
    assert not {("nurse-2", "observation"), ("nurse-1", "recovery")} & watching
    (judged,) = recheck(RecheckCommand("site-1"), SYSTEM, clock())  # type: ignore[misc]  # it is allowed
    assert not refuses(judged.findings)


def test_nobody_takes_over_where_the_protocol_does_not_foresee_it() -> None:
    outcome = _book(COURSE, {(MONITOR, 1): "nurse-2"})
    assert isinstance(outcome, Refused)
    assert {finding.rule for finding in outcome.findings if finding.level == "block"} == {"COVER-8"}


def test_whoever_takes_over_has_to_work_here() -> None:
    outcome = _book(CHOICE, {(MONITOR, 3): "somebody", (MONITOR, 4): "somebody"})
    assert isinstance(outcome, Refused)
    assert [(reason.code, reason.step) for reason in outcome.reasons] == [("unknown_staff", "D1")]


def test_whoever_takes_over_is_taken_for_others_from_then_on() -> None:
    relief = {(MONITOR, number): "nurse-2" for number in (3, 4, 5)}
    first = _book(CHOICE, relief)
    assert isinstance(first, Booked)
    second = booked("patient-2", protocol=CHOICE)
    assert {visit.step for visit in second.appointments} == {v.step for v in first.series.appointments}
