"""Random lives of series in a small clinic: whatever is done in whatever order, an independent look finds nothing wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from icalendar import Calendar

from scheduler.access.permissions import SYSTEM
from scheduler.booking.advance_appointment import AdvanceAppointment, advance_appointment
from scheduler.booking.book_series import BookSeries, book_series
from scheduler.booking.cancel_appointment import CancelAppointment, cancel_appointment
from scheduler.booking.cancel_series import CancelSeries, PauseSeries, cancel_series, pause_series
from scheduler.booking.decide_gate import DecideGate, decide_gate
from scheduler.booking.export_clinic import export_clinic
from scheduler.booking.extend_series import ExtendSeries, WantedExtension, extend_series
from scheduler.booking.holds import DecideHold, book_hold, release_hold, release_lapsed_holds
from scheduler.booking.move_appointment import MoveAppointment, move_appointment
from scheduler.booking.outcomes import CalledOffBy, CancelReason
from scheduler.booking.preview_move import WantedMove
from scheduler.booking.recheck import RecheckCommand, recheck
from scheduler.booking.replan_series import ReplanSeries, WantedReplan, replan_series
from scheduler.domain.appointment import AppointmentState
from scheduler.domain.clock import StandingClock
from scheduler.domain.people import GateDecision
from scheduler.domain.series import Series
from scheduler.domain.visit_day import DayReason
from scheduler.feeds.publication import publication
from scheduler.feeds.subscriptions import SubscriptionRequest, make_subscription
from scheduler.reminders.dispatch import dispatch
from scheduler.rules.evaluate import refuses
from scheduler.store.appointments import appointment
from scheduler.store.clinic import protocol_of
from scheduler.store.series import all_series
from scheduler.store.subscriptions import SubscriptionKind
from tests.booking.small_clinic import COURSE, INDUCTION, MONDAY, store_small_clinic
from tests.booking.the_day import DESK, PRESCRIBER, THERAPIST
from tests.databases import PostgresShelf, SqliteShelf, let_go, make_app
from tests.journeys.check_export import faults_in
from tests.reminders.recording import RecordingChannel

PATIENTS = st.sampled_from(["patient-1", "patient-2", "patient-3", "patient-4"])
NUMBERS = st.integers(0, 30)
BY, WHY = CalledOffBy.PATIENT, CancelReason.ILLNESS
WAITING = {"pending", "leased"}
_WHOLE = (
    (AppointmentState.CHECKED_IN, None),
    (AppointmentState.CLEARED, None),
    (AppointmentState.DOSING, None),
    (AppointmentState.OBSERVING, None),
)
WAYS: Mapping[str, tuple[tuple[AppointmentState, DayReason | None], ...]] = {
    "as planned": (
        *_WHOLE,
        (AppointmentState.RECOVERING, None),
        (AppointmentState.DISCHARGED, None),
        (AppointmentState.CLOSED, None),
    ),
    "does not come": ((AppointmentState.NO_SHOW, None),),
    "is stopped": (_WHOLE[0], (AppointmentState.SAME_DAY_HOLD, DayReason.ATE)),
    "leaves": (*_WHOLE, (AppointmentState.LEFT_BEFORE_RELEASE, DayReason.AGAINST_ADVICE)),
}
"""The steps of a day; those that a visit without a dose does not have are refused, and nothing happens."""


class Lives(RuleBasedStateMachine):
    """The small clinic on one database, and everybody who changes it."""

    fresh: Callable[[], AbstractContextManager[Flask]]
    """Opens an application on a new database until it is closed."""

    def __init__(self) -> None:
        """Begin with an empty book."""
        super().__init__()
        self.opened = type(self).fresh()
        self.app: Flask = self.opened.__enter__()
        self.clock = StandingClock(MONDAY)
        address = make_subscription(
            SubscriptionRequest(SubscriptionKind.PATIENT, "patient-1", "http://localhost"), SYSTEM, self.clock
        )
        assert isinstance(address, str)
        self.token = address.rsplit("/", 1)[1].removesuffix(".ics")

    def teardown(self) -> None:
        """Let go of the database."""
        self.opened.__exit__(None, None, None)

    def a_series(self, number: int) -> Series | None:
        """Return one of all series, by a number."""
        found = all_series()
        return found[number % len(found)] if found else None

    @rule(
        patient=PATIENTS,
        protocol=st.sampled_from([COURSE, INDUCTION]),
        minutes=st.none() | st.integers(1, 9000),
    )
    def book(self, patient: str, protocol: str, minutes: int | None) -> None:
        """Book or hold a series."""
        held = None if minutes is None else self.clock.now() + timedelta(minutes=minutes)
        book_series(BookSeries(patient, protocol, held_until=held), SYSTEM, self.clock)

    @rule(one=NUMBERS, other=NUMBERS, days=st.none() | st.integers(0, 10))
    def move(self, one: int, other: int, days: int | None) -> None:
        """Move a visit, merely elsewhere or to so many days later at the earliest."""
        if series := self.a_series(one):
            visit = series.appointments[other % len(series.appointments)]
            later = None if days is None else visit.start + timedelta(days=days)
            move_appointment(MoveAppointment(WantedMove(visit.id, no_earlier=later)), SYSTEM, self.clock)

    @rule(one=NUMBERS, other=NUMBERS)
    def cancel_a_visit(self, one: int, other: int) -> None:
        """Call a visit off."""
        if series := self.a_series(one):
            visit = series.appointments[other % len(series.appointments)]
            cancel_appointment(CancelAppointment(visit.id, BY, WHY), SYSTEM, self.clock)

    @rule(one=NUMBERS)
    def replan(self, one: int) -> None:
        """Plan the rest anew."""
        if series := self.a_series(one):
            replan_series(ReplanSeries(WantedReplan(series.id)), SYSTEM, self.clock)

    @rule(one=NUMBERS, visits=st.integers(1, 3))
    def extend(self, one: int, visits: int) -> None:
        """Add further visits."""
        if series := self.a_series(one):
            extend_series(ExtendSeries(WantedExtension(series.id, visits)), SYSTEM, self.clock)

    @rule(one=NUMBERS, pauses=st.booleans())
    def end_or_pause(self, one: int, pauses: bool) -> None:
        """End a series, or pause it."""
        if series := self.a_series(one):
            if pauses:
                pause_series(PauseSeries(series.id, BY, WHY), SYSTEM, self.clock)
            else:
                cancel_series(CancelSeries(series.id, BY, WHY), SYSTEM, self.clock)

    @rule(one=NUMBERS, decide=st.sampled_from([book_hold, release_hold]))
    def decide_a_hold(self, one: int, decide: Callable[..., object]) -> None:
        """Book what is held, or let it go."""
        if series := self.a_series(one):
            decide(DecideHold(series.id), SYSTEM, self.clock)

    @rule(one=NUMBERS, way=st.sampled_from(sorted(WAYS)))
    def a_visit_takes_place(self, one: int, way: str) -> None:
        """Let the next visit of a series come, settle what it waits for, and take it through its day in one of the ways."""
        series = self.a_series(one)
        ahead = [visit for visit in series.standing if visit.start >= self.clock.now()] if series else []
        if not ahead:
            return
        visit = ahead[0]
        self.clock.instant = visit.start
        release_lapsed_holds(self.clock)
        gates = protocol_of(series).step(visit.step).gates if series else ()
        for gate, actor in product(gates, (DESK, THERAPIST, PRESCRIBER)):
            decide_gate(DecideGate(visit.patient, gate.kind, GateDecision.PASS), actor, self.clock)
        for state, reason in WAYS[way]:
            if state is AppointmentState.NO_SHOW:
                self.clock.advance(timedelta(minutes=20))
            if state is AppointmentState.DISCHARGED:
                self.clock.instant = max(self.clock.now(), appointment(visit.id).discharge)
            version = appointment(visit.id).version
            advance_appointment(AdvanceAppointment(visit.id, state, version, reason), PRESCRIBER, self.clock)

    @rule(minutes=st.integers(1, 6000))
    def time_passes(self, minutes: int) -> None:
        """Let time pass; the timetable looks again."""
        self.clock.advance(timedelta(minutes=minutes))
        release_lapsed_holds(self.clock)
        dispatch(self.clock.now(), RecordingChannel())

    @invariant()
    def an_independent_look_finds_nothing_wrong(self) -> None:
        """Lanes, staff, rooms, windows and claims, from the exported document alone."""
        document = export_clinic(self.clock)
        assert faults_in(document) == []
        standing = {visit["id"] for visit in document["appointments"] if not _is_off(visit)}
        waiting = [one for one in document["reminders"] if one["state"] in WAITING]
        assert not [one for one in waiting if one["appointment"] not in standing]

    @invariant()
    def no_rule_refuses_what_stands(self) -> None:
        """Every rule is asked about every series with a visit to come."""
        answer = recheck(RecheckCommand(), SYSTEM, self.clock)
        assert isinstance(answer, tuple)
        assert not [one.series.id for one in answer if refuses(one.findings)]

    @invariant()
    def the_feed_shows_what_stands_and_no_more(self) -> None:
        """A visit that is called off is so in the feed at once, and one that is only held is not there."""
        feed = publication(self.token, self.clock.now())
        assert feed is not None
        shown = {
            event.start for event in Calendar.from_ical(feed.body).events if event["STATUS"] != "CANCELLED"
        }
        booked = {
            visit.start
            for series in all_series()
            for visit in series.standing
            if visit.patient == "patient-1" and visit.state.value != "tentative"
        }
        assert {start for start in shown if start > self.clock.now()} == {
            start for start in booked if start > self.clock.now()
        }


def _is_off(visit: dict[str, Any]) -> bool:
    return str(visit["state"]).startswith(("cancelled", "no_show", "same_day_hold"))


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_whatever_is_done_in_whatever_order_the_clinic_stays_right(
    kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    @contextmanager
    def fresh() -> Iterator[Flask]:
        folder = tmp_path_factory.mktemp("lives")
        app = make_app(_database(kind, request, folder), folder, StandingClock(MONDAY))
        with app.app_context():
            yield app
        let_go(app)

    run_state_machine_as_test(
        type("LivesOnDatabase", (Lives,), {"fresh": staticmethod(fresh)}),
        settings=settings(
            max_examples=4,
            stateful_step_count=10,
            deadline=None,
            # A shorter example would be nice to have, and take minutes.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


def _database(kind: str, request: pytest.FixtureRequest, folder: Path) -> str:
    if kind == "sqlite":
        sqlite: SqliteShelf = request.getfixturevalue("sqlite_shelf")
        return sqlite.copy_to(folder, store_small_clinic)
    postgres: PostgresShelf = request.getfixturevalue("postgres_shelf")
    return postgres.hand_out(store_small_clinic)
