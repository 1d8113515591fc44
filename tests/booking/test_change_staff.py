"""What a change of staff would break is told before it is saved, and stands in the inbox after; no visit is changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest

from scheduler.access.permissions import SYSTEM, AccountRole, Actor, Permission
from scheduler.booking.change_staff import change_staff, preview_change_staff
from scheduler.booking.changing_facts import ChangeOfFacts, Consequences, FactsChanged
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.recheck import RecheckCommand, recheck
from scheduler.domain.appointment import Appointment
from scheduler.domain.claims import Purpose
from scheduler.domain.clock import whole_local_day
from scheduler.domain.interval import Interval
from scheduler.domain.people import Credential, Role
from scheduler.domain.places import WeeklyHours
from scheduler.domain.series import Series
from scheduler.domain.staff_changes import (
    CredentialRecorded,
    CredentialWithdrawn,
    HoursChanged,
    RolesChanged,
    StaffChange,
    TimeOffAdded,
    TimeOffRemoved,
)
from scheduler.domain.weekly_hours import WeekChange
from scheduler.rules.finding import Level
from scheduler.store.audit import history
from scheduler.store.conflicts import Resolution, conflicts_of_series, count_open, open_conflicts
from scheduler.store.ledger import all_claims
from scheduler.store.series import series as stored_series
from scheduler.store.site_facts import facts_of
from tests.booking.small_clinic import INDUCTION, MONDAY, booked, clock, the

pytestmark = pytest.mark.usefixtures("small_clinic")

ZONE = "America/Denver"


@pytest.fixture
def series(induction_with_the_first: Series) -> Series:
    return induction_with_the_first


def wanted(change: StaffChange, **fields: Any) -> ChangeOfFacts[StaffChange]:
    return replace(ChangeOfFacts("site-1", change), **fields)


def previewed(change: StaffChange) -> Consequences:
    outcome = preview_change_staff(wanted(change), SYSTEM, clock())
    assert isinstance(outcome, Consequences), outcome
    return outcome


def changed(change: StaffChange, **fields: Any) -> FactsChanged:
    outcome = change_staff(wanted(change, **fields), SYSTEM, clock())
    assert isinstance(outcome, FactsChanged), outcome
    return outcome


def week_of(series: Series, step: str) -> Interval:
    """Return from the morning of a visit's day to the evening five days later."""
    visit = the(series, step)
    return Interval(visit.start - timedelta(hours=1), visit.start + timedelta(days=5))


def guided_in(series: Series, time: Interval) -> set[str]:
    return {
        visit.step
        for visit in series.appointments
        if "therapist-1" in visit.people and visit.interval.overlaps(time)
    }


def test_an_illness_breaks_the_visits_in_which_the_person_serves(series: Series) -> None:
    booked("patient-2", protocol=INDUCTION, therapist="therapist-2")
    time = week_of(series, "D2")
    found = previewed(TimeOffAdded("therapist-1", time))
    assert [one.series.id for one in found.broken] == [series.id]
    assert {visit.step for visit in found.visits} == guided_in(series, time)
    assert {"D2", "I2"} <= guided_in(series, time)
    assert [visit.start for visit in found.visits] == sorted(visit.start for visit in found.visits)
    assert all(finding.level is Level.BLOCK for one in found.broken for finding in one.findings)
    assert "Therapist 1" in found.broken[0].findings[0].why


def test_a_preview_writes_nothing(series: Series) -> None:
    before, claims = facts_of("site-1"), all_claims()
    previewed(TimeOffAdded("therapist-1", week_of(series, "D2")))
    assert (facts_of("site-1"), all_claims(), open_conflicts()) == (before, claims, ())
    assert stored_series(series.id) == series


def test_what_it_breaks_stands_in_the_inbox_and_no_visit_is_changed(series: Series) -> None:
    time = week_of(series, "D2")
    told = previewed(TimeOffAdded("therapist-1", time))
    outcome = changed(TimeOffAdded("therapist-1", time))
    assert outcome.consequences is not None
    assert outcome.consequences.broken == told.broken
    assert facts_of("site-1").person("therapist-1").time_off == (time,)
    assert stored_series(series.id) == series
    kept = open_conflicts("site-1")
    assert outcome.conflicts == len(kept) == count_open("site-1") == count_open(None)
    assert {(one.series, one.cause, one.level) for one in kept} == {
        (series.id, "time_off_added", Level.BLOCK)
    }
    assert {step for one in kept for step in one.steps} == guided_in(series, time)
    first = series.visit("D2")
    assert first is not None
    assert kept[0].visit_starts_at == first.start
    assert [one.visit_starts_at for one in kept] == sorted(one.visit_starts_at for one in kept)
    [entry] = history("staff", "therapist-1")
    assert (entry.verb, entry.site, entry.details["change"]) == ("change_staff", "site-1", "time_off_added")
    assert entry.details["visits_broken"] == len(told.visits)
    answer = recheck(RecheckCommand("site-1"), SYSTEM, clock())
    assert isinstance(answer, tuple)
    assert {f.rule for one in answer for f in one.findings if f.level is Level.BLOCK} == {
        one.rule for one in kept
    }


