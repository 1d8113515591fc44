"""What a calendar elsewhere says counts as time away for planner, rules and export, and breaks visits as time off does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from scheduler.access.permissions import SYSTEM, AccountRole, Actor
from scheduler.booking.export_clinic import export_clinic
from scheduler.booking.outcomes import NotAllowed
from scheduler.booking.recheck import RecheckCommand, recheck
from scheduler.domain.clock import StandingClock
from scheduler.domain.errors import NotFound
from scheduler.domain.interval import Interval
from scheduler.domain.series import Series
from scheduler.feeds.busy.content import UnusableCalendar
from scheduler.feeds.busy.fetching import Limits
from scheduler.feeds.busy.refreshing import Fetching, Refreshed, refresh_due
from scheduler.feeds.busy.sealing import AddressSeal
from scheduler.feeds.busy.sources import (
    MOST_SOURCES,
    NewAddress,
    NewFile,
    SourceAdded,
    add_address,
    add_file,
    refresh_source,
    remove_source,
)
from scheduler.rules.finding import Level
from scheduler.store.audit import history
from scheduler.store.busy_sources import BusySource, busy_source, busy_sources_of, calendar_uids_at, times_of
from scheduler.store.clinic import save_clinic, staff
from scheduler.store.conflicts import Resolution, conflicts_of_series, open_conflicts
from scheduler.store.site_facts import facts_of
from scheduler.store.work import unit_of_work
from tests.booking.small_clinic import COURSE, MONDAY, previewed, the
from tests.booking.small_clinic import small_clinic as the_clinic
from tests.feeds.busy.bad_server import BadServer, bad_server, reach
from tests.feeds.busy.calendars import calendar, event

pytestmark = pytest.mark.usefixtures("small_clinic")

SEAL = AddressSeal("the secret key of these tests, long enough")
FETCHING = Fetching(SEAL, "https://visits.example", reach(), Limits(seconds=5))
HER = "therapist-1"


@pytest.fixture
def server() -> Iterator[BadServer]:
    with bad_server() as running:
        yield running


@pytest.fixture
def hands() -> StandingClock:
    return StandingClock(MONDAY)


def saying(*times: Interval) -> str:
    """Return a calendar with these times."""
    events = (
        event(
            f"DTSTART:{time.start:%Y%m%dT%H%M%SZ}",
            f"DTEND:{time.end:%Y%m%dT%H%M%SZ}",
            uid=f"{number}@elsewhere",
        )
        for number, time in enumerate(times)
    )
    return calendar(*events)


def visit_time(series: Series, step: str = "D1") -> Interval:
    return the(series, step).interval


def uploaded(text: str, hands: StandingClock, person: str = HER) -> BusySource:
    outcome = add_file(NewFile(person, text, "Rota"), SYSTEM, hands)
    assert isinstance(outcome, SourceAdded)
    return outcome.source


def subscribed(server: BadServer, hands: StandingClock, path: str = "/good.ics") -> BusySource:
    new = NewAddress(HER, server.at(path) + "?key=private-8d1f", public_url="https://visits.example")
    outcome = add_address(new, SEAL, SYSTEM, hands)
    assert isinstance(outcome, SourceAdded)
    return outcome.source


def breaks(series: Series) -> set[tuple[str, str, bool]]:
    return {(one.rule, one.cause, one.resolved_at is None) for one in conflicts_of_series(series.id)}


def test_the_planner_books_around_what_a_calendar_says(hands: StandingClock) -> None:
    before = previewed(protocol=COURSE, therapist=HER).options[0].proposal.series.appointments[0].start
    busy = Interval(before - timedelta(hours=1), before + timedelta(days=3))
    uploaded(saying(busy), hands)
    after = previewed(protocol=COURSE, therapist=HER).options[0].proposal.series
    assert after.appointments
    assert not any(HER in visit.people and visit.interval.overlaps(busy) for visit in after.appointments)


def test_availability_is_exported_without_it(hands: StandingClock) -> None:
    facts = facts_of("site-1")
    (shift, *_) = facts.person(HER).working_times(facts.site, Interval(MONDAY, MONDAY + timedelta(days=3)))
    busy = Interval(shift.start + timedelta(hours=1), shift.start + timedelta(hours=2))
    uploaded(saying(busy), hands)
    told = json.loads(json.dumps(export_clinic(hands)))
    hers = [(entry["start"], entry["end"]) for entry in told["availability"] if entry["resource"] == HER]
    starts = {start for start, _ in hers}
    assert any(end.startswith(f"{busy.start:%Y-%m-%dT%H:%M}") for _, end in hers)
    assert any(start.startswith(f"{busy.end:%Y-%m-%dT%H:%M}") for start in starts)


def test_visits_that_are_booked_already_come_to_the_inbox_and_leave_it(
    induction_with_the_first: Series, hands: StandingClock
) -> None:
    series = induction_with_the_first
    source = uploaded(saying(visit_time(series)), hands)
    kept = breaks(series)
    assert kept
    assert {(cause, is_open) for _, cause, is_open in kept} == {("busy_elsewhere", True)}
    assert {rule for rule, _, _ in kept} == rules_broken()
    outcome = remove_source(source.id, SYSTEM, hands)
    assert not isinstance(outcome, NotAllowed)
    assert outcome.resolved == len(kept)
    assert not open_conflicts("site-1")
    assert {one.resolution for one in conflicts_of_series(series.id)} == {Resolution.ELSEWHERE}
    assert not facts_of("site-1").person(HER).busy
    assert not busy_sources_of(HER)


def rules_broken() -> set[str]:
    outcome = recheck(RecheckCommand(), SYSTEM, StandingClock(MONDAY))
    assert not isinstance(outcome, NotAllowed)
    return {found.rule for one in outcome for found in one.findings if found.level is Level.BLOCK}


def test_a_calendar_is_fetched_kept_and_asked_again_only_for_what_is_new(
    server: BadServer, hands: StandingClock, small_clinic: Flask
) -> None:
    source = subscribed(server, hands)
    assert "private" not in repr(source) + json.dumps([str(one) for one in history("staff", HER)])
    assert refresh_due(FETCHING, hands) == Refreshed(fetched=1)
    assert refresh_due(FETCHING, hands) == Refreshed(), "not due again"
    good = busy_source(source.id)
    assert (good.last_good_at, good.problem, good.host) == (MONDAY, "", "127.0.0.1")
    assert len(times_of(good).found) == 1
    changes = len(history("staff", HER))
    hands.advance(timedelta(hours=1))
    assert refresh_due(FETCHING, hands) == Refreshed(unchanged=1)
    assert busy_source(source.id).last_good_at == hands.now()
    assert len(history("staff", HER)) == changes, "nothing changed, so nothing is told"
    server.text = saying(Interval(MONDAY, MONDAY + timedelta(hours=2)))
    hands.advance(timedelta(hours=1))
    assert refresh_due(FETCHING, hands) == Refreshed(fetched=1)
    assert [time.start for time in facts_of("site-1").person(HER).busy] == [MONDAY]


def test_after_a_week_a_calendar_comes_whole_so_that_its_recurrences_reach_further(
    server: BadServer, hands: StandingClock
) -> None:
    server.text = calendar(event("DTSTART:20270105T170000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY"))
    source = subscribed(server, hands)
    refresh_due(FETCHING, hands)
    before = times_of(source).found[-1].end
    hands.advance(timedelta(days=7))
    assert refresh_due(FETCHING, hands) == Refreshed(fetched=1)
    assert times_of(source).found[-1].end == before + timedelta(days=7)


def test_a_failure_leaves_the_last_good_state_and_is_tried_again_later_and_later(
    server: BadServer, hands: StandingClock
) -> None:
    source = subscribed(server, hands)
    refresh_due(FETCHING, hands)
    server.text = "<html>Sign in</html>"
    hands.advance(timedelta(hours=1))
    waits = []
    for _ in range(6):
        assert refresh_due(FETCHING, hands) == Refreshed(failed=1)
        bad = busy_source(source.id)
        assert bad.next_try_at is not None
        waits.append((bad.next_try_at - hands.now()) // timedelta(minutes=1))
        hands.instant = bad.next_try_at
    assert waits == [5, 15, 45, 135, 405, 720]
    assert "web page instead of a calendar" in bad.problem
    assert bad.last_good_at == MONDAY
    assert len(times_of(bad).found) == 1
    server.text = saying()
    assert refresh_due(FETCHING, hands) == Refreshed(fetched=1)
    assert (busy_source(source.id).problem, busy_source(source.id).failures) == ("", 0)


def test_it_is_read_again_at_once_when_asked_and_not_by_two_at_a_time(
    server: BadServer, hands: StandingClock
) -> None:
    source = subscribed(server, hands)
    refresh_due(FETCHING, hands)
    refresh_source(source.id, SYSTEM, hands)
    assert refresh_due(FETCHING, hands) == Refreshed(fetched=1)
    refresh_source(source.id, SYSTEM, hands)

    def meanwhile() -> bool:
        # Another process comes first.
        assert refresh_due(FETCHING, hands) == Refreshed(fetched=1)
        return True

    assert refresh_due(FETCHING, hands, go_on=meanwhile) == Refreshed()
    assert refresh_due(FETCHING, hands, go_on=lambda: False) == Refreshed()


def test_an_address_under_another_key_says_what_to_do(server: BadServer, hands: StandingClock) -> None:
    source = subscribed(server, hands)
    other = replace(FETCHING, seal=AddressSeal("another secret key of these tests, long"))
    assert refresh_due(other, hands) == Refreshed(failed=1)
    assert "SECRET_KEY" in busy_source(source.id).problem
    assert not server.asked


def test_a_clinic_file_that_is_the_same_changes_nothing_about_them(hands: StandingClock) -> None:
    uploaded(saying(Interval(MONDAY, MONDAY + timedelta(hours=1))), hands)
    with unit_of_work():
        assert save_clinic(the_clinic(), MONDAY).changed == 0
    told_otherwise = [replace(one, name="Another Name", busy=type(one.busy)()) for one in staff("site-1")]
    with unit_of_work():
        save_clinic(the_clinic(staff=tuple(told_otherwise)), MONDAY)
    assert facts_of("site-1").person(HER).busy


def test_two_calendars_of_one_person_count_together(hands: StandingClock) -> None:
    one, two = (Interval(MONDAY + timedelta(hours=h), MONDAY + timedelta(hours=h + 2)) for h in (0, 1))
    first, second = uploaded(saying(one), hands), uploaded(saying(two), hands)
    assert facts_of("site-1").person(HER).busy.found == (Interval(one.start, two.end),)
    remove_source(first.id, SYSTEM, hands)
    assert facts_of("site-1").person(HER).busy.found == (two,)
    remove_source(second.id, SYSTEM, hands)
    assert not facts_of("site-1").person(HER).busy


def test_who_may(hands: StandingClock) -> None:
    herself = Actor("her", AccountRole.THERAPIST, site="site-1", staff=HER)
    another = Actor("other", AccountRole.NURSE, site="site-1", staff="nurse-1")
    elsewhere = Actor("desk-2", AccountRole.FRONT_DESK, site="site-2")
    text = saying(Interval(MONDAY, MONDAY + timedelta(hours=1)))
    mine = add_file(NewFile(HER, text), herself, hands)
    assert isinstance(mine, SourceAdded)
    for actor in (another, elsewhere):
        assert isinstance(add_file(NewFile(HER, text), actor, hands), NotAllowed)
        assert isinstance(add_address(NewAddress(HER, "https://example.org"), SEAL, actor, hands), NotAllowed)
        assert isinstance(refresh_source(mine.source.id, actor, hands), NotAllowed)
        assert isinstance(remove_source(mine.source.id, actor, hands), NotAllowed)
    assert not isinstance(remove_source(mine.source.id, herself, hands), NotAllowed)
    with pytest.raises(NotFound):
        remove_source(mine.source.id, herself, hands)


def test_there_are_not_too_many(hands: StandingClock) -> None:
    for _ in range(MOST_SOURCES):
        add_address(NewAddress(HER, "https://example.org/a.ics"), SEAL, SYSTEM, hands)
    with pytest.raises(UnusableCalendar, match="calendars already"):
        uploaded(saying(), hands)


def test_ones_own_visits_copied_elsewhere_are_not_in_their_own_way(
    induction_with_the_first: Series, hands: StandingClock
) -> None:
    time = visit_time(induction_with_the_first)
    lines = (f"DTSTART:{time.start:%Y%m%dT%H%M%SZ}", f"DTEND:{time.end:%Y%m%dT%H%M%SZ}")
    uids = sorted(calendar_uids_at("site-1", time))
    uploaded(calendar(*(event(*lines, uid=uid) for uid in uids)), hands)
    assert uids
    assert not open_conflicts("site-1")
