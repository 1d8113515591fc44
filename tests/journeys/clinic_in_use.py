"""A small clinic in use, by random deeds: what the parts of the state machine share, and what must hold after each deed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from flask import Flask
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant
from icalendar import Calendar

from scheduler.access.permissions import SYSTEM
from scheduler.booking.export_clinic import export_clinic
from scheduler.booking.recheck import RecheckCommand, recheck
from scheduler.booking.see_conflicts import see_conflicts
from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import StandingClock
from scheduler.domain.series import Series, SeriesState
from scheduler.feeds.publication import publication
from scheduler.feeds.subscriptions import SubscriptionRequest, make_subscription
from scheduler.rules.finding import Level
from scheduler.store.conflicts import open_conflicts
from scheduler.store.series import all_series
from scheduler.store.subscriptions import SubscriptionKind
from tests.booking.small_clinic import MONDAY
from tests.journeys.check_export import faults_in

SITE = "site-1"
NUMBERS = st.integers(0, 59)
"""Chooses one of what there is; the last few choose among what has ended as well."""

_LIVING = {SeriesState.TENTATIVE, SeriesState.BOOKED, SeriesState.PAUSED}
_WAITING = {"pending", "leased"}


class ClinicInUse(RuleBasedStateMachine):
    """The small clinic on one database, with a clock of its own."""

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
        """Return one of the series, by a number: mostly one of those that have not ended."""
        known = all_series()
        living = [series for series in known if series.state in _LIVING]
        found = living if living and number < 55 else known
        return found[number % len(found)] if found else None

    def a_visit(self, one: int, other: int) -> Appointment | None:
        """Return one visit of one of the series, called off or not; mostly one that is not over."""
        series = self.a_series(one)
        if series is None:
            return None
        ahead = [visit for visit in series.standing if visit.discharge > self.clock.now()]
        found = ahead if ahead and other < 50 else series.appointments
        return found[other % len(found)]

    @invariant()
    def the_clinic_is_right(self) -> None:
        """Look at everything after each deed."""
        self.an_independent_look_finds_nothing_wrong()
        self.whatever_refuses_what_stands_is_in_the_inbox()
        self.the_feed_shows_what_stands_and_no_more()

    def an_independent_look_finds_nothing_wrong(self) -> None:
        """Lanes, staff, rooms, windows and claims, from the exported document alone."""
        document = export_clinic(self.clock)
        faults = faults_in(document)
        assert not faults, faults
        standing = {visit["id"] for visit in document["appointments"] if not _is_off(visit)}
        waiting = [one for one in document["reminders"] if one["state"] in _WAITING]
        needless = [one for one in waiting if one["appointment"] not in standing]
        assert not needless, needless

    def whatever_refuses_what_stands_is_in_the_inbox(self) -> None:
        """Every rule is asked about every series with a visit to come."""
        answer = recheck(RecheckCommand(), SYSTEM, self.clock)
        assert isinstance(answer, tuple)
        kept = {(conflict.series, *conflict.key) for conflict in open_conflicts()}
        broken = {
            (one.series.id, finding.rule, frozenset(finding.steps)): finding.why
            for one in answer
            for finding in one.findings
            if finding.level is Level.BLOCK
        }
        unknown = {key: why for key, why in broken.items() if key not in kept}
        assert not unknown, unknown

    def the_feed_shows_what_stands_and_no_more(self) -> None:
        """A visit that is called off is so in the feed at once, and one that is only held is not there."""
        feed = publication(self.token, self.clock.now())
        assert feed is not None
        now = self.clock.now()
        events = Calendar.from_ical(feed.body).events
        shown = {event.start for event in events if event["STATUS"] != "CANCELLED"}
        booked = {
            visit.start
            for series in all_series()
            for visit in series.standing
            if visit.patient == "patient-1" and visit.state.value != "tentative"
        }
        assert {start for start in shown if start > now} == {start for start in booked if start > now}

    def look_at_the_inbox(self) -> None:
        """Look at the inbox: it holds what is broken at this moment, and nothing of what was put right."""
        seen = see_conflicts(SITE, SYSTEM, self.clock)
        assert isinstance(seen, tuple)
        answer = recheck(RecheckCommand(SITE), SYSTEM, self.clock)
        assert isinstance(answer, tuple)
        judged = {one.series.id: {(f.rule, frozenset(f.steps)) for f in one.findings} for one in answer}
        for one in seen:
            stale = {conflict.key for conflict in one.conflicts} - judged.get(one.series.id, set())
            assert not stale, stale


def _is_off(visit: dict[str, Any]) -> bool:
    return str(visit["state"]).startswith(("cancelled", "no_show", "same_day_hold"))