def test_whoever_is_back_takes_the_conflicts_away(series: Series) -> None:
    time = week_of(series, "D2")
    changed(TimeOffAdded("therapist-1", time))
    outcome = changed(TimeOffRemoved("therapist-1", time))
    assert (outcome.conflicts, open_conflicts()) == (0, ())
    assert outcome.resolved == len(conflicts_of_series(series.id)) > 0
    assert {one.resolution for one in conflicts_of_series(series.id)} == {Resolution.ELSEWHERE}


def test_a_longer_illness_adds_only_what_it_breaks_besides(series: Series) -> None:
    time = week_of(series, "D2")
    day = Interval(time.start, time.start + timedelta(hours=8))
    changed(TimeOffAdded("therapist-1", day))
    before = {one.id for one in open_conflicts()}
    found = previewed(TimeOffAdded("therapist-1", time))
    assert {visit.step for visit in found.visits} == guided_in(series, time) - guided_in(series, day)
    changed(TimeOffAdded("therapist-1", time))
    after = open_conflicts()
    assert before < {one.id for one in after}
    assert len({(one.series, *one.key) for one in after}) == len(after)


def test_a_second_person_ill_in_a_visit_is_told_beside_the_first(series: Series) -> None:
    dose = series.visit("D2")
    assert dose is not None
    nurse = dose.staff[Role.MEDICAL_MONITOR]
    changed(TimeOffAdded("therapist-1", dose.interval))
    changed(TimeOffAdded(nurse, dose.interval))
    [at_work] = [one for one in open_conflicts() if one.rule == "HOURS-3"]
    assert "Therapist 1" in at_work.why


def test_time_off_without_visits_breaks_nothing(series: Series) -> None:
    last = series.appointments[-1].discharge + timedelta(days=30)
    assert not previewed(TimeOffAdded("therapist-1", Interval(last, last + timedelta(days=1)))).broken
    outcome = changed(TimeOffAdded("therapist-3", whole_local_day(MONDAY.date(), ZONE)))
    assert (outcome.conflicts, open_conflicts()) == (0, ())


def test_a_shift_shortened_breaks_what_lies_outside_of_it(series: Series) -> None:
    mornings = tuple(WeeklyHours(day, time(8), time(9)) for day in range(5))
    found = previewed(HoursChanged("therapist-1", WeekChange(mornings)))
    assert {visit.step for visit in found.visits} >= {"D1", "D6"}
    longer = tuple(WeeklyHours(day, time(7), time(20)) for day in range(5))
    assert not previewed(HoursChanged("therapist-1", WeekChange(longer))).broken


def test_a_credential_counts_to_its_last_day_and_a_renewal_mends(series: Series) -> None:
    dose = series.visit("D3")
    assert dose is not None
    day = dose.start.date()
    expiring = CredentialRecorded("therapist-1", Credential("kap_training", day))
    found = previewed(expiring)
    assert {visit.step for visit in found.visits} == {"D4", "D5", "D6"}
    assert {one.rule for series in found.broken for one in series.findings} == {"CRED-1"}
    changed(expiring)
    assert [one.steps for one in open_conflicts()] == [("D4",), ("D5",), ("D6",)]
    outcome = changed(CredentialRecorded("therapist-1", Credential("kap_training", date(2029, 1, 1))))
    assert (outcome.resolved, open_conflicts()) == (3, ())
    assert previewed(CredentialWithdrawn("therapist-1", "kap_training")).visits


def test_whoever_loses_a_role_cannot_serve_in_it(series: Series) -> None:
    found = previewed(RolesChanged("therapist-1", frozenset({Role.CARE_COORDINATOR})))
    assert "COVER-7" in {one.rule for series in found.broken for one in series.findings}


