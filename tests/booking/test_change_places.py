"""A room out of use and a closure: what they would break is told first, and stands in the inbox after."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.access.permissions import SYSTEM, AccountRole, Actor, Permission
from scheduler.booking.change_places import change_places, preview_change_places
from scheduler.booking.changing_facts import ChangeOfFacts, Consequences, FactsChanged
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.domain.clock import local_day
from scheduler.domain.errors import NotFound
from scheduler.domain.place_changes import (
    OpeningHoursChanged,
    PlaceChange,
    RoomBackInUse,
    RoomOutOfUse,
    SiteClosed,
    SiteOpenedAgain,
)
from scheduler.domain.places import Closure
from scheduler.domain.series import Series
from scheduler.domain.weekly_hours import WeekChange
from scheduler.store.audit import history
from scheduler.store.conflicts import conflict, open_conflicts
from scheduler.store.series import series as stored_series
from scheduler.store.site_facts import facts_of
from tests.booking.small_clinic import INDUCTION, booked, clock

pytestmark = pytest.mark.usefixtures("small_clinic")


@pytest.fixture
def series(induction: Series) -> Series:
    return induction


def previewed(change: PlaceChange) -> Consequences:
    outcome = preview_change_places(ChangeOfFacts("site-1", change), SYSTEM, clock())
    assert isinstance(outcome, Consequences), outcome
    return outcome


def changed(change: PlaceChange) -> FactsChanged:
    outcome = change_places(ChangeOfFacts("site-1", change), SYSTEM, clock())
    assert isinstance(outcome, FactsChanged), outcome
    return outcome


def test_a_room_out_of_use_breaks_the_visit_in_it_and_no_other(series: Series) -> None:
    dose = series.visit("D2")
    assert dose is not None
    assert dose.room is not None
    change = RoomOutOfUse(dose.room, dose.interval)
    assert [visit.step for visit in previewed(change).visits] == ["D2"]
    assert changed(change).conflicts == 1
    [kept] = open_conflicts()
    assert (kept.rule, kept.steps, kept.cause) == ("ROOM-1", ("D2",), "room_out_of_use")
    assert conflict(kept.id) == kept
    assert stored_series(series.id) == series
    other = next(room for room in facts_of("site-1").rooms if room != dose.room)
    assert not previewed(RoomOutOfUse(other, dose.interval)).broken
    assert changed(RoomBackInUse(dose.room, dose.interval)).resolved == 1
    assert not open_conflicts()


def test_a_closure_breaks_every_visit_of_its_days(series: Series) -> None:
    other = booked("patient-2", protocol=INDUCTION)
    dose = series.visit("D2")
    assert dose is not None
    day = local_day(dose.start, "America/Denver")
    closure = Closure(day, day, "Burst pipe")
    found = previewed(SiteClosed("site-1", closure))
    there = {
        visit.id
        for one in (series, other)
        for visit in one.appointments
        if local_day(visit.start, "America/Denver") == day
    }
    assert {visit.id for visit in found.visits} == there
    changed(SiteClosed("site-1", closure))
    assert {one.rule for one in open_conflicts()} == {"HOURS-1"}
    assert all("Burst pipe" in one.why for one in open_conflicts())
    [entry] = history("site", "site-1")
    assert (entry.verb, entry.details["visits_broken"]) == ("change_places", len(there))
    changed(SiteOpenedAgain("site-1", closure))
    assert not open_conflicts()
    assert facts_of("site-1").site.closures == found.before.site.closures


def test_other_opening_hours_break_what_lies_outside_of_them(series: Series) -> None:
    dose = series.visit("D2")
    assert dose is not None
    day = local_day(dose.start, "America/Denver")
    before = facts_of("site-1").site
    shut_that_day = OpeningHoursChanged("site-1", WeekChange((), day, day))
    there = {visit.id for visit in series.appointments if local_day(visit.start, "America/Denver") == day}
    assert {visit.id for visit in previewed(shut_that_day).visits} == there
    assert changed(shut_that_day).conflicts == len(there)
    assert {(one.rule, one.cause) for one in open_conflicts()} == {("HOURS-1", "opening_hours_changed")}
    assert len(facts_of("site-1").site.hours) > len(before.hours)
    as_ever = OpeningHoursChanged("site-1", WeekChange(before.hours, day, day))
    assert changed(as_ever).resolved == len(there)
    assert not open_conflicts()
    assert facts_of("site-1").site.hours == tuple(sorted(before.hours))


def test_nonsense_is_refused_and_others_may_not() -> None:
    today = clock().now().date()
    nowhere = ChangeOfFacts("site-1", SiteOpenedAgain("site-1", Closure(today, today, "")))
    outcome = change_places(nowhere, SYSTEM, clock())
    assert isinstance(outcome, Refused)
    assert "has no such closure" in outcome.reasons[0].why
    nurse = Actor("nurse", AccountRole.NURSE, site="site-1")
    desk = Actor("desk", AccountRole.FRONT_DESK, site="site-2")
    for actor in (nurse, desk):
        assert change_places(nowhere, actor, clock()) == NotAllowed(Permission.CHANGE_PLACES)
        assert preview_change_places(nowhere, actor, clock()) == NotAllowed(Permission.CHANGE_PLACES)
    unknown = change_places(replace(nowhere, site="nowhere"), SYSTEM, clock())
    assert isinstance(unknown, Refused)
    with pytest.raises(NotFound):
        conflict("none")
