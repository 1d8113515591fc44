"""Moving a visit: what must follow goes with it in one change, what is past stays, and a refusal changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.access.permissions import SYSTEM, AccountRole, Actor
from scheduler.booking.changed_series import ChangedVisit, visits_of
from scheduler.booking.move_appointment import MoveAppointment, move_appointment
from scheduler.booking.outcomes import NotAllowed, Refused, SeriesChanged
from scheduler.booking.preview_move import MovePreview, WantedMove, preview_move
from scheduler.booking.recheck import RecheckCommand, recheck
from scheduler.domain.appointment import AppointmentState
from scheduler.domain.clock import StandingClock, local_day
from scheduler.domain.people import Role
from scheduler.domain.series import Series
from scheduler.planner.change import Way
from scheduler.rules.evaluate import refuses
from scheduler.store.appointments import call_off
from scheduler.store.audit import history
from scheduler.store.ledger import all_claims
from scheduler.store.series import save_change
from scheduler.store.series import series as stored_series
from scheduler.store.work import unit_of_work
from tests.booking.small_clinic import MONDAY, clock, small_clinic, store_small_clinic, the

pytestmark = pytest.mark.usefixtures("small_clinic")

ZONE = "America/Denver"


@pytest.fixture
def series(induction: Series) -> Series:
    return induction


def off_its_day(series: Series, step: str) -> WantedMove:
    visit = the(series, step)
    return WantedMove(visit.id, not_on=local_day(visit.start, ZONE))


def previewed(wanted: WantedMove) -> MovePreview:
    preview = preview_move(wanted, SYSTEM, clock())
    assert isinstance(preview, MovePreview), preview
    return preview


def moved(command: MoveAppointment) -> SeriesChanged:
    outcome = move_appointment(command, SYSTEM, clock())
    assert isinstance(outcome, SeriesChanged), outcome
    return outcome


def starts(series: Series) -> dict[str, object]:
    return {visit.step: visit.start for visit in series.appointments}


def findings_of_recheck() -> Iterator[str]:
    answer = recheck(RecheckCommand(), SYSTEM, clock())
    assert isinstance(answer, tuple)
    yield from (finding.rule for one in answer if refuses(one.findings) for finding in one.findings)


def test_a_dose_moves_with_what_must_follow_as_one_change(series: Series) -> None:
    wanted = off_its_day(series, "D3")
    outcome = moved(MoveAppointment(wanted))
    kept = stored_series(series.id)
    assert outcome.series == kept
    dose, before = kept.visit("D3"), series.visit("D3")
    assert dose is not None
    assert before is not None
    assert local_day(dose.start, ZONE) != local_day(before.start, ZONE)
    changed = {move.step for move in outcome.moves}
    assert "D3" in changed
    for visit in kept.appointments:
        old = series.visit(visit.step)
        assert old is not None
        assert visit.id == old.id
        assert visit.version == old.version + (visit.step in changed or visit.step in outcome.reassigned)
        assert (visit.start != old.start) == (visit.step in changed)
    assert not list(findings_of_recheck())
    (entry,) = [one for one in history("series", series.id) if one.verb == "move_appointment"]
    assert isinstance(entry.details["moved"], list)
    assert set(entry.details["moved"]) == changed


def test_claims_follow_the_visits(series: Series) -> None:
    moved(MoveAppointment(off_its_day(series, "D3")))
    kept = stored_series(series.id)
    assert len(all_claims()) == sum(len(visit.claims) for visit in kept.appointments)
    for visit in kept.appointments:
        assert all(
            claim.interval.start >= visit.start and claim.appointment == visit.id for claim in visit.claims
        )


def test_the_preview_is_what_is_moved(series: Series) -> None:
    wanted = off_its_day(series, "D3")
    for way in previewed(wanted).ways:
        assert not refuses(way.findings)
    best = previewed(wanted).ways[0]
    assert best.way is Way.FEWEST_MOVED
    outcome = moved(MoveAppointment(wanted, visits=visits_of(best)))
    assert starts(outcome.series) == starts(best.after)
    assert outcome.moves == best.moves


def test_nothing_is_written_by_a_preview(series: Series) -> None:
    claims = all_claims()
    previewed(off_its_day(series, "D3"))
    assert (stored_series(series.id), all_claims()) == (stored_series(series.id), claims)
    assert starts(stored_series(series.id)) == starts(series)


def test_another_therapist_may_take_a_visit_which_asks_for_an_override(series: Series) -> None:
    dose = series.visit("D3")
    assert dose is not None
    therapist = dose.staff[Role.THERAPIST]
    away = [
        replace(person, time_off=(dose.interval,)) if person.id == therapist else person
        for person in small_clinic().staff
    ]
    store_small_clinic(staff=tuple(away))
    wanted = WantedMove(dose.id, exactly=dose.start)
    (way,) = previewed(wanted).ways
    assert (way.way, way.moves, way.reassigned) == (Way.SUBSTITUTE, (), ("D3",))
    assert "CONT-1" in {finding.rule for finding in way.findings}
    moved(MoveAppointment(wanted, visits=visits_of(way)))
    after = stored_series(series.id).visit("D3")
    assert after is not None
    assert after.start == dose.start
    assert after.staff[Role.THERAPIST] != therapist


def test_a_visit_that_was_changed_since_is_not_moved(series: Series) -> None:
    wanted = off_its_day(series, "D3")
    best = previewed(wanted).ways[0]
    moved(MoveAppointment(wanted, visits=visits_of(best)))
    now = stored_series(series.id)
    outcome = move_appointment(MoveAppointment(wanted, visits=visits_of(best)), SYSTEM, clock())
    assert isinstance(outcome, Refused)
    assert outcome.race_lost
    assert "changed by somebody else" in outcome.reasons[0].why
    assert stored_series(series.id) == now


def test_the_same_key_moves_once(series: Series) -> None:
    command = MoveAppointment(WantedMove(the(series, "D3").id), idempotency_key="k-1")
    first, second = moved(command), moved(command)
    assert first.series == second.series == stored_series(series.id)
    assert first.moves
    assert not second.moves
    other = replace(command, wanted=WantedMove(the(series, "D4").id))
    outcome = move_appointment(other, SYSTEM, clock())
    assert isinstance(outcome, Refused)
    assert outcome.reasons[0].code == "key_used_otherwise"


def test_what_the_rules_forbid_is_refused_with_ways_that_work(series: Series) -> None:
    wanted = off_its_day(series, "D3")
    before, dose = series.visit("D2"), series.visit("D3")
    assert before is not None
    assert dose is not None
    too_soon = ChangedVisit(dose.id, 1, before.start + timedelta(hours=47, minutes=59), dose.room, dose.staff)
    outcome = move_appointment(MoveAppointment(wanted, visits=(too_soon,)), SYSTEM, clock())
    assert isinstance(outcome, Refused)
    assert "SPACE-1" in {finding.rule for finding in outcome.findings}
    assert outcome.ways
    assert starts(stored_series(series.id)) == starts(series)


def test_visits_that_have_begun_never_move(series: Series) -> None:
    first, later = series.appointments[0], series.appointments[3]
    during = StandingClock(first.start + timedelta(minutes=10))
    outcome = move_appointment(MoveAppointment(WantedMove(first.id)), SYSTEM, during)
    assert isinstance(outcome, Refused)
    assert outcome.reasons[0].code == "has_begun"
    back = ChangedVisit(first.id, 1, later.start, first.room, first.staff)
    outcome = move_appointment(MoveAppointment(WantedMove(later.id), visits=(back,)), SYSTEM, during)
    assert isinstance(outcome, Refused)
    assert outcome.reasons[0].code == "has_begun"
    assert starts(stored_series(series.id)) == starts(series)


def test_nothing_is_moved_into_the_past_or_beyond_what_is_known(series: Series) -> None:
    visit = series.appointments[0]
    for start, code in (
        (MONDAY - timedelta(minutes=1), "in_the_past"),
        (MONDAY + timedelta(days=3000), "too_far_ahead"),
    ):
        away = ChangedVisit(visit.id, 1, start, visit.room, visit.staff)
        outcome = move_appointment(MoveAppointment(WantedMove(visit.id), visits=(away,)), SYSTEM, clock())
        assert isinstance(outcome, Refused)
        assert [reason.code for reason in outcome.reasons] == [code]


def test_a_moved_visit_that_was_confirmed_is_to_be_confirmed_again(series: Series) -> None:
    dose = series.visit("D3")
    assert dose is not None
    with unit_of_work():
        before = stored_series(series.id)
        visits = [
            replace(visit, state=AppointmentState.CONFIRMED, version=2) if visit.id == dose.id else visit
            for visit in before.appointments
        ]
        save_change(before, replace(before, appointments=tuple(visits)), MONDAY)
    outcome = moved(MoveAppointment(WantedMove(dose.id)))
    after = outcome.series.visit("D3")
    assert after is not None
    assert (after.state, after.version) == (AppointmentState.BOOKED, 3)


def test_a_visit_that_is_called_off_or_unknown_is_not_moved(series: Series) -> None:
    dose = the(series, "D3").id
    with unit_of_work():
        call_off([dose], AppointmentState.CANCELLED_BY_CLINIC, MONDAY)
    for visit, code in ((dose, "called_off"), ("none", "unknown_visit")):
        outcome = move_appointment(MoveAppointment(WantedMove(visit)), SYSTEM, clock())
        assert isinstance(outcome, Refused)
        assert [reason.code for reason in outcome.reasons] == [code]


def test_wishes_that_make_no_sense_are_refused_in_words(series: Series) -> None:
    dose = the(series, "D3").id
    for wanted, code in (
        (WantedMove(dose, stay=frozenset({"D9"})), "unknown_step"),
        (WantedMove(dose, no_earlier=MONDAY, no_later=MONDAY - timedelta(1)), "until_before_from"),
    ):
        outcome = preview_move(wanted, SYSTEM, clock())
        assert isinstance(outcome, Refused)
        assert [reason.code for reason in outcome.reasons] == [code]


def test_what_must_stay_stays_or_the_reason_is_said(series: Series) -> None:
    every = frozenset(visit.step for visit in series.appointments)
    preview = previewed(replace(off_its_day(series, "R1"), stay=every - {"R1"}))
    assert preview.ways
    for way in preview.ways:
        assert {move.step for move in way.moves} == {"R1"}
    dose, every = series.visit("D3"), every - {"D3"}
    assert dose is not None
    far = WantedMove(dose.id, no_earlier=dose.start + timedelta(days=20), stay=every)
    preview = previewed(far)
    assert not preview.ways
    assert preview.reasons


@pytest.mark.parametrize(
    "actor", [Actor("n", AccountRole.NURSE), Actor("d", AccountRole.FRONT_DESK, site="elsewhere")]
)
def test_others_may_not_move(actor: Actor, series: Series) -> None:
    wanted = WantedMove(the(series, "D3").id)
    assert isinstance(preview_move(wanted, actor, clock()), NotAllowed)
    assert isinstance(move_appointment(MoveAppointment(wanted), actor, clock()), NotAllowed)
    assert starts(stored_series(series.id)) == starts(series)
