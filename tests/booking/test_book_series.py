"""Booking: whole or not at all, exactly once for a key, and an answer for whoever comes too late."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scheduler.access.permissions import SYSTEM, Actor
from scheduler.booking.book_series import Booked, BookSeries, book_series
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.request import ChosenVisit
from scheduler.domain.errors import Conflict
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role
from scheduler.domain.series import SeriesState
from scheduler.domain.treatment import StepKind
from scheduler.rules.finding import Level
from scheduler.store import series as stored
from scheduler.store.audit import history
from scheduler.store.ledger import all_claims
from scheduler.store.refused import refusals_during
from scheduler.store.series import all_series, series
from tests.booking.small_clinic import COURSE, INDUCTION, booked, chosen_from, clock, previewed

pytestmark = pytest.mark.usefixtures("small_clinic")


def book(patient: str = "patient-1", **fields: Any) -> Booked | Refused | NotAllowed:
    return book_series(BookSeries(patient, fields.pop("protocol", COURSE), **fields), SYSTEM, clock())


@pytest.mark.parametrize("protocol", [INDUCTION, COURSE])
def test_the_best_series_is_stored_whole_with_its_claims(protocol: str) -> None:
    outcome = book(protocol=protocol)
    assert isinstance(outcome, Booked)
    kept = series(outcome.series.id)
    assert kept.state is SeriesState.BOOKED
    assert [(v.id, v.step, v.start) for v in kept.appointments] == [
        (v.id, v.step, v.start) for v in outcome.series.appointments
    ]
    assert len({visit.id for visit in kept.appointments}) == len(kept.appointments)
    claims = [claim for visit in kept.appointments for claim in visit.claims]
    assert len(claims) == sum(len(visit.claims) for visit in outcome.series.appointments)
    assert all(claim.lane is not None for claim in claims)


def test_a_series_is_booked_as_its_wishes_say() -> None:
    visits = booked(rather="therapist-3", first=("wished_therapist",)).appointments
    doses = [visit for visit in visits if visit.kind is StepKind.DOSING]
    assert {dose.staff[Role.THERAPIST] for dose in doses} == {"therapist-3"}
    nonsense = book("patient-2", first=("sunshine",))
    assert isinstance(nonsense, Refused)
    assert [reason.code for reason in nonsense.reasons] == ["unknown_preference"]


def test_findings_name_the_visits_by_their_new_ids() -> None:
    outcome = book(protocol=INDUCTION)
    assert isinstance(outcome, Booked)
    ids = {visit.id for visit in outcome.series.appointments}
    assert outcome.findings
    assert all(finding.level is not Level.BLOCK for finding in outcome.findings)
    assert {id for finding in outcome.findings for id in finding.appointments} <= ids


def test_it_is_audited_without_personal_data(desk: Actor) -> None:
    outcome = book_series(BookSeries("patient-1", COURSE), desk, clock())
    assert isinstance(outcome, Booked)
    (entry,) = history("series", outcome.series.id)
    assert (entry.actor, entry.verb, entry.site) == ("desk", "book_series", "site-1")
    assert "patient-1" not in str(entry.details)


def test_two_patients_share_the_clinic_without_a_clash() -> None:
    booked("patient-1", protocol=INDUCTION)
    booked("patient-2", protocol=INDUCTION)
    lanes: dict[tuple[str, str, int | None], list[Interval]] = {}
    for claim in all_claims():
        lanes.setdefault((claim.resource, claim.purpose, claim.lane), []).append(claim.interval)
    for taken in lanes.values():
        assert all(one.end <= other.start for one, other in zip(taken, taken[1:], strict=False))


def test_chosen_visits_are_booked_as_chosen() -> None:
    wanted = previewed(limit=5).options[-1].proposal.series
    kept = booked(visits=chosen_from(wanted))
    assert [(v.step, v.start, v.room, v.staff) for v in kept.appointments] == [
        (v.step, v.start, v.room, v.staff) for v in wanted.appointments
    ]


def test_visits_that_were_taken_meanwhile_are_refused_with_what_is_free_instead() -> None:
    wanted = chosen_from(previewed("patient-2").options[0].proposal.series)
    booked("patient-1", visits=chosen_from(previewed("patient-1").options[0].proposal.series))
    outcome = book("patient-2", visits=wanted)
    assert isinstance(outcome, Refused)
    assert outcome.findings[0].level is Level.BLOCK
    assert outcome.instead
    assert isinstance(book("patient-2", visits=chosen_from(outcome.instead[0].proposal.series)), Booked)


def test_visits_too_close_are_refused_by_the_rule_with_nothing_written() -> None:
    visits = list(chosen_from(previewed().options[0].proposal.series))
    place = next(n for n, visit in enumerate(visits) if visit.step == "D2")
    visits[place] = replace(visits[place], start=visits[place].start - timedelta(days=1))
    outcome = book(visits=tuple(visits))
    assert isinstance(outcome, Refused)
    assert any("D2" in finding.steps for finding in outcome.findings)
    assert all_series() == ()
    assert all_claims() == ()
    # Which rule refused it is counted, and no more than that.
    counted = refusals_during(Interval(clock().now(), clock().now() + timedelta(hours=1)), "site-1")
    assert counted == dict.fromkeys({finding.rule for finding in outcome.findings}, 1)


def _with_another(visits: list[ChosenVisit]) -> list[ChosenVisit]:
    return [*visits, replace(visits[0], step="X1")]


def _in_a_strange_room(visits: list[ChosenVisit]) -> list[ChosenVisit]:
    return [replace(visits[0], room="attic"), *visits[1:]]


def _with_a_stranger(visits: list[ChosenVisit]) -> list[ChosenVisit]:
    return [replace(visits[0], staff={Role.THERAPIST: "nobody"}), *visits[1:]]


def _long_ago(visits: list[ChosenVisit]) -> list[ChosenVisit]:
    return [replace(visits[0], start=datetime.min.replace(tzinfo=UTC)), *visits[1:]]


def _in_years(visits: list[ChosenVisit]) -> list[ChosenVisit]:
    return [replace(visits[0], start=datetime.max.replace(tzinfo=UTC)), *visits[1:]]


def _three_times(visits: list[ChosenVisit]) -> list[ChosenVisit]:
    return [*visits, *visits, *visits]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (_with_another, "unknown_step"),
        (_in_a_strange_room, "unknown_room"),
        (_with_a_stranger, "unknown_staff"),
        (_long_ago, "too_far_back"),
        (_in_years, "too_far_ahead"),
        (_three_times, "too_many_visits"),
    ],
)
def test_a_choice_that_cannot_be_judged_is_refused_in_words(spoil: Any, code: str) -> None:
    visits = spoil(list(chosen_from(previewed(limit=1).options[0].proposal.series)))
    outcome = book(visits=tuple(visits))
    assert isinstance(outcome, Refused)
    assert {reason.code for reason in outcome.reasons} == {code}
    assert outcome.findings == ()
    assert all_series() == ()


def _first_moved(by: timedelta) -> Any:
    return lambda visits: [replace(visits[0], start=visits[0].start + by), *visits[1:]]


def _first_again(by: timedelta) -> Any:
    return lambda visits: [*visits, replace(visits[0], start=visits[0].start + by)]


@pytest.mark.parametrize(
    ("spoil", "rule", "told"),
    [
        (lambda visits: visits[1:], "WHOLE-1", {(): ("P1",)}),
        (_first_again(timedelta(0)), "WHOLE-1", {("P1", "P1 (2)"): ("P1",)}),
        (_first_again(timedelta(days=1)), "WHOLE-1", {("P1", "P1 (2)"): ("P1",)}),
        (_first_moved(-timedelta(days=1)), "PAST-1", {("P1",): ("P1",)}),
        (_first_moved(-timedelta(days=390)), "PAST-1", {("P1",): ("P1",)}),
    ],
)
def test_a_choice_that_is_not_whole_or_past_is_refused_by_the_rule(
    spoil: Any, rule: str, told: dict[tuple[str, ...], tuple[str, ...]]
) -> None:
    visits = spoil(list(chosen_from(previewed(limit=1).options[0].proposal.series)))
    outcome = book(visits=tuple(visits))
    assert isinstance(outcome, Refused)
    assert {f.appointments: f.steps for f in outcome.findings if f.rule == rule} == told
    assert outcome.reasons == ()
    assert outcome.instead
    assert all_series() == ()


def test_every_visit_chosen_twice_is_told_of_and_nothing_is_booked() -> None:
    visits = chosen_from(previewed(limit=1).options[0].proposal.series)
    outcome = book(visits=(*visits, *visits))
    assert isinstance(outcome, Refused)
    twice = [finding.steps for finding in outcome.findings if finding.rule == "WHOLE-1"]
    assert sorted(twice) == sorted((visit.step,) for visit in visits)
    assert all_claims() == ()


def test_when_nothing_at_all_is_chosen_every_visit_is_asked_for() -> None:
    wanted = previewed(limit=1).options[0].proposal.series
    outcome = book(visits=())
    assert isinstance(outcome, Refused)
    assert {finding.rule for finding in outcome.findings} == {"WHOLE-1"}
    assert {step for f in outcome.findings for step in f.steps} == {v.step for v in wanted.appointments}


def test_an_integration_is_booked_with_its_dose_or_declined_in_so_many_words() -> None:
    whole = chosen_from(previewed(limit=1).options[0].proposal.series)
    without = tuple(visit for visit in whole if visit.step != "I1")
    outcome = book(visits=without)
    assert isinstance(outcome, Refused)
    (found,) = outcome.findings[:1]
    assert (found.rule, found.appointments, found.steps) == ("WHOLE-1", ("D1",), ("D1", "I1"))
    declined = book(visits=without, declined=frozenset({"I1"}))
    assert isinstance(declined, Booked)
    assert declined.series.declined == {"I1"}


def test_the_same_key_gives_the_same_series_again() -> None:
    first, second = book(idempotency_key="k-1"), book(idempotency_key="k-1")
    assert isinstance(first, Booked)
    assert isinstance(second, Booked)
    assert first.series.id == second.series.id
    assert len(all_series()) == 1


def test_a_key_stands_for_one_booking_only() -> None:
    book("patient-1", idempotency_key="k-1")
    for outcome in (
        book("patient-2", idempotency_key="k-1"),
        book("patient-1", idempotency_key="k-1", declined=frozenset({"I1"})),
    ):
        assert isinstance(outcome, Refused)
        assert [reason.code for reason in outcome.reasons] == ["key_used_otherwise"]
    assert len(all_series()) == 1


def test_a_nurse_may_not_book(nurse: Actor) -> None:
    assert isinstance(book_series(BookSeries("patient-1", COURSE), nurse, clock()), NotAllowed)
    assert all_series() == ()


def test_nonsense_is_refused_in_words() -> None:
    outcome = book("nobody")
    assert isinstance(outcome, Refused)
    assert [reason.code for reason in outcome.reasons] == ["unknown_patient"]
    assert outcome.instead == ()


def test_a_failure_in_the_middle_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(entry: object) -> None:
        raise RuntimeError("the lights went out")

    monkeypatch.setattr("scheduler.booking.book_series.record", fail)
    with pytest.raises(RuntimeError):
        book()
    assert all_series() == ()
    assert all_claims() == ()


def test_a_lost_race_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    save, losses = stored.save_series, iter([True, True, False])

    def lose_twice(*arguments: Any) -> None:
        if next(losses):
            raise Conflict("Somebody else took it.")
        save(*arguments)

    monkeypatch.setattr(stored, "save_series", lose_twice)
    assert isinstance(book(), Booked)


def test_a_race_lost_again_and_again_is_answered_with_what_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[object] = []

    def lose(*arguments: object) -> None:
        tries.append(arguments)
        raise Conflict("Room dosing-1 was taken on Thu 7 Jan 2027 10:00 MST.")

    monkeypatch.setattr(stored, "save_series", lose)
    outcome = book()
    assert isinstance(outcome, Refused)
    assert outcome.race_lost
    assert len(tries) == 3
    assert "dosing-1" in outcome.reasons[0].why
    assert outcome.instead
