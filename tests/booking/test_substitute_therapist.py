"""Another therapist for one visit or the rest: the times are kept where that can be, and the patient is asked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scheduler.access.permissions import SYSTEM, AccountRole, Actor, Permission
from scheduler.booking.cancel_series import CancelSeries, cancel_series
from scheduler.booking.change_staff import change_staff
from scheduler.booking.changed_series import ChangedVisit, visits_of
from scheduler.booking.changing_facts import ChangeOfFacts, FactsChanged
from scheduler.booking.outcomes import CalledOffBy, CancelReason, NotAllowed, Refused, SeriesChanged
from scheduler.booking.preview_substitute import (
    HowMany,
    SubstitutePreview,
    WantedSubstitute,
    preview_substitute,
)
from scheduler.booking.recheck import RecheckCommand, recheck
from scheduler.booking.substitute_therapist import (
    SubstituteTherapist,
    substitute_therapist,
)
from scheduler.domain.clock import StandingClock
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role
from scheduler.domain.series import Series
from scheduler.domain.staff_changes import TimeOffAdded
from scheduler.rules.evaluate import refuses
from scheduler.rules.finding import Finding
from scheduler.store.audit import history
from scheduler.store.conflicts import open_conflicts
from scheduler.store.series import series as stored_series
from tests.booking.small_clinic import clock, the

pytestmark = pytest.mark.usefixtures("small_clinic")


@pytest.fixture
def series(induction_with_the_first: Series) -> Series:
    return induction_with_the_first


def therapist_of(series: Series, step: str) -> str:
    return the(series, step).staff[Role.THERAPIST]


def previewed(wanted: WantedSubstitute) -> SubstitutePreview:
    outcome = preview_substitute(wanted, SYSTEM, clock())
    assert isinstance(outcome, SubstitutePreview), outcome
    return outcome


def substituted(command: SubstituteTherapist) -> SeriesChanged:
    outcome = substitute_therapist(command, SYSTEM, clock())
    assert isinstance(outcome, SeriesChanged), outcome
    return outcome


def codes(outcome: object) -> list[str]:
    assert isinstance(outcome, Refused), outcome
    return [reason.code for reason in outcome.reasons]


def asked_about(findings: tuple[Finding, ...]) -> list[tuple[str, ...]]:
    return [finding.steps for finding in findings if finding.rule == "CONT-1"]


def test_one_visit_keeps_its_time_with_a_therapist_whom_the_patient_has_not_met(series: Series) -> None:
    outcome = substituted(SubstituteTherapist(WantedSubstitute(series.id, "D3", HowMany.ONE, "therapist-2")))
    after = stored_series(series.id)
    assert outcome.series == after
    assert (outcome.moves, outcome.reassigned) == ((), ("D3",))
    assert the(after, "D3").start == the(series, "D3").start
    assert therapist_of(after, "D3") == "therapist-2"
    assert [v for v in after.standing if v.step != "D3"] == [v for v in series.standing if v.step != "D3"]
    assert asked_about(outcome.findings) == [("D3",)]
    assert [one.verb for one in history("series", series.id)][-1] == "substitute_therapist"


def test_for_the_rest_the_patient_is_asked_at_the_first_visit_with_somebody_new(series: Series) -> None:
    wanted = WantedSubstitute(series.id, "P2", HowMany.REST, "therapist-2")
    outcome = substituted(SubstituteTherapist(wanted))
    after = outcome.series
    assert therapist_of(after, "P1") == "therapist-1"
    theirs = [visit for visit in after.standing if Role.THERAPIST in visit.staff and visit.step != "P1"]
    assert {visit.staff[Role.THERAPIST] for visit in theirs} == {"therapist-2"}
    assert outcome.moves == ()
    assert asked_about(outcome.findings) == [("P2",)]
    [told] = [finding for finding in outcome.findings if finding.rule == "CONT-1"]
    assert told.why.startswith("the patient has not met Therapist 2, named for P2 on ")
    assert told.override_role == "therapist"
    answer = recheck(RecheckCommand(), SYSTEM, clock())
    assert isinstance(answer, tuple)
    assert not any(refuses(one.findings) for one in answer)


def test_whoever_is_free_is_found_and_who_is_known_comes_first(series: Series) -> None:
    first = WantedSubstitute(series.id, "D1", HowMany.ONE, "therapist-3")
    substituted(SubstituteTherapist(first))
    found = previewed(WantedSubstitute(series.id, "D3", HowMany.ONE))
    assert [(way.therapist, way.is_known) for way in found.ways] == [
        ("therapist-3", True),
        ("therapist-2", False),
    ]
    assert [visit.step for visit in found.visits] == ["D3"]
    outcome = substituted(SubstituteTherapist(WantedSubstitute(series.id, "D3", HowMany.ONE)))
    assert therapist_of(outcome.series, "D3") == "therapist-3"


def test_what_the_substitute_cannot_take_at_its_time_moves_with_what_must_follow(series: Series) -> None:
    dose = the(series, "D3")
    away = TimeOffAdded("therapist-2", Interval(dose.start, dose.start + timedelta(hours=4)))
    assert isinstance(change_staff(ChangeOfFacts("site-1", away), SYSTEM, clock()), FactsChanged)
    wanted = WantedSubstitute(series.id, "D3", HowMany.REST, "therapist-2")
    [way] = previewed(wanted).ways
    assert "D3" in {move.step for move in way.change.moves}
    assert not way.change.refusing
    outcome = substituted(SubstituteTherapist(wanted, visits_of(way.change), "k-1"))
    assert outcome.moves == way.change.moves
    assert therapist_of(outcome.series, "D3") == "therapist-2"
    again = substituted(SubstituteTherapist(wanted, visits_of(way.change), "k-1"))
    assert (again.series, again.moves) == (outcome.series, ())


def test_a_substitute_mends_what_the_absence_broke(series: Series) -> None:
    dose = the(series, "D3")
    ill = TimeOffAdded("therapist-1", Interval(dose.start, dose.start + timedelta(days=60)))
    assert isinstance(change_staff(ChangeOfFacts("site-1", ill), SYSTEM, clock()), FactsChanged)
    assert open_conflicts()
    substituted(SubstituteTherapist(WantedSubstitute(series.id, "D3", HowMany.REST)))
    assert open_conflicts() == ()


def test_what_makes_no_sense_is_refused_in_words(series: Series) -> None:
    for wanted, code in (
        (WantedSubstitute("none", "D3", HowMany.ONE), "unknown_series"),
        (WantedSubstitute(series.id, "D9", HowMany.ONE), "unknown_step"),
        (WantedSubstitute(series.id, "D3", HowMany.ONE, "nurse-1"), "unknown_therapist"),
        (WantedSubstitute(series.id, "D3", HowMany.ONE, "therapist-1"), "same_therapist"),
    ):
        assert codes(preview_substitute(wanted, SYSTEM, clock())) == [code]
        assert codes(substitute_therapist(SubstituteTherapist(wanted), SYSTEM, clock())) == [code]
    dose = the(series, "D3")
    during = StandingClock(dose.start + timedelta(minutes=1))
    one = WantedSubstitute(series.id, "D3", HowMany.ONE)
    assert codes(preview_substitute(one, SYSTEM, during)) == ["nothing_to_come"]
    cancel_series(CancelSeries(series.id, CalledOffBy.CLINIC, CancelReason.OTHER), SYSTEM, clock())
    assert codes(preview_substitute(one, SYSTEM, clock())) == ["not_booked"]


def test_what_the_rules_forbid_is_refused_with_those_who_could(series: Series) -> None:
    dose = the(series, "D3")
    nobody = ChangedVisit(dose.id, 1, dose.start, dose.room, {**dose.staff, Role.THERAPIST: "nurse-1"})
    wanted = WantedSubstitute(series.id, "D3", HowMany.ONE)
    outcome = substitute_therapist(SubstituteTherapist(wanted, (nobody,)), SYSTEM, clock())
    assert isinstance(outcome, Refused)
    assert "COVER-7" in {finding.rule for finding in outcome.findings}
    assert len(outcome.ways) == 2
    assert stored_series(series.id) == series


def test_where_nobody_can_the_reasons_are_said(series: Series) -> None:
    whole = Interval(clock().now(), clock().now() + timedelta(days=300))
    for person in ("therapist-2", "therapist-3"):
        away = ChangeOfFacts("site-1", TimeOffAdded(person, whole))
        assert isinstance(change_staff(away, SYSTEM, clock()), FactsChanged)
    found = previewed(WantedSubstitute(series.id, "D3", HowMany.ONE))
    assert found.ways == ()
    assert found.reasons
    outcome = substitute_therapist(
        SubstituteTherapist(WantedSubstitute(series.id, "D3", HowMany.ONE)), SYSTEM, clock()
    )
    assert isinstance(outcome, Refused)
    assert outcome.reasons


def test_who_may_not_is_refused(series: Series) -> None:
    wanted = WantedSubstitute(series.id, "D3", HowMany.ONE)
    for actor in (
        Actor("nurse", AccountRole.NURSE, site="site-1"),
        Actor("desk", AccountRole.FRONT_DESK, site="site-2"),
    ):
        refused = NotAllowed(Permission.SUBSTITUTE_THERAPIST)
        assert preview_substitute(wanted, actor, clock()) == refused
        assert substitute_therapist(SubstituteTherapist(wanted), actor, clock()) == refused