def test_a_limit_below_what_is_booked_is_refused_in_words(series: Series) -> None:
    dose = series.visit("D1")
    assert dose is not None
    nurse = dose.staff[Role.MEDICAL_MONITOR]
    roles = facts_of("site-1").person(nurse).roles
    change = RolesChanged(nurse, roles, may_watch=0)
    for outcome in (
        preview_change_staff(wanted(change), SYSTEM, clock()),
        change_staff(wanted(change), SYSTEM, clock()),
    ):
        assert isinstance(outcome, Refused)
        assert [reason.code for reason in outcome.reasons] == ["capacity_taken"]
        assert "more was wanted on" in outcome.reasons[0].why
        assert "Call off or move" in outcome.reasons[0].why
    assert facts_of("site-1").person(nurse).may_watch == 2
    assert not open_conflicts()
    more = changed(RolesChanged(nurse, roles, may_watch=3))
    assert more.facts.person(nurse).may_watch == 3


def test_what_makes_no_sense_is_refused_in_words() -> None:
    for change in (
        TimeOffAdded("nobody", whole_local_day(MONDAY.date(), ZONE)),
        RolesChanged("nurse-1", frozenset()),
    ):
        outcome = change_staff(wanted(change), SYSTEM, clock())
        assert isinstance(outcome, Refused)
        assert [reason.code for reason in outcome.reasons] == ["no_sense"]


def test_what_breaks_more_than_was_looked_at_is_looked_at_again(series: Series) -> None:
    change = TimeOffAdded("therapist-1", week_of(series, "D2"))
    seen = frozenset(visit.id for visit in previewed(change).visits)
    outcome = change_staff(wanted(change, seen=seen - {max(seen)}), SYSTEM, clock())
    assert isinstance(outcome, Refused)
    assert outcome.race_lost
    assert not open_conflicts()
    assert changed(change, seen=seen).conflicts


def test_the_same_key_changes_once(series: Series) -> None:
    change = TimeOffAdded("therapist-1", week_of(series, "D2"))
    first = changed(change, idempotency_key="k-1")
    second = changed(change, idempotency_key="k-1")
    assert first.consequences is not None
    assert second.consequences is None
    assert len(history("staff", "therapist-1")) == 1
    other = TimeOffRemoved("therapist-1", change.time)
    outcome = change_staff(wanted(other, idempotency_key="k-1"), SYSTEM, clock())
    assert isinstance(outcome, Refused)
    assert outcome.reasons[0].code == "key_used_otherwise"


def test_the_front_desk_notes_an_illness_and_nothing_else() -> None:
    desk = Actor("desk", AccountRole.FRONT_DESK, site="site-1")
    ill = wanted(TimeOffAdded("therapist-1", whole_local_day(MONDAY.date(), ZONE)))
    assert isinstance(change_staff(ill, desk, clock()), FactsChanged)
    renewed = wanted(CredentialRecorded("therapist-1", Credential("bls")))
    assert change_staff(renewed, desk, clock()) == NotAllowed(Permission.CHANGE_STAFF)
    assert preview_change_staff(renewed, desk, clock()) == NotAllowed(Permission.CHANGE_STAFF)
    elsewhere = replace(desk, site="site-2")
    assert change_staff(ill, elsewhere, clock()) == NotAllowed(Permission.RECORD_ABSENCE)


def test_a_therapist_who_may_watch_from_now_on_watches_nobody_while_in_a_room(series: Series) -> None:
    dose = series.visit("D2")
    assert dose is not None
    both = frozenset({Role.THERAPIST, Role.MEDICAL_MONITOR})
    outcome = changed(RolesChanged("therapist-1", both, may_watch=2))
    assert outcome.consequences is not None
    assert outcome.consequences.broken == ()
    after = stored_series(series.id).visit("D2")
    assert after is not None

    def held(visit: Appointment, purpose: Purpose) -> list[Interval]:
        return [
            one.interval for one in visit.claims if (one.resource, one.purpose) == ("therapist-1", purpose)
        ]

    assert held(dose, Purpose.WATCH) == []
    assert held(after, Purpose.WATCH) == 2 * held(dose, Purpose.OCCUPY)
    assert after.version == dose.version, "nobody needs to hear of it"


def test_who_may_watch_more_gives_each_patient_a_share_by_that_number(series: Series) -> None:
    nurse = facts_of("site-1").person("nurse-1")
    outcome = changed(RolesChanged("nurse-1", nurse.roles, may_watch=3))
    assert outcome.conflicts == 0
    answer = recheck(RecheckCommand("site-1"), SYSTEM, clock())
    assert isinstance(answer, tuple)
    assert not [f.why for one in answer for f in one.findings if f.level is Level.BLOCK]
