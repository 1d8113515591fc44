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
from scheduler.domain.telling import told_moment
from scheduler.domain.treatment import StepKind
from scheduler.planner.alternatives import different
from scheduler.planner.preferences import PREFERENCES, in_order
from scheduler.planner.proposal import Proposal
from scheduler.planner.propose import propose
from scheduler.planner.question import Question
from scheduler.planner.time_wishes import tell_rhythm
from scheduler.planner.timeline import SLOT
from scheduler.planner.wishes import Wishes
from tests.builders import (
    AS_OF,
    ZONE,
    a_diary,
    a_room,
    a_site,
    a_small_protocol,
    an_induction_protocol,
    an_office,
    at,
    between,
    weekdays,
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


def test_of_two_rhythms_that_fit_the_one_whose_series_is_better_is_kept() -> None:
    """Rooms are free on Mondays and Thursdays; only weeks later three doses a week are possible."""
    mondays = [at("2026-11-23 00:00") + timedelta(weeks=week) for week in range(5)]
    taken = [
        Claim(
            f"dosing-{room}",
            Purpose.OCCUPY,
            Interval.lasting(monday + timedelta(days=day), timedelta(days=1)),
            "x",
        )
        for monday in mondays
        for day in (1, 2, 4)
        for room in (1, 2)
    ]
    wishes = Wishes(AS_OF, at("2027-02-20 00:00"), first=("weekday_rhythm",), limit=1)
    horizon = between("2026-11-23 00:00", "2027-03-01 00:00")
    diary = a_diary(claims=taken, horizon=horizon)
    proposal = propose(diary, an_induction_protocol(), wishes).proposals[0]
    assert told(proposal)["same weekdays"] == "every week on Mon, Thu"
    usual = propose(diary, an_induction_protocol(), replace(wishes, first=())).proposals[0]
    assert proposal.finish == usual.finish, "waiting for three a week would finish later"


def test_the_same_weekday_after_a_gap_is_not_said_to_be_every_week() -> None:
    question = Question.of(a_diary(), a_small_protocol(3), Wishes(AS_OF, UNTIL))
    days = [at(f"2026-{day} 10:00") for day in ("12-02", "12-16", "12-23")]
    starts = [0] * len(question.outline.steps)
    for dose, day in zip(question.outline.of_kind(StepKind.DOSING), days, strict=True):
        starts[dose] = (day - question.grid.origin) // SLOT
    assert tell_rhythm(question, "", starts) == (1, "on Wed, but not every week")


def test_an_integration_on_the_day_of_the_review_saves_a_trip() -> None:
    """The consolidation may be ten days after the last dose, and the review from then on."""
    hours = (*weekdays(), *(replace(one, weekday=5) for one in weekdays()[:1]))
    staff = [replace(person, hours=hours) for person in a_diary().staff.values()]
    asked = Wishes(AS_OF, UNTIL, limit=1, first=("fewest_trips",))
    diary = a_diary(site=a_site(hours=hours), staff=staff)
    proposal = propose(diary, an_induction_protocol(), asked).proposals[0]
    days = {visit.step: local_day(visit.start, ZONE) for visit in proposal.series.appointments}
    assert days["I7"] == days["R1"]


def test_scarce_rooms_are_kept_free_at_the_price_of_waiting_where_they_come_first() -> None:
    plain, rich = (
        an_office("office-9"),
        an_office("office-1", capabilities=frozenset({"office", "telehealth"})),
    )
    busy = Claim("office-9", Purpose.OCCUPY, between("2026-11-23 00:00", "2026-12-01 00:00"), "another-visit")
    diary = a_diary(rooms=(a_room(), rich, plain), claims=(busy,))
    wishes = Wishes(AS_OF, UNTIL, limit=1)
    usual = propose(diary, a_small_protocol(), wishes).proposals[0]
    assert told(usual)["scarce rooms kept free"] == "P1, I1, I2 in a room that could do more"
    waiting = propose(diary, a_small_protocol(), replace(wishes, first=("scarce_rooms",))).proposals[0]
    assert told(waiting)["scarce rooms kept free"] == "kept"
    assert {visit.room for visit in waiting.series.appointments} == {"dosing-1", "office-9"}
    assert waiting.finish > usual.finish


def test_every_preference_is_named_in_the_explanation() -> None:
    rich = an_office("office-2", capabilities=frozenset({"office", "telehealth"}))
    diary = a_diary(rooms=(a_room(), an_office(), rich))
    wished = [
        replace(window, ideally_at_most=timedelta(days=10)) if window.to_step == "D1" else window
        for window in an_induction_protocol().windows
    ]
    wishes = Wishes(AS_OF, UNTIL, rather="therapist-2", weekdays=frozenset({1, 3}))
    answer = propose(diary, an_induction_protocol(windows=tuple(wished)), wishes)
    for proposal in answer.proposals:
        assert [name for name, _ in proposal.preferences] == [one.name for one in PREFERENCES]
        assert all(words for _, words in proposal.preferences)
        told_early = told(proposal)["early visits"]
        assert told_early.startswith(
            f"the first on {told_moment(proposal.series.appointments[0].start, ZONE)}, "
        )


@pytest.mark.parametrize(
    "wishes",
    [
        {"weekdays": frozenset(days), "first": ("patients_times",)}
        for days in ({1, 3}, {0, 1}, {0, 2}, {2, 4}, {0})
    ]
    + [{"first": (key,)} for key in ("weekday_rhythm", "fewest_trips", "shortest_span", "early_visits")],
    ids=str,
)
def test_no_other_proposal_keeps_what_comes_first_better(wishes: dict[str, object]) -> None:
    asked = replace(Wishes(AS_OF, UNTIL, limit=12), **wishes)  # type: ignore[arg-type]  # the tests name the fields they mean
    first, *others = different(Question.of(a_diary(), an_induction_protocol(), asked), 12)
    order = in_order(asked.first)
    assert others
    assert all(first.merit(order) < other.merit(order) for other in others)
    alone = propose(a_diary(), an_induction_protocol(), replace(asked, limit=1)).proposals[0]
    assert told(alone)["earliest finish"] == first.told["earliest_finish"].words, (
        "the first of many is the one alone"
    )


def test_doses_come_before_other_visits_and_calls_where_not_all_can_suit() -> None:
    """Doses on Tuesdays and Thursdays leave no talk after the second of a week that suits as well."""
    proposal = best(weekdays=frozenset({1, 3}), first=("patients_times",))
    assert told(proposal)["patient's days and times"].startswith(
        "suits 15 of 22 visits, among them every dose, but not "
    )
    assert {day.weekday() for day in dose_days(proposal.series)} == {1, 3}


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
