"""The list of preferences: its order, what each line changes, and how proposals explain themselves by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.clock import local, local_day
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role
from scheduler.domain.series import Series
from scheduler.domain.treatment import StepKind
from scheduler.planner.preferences import PREFERENCES, in_order
from scheduler.planner.proposal import Proposal
from scheduler.planner.propose import propose
from scheduler.planner.wishes import Wishes
from tests.builders import (
    AS_OF,
    ZONE,
    a_diary,
    a_room,
    a_small_protocol,
    an_induction_protocol,
    an_office,
    at,
    between,
)

UNTIL = at("2027-01-25 00:00")


def best(**wishes: object) -> Proposal:
    """Return the best induction on an empty diary."""
    asked = replace(Wishes(AS_OF, UNTIL, limit=1), **wishes)  # type: ignore[arg-type]  # the tests name the fields they mean
    return propose(a_diary(), an_induction_protocol(), asked).proposals[0]


def told(proposal: Proposal) -> dict[str, str]:
    """Return what a proposal says of itself, by preference."""
    return dict(proposal.preferences)


def dose_days(series: Series) -> list[date]:
    """Return the local days of the doses."""
    return [local_day(visit.start, ZONE) for visit in series.appointments if visit.kind is StepKind.DOSING]


def trips(series: Series) -> int:
    """Return on how many local days the patient has to come."""
    return len({local_day(visit.start, ZONE) for visit in series.appointments if visit.room})


def test_every_preference_has_a_key_and_a_name_of_its_own() -> None:
    assert len({one.key for one in PREFERENCES}) == len({one.name for one in PREFERENCES}) == len(PREFERENCES)
    assert PREFERENCES[0].key == "earliest_finish"


def test_what_is_put_first_comes_first_and_the_rest_keeps_its_order() -> None:
    keys = [one.key for one in in_order(["shortest_span", "nonsense", "fewest_trips", "shortest_span"])]
    assert keys[:3] == ["shortest_span", "fewest_trips", "earliest_finish"]
    rest = [one.key for one in PREFERENCES if one.key not in keys[:2]]
    assert keys[2:] == rest


@pytest.mark.parametrize("key", [one.key for one in PREFERENCES])
def test_no_order_finishes_before_the_earliest_finish(key: str) -> None:
    assert best(first=(key,)).finish >= best().finish


def test_fewest_trips_first_takes_fewer_trips() -> None:
    usual, fewest = best().series, best(first=("fewest_trips",)).series
    assert trips(fewest) < trips(usual)
    assert told(best(first=("fewest_trips",)))["fewest trips"].startswith(str(trips(fewest)))


def test_the_shortest_span_first_is_as_short_as_the_windows_allow() -> None:
    days = dose_days(best(first=("shortest_span",)).series)
    # Nobody calls at a weekend, so no dose on a Friday: Tue Thu, Mon Wed, Mon Wed is the shortest way.
    assert (days[-1] - days[0]).days == 15


def test_the_same_weekdays_first_returns_to_them_every_week() -> None:
    proposal = best(first=("weekday_rhythm",))
    days = dose_days(proposal.series)
    number = len({day.weekday() for day in days})
    assert all((later - earlier).days == 7 for earlier, later in zip(days, days[number:], strict=False))
    assert told(proposal)["same weekdays"].startswith("every week on ")


def test_the_patients_days_and_times_are_kept_where_they_can_be() -> None:
    wishes = {"weekdays": frozenset({0, 1, 3}), "until_time": time(15)}
    proposal = best(first=("patients_times",), **wishes)
    # A check-in call a day or two after each dose cannot always fall on these days; every other visit can.
    unsuited = [
        visit.step
        for visit in proposal.series.appointments
        if local(visit.start, ZONE).weekday() not in {0, 1, 3}
        or local(visit.discharge, ZONE).time() > time(15)
    ]
    suited = len(proposal.series.appointments) - len(unsuited)
    assert told(proposal)["patient's days and times"].startswith(f"suits {suited} of 22 visits")
    assert suited > 11
    assert "patient's days and times" not in told(best())


def test_a_preferred_therapist_gives_way_to_an_earlier_finish_unless_put_first() -> None:
    away = Claim("therapist-2", Purpose.OCCUPY, between("2026-11-23 00:00", "2026-12-03 00:00"), "leave")
    diary, protocol = a_diary(claims=(away,)), a_small_protocol()
    wishes = Wishes(AS_OF, UNTIL, rather="therapist-2", limit=1)
    soonest = propose(diary, protocol, wishes).proposals[0]
    assert soonest.therapist != "therapist-2"
    assert told(soonest)["wished therapist"] == "with another therapist"
    waiting = propose(diary, protocol, replace(wishes, first=("wished_therapist",))).proposals[0]
    assert (waiting.therapist, told(waiting)["wished therapist"]) == ("therapist-2", "kept")
    assert waiting.finish > soonest.finish


def test_doses_keep_away_from_other_patients_set_ups_where_that_costs_no_later_finish() -> None:
    diary, protocol = a_diary(), a_small_protocol()
    wishes = Wishes(AS_OF, UNTIL, limit=1)
    usual = propose(diary, protocol, wishes).proposals[0].series
    dose = next(visit for visit in usual.appointments if visit.step == "D1")
    begin = dose.start - timedelta(minutes=5)
    while_set_up = Interval.lasting(begin, timedelta(minutes=20))
    set_up = Claim("nurse-1", Purpose.OCCUPY, while_set_up, "other", ("check_in",), Role.MEDICAL_MONITOR)
    crowded = propose(replace(diary, claims=(set_up,)), protocol, wishes).proposals[0]
    moved = next(visit for visit in crowded.series.appointments if visit.step == "D1")
    assert abs(moved.start - set_up.interval.start) >= timedelta(minutes=30)
    assert told(crowded)["staggered starts"] == "kept"
    assert crowded.finish == propose(diary, protocol, wishes).proposals[0].finish


def test_rooms_that_could_do_more_are_kept_free() -> None:
    plain, rich = (
        an_office("office-9"),
        an_office("office-1", capabilities=frozenset({"office", "telehealth"})),
    )
    diary = a_diary(rooms=(a_room(), rich, plain))
    proposal = propose(diary, a_small_protocol(), Wishes(AS_OF, UNTIL, limit=1)).proposals[0]
    talks = {visit.room for visit in proposal.series.appointments if visit.kind is not StepKind.DOSING}
    assert talks == {"office-9"}
    assert told(proposal)["scarce rooms kept free"] == "kept"


def test_alternatives_are_different_to_a_person() -> None:
    proposals = propose(a_diary(), a_small_protocol(), Wishes(AS_OF, UNTIL, limit=5)).proposals
    assert len(proposals) == 5
    likeness = {
        (one.therapist, tuple(day.weekday() for day in dose_days(one.series)), _week(one.series))
        for one in proposals
    }
    assert len(likeness) == 5
    assert proposals[0].finish == min(one.finish for one in proposals)


def _week(series: Series) -> date:
    first = dose_days(series)[0]
    return first - timedelta(days=first.weekday())
